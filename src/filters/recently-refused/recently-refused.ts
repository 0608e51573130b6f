/** Remembers who was refused for good, so that the next time costs an accept, a line and a close. */

import { spf } from '../../facts/spf/spf.ts'
import { addressTrust } from '../../facts/trust.ts'
import { duration, whole } from '../../model/checks.ts'
import type { Decision, Reply } from '../../model/decision.ts'
import type { Filter } from '../../model/filter.ts'
import { defer, type Finding, reject, type Status } from '../../model/finding.ts'
import type { Metric } from '../../model/metric.ts'
import { checked, schemaOf } from '../../model/options.ts'
import { type Services, systemClock } from '../../model/services.ts'
import { type Connection, chargeableAddress, type Transaction } from '../../model/stage.ts'
import { type Duration, toMilliseconds } from '../../model/units.ts'
import { networkOf } from '../../net/address.ts'
import { gauge } from '../../observe/observer.ts'
import { table } from './table.ts'

export interface RecentlyRefusedOptions {
  /** How long a client is remembered. @default '5m' */
  readonly ttl?: Duration
  /** How many are remembered at once. @default 50_000 */
  readonly entries?: number
  /** Sessions in a row that ended in a refusal, without one message accepted, after which a client is put off with 421. @default 20 */
  readonly refusals?: number
}

/** @internal */
export const recentlyRefusedSchema = schemaOf<RecentlyRefusedOptions>('recentlyRefused', {
  ttl: duration({ min: '1s' }),
  entries: whole({ min: 1, max: 10_000_000 }),
  refusals: whole({ min: 1 }),
})

interface Entry {
  readonly reply: Reply
  /** Why, for the operator. */
  readonly reason: string
  readonly since: number
  /** The client has heard it when it connected. Otherwise the policy wanted it told later, and only load changes that. */
  readonly announced: boolean
}

/** How often it is told how many were closed, while some are. */
const NOTICE_INTERVAL_MS = 60_000

/**
 * Remembers clients that were refused with certainty when they connected, and those whose sessions end in refusals again and
 * again. `protect` closes them before a session is opened; other hosts refuse them by this filter. Deferrals condemn nobody,
 * clients with a good record are never condemned, and a new gateway begins with nobody. IPv6 is remembered by /64.
 *
 * Who spoke before the greeting makes the next clients of its address wait (421), and shuts out nobody. Refusals that a domain
 * has caused for which SPF speaks are not charged to the address.
 *
 * What the policy wants to be told at RCPT is still told there, unless the load is amber or red.
 *
 * @throws PosternError when an option makes no sense
 */
