/**
 * Greylisting (RFC 6647): suspicious clients are deferred; honest servers retry (RFC 5321 §4.5.4.1), most bots do not.
 */

import { organisationOf } from '../dns/organisation.ts'
import { identities, origin } from '../facts/identities.ts'
import { spf } from '../facts/spf/spf.ts'
import { senderTrust } from '../facts/trust.ts'
import { callback, duration, oneOf, score } from '../model/checks.ts'
import type { Filter, PriorFindings } from '../model/filter.ts'
import { defer, type Finding } from '../model/finding.ts'
import { checked, relation, schemaOf } from '../model/options.ts'
import type { Message, Recipient, Transaction } from '../model/stage.ts'
import type { Add, Entry, Get, Set as Put, Store } from '../model/store.ts'
import { type Duration, toMilliseconds } from '../model/units.ts'
import { addressKey, mailboxOf } from '../net/path.ts'
import { runLater } from '../store/batched.ts'

/** What `greylist` takes. */
export interface GreylistOptions {
  /**
   * The stage that defers: `rcpt` costs neither side a message, `message` knows the score of the content and the
   * signers. `both` defers at the first of them where the message is suspicious; who has come back passes the other.
   * @default 'rcpt'
   */
  readonly at?: 'rcpt' | 'message' | 'both'
  /** Points from which a message is suspicious; -Infinity for every message. @default 1 */
  readonly from?: number
  /** Points from which the message is not deferred, because the policy refuses it anyway. @default Infinity */
  readonly to?: number
  /**
   * Other bounds for a recipient in place of `from` and `to`; undefined where those apply. A message is deferred only
   * if it lies between the bounds of all its recipients: no recipient waits for what another one has.
   * @default those of all
   */
  readonly bounds?: (forwardPath: string) => GreylistBounds | undefined
  /** How long a client is to wait before it comes back. @default '5m' */
  readonly wait?: Duration
  /** How long after its first attempt a client may come back. @default '2d' */
  readonly window?: Duration
  /** How long a client that came back is known; begins again with each message. @default '36d' */
  readonly known?: Duration
}

/** Between which scores {@link greylist} defers. */
export interface GreylistBounds {
  /** Points from which a message is suspicious. */
  readonly from: number
  /** Points from which the message is not deferred, because the policy holds or refuses it anyway. */
  readonly to: number
}

const FROM = 1
const TO = Number.POSITIVE_INFINITY
const WAIT = '5m'
const WINDOW = '2d'

const schema = schemaOf<GreylistOptions>(
  'greylist',
  {
    at: oneOf('rcpt', 'message', 'both'),
    from: score({ min: Number.NEGATIVE_INFINITY }),
    to: score({ max: Number.POSITIVE_INFINITY }),
    bounds: callback(),
    wait: duration(),
    window: duration(),
    known: duration({ min: '1s' }),
  },
  relation(
    ['from', 'to'],
    ({ from = FROM, to = TO }) =>
      from >= to && { found: from, expected: `less than to, which is ${to}`, remedy: 'correct from or to' },
  ),
  relation(
    ['wait', 'window'],
    ({ wait = WAIT, window = WINDOW }) =>
      toMilliseconds(wait) >= toMilliseconds(window) && {
        found: wait,
        expected: `less than window, which is ${window}`,
        remedy: 'set window so that clients have time to come back',
      },
  ),
)

/**
 * Defers (4.7.1) mail that is suspicious and new, and says when to come back. A message is new by its organisation,
 * reverse-path and forward-path. The organisation is the domain that SPF proves (at `message`, DKIM or DMARC too), else
 * the confirmed name of the client, else its /24 or /64, so that large providers may retry from any of their addresses.
 * Authenticated users and senders with a good record are never deferred, nor are clients whose address is unknown. Runs
 * last, so that no client waits for a recipient that does not exist.
 *
 * @throws PosternError when a duration or a score is wrong
 * @example
 * greylist({ from: 3, wait: '2m' })
 */
export function greylist(options: GreylistOptions = {}): Filter {
  const {
    at = 'rcpt',
    from = FROM,
    to = TO,
    bounds,
    wait = WAIT,
    window = WINDOW,
    known = '36d',
  } = checked(schema, options)
  const times: Times = {
    wait: toMilliseconds(wait),
    window: toMilliseconds(window),
    known: toMilliseconds(known),
  }

  const all: GreylistBounds = { from, to }
  const isSuspicious = (context: Transaction, paths: readonly string[], { score }: PriorFindings): boolean =>
    context.ip !== undefined &&
    context.user === undefined &&
    paths.every(path => {
      const { from, to } = bounds?.(path) ?? all
      return score >= from && score < to
    })

  const examine = async (
    context: Transaction,
    sender: Promise<string | undefined>,
    paths: readonly string[],
  ): Promise<Finding | undefined> => {
    const isKnown = context.ask(senderTrust).then(trust => trust === 'known')
    // Awaited below, or not at all: a rejection without a handler would end the process.
    isKnown.catch(() => undefined)
    const who = await sender
    if (who === undefined || paths.length === 0) return undefined
    const keys = paths.map(path => keyOf(who, context.reversePath, path))
    const left = await context.callExternal(keys[0] ?? 'greylist', () => look(context, keys, isKnown, times))
    return left > 0 ? pending(who, left) : undefined
  }
  return {
    name: 'greylist',
    checks: 'identity',
    order: 'late',
    ...(at !== 'message' && {
      rcpt: async (recipient: Recipient, prior: PriorFindings) =>
        isSuspicious(recipient, [recipient.forwardPath], prior) &&
        examine(recipient, senderOf(recipient), [recipient.forwardPath]),
    }),
    ...(at !== 'rcpt' && {
      message: async (message: Message, prior: PriorFindings) =>
        isSuspicious(message, message.forwardPaths, prior) &&
        // The key of RCPT again, so that a client that has come back there is known.
        examine(message, at === 'both' ? senderOf(message) : signerOf(message), message.forwardPaths),
    }),
  }
}

