/** Greylisting (RFC 6647): the suspicious are asked to come back, as honest servers do (RFC 5321 §4.5.4.1) and most bots do not. */

import { identities, origin } from '../facts/identities.ts'
import { organisation } from '../facts/reputation.ts'
import { spf } from '../facts/spf/spf.ts'
import { senderTrust } from '../facts/trust.ts'
import { duration, oneOf, score } from '../model/checks.ts'
import type { Filter, PriorFindings } from '../model/filter.ts'
import { defer, type Finding } from '../model/finding.ts'
import { checked, relation, schemaOf } from '../model/options.ts'
import type { Message, Recipient, Transaction } from '../model/stage.ts'
import type { Add, Entry, Set as Put } from '../model/store.ts'
import { type Duration, toMilliseconds } from '../model/units.ts'
import { addressKey, mailboxOf } from '../net/path.ts'

export interface GreylistOptions {
  /**
   * When to ask: `rcpt` costs neither side a message, `message` knows the score of the content and who has signed.
   * @default 'rcpt'
   */
  readonly at?: 'rcpt' | 'message'
  /** Points, found by then, from which a message is suspicious; -Infinity to ask everybody. @default 1 */
  readonly from?: number
  /** Points from which it is not worth the waiting: the policy will see to it. @default Infinity */
  readonly to?: number
  /** How long a client is to wait before it comes back. @default '5m' */
  readonly wait?: Duration
  /** How long it is waited for. @default '2d' */
  readonly window?: Duration
  /** How long one that came back is known; begins anew with each message. @default '36d' */
  readonly known?: Duration
}

const FROM = 1
const TO = Number.POSITIVE_INFINITY
const WAIT = '5m'
const WINDOW = '2d'

const schema = schemaOf<GreylistOptions>(
  'greylist',
  {
    at: oneOf('rcpt', 'message'),
    from: score({ min: Number.NEGATIVE_INFINITY }),
    to: score({ max: Number.POSITIVE_INFINITY }),
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
        remedy: 'leave clients time to come back',
      },
  ),
)

/**
 * Defers (4.7.1) what is suspicious and new, and says when to come back. New is told by organisation, reverse-path and
 * forward-path: the organisation is what SPF proves (at `message`, what DKIM or DMARC proves), else the confirmed name of
 * the client, else its /24 or /64, so that the pools of large providers may retry from any of their addresses. Never asks
 * users who have authenticated, senders with a good record, nor where the client's address is unknown. Runs last, so that nobody waits for a recipient that is
 * not there.
 *
 * @throws PosternError when a duration or a score is wrong
 * @example
 * greylist({ from: 3, wait: '2m' })
 */
export function greylist(options: GreylistOptions = {}): Filter {
  const { at = 'rcpt', from = FROM, to = TO, wait = WAIT, window = WINDOW, known = '36d' } = checked(schema, options)
  const times: Times = {
    wait: toMilliseconds(wait),
    window: toMilliseconds(window),
    known: toMilliseconds(known),
  }

  const isAsked = async (context: Transaction, { score }: PriorFindings): Promise<boolean> =>
    context.ip !== undefined &&
    score >= from &&
    score < to &&
    context.user === undefined &&
    (await context.ask(senderTrust)) !== 'known'

  const examine = async (
    context: Transaction,
    who: string | undefined,
    paths: readonly string[],
  ): Promise<Finding | undefined> => {
    if (who === undefined) return undefined
    const keys = paths.map(path => keyOf(who, context.reversePath, path))
    const left = await context.callExternal(keys[0] ?? 'greylist', () => look(context, keys, times))
    return left > 0 ? pending(who, left) : undefined
  }
  return {
    name: 'greylist',
    checks: 'identity',
    order: 'late',
    ...(at === 'rcpt'
      ? {
          rcpt: async (recipient: Recipient, sofar: PriorFindings) =>
            (await isAsked(recipient, sofar)) &&
            examine(recipient, await organisationOf(recipient), [recipient.forwardPath]),
        }
      : {
          message: async (message: Message, sofar: PriorFindings) =>
            (await isAsked(message, sofar)) && examine(message, await signerOf(message), message.forwardPaths),
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
 * How long the client must still wait, in milliseconds. By the store's own time: what it says is left of an entry tells how
 * old it is, so that a wall clock that jumps lets nobody wait longer.
 */
async function look({ store }: Transaction, keys: readonly string[], { wait, window, known }: Times): Promise<number> {
  const adds = keys.map((key): Add => ({ op: 'add', key, value: WAITS, ttl: window }))
  const entries: readonly (Entry & { readonly added: boolean })[] = await store.run(adds)
  const waiting = entries.map(({ value, endsIn = window }) =>
    value === KNOWN ? 0 : Math.max(0, wait - Math.max(0, window - endsIn)),
  )
  const longest = Math.max(0, ...waiting)
  // Of a message with several recipients either all pass or none.
  const renewed = keys.filter((_, index) => longest === 0 && isDue(entries[index], known))
  if (renewed.length > 0) await store.run(renewed.map((key): Put => ({ op: 'set', key, value: KNOWN, ttl: known })))
  return longest
}

/** Once a day is enough to begin a time of weeks anew. */
const isDue = (entry: Entry | undefined, known: number): boolean =>
  entry?.value !== KNOWN || (entry.endsIn ?? 0) < known - Math.min(DAY, known / 2)
const DAY = 86_400_000

function pending(who: string, ms: number): Finding {
  const time = inWords(ms)
  return defer('4.7.1', `${who} is new to this recipient, and may come back in ${time}`, {
    replyText: `New sender for this recipient, try again in ${time}`,
  })
}

/** `5 minutes`, rounded up, so that nobody comes too early. */
function inWords(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  if (seconds < 100) return seconds === 1 ? '1 second' : `${seconds} seconds`
  const minutes = Math.ceil(seconds / 60)
  return minutes < 100 ? `${minutes} minutes` : `${Math.ceil(minutes / 60)} hours`
}

/** Who sends, as far as that is known before the message. */
async function organisationOf(transaction: Transaction): Promise<string | undefined> {
  const [sender, client] = await Promise.all([transaction.ask(spf), transaction.ask(origin)])
  if (sender.result === 'pass' && !sender.permissive) return organisation(sender.domain)
  return client.rdns ?? client.network
}

/** The same, with what the message proves. */
async function signerOf(message: Message): Promise<string | undefined> {
  const { author, dkim, spf, rdns, network } = await message.ask(identities)
  const domain = author ?? dkim[0] ?? spf
  return domain === undefined ? (rdns ?? network) : organisation(domain)
}

/** A space stands in none of the three but a quoted local-part, and there a client only fools itself. */
const keyOf = (who: string, reversePath: string, forwardPath: string): string =>
  `greylist:${who} ${senderKey(reversePath)} ${addressKey(mailboxOf(forwardPath))}`

/** Lists and bounces number their reverse-paths (VERP, BATV, SRS): the numbers are left out, what is after a + too. */
function senderKey(reversePath: string): string {
  const { local, domain } = mailboxOf(reversePath)
  const written = local.toLowerCase().slice(0, 64)
  const bare = written.replace(/^(?:prvs=[^=]{0,20}=|srs[01][=+-][^=]{0,20}=[^=]{0,20}=)/, '')
  const plus = bare.indexOf('+')
  return `${(plus > 0 ? bare.slice(0, plus) : bare).replace(/[0-9]+/g, '#')}@${domain}`
}
