/**
 * Remembers clients that were refused with certainty, so that their next attempt costs an accept, a line and a close.
 */

import { spf } from '../../facts/spf/spf.ts'
import { duration, whole } from '../../model/checks.ts'
import type { Decision } from '../../model/decision.ts'
import type { Filter } from '../../model/filter.ts'
import { defer, type Finding, reject } from '../../model/finding.ts'
import type { Metric } from '../../model/metric.ts'
import { checked, schemaOf } from '../../model/options.ts'
import { type Connection, chargeableAddress, type Transaction } from '../../model/stage.ts'
import { type Duration, toMilliseconds } from '../../model/units.ts'
import { gauge } from '../../observe/observer.ts'
import { type Entry, type KnownClient, RefusalCache } from './refusal-cache.ts'
import { permanentReply, permanentStatus, temporaryReply } from './replies.ts'

/** What `recentlyRefused` takes. */
export interface RecentlyRefusedOptions {
  /** How long a client is remembered. @default '5m' */
  readonly ttl?: Duration
  /** The maximum number of remembered clients. @default 50_000 */
  readonly entries?: number
  /** Sessions in a row that end in a refusal without an accepted message, after which a client gets 421. @default 20 */
  readonly refusals?: number
}

/** @internal */
export const recentlyRefusedSchema = schemaOf<RecentlyRefusedOptions>('recentlyRefused', {
  ttl: duration({ min: '1s' }),
  entries: whole({ min: 1, max: 10_000_000 }),
  refusals: whole({ min: 1 }),
})

/**
 * Remembers clients that were refused with certainty at `connect`, and clients whose sessions end in refusals again and
 * again. `protect` closes their connections before a session is opened; other hosts refuse them by this filter. A
 * deferral is not remembered, nor is a client with a good record, and a new gateway begins without entries. IPv6
 * clients are remembered by their /64.
 *
 * A client that sent before the greeting makes the next clients of its address wait (421) and blocks none of them.
 * Refusals of a domain that SPF proves are not charged to the address.
 *
 * A refusal that the policy delays until RCPT is still delayed, unless the load is amber or red.
 *
 * @throws PosternError when an option is wrong
 * @example
 * postern({ filters: [recentlyRefused({ ttl: '10m' }), ...recommended({ domains: ['example.org'] })] })
 */
export function recentlyRefused(options: RecentlyRefusedOptions = {}): Filter {
  const { ttl = '5m', entries = 50_000, refusals = 20 } = checked(recentlyRefusedSchema, options)
  const cache = new RefusalCache({ entries, ttl: toMilliseconds(ttl) }, refusals)

  return {
    name: 'recently-refused',
    order: 'early',
    start: services => cache.start(services),
    stop: () => cache.stop(),
    precheck: ip => cache.close(ip)?.reply,
    connect: ({ ip }): Finding | undefined => {
      const found = ip === undefined ? undefined : cache.find(ip)
      if (found === undefined) return undefined
      const reason = `${ip} was refused ${cache.age(found)} s ago: ${found.reason}`
      const { status, code } = found.reply
      return code >= 500
        ? reject(permanentStatus(status), reason, { close: true })
        : defer('4.7.0', reason, { close: true, replyText: 'Too many refusals, try again later' })
    },
    onDecision: (decision, context) => {
      if (decision.dryRun === undefined && !isInternal(decision) && isKnown(context)) observe(cache, decision, context)
    },
    metrics: (): readonly Metric[] => [
      gauge('postern_recently_refused', 'Clients that are remembered as refused.', cache.size),
      {
        name: 'postern_recently_refused_closed_total',
        help: 'Connections that were closed at once, because their client was refused before.',
        type: 'counter',
        samples: [{ value: cache.closed }],
      },
    ],
  }
}

function observe(cache: RefusalCache, decision: Decision, client: KnownClient): void {
  const { stage, verdict } = decision
  if (stage === 'message' && (verdict === 'accept' || verdict === 'quarantine')) cache.clearStrikes(client)
  if (verdict !== 'reject') return
  if (stage === 'connect') cache.remember(client, entryOf(decision, client))
  else unlessProvenOther(client, () => cache.strike(client))
}

function entryOf(decision: Decision, { ref, spokeEarly }: KnownClient): Omit<Entry, 'since'> {
  const [reason, announced] = [reasonOf(decision), decision.reply.code >= 500]
  // Other clients behind the same address did not send early: they may come again.
  if (spokeEarly) {
    const reply = temporaryReply(ref, 'Try again later')
    return { reply, reason: `a client sent before the greeting: ${reason}`, announced: true }
  }
  return { reply: announced ? decision.reply : permanentReply(ref), reason, announced }
}

const isKnown = (context: Connection): context is KnownClient => chargeableAddress(context) !== undefined

/** A refusal is charged to the address unless a user, or a domain that SPF proves, has caused it. */
function unlessProvenOther(context: Connection, act: () => void): void {
  const transaction = 'reversePath' in context ? (context as Transaction) : undefined
  if (transaction === undefined) act()
  else if (transaction.user === undefined)
    transaction.ask(spf).then(({ result, identity, permissive }) => {
      if (result !== 'pass' || identity !== 'mailfrom' || permissive) act()
    }, act)
}

/** A refusal by this filter must not make its own memory longer. */
const isInternal = ({ findings }: Decision): boolean => findings.some(({ rule }) => rule === 'recently-refused')

const reasonOf = ({ findings, score }: Decision): string =>
  findings.find(({ verdict }) => verdict === 'reject')?.reason ?? `a score of ${score}`
