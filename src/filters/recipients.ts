/**
 * Relay control and recipients: no relay for unauthenticated clients, no unknown recipients, not too many, no guessing.
 */
import { callback, duration, flag, oneOf, text, whole } from '../model/checks.ts'
import type { Filter } from '../model/filter.ts'
import { defer, type Finding, type Findings, reject } from '../model/finding.ts'
import { checked, either, list, object, schemaOf } from '../model/options.ts'
import type { Notice } from '../model/services.ts'
import type { Recipient } from '../model/stage.ts'
import type { Store } from '../model/store.ts'
import { type Duration, toMilliseconds } from '../model/units.ts'
import { domainPattern, readable } from '../net/checks.ts'
import { findName, readMailbox, readName } from '../net/names.ts'
import type { TextProblem } from '../net/networks.ts'
import { addressKey, type Mailbox, mailboxOf } from '../net/path.ts'
import { memoryStore } from '../store/memory.ts'

/** Says whether a mailbox receives mail. `address` is in lower case unless `caseSensitive` is set. */
export type IsValid = (address: string, recipient: Recipient) => boolean | Promise<boolean>

/** What `recipients` takes. */
export interface RecipientsOptions {
  /**
   * Valid recipients: addresses, `@domain` for all of a domain, or a function that may ask a directory. It is asked
   * only for the domains in `domains`, if they are given. When it fails, so does the filter.
   * @default all
   */
  readonly valid?: readonly string[] | IsValid
  /**
   * The domains that receive mail here, `.example.org` for all subdomains. Only authenticated users may send to others.
   * @default all
   */
  readonly domains?: readonly string[]
  /** Whether `Bob@` and `bob@` are different. @default false */
  readonly caseSensitive?: boolean
  /**
   * How long the answers of a function are cached in the gateway's store, and under which name: gateways that share a
   * store but not a directory need different names.
   * @default '1h' if known, '5m' if unknown, under 'recipients'
   */
  readonly cache?: { readonly known?: Duration; readonly unknown?: Duration; readonly name?: string }
  /**
   * Recipients of one transaction; further ones are deferred to another transaction (RFC 5321 §4.5.3.1.8 demands 100).
   * @default 100
   */
  readonly max?: number
  /**
   * Refused recipients of one connection after which it is closed. Authenticated users are not limited.
   * @default 10
   */
  readonly maxInvalidRecipients?: number
  /**
   * What becomes of local-parts that a program behind us may interpret as a pipe, a file, an option or an expansion:
   * `|id`, `-f`.
   * @default 'reject'
   */
  readonly unsafe?: 'reject' | 'pass'
  /** What it means when `valid` fails or is too slow. @default 'defer' */
  readonly failure?: 'pass' | 'defer'
}

/** @internal */
export const recipientsSchema = schemaOf<RecipientsOptions>('recipients', {
  valid: either('an array of addresses, or a function', found =>
    typeof found === 'function'
      ? callback()
      : list(readable('an address such as bob@example.org', readEntry), 'addresses'),
  ),
  domains: list(domainPattern(), 'domains', { min: 1 }),
  caseSensitive: flag(),
  cache: object<NonNullable<RecipientsOptions['cache']>>(
    { known: duration(), unknown: duration(), name: text('a name', { max: 64 }) },
    'cache',
  ),
  max: whole({ min: 1 }),
  maxInvalidRecipients: whole({ min: 1 }),
  unsafe: oneOf('reject', 'pass'),
  failure: oneOf('pass', 'defer'),
})

/**
 * Judges recipients at `rcpt`. A list costs no time; a function is asked once for each address while its answer is
 * cached.
 *
 * @throws PosternError naming every wrong entry
 * @example
 * const mailboxes = new Set(['alice@example.org', 'bob@example.org'])
 * recipients({ domains: ['example.org'], valid: address => mailboxes.has(address) })
 */
export function recipients(options: RecipientsOptions = {}): Filter {
  return new RecipientRules(checked(recipientsSchema, options)).filter()
}

