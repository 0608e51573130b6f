/** Sessions of browsers: random names that are kept hashed, and end when they are idle, old, or signed out. */
import type { Clock } from '../../model/services.ts'
import { type Account, type Accounts, accountId, mailboxOwner } from './accounts.ts'
import type { ConsoleRecords, StoredRecord } from './records.ts'
import { hashOf, newSecret } from './secrets.ts'

/** How someone has signed in. */
export type Via = 'password' | 'oidc' | 'proxy' | 'link' | 'token'

/** What is kept of a session. */
export interface Session {
  /** The account, or the address of a mailbox. */
  readonly name: string
  readonly via: Via
  readonly created: number
  readonly lastUsed: number
  /** From where it signed in. */
  readonly address: string
  /** The User-Agent, cut. */
  readonly browser: string
}

/** Whose session it is: an account and a mailbox may have the same name, and are not the same person. */
type SessionOwner = Pick<Session, 'name' | 'via'>

/** A session and its name. */
export interface FoundSession {
  /** The hash under which it is kept: names it in lists. */
  readonly id: string
  readonly session: Session
  /** When it ends at the latest. */
  readonly expires: number
  /** The account; undefined for the owner of a mailbox. */
  readonly account: Account | undefined
}

/** How long a session may last, in milliseconds. */
export interface SessionTimes {
  /** Without a request. */
  readonly idle: number
  /** In all. */
  readonly absolute: number
}

/** Sessions of one account: the oldest goes first. */
const MAX_SESSIONS = 20
/** The last use is written at most so often. */
const TOUCH_MS = 60_000

/** Begins, finds and ends sessions. */
export class Sessions {
  readonly #records: ConsoleRecords
  readonly #accounts: Accounts
  readonly #clock: Pick<Clock, 'now'>
  readonly times: SessionTimes

  constructor(records: ConsoleRecords, accounts: Accounts, clock: Pick<Clock, 'now'>, times: SessionTimes) {
    this.#records = records
    this.#accounts = accounts
    this.#clock = clock
    this.times = times
  }

  /** @returns the secret for the cookie, and when the session ends at the latest */
  async begin(session: Omit<Session, 'created' | 'lastUsed'>): Promise<{ readonly secret: string } & FoundSession> {
    const secret = newSecret()
    const now = this.#clock.now()
    const kept: Session = { ...session, browser: session.browser.slice(0, 200), created: now, lastUsed: now }
    const expires = now + this.times.absolute
    const owner = ownerOf(session)
    await this.#makeRoom(owner)
    await this.#records.put('session', hashOf(secret), { owner, value: JSON.stringify(kept), expires }, 0)
    return { secret, id: hashOf(secret), session: kept, expires, account: await this.#accountOf(kept) }
  }

  /** The session of a cookie that may still be used. */
  async find(secret: string): Promise<FoundSession | undefined> {
    const record = await this.#records.get('session', hashOf(secret))
    if (record === undefined) return undefined
    const session = JSON.parse(record.value) as Session
    const now = this.#clock.now()
    if (now - session.lastUsed > this.times.idle || now < session.created - CLOCK_SLACK_MS) {
      await this.#records.remove('session', record.id)
      return undefined
    }
    const account = await this.#accountOf(session)
    if (session.via !== 'link' && (account === undefined || account.isDisabled)) return undefined
    if (now - session.lastUsed > TOUCH_MS) await this.#touch(record, { ...session, lastUsed: now })
    return { id: record.id, session, expires: record.expires ?? now, account }
  }

  async end(id: string): Promise<void> {
    await this.#records.remove('session', id)
  }

  /** Ends a session of one account or mailbox. @returns whether it was one of its own */
  async endOwned(whose: SessionOwner, id: string): Promise<boolean> {
    const record = await this.#records.get('session', id)
    return record?.owner === ownerOf(whose) && (await this.#records.remove('session', id))
  }

  /** Ends all sessions of an account, but for one. */
  async endAll(name: string, except?: string): Promise<void> {
    await this.#records.removeOwned('session', accountId(name), except)
  }

  async list(whose: SessionOwner): Promise<readonly { readonly id: string; readonly session: Session }[]> {
    const now = this.#clock.now()
    const records = await this.#records.list('session', ownerOf(whose))
    return records
      .map(({ id, value }) => ({ id, session: JSON.parse(value) as Session }))
      .filter(({ session }) => now - session.lastUsed <= this.times.idle)
  }

  async #makeRoom(owner: string): Promise<void> {
    const own = await this.#records.list('session', owner)
    const byAge = own.toSorted((a, b) => (a.expires ?? 0) - (b.expires ?? 0))
    for (const { id } of byAge.slice(0, Math.max(own.length - MAX_SESSIONS + 1, 0)))
      await this.#records.remove('session', id)
  }

  async #touch({ id, owner, expires, version }: StoredRecord, session: Session): Promise<void> {
    // Where another request has written it, or ended it, there is nothing to do.
    const value = JSON.stringify(session)
    await this.#records.put('session', id, { owner, value, ...(expires !== undefined && { expires }) }, version)
  }

  async #accountOf({ via, name }: Session): Promise<Account | undefined> {
    return via === 'link' ? undefined : await this.#accounts.get(name)
  }
}

const ownerOf = ({ name, via }: SessionOwner): string => (via === 'link' ? mailboxOwner(name) : accountId(name))

/** A clock that was set back by more than this makes sessions of the future, which end. */
const CLOCK_SLACK_MS = 300_000
