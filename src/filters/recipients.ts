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
 * recipients({ domains: ['example.org'], valid: address => directory.has(address) })
 */
export function recipients(options: RecipientsOptions = {}): Filter {
  const {
    valid,
    domains,
    caseSensitive = false,
    cache = {},
    max = 100,
    maxInvalidRecipients = 10,
    unsafe = 'reject',
    failure = 'defer',
  } = checked(recipientsSchema, options)
  const { known: knownFor = '1h', unknown: unknownFor = '5m', name = 'recipients' } = cache
  const served = domains && readAll(domains, readName)
  const listed = typeof valid === 'function' || !valid ? undefined : readValid(valid, caseSensitive)
  const ttls = { known: toMilliseconds(knownFor), unknown: toMilliseconds(unknownFor) }

  const isKnown = async (address: string, recipient: Recipient, ask: IsValid): Promise<boolean> => {
    const key = `${name}:${address}`
    const cached = await recall(recipient.store, key)
    if (cached !== undefined) return cached === 'known'
    const answer: unknown = await ask(address, recipient)
    // A directory that answers with something else must not make all recipients unknown.
    if (typeof answer !== 'boolean')
      throw new TypeError(`valid answered ${String(answer)} for ${address}, neither true nor false`)
    const word = answer ? 'known' : 'unknown'
    if (ttls[word] > 0) await remember(recipient.store, key, word, ttls[word])
    return answer
  }

  // For open sessions. The bound is for hosts that do not report the end of sessions.
  const refusals = memoryStore({ entries: 100_000 })
  const refused = ({ ref, user }: Recipient, finding: Finding): Finding => {
    if (user === undefined) refusals.run([{ op: 'increment', key: ref, by: 1, ttl: 0 }])
    return finding
  }
  const unknown = (recipient: Recipient): Finding =>
    refused(recipient, reject('5.1.1', `there is no mailbox for ${brief(recipient.forwardPath)}`, { rule: 'unknown' }))

  return {
    name: 'recipients',
    required: 'without it the server is an open relay',
    failure,
    ...(!served && !listed && { start: ({ notify }) => notify(open(valid !== undefined)) }),
    rcpt: (recipient): Findings | Promise<Findings> => {
      const { accepted, forwardPath, ip, ref, user } = recipient
      if (accepted >= max)
        return defer('4.5.3', `this transaction has ${accepted} recipients already; the maximum is ${max}`, {
          rule: 'too-many',
        })
      const count = user === undefined ? refusals.run([{ op: 'increment', key: ref, by: 0, ttl: 0 }])[0].count : 0
      if (count >= maxInvalidRecipients)
        return defer(
          '4.7.0',
          `${ip ?? 'the client'} has named ${count} recipients that were refused; the maximum is ${maxInvalidRecipients}`,
          {
            rule: 'max-invalid-recipients',
            replyText: 'Too many unknown recipients, try again later',
            close: true,
          },
        )
      const mailbox = mailboxOf(forwardPath)
      if (isPostmaster(mailbox)) return
      const isOurs = !served || findName(served, mailbox.domain)
      if (unsafe === 'reject' && (isOurs || user === undefined) && isUnsafe(mailbox))
        return refused(
          recipient,
          reject('5.1.3', `${brief(forwardPath)} may be interpreted as a program or a file`, UNSAFE),
        )
      if (!isOurs) return user === undefined && refused(recipient, relayDenied(forwardPath))
      if (served && user === undefined && isSourceRouted(mailbox)) return refused(recipient, relayDenied(forwardPath))
      if (listed) return !listed(mailbox) && unknown(recipient)
      if (typeof valid !== 'function') return
      const address = addressKey(mailbox, { caseSensitive })
      return recipient
        .callExternal(`recipients:${address}`, () => isKnown(address, recipient, valid))
        .then(known => !known && unknown(recipient))
    },
    onClose: ({ ref }) => {
      refusals.run([{ op: 'delete', key: ref }])
    },
  }
}

/** Mail for every domain is accepted, unless the host itself refuses other domains. */
const open = (asks: boolean): Notice => ({
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
 * `:include:`,
 * `${run{…}}`), quoted or not.
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