class RecipientRules {
  readonly #max: number
  readonly #maxInvalid: number
  readonly #unsafe: NonNullable<RecipientsOptions['unsafe']>
  readonly #failure: NonNullable<RecipientsOptions['failure']>
  readonly #caseSensitive: boolean
  readonly #served: ReadonlyMap<string, true> | undefined
  readonly #listed: ((mailbox: Mailbox) => boolean) | undefined
  readonly #directory: Directory | undefined
  /** Refused recipients of open sessions. The bound is for hosts that do not report the end of sessions. */
  readonly #refusals = memoryStore({ entries: 100_000 })

  constructor(options: RecipientsOptions) {
    const { valid, domains, caseSensitive = false, cache = {}, unsafe = 'reject', failure = 'defer' } = options
    const { max = 100, maxInvalidRecipients = 10 } = options
    this.#max = max
    this.#maxInvalid = maxInvalidRecipients
    this.#unsafe = unsafe
    this.#failure = failure
    this.#caseSensitive = caseSensitive
    this.#served = domains && readAll(domains, readName)
    this.#listed = typeof valid === 'function' || !valid ? undefined : readValid(valid, caseSensitive)
    this.#directory = typeof valid === 'function' ? new Directory(valid, cache) : undefined
  }

  filter(): Filter {
    return {
      name: 'recipients',
      required: 'without it the server is an open relay',
      failure: this.#failure,
      ...(!this.#served &&
        !this.#listed && { start: ({ notify }) => notify(openRelay(this.#directory !== undefined)) }),
      rcpt: recipient => this.#tooMany(recipient) ?? this.#judge(recipient),
      onClose: ({ ref }) => {
        this.#refusals.run([{ op: 'delete', key: ref }])
      },
    }
  }

  #tooMany({ accepted, ip, ref, user }: Recipient): Finding | undefined {
    if (accepted >= this.#max) {
      const reason = `this transaction has ${accepted} recipients already; the maximum is ${this.#max}`
      return defer('4.5.3', reason, { rule: 'too-many' })
    }
    if (user !== undefined) return undefined
    const [{ count }] = this.#refusals.run([{ op: 'increment', key: ref, by: 0, ttl: 0 }])
    if (count < this.#maxInvalid) return undefined
    const who = ip ?? 'the client'
    const reason = `${who} has named ${count} recipients that were refused; the maximum is ${this.#maxInvalid}`
    const replyText = 'Too many unknown recipients, try again later'
    return defer('4.7.0', reason, { rule: 'max-invalid-recipients', replyText, close: true })
  }

  #judge(recipient: Recipient): Findings | Promise<Findings> {
    const { forwardPath, user } = recipient
    const mailbox = mailboxOf(forwardPath)
    if (isPostmaster(mailbox)) return undefined
    const isOurs = !this.#served || findName(this.#served, mailbox.domain)
    if (this.#unsafe === 'reject' && (isOurs || user === undefined) && isUnsafe(mailbox)) {
      const reason = `${brief(forwardPath)} may be interpreted as a program or a file`
      return this.#refuse(recipient, reject('5.1.3', reason, UNSAFE))
    }
    if (!isOurs) return user === undefined && this.#refuse(recipient, relayDenied(forwardPath))
    if (this.#served && user === undefined && isSourceRouted(mailbox))
      return this.#refuse(recipient, relayDenied(forwardPath))
    if (this.#listed) return !this.#listed(mailbox) && this.#refuseUnknown(recipient)
    const directory = this.#directory
    if (directory === undefined) return undefined
    const address = addressKey(mailbox, { caseSensitive: this.#caseSensitive })
    return recipient
      .callExternal(`recipients:${address}`, () => directory.has(address, recipient))
      .then(isKnown => !isKnown && this.#refuseUnknown(recipient))
  }

  #refuseUnknown(recipient: Recipient): Finding {
    const reason = `there is no mailbox for ${brief(recipient.forwardPath)}`
    return this.#refuse(recipient, reject('5.1.1', reason, { rule: 'unknown' }))
  }

  #refuse({ ref, user }: Recipient, finding: Finding): Finding {
    if (user === undefined) this.#refusals.run([{ op: 'increment', key: ref, by: 1, ttl: 0 }])
    return finding
  }
}

/** A directory of recipients that is asked once for each address while its answer is cached. */
class Directory {
  readonly #ask: IsValid
  readonly #name: string
  readonly #ttls: Readonly<Record<'known' | 'unknown', number>>

  constructor(
    ask: IsValid,
    { known = '1h', unknown = '5m', name = 'recipients' }: NonNullable<RecipientsOptions['cache']>,
  ) {
    this.#ask = ask
    this.#name = name
    this.#ttls = { known: toMilliseconds(known), unknown: toMilliseconds(unknown) }
  }

  async has(address: string, recipient: Recipient): Promise<boolean> {
    const key = `${this.#name}:${address}`
    const cached = await recall(recipient.store, key)
    if (cached !== undefined) return cached === 'known'
    const ask = this.#ask
    const answer: unknown = await ask(address, recipient)
    // A directory that answers with something else must not make all recipients unknown.
    if (typeof answer !== 'boolean')
      throw new TypeError(`valid answered ${String(answer)} for ${address}, neither true nor false`)
    const word = answer ? 'known' : 'unknown'
    if (this.#ttls[word] > 0) await remember(recipient.store, key, word, this.#ttls[word])
    return answer
  }
}

/** Mail for every domain is accepted, unless the host itself refuses other domains. */
const openRelay = (asks: boolean): Notice => ({
  code: 'recipients/all-domains',
  reason:
    `recipients({ domains }) is not given: ${asks ? 'valid is asked about addresses of' : 'mail is accepted for'} every ` +
    'domain, and a host that delivers it elsewhere is an open relay. Name the domains that receive mail here',
  level: 'warning',
})

/** A store that fails costs a query of the directory, and no mail. */
async function recall(store: Store, key: string): Promise<string | undefined> {
  try {
    const [entry] = await store.run([{ op: 'get', key }])
    return entry?.value
  } catch {
    return undefined
  }
}

async function remember(store: Store, key: string, value: string, ttl: number): Promise<void> {
  try {
    await store.run([{ op: 'set', key, value, ttl }])
  } catch {
    // The directory is asked again next time.
  }
}

const UNSAFE = { rule: 'unsafe', replyText: 'Recipient address not allowed' } as const

/**
 * What a program behind us may interpret as a pipe, a file, an option or an expansion (`|id`, `/etc/x`, `-f`,
 * `:include:`, `${run{…}}`), quoted or not.
 */
const isUnsafe = ({ local }: Mailbox): boolean => /^\s*[|/\\:-]|[\0-\x1f\x7f`]|\$[({]/.test(local)

const relayDenied = (forwardPath: string): Finding =>
  reject('5.7.1', `${brief(forwardPath)} is not in a domain of ours, and the client has not authenticated`, {
    rule: 'relay',
  })

/** RFC 5321 §4.5.1: `<postmaster>` without a domain is always a recipient. */
const isPostmaster = ({ local, domain }: Mailbox): boolean => domain === '' && local.toLowerCase() === 'postmaster'

/** `bob%example.com@ours`, `example.com!bob@ours`, `"bob@example.com"@ours`: they ask the next host to relay. */
const isSourceRouted = ({ local }: Mailbox): boolean => /[@%!]/.test(local)

/** RFC 5321 §4.5.3.1.3: a path has at most 256 bytes. */
const brief = (path: string): string => (path.length > 256 ? `${path.slice(0, 256)}…` : path)

/** Entries that cannot be read were refused when the options were checked. */
function readAll(texts: readonly string[], read: (text: string) => string | TextProblem): ReadonlyMap<string, true> {
  const keys = texts.map(read).filter(key => typeof key === 'string')
  return new Map(keys.map(key => [key, true]))
}

// `@example.org` is the key `example.org`; all other keys contain an @.
const readEntry = (text: string, caseSensitive = false): string | TextProblem =>
  text.startsWith('@') ? readName(text.slice(1)) : readMailbox(text, { caseSensitive })

function readValid(valid: readonly string[], caseSensitive: boolean): (mailbox: Mailbox) => boolean {
  const map = readAll(valid, text => readEntry(text, caseSensitive))
  return mailbox => map.has(addressKey(mailbox, { caseSensitive })) || findName(map, mailbox.domain) === true
}