export function recentlyRefused(options: RecentlyRefusedOptions = {}): Filter {
  const { ttl = '5m', entries = 50_000, refusals = 20 } = checked(recentlyRefusedSchema, options)
  const ms = toMilliseconds(ttl)
  const sentences = table<Entry>(entries, ms)
  const strikes = table<{ readonly count: number; readonly ref: string }>(entries, ms)
  let world: Pick<Services, 'clock' | 'notify'> & Partial<Pick<Services, 'load'>> = {
    clock: systemClock,
    notify: () => undefined,
  }
  let [closed, told] = [0, 0]
  let bell: (() => void) | undefined

  const find = (ip: string): Entry | undefined => {
    if (sentences.size === 0) return undefined
    const found = sentences.get(keyOf(ip), world.clock.monotonic())
    return found && (found.announced || (world.load && world.load.level !== 'green')) ? found : undefined
  }
  const tell = (): void => {
    bell = undefined
    const more = closed - told
    told = closed
    if (more === 0) return
    const reason = `${more} connections of clients that were refused before were closed at once; ${sentences.size} are remembered`
    world.notify({ code: 'recently-refused/closed', reason, level: 'info' })
    bell = world.clock.after(NOTICE_INTERVAL_MS, tell)
  }
  const condemn = (context: Client, sentence: Omit<Entry, 'since'>): void => {
    const put = () => {
      const now = world.clock.monotonic()
      sentences.put(keyOf(context.ip), { ...sentence, since: now }, now)
    }
    context.ask(addressTrust).then(
      trust => trust !== 'known' && put(),
      () => undefined,
    )
  }
  const strike = (context: Client): void => {
    const now = world.clock.monotonic()
    const key = keyOf(context.ip)
    const before = strikes.get(key, now)
    // Many recipients may be refused in one session.
    if (before?.ref === context.ref) return
    const count = (before?.count ?? 0) + 1
    strikes.put(key, { count, ref: context.ref }, now)
    if (count < refusals) return
    strikes.drop(key)
    const reason = `${count} sessions in a row ended in refusals, without a message that was accepted`
    condemn(context, { reply: temporaryReply(context.ref), reason, announced: true })
  }

  return {
    name: 'recently-refused',
    order: 'early',
    start: begun => {
      world = begun
      sentences.clear()
      strikes.clear()
    },
    stop: () => {
      bell?.()
      bell = undefined
    },
    precheck: ip => {
      const found = find(ip)
      if (found === undefined) return undefined
      closed += 1
      bell ??= world.clock.after(NOTICE_INTERVAL_MS, tell)
      return found.reply
    },
    connect: ({ ip }): Finding | undefined => {
      const found = ip === undefined ? undefined : find(ip)
      if (found === undefined) return undefined
      const ago = Math.round((world.clock.monotonic() - found.since) / 1000)
      const reason = `${ip} was refused ${ago} s ago: ${found.reason}`
      const { status, code } = found.reply
      return code >= 500
        ? reject(permanent(status), reason, AT_ONCE)
        : defer('4.7.0', reason, { ...AT_ONCE, replyText: 'Too many refusals, try again later' })
    },
    onDecision: (decision, context) => {
      const { stage, verdict, dryRun } = decision
      if (dryRun !== undefined || isInternal(decision) || !isKnown(context)) return
      if (stage === 'message' && (verdict === 'accept' || verdict === 'quarantine')) strikes.drop(keyOf(context.ip))
      if (verdict !== 'reject') return
      if (stage !== 'connect') return blame(context, () => strike(context))
      // Whoever spoke first has misbehaved; the others behind the same address have not, and may come again.
      if (context.spokeEarly) {
        const reason = `a client spoke before it was greeted: ${reasonOf(decision)}`
        return condemn(context, { reply: comeAgain(context.ref), reason, announced: true })
      }
      const spoken = decision.reply.code >= 500
      condemn(context, {
        reply: spoken ? decision.reply : permanentReply(context.ref),
        reason: reasonOf(decision),
        announced: spoken,
      })
    },
    metrics: (): readonly Metric[] => [
      gauge('postern_recently_refused', 'Clients that are remembered as refused.', sentences.size),
      {
        name: 'postern_recently_refused_closed_total',
        help: 'Connections that were closed at once, because their client was refused before.',
        type: 'counter',
        samples: [{ value: closed }],
      },
    ],
  }
}

/** A client that has an address to be remembered by. */
type Client = Connection & { readonly ip: string }
const isKnown = (context: Connection): context is Client => chargeableAddress(context) !== undefined

/** A refusal is the address's own unless a user or a domain that SPF proves has caused it. */
function blame(context: Connection, act: () => void): void {
  const transaction = 'reversePath' in context ? (context as Transaction) : undefined
  if (transaction === undefined) act()
  else if (transaction.user === undefined)
    transaction.ask(spf).then(({ result, identity, permissive }) => {
      if (result !== 'pass' || identity !== 'mailfrom' || permissive) act()
    }, act)
}

const AT_ONCE = { close: true } as const

/** A host behind IPv6 has a whole /64 to come from. */
const keyOf = (ip: string): string => (ip.includes(':') ? networkOf(ip) : ip)

const permanentReply = (ref: string): Reply => ({
  code: 554,
  status: '5.7.1',
  text: `Refused by policy ref=${ref}`,
  close: true,
})

const comeAgain = (ref: string): Reply => ({
  code: 421,
  status: '4.7.0',
  text: `Try again later ref=${ref}`,
  close: true,
})

const temporaryReply = (ref: string): Reply => ({
  code: 421,
  status: '4.7.0',
  text: `Too many refusals, try again later ref=${ref}`,
  close: true,
})

const permanent = (status: Status): Extract<Status, `5.${string}`> =>
  status.startsWith('5.') ? (status as Extract<Status, `5.${string}`>) : '5.7.1'

/** What this filter itself has said must not make its memory longer. */
const isInternal = ({ findings }: Decision): boolean => findings.some(({ rule }) => rule === 'recently-refused')

const reasonOf = ({ findings, score }: Decision): string =>
  findings.find(({ verdict }) => verdict === 'reject')?.reason ?? `a score of ${score}`