interface Times {
  readonly wait: number
  readonly window: number
  readonly known: number
}

const WAITS = 'waits'
const KNOWN = 'known'

/**
 * How long the client must still wait, in milliseconds; 0 for a known one. Entries are read with the record of the
 * sender, in one round trip; one more makes those of a client that is new. The age of an entry follows from the time
 * that the store says is left of it, so that a wall clock that jumps makes no client wait longer.
 */
async function look(
  { store }: Transaction,
  keys: readonly string[],
  isKnown: Promise<boolean>,
  { wait, window, known }: Times,
): Promise<number> {
  const gets = keys.map((key): Get => ({ op: 'get', key }))
  const [present, isTrusted] = await Promise.all([store.run(gets), isKnown])
  if (isTrusted) return 0
  const entries = present.every(isEntry) ? present : await addAll(store, keys, window)
  const waiting = entries.map(({ value, endsIn = window }) =>
    value === KNOWN ? 0 : Math.max(0, wait - Math.max(0, window - endsIn)),
  )
  const longest = Math.max(0, ...waiting)
  // A message with several recipients passes for all of them or for none.
  const renewed = keys.filter((_, index) => longest === 0 && isDue(entries[index], known))
  if (renewed.length > 0) renew(store, renewed, known)
  return longest
}

const isEntry = (entry: Entry | undefined): entry is Entry => entry !== undefined

/** Another process may have added an entry meanwhile: then that one counts. */
const addAll = async (store: Store, keys: readonly string[], ttl: number): Promise<readonly Entry[]> =>
  await store.run(keys.map((key): Add => ({ op: 'add', key, value: WAITS, ttl })))

/** No reply waits for this: an entry that could not be renewed is as old as before, and lets the client pass. */
function renew(store: Store, keys: readonly string[], ttl: number): void {
  const puts = keys.map((key): Put => ({ op: 'set', key, value: KNOWN, ttl }))
  runLater(store, puts).catch(() => undefined)
}

/** A time of weeks is renewed once a day at most. */
const isDue = (entry: Entry | undefined, known: number): boolean =>
  entry?.value !== KNOWN || (entry.endsIn ?? 0) < known - Math.min(DAY, known / 2)
const DAY = 86_400_000

function pending(who: string, ms: number): Finding {
  const time = describeTime(ms)
  return defer('4.7.1', `${who} is new to this recipient, and may come back in ${time}`, {
    replyText: `New sender for this recipient, try again in ${time}`,
  })
}

/** `5 minutes`, rounded up, so that no client comes too early. */
function describeTime(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  if (seconds < 100) return seconds === 1 ? '1 second' : `${seconds} seconds`
  const minutes = Math.ceil(seconds / 60)
  return minutes < 100 ? `${minutes} minutes` : `${Math.ceil(minutes / 60)} hours`
}

/** The organisation that sends, as far as it is known before the message. */
async function senderOf(transaction: Transaction): Promise<string | undefined> {
  const [sender, client] = await Promise.all([transaction.ask(spf), transaction.ask(origin)])
  if (sender.result === 'pass' && !sender.permissive) return organisationOf(sender.domain)
  return client.rdns ?? client.network
}

/** The organisation that sends, with what the message proves. */
async function signerOf(message: Message): Promise<string | undefined> {
  const { author, dkim, spf, rdns, network } = await message.ask(identities)
  const domain = author ?? dkim[0] ?? spf
  return domain === undefined ? (rdns ?? network) : organisationOf(domain)
}

/** Only a quoted local-part may contain a space; with one a client only mixes up its own keys. */
const keyOf = (who: string, reversePath: string, forwardPath: string): string =>
  `greylist:${who} ${senderKey(reversePath)} ${addressKey(mailboxOf(forwardPath))}`

/** Lists and bounces number their reverse-paths (VERP, BATV, SRS): numbers are left out, and so is a part after a +. */
function senderKey(reversePath: string): string {
  const { local, domain } = mailboxOf(reversePath)
  const written = local.toLowerCase().slice(0, 64)
  const bare = written.replace(/^(?:prvs=[^=]{0,20}=|srs[01][=+-][^=]{0,20}=[^=]{0,20}=)/, '')
  const plus = bare.indexOf('+')
  return `${(plus > 0 ? bare.slice(0, plus) : bare).replace(/[0-9]+/g, '#')}@${domain}`
}
