/**
 * Tokens of links: bound to a message, a recipient, an action and the role of the reader, protected by HMAC-SHA-256,
 * and valid for some days. What a token says can be read by all who have it; nothing in it can be changed.
 */
import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Language } from '../mailing/types.ts'
import type { Store } from '../model/store.ts'
import type { Role } from '../quarantine/index.ts'

/** What a link does. `allow`: it releases and allows the sender. */
export type LinkAction = 'release' | 'allow' | 'delete'

/** What a token says. */
export interface Ticket {
  /** The held message. */
  readonly id: string
  /** The recipient for whom it is held. */
  readonly recipient: string
  readonly action: LinkAction
  readonly role: Extract<Role, 'user' | 'operator'>
  /** To whom the digest went: who acts. */
  readonly by: string
  /** In milliseconds since 1970. */
  readonly expires: number
  readonly language: Language
}

const ACTIONS: readonly LinkAction[] = ['release', 'allow', 'delete']
const ROLES: readonly Ticket['role'][] = ['user', 'operator']
const LANGUAGES: readonly Language[] = ['en', 'zh-CN']
/** A longer text is no token of ours. */
const MAX_LENGTH = 2_048
const MAC_LENGTH = 43

export class Tokens {
  readonly #key: Buffer

  /** @param secret of at least 32 characters */
  constructor(secret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'postern digest links', 32))
  }

  /** A text for the path of a URL. */
  issue({ id, recipient, action, role, by, expires, language }: Ticket): string {
    const numbers = [ACTIONS.indexOf(action), ROLES.indexOf(role), LANGUAGES.indexOf(language)]
    const fields = [id, recipient, by === recipient ? 0 : by, Math.floor(expires / 1_000), ...numbers]
    const payload = Buffer.from(JSON.stringify(fields)).toString('base64url')
    return `${payload}.${this.#mac(payload)}`
  }

  /** What the token says, whether it has expired or not; undefined for everything that we have not issued. */
  read(token: string): Ticket | undefined {
    if (token.length > MAX_LENGTH) return undefined
    const dot = token.length - MAC_LENGTH - 1
    if (dot < 1 || token[dot] !== '.') return undefined
    const payload = token.slice(0, dot)
    const [given, right] = [Buffer.from(token.slice(dot + 1)), Buffer.from(this.#mac(payload))]
    if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined
    return readPayload(payload)
  }

  #mac(payload: string): string {
    return createHmac('sha256', this.#key).update(payload).digest('base64url')
  }
}

/** The bytes are ours: only an older form could be unreadable. */
function readPayload(payload: string): Ticket | undefined {
  try {
    const [id, recipient, by, seconds, ...numbers] = JSON.parse(
      Buffer.from(payload, 'base64url').toString(),
    ) as unknown[]
    const [action, role, language] = [
      ACTIONS[Number(numbers[0])],
      ROLES[Number(numbers[1])],
      LANGUAGES[Number(numbers[2])],
    ]
    if (typeof id !== 'string' || typeof recipient !== 'string' || typeof seconds !== 'number') return undefined
    if (action === undefined || role === undefined || language === undefined) return undefined
    return {
      id,
      recipient,
      action,
      role,
      language,
      by: typeof by === 'string' ? by : recipient,
      expires: seconds * 1_000,
    }
  } catch {
    return undefined
  }
}

const SECRET_KEY = 'digest:secret'

/** The secret of all nodes: made by the first that asks, and kept in the store. */
export async function storedSecret(store: Store): Promise<string> {
  const [entry] = await store.run([
    { op: 'add', key: SECRET_KEY, value: randomBytes(32).toString('base64url'), ttl: 0 },
  ])
  return entry.value
}

/** While a token is in use another request waits for its end; a crash frees it after this time. */
const IN_USE_MS = 60_000

/** Remembers in the store which tokens were used, so that each acts once over all nodes. */
export class UsedTokens {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** `begun`: it is yours to use. `in-use`: another request uses it at this moment. `used`: it has acted. */
  async begin(token: string): Promise<'begun' | 'in-use' | 'used'> {
    const [entry] = await this.#store.run([{ op: 'add', key: keyOf(token), value: BEGUN, ttl: IN_USE_MS }])
    if (entry.added) return 'begun'
    return entry.value === BEGUN ? 'in-use' : 'used'
  }

  /** It has acted, and never acts again. */
  async done(token: string, expires: number, now: number): Promise<void> {
    const ttl = Math.max(expires - now, 0) + IN_USE_MS
    await this.#store.run([{ op: 'set', key: keyOf(token), value: DONE, ttl }])
  }

  /** Nothing was done: it may be tried again. */
  async failed(token: string): Promise<void> {
    await this.#store.run([{ op: 'delete', key: keyOf(token) }])
  }
}

const [BEGUN, DONE] = ['begun', 'done']

/** The token itself is not kept: who can read the store must not be able to use it. */
const keyOf = (token: string): string => `digest:used:${createHash('sha256').update(token).digest('base64url')}`
