/**
 * Limits on how much one client, network, domain or recipient may do.
 *
 * Windows are fixed: a window begins with its first event and ends `within` later, so that up to twice the limit can
 * pass around its end.
 */
import { callback, duration, oneOf, whole } from '../../model/checks.ts'
import type { Filter } from '../../model/filter.ts'
import { defer, type Finding } from '../../model/finding.ts'
import { type MaybePromise, thenSync } from '../../model/maybe-promise.ts'
import { checked, list, object, required, schemaOf } from '../../model/options.ts'
import { callDirectly } from '../../model/services.ts'
import type { Connection } from '../../model/stage.ts'
import { type Duration, toMilliseconds } from '../../model/units.ts'
import type { Limiter, LimiterSpec } from '../../store/limiter.ts'
import { inBackground } from '../background.ts'
import { type Counters, HostCounters, StoreCounters } from './counters.ts'
import type { Charge, Charges, Limit, Prefixes } from './limit.ts'
import { limitCheck, type Plan, plansOf } from './plan.ts'
import { adopted, type Spent } from './spent.ts'

/** What `rateLimit` takes. */
export interface RateLimitOptions {
  /** What is limited, to whom it is charged, how much and for how long. Every limit that applies is counted. */
  readonly limits: readonly Limit[]
  /**
   * Makes a limiter that counts in place of the gateway's store:
   * `spec => new RateLimiterRedis({ ...spec, storeClient })`. While it fails, or takes over 100 ms, counts go on in
   * memory.
   * @default the gateway's store
   */
  readonly limiter?: (spec: LimiterSpec) => Limiter | Promise<Limiter>
  /** Prefix lengths of what `network` means. @default { v4: 24, v6: 64 } */
  readonly networks?: Prefixes
  /** How long counting may take before it has failed. @default '500ms' */
  readonly deadline?: Duration
  /** What a failure to count means: the limiter cannot be made, or a store without fallback fails. @default 'pass' */
  readonly failure?: 'pass' | 'defer'
}

/** @internal */
export const rateLimitSchema = schemaOf<RateLimitOptions>('rateLimit', {
  limits: required(list(limitCheck, 'limits')),
  limiter: callback(),
  networks: object<Prefixes>({ v4: whole({ max: 32 }), v6: whole({ max: 128 }) }, 'prefix lengths'),
  deadline: duration({ min: '1ms' }),
  failure: oneOf('pass', 'defer'),
})

/** Milliseconds that mail waits for a limiter of the host. */
const MAX_WAIT_MS = 100

/**
 * Defers (4.7.0) what is over a limit, and disconnects (421) a client that is over its connections or failures.
 *
 * @throws PosternError naming every mistake in `limits`.
 * @example
 * rateLimit({ limits: [{ what: 'connections', per: 'network', limit: 30, within: '1m' }] })
 */
export function rateLimit(options: RateLimitOptions): Filter {
  const { limits, limiter, networks = {}, deadline = '500ms', failure = 'pass' } = checked(rateLimitSchema, options)
  const plans = plansOf(limits, networks)
  const timeout = Math.min(toMilliseconds(deadline) / 2, MAX_WAIT_MS)
  const counters = limiter ? new HostCounters(plans, limiter, timeout) : new StoreCounters(plans)

  const [onConnect, mail, rcpt] = [
    stage(plans, counters, ({ connect }) => connect),
    stage(plans, counters, charges => charges.mail),
    stage(plans, counters, charges => charges.rcpt),
  ]
  const [header, message, refused] = [
    stage(plans, counters, charges => charges.header),
    stage(plans, counters, charges => charges.message),
    stage(plans, counters, charges => charges.refused),
  ]
  const connect = limiter ? onConnect : withLookAhead(plans, counters, onConnect)
  return {
    name: 'rate-limit',
    order: 'early',
    failure,
    deadline,
    ...(connect && { connect }),
    ...(mail && { mail }),
    ...(rcpt && { rcpt }),
    ...(header && { header }),
    ...(message && { message }),
    ...(refused && {
      onDecision: inBackground(async ({ verdict }, context) => verdict === 'reject' && refused(context)),
    }),
  }
}

type Stage<C> = (context: C) => MaybePromise<readonly (Finding | undefined)[]>

/** The method for one stage, if any limit charges at it. */
function stage<C extends Connection>(
  plans: readonly Plan[],
  counters: Counters,
  pick: (charges: Charges) => Charge<C> | readonly Charge<C>[] | undefined,
): Stage<C> | undefined {
  const concerned = plans.flatMap((plan, index) => {
    const charges: readonly Charge<C>[] = [pick(plan.charges) ?? []].flat()
    return charges.map(charge => ({ plan, index, charge }))
  })
  if (concerned.length === 0) return undefined
  const one = (context: C, { plan, index, charge }: Concerned<C>): MaybePromise<Finding | undefined> =>
    thenSync(adopted(charge.keyOf(context)), key => {
      if (key === undefined) return undefined
      const spend = () => counters.spend(context, index, key, charge.cost(context))
      // Where nothing records calls, an answer that is there at once needs no promise.
      const spent =
        context.callExternal === callDirectly
          ? spend()
          : context.callExternal(`rate-limit:${plan.spec.keyPrefix}:${key}`, async () => await spend())
      return thenSync(spent, count => {
        if (!count.over) return undefined
        const found = overLimit(plan, { key, ...count }, charge.closes === true)
        if (charge.exempt === undefined) return found
        return charge.exempt(context).then(isExempt => (isExempt === true ? undefined : found))
      })
    })
  return context => {
    const found = concerned.map(each => one(context, each))
    // Counts in memory are there at once: promises would cost four times as much as the counting.
    return found.some(isPromise) ? Promise.all(found) : (found as readonly (Finding | undefined)[])
  }
}

interface Concerned<C> {
  readonly plan: Plan
  readonly index: number
  readonly charge: Charge<C>
}

const isPromise = (value: unknown): boolean => value instanceof Promise

/** Reads at `connect` the counts that later stages need, where a store in another process makes that worth it. */
function withLookAhead(
  plans: readonly Plan[],
  counters: Counters,
  connect: Stage<Connection> | undefined,
): Stage<Connection> | undefined {
  const ahead = plans.flatMap(({ charges }, index) => (charges.ahead ? [{ index, charge: charges.ahead }] : []))
  if (ahead.length === 0) return connect
  const lookAhead = async (connection: Connection): Promise<void> => {
    for (const { index, charge } of ahead) {
      const key = await charge.keyOf(connection)
      // A failure here comes again, and is named, at the stage that counts.
      if (key !== undefined) Promise.resolve(counters.spend(connection, index, key, 0)).catch(() => undefined)
    }
  }
  return connection => {
    if (connection.store.later === undefined) return connect?.(connection) ?? []
    return Promise.all([lookAhead(connection), connect?.(connection)]).then(([, found = []]) => found)
  }
}

function overLimit(
  { what, within, spec }: Plan,
  { key, count, endsIn }: Spent & { readonly key: string },
  close: boolean,
): Finding {
  const ends = endsIn < 0 ? 'does not end by itself' : `ends in ${Math.ceil(endsIn / 1000)} s`
  // A limiter that blocks a key by itself does not say how often it was used.
  const used = count > spec.points ? `${count} ${what}` : `more ${what} than it may`
  const reason = `${key.slice(0, 256)} has ${used} within ${within}; the limit is ${spec.points} and the window ${ends}`
  return defer('4.7.0', reason, {
    rule: what,
    replyText: `Too many ${what}, try again later`,
    ...(close && { close: true }),
  })
}
