/**
 * How much one client, network, domain or recipient may do in a while.
 *
 * Windows are fixed: one begins with its first event and ends `within` later, so that up to twice the limit can pass
 * around its end.
 */
import { callback, duration, oneOf, whole } from '../../model/checks.ts'
import type { Decision } from '../../model/decision.ts'
import type { Filter } from '../../model/filter.ts'
import { defer, type Finding } from '../../model/finding.ts'
import { checked, list, object, required, schemaOf } from '../../model/options.ts'
import type { Connection } from '../../model/stage.ts'
import { type Duration, toMilliseconds } from '../../model/units.ts'
import type { Limiter, LimiterSpec } from '../../store/limiter.ts'
import type { Charge, Charges, Limit, Prefixes } from './limit.ts'
import { limitCheck, type Plan, plansOf } from './plan.ts'
import { type Spent, spendOnOwn, spendOnStore } from './spend.ts'

export interface RateLimitOptions {
  /** What is limited, to whom it is charged, how much and for how long. All that apply are counted. */
  readonly limits: readonly Limit[]
  /**
   * Makes what counts, if that shall not be the gateway's store: `spec => new RateLimiterRedis({ ...spec, storeClient })`.
   * While it fails, or takes over 100 ms, counts go on in memory.
   * @default the gateway's store
   */
  readonly limiter?: (spec: LimiterSpec) => Limiter | Promise<Limiter>
  /** Prefix lengths of what `network` means. @default { v4: 24, v6: 64 } */
  readonly networks?: Prefixes
  /** How long counting may take before it has failed. @default '500ms' */
  readonly deadline?: Duration
  /** What it means when nothing counts: a limiter that cannot be made, a store that nobody insures. @default 'pass' */
  readonly failure?: 'pass' | 'defer'
}

const schema = schemaOf<RateLimitOptions>('rateLimit', {
  limits: required(list(limitCheck, 'limits')),
  limiter: callback(),
  networks: object<Prefixes>({ v4: whole({ max: 32 }), v6: whole({ max: 128 }) }, 'prefix lengths'),
  deadline: duration({ min: '1ms' }),
  failure: oneOf('pass', 'defer'),
})

// Refusals are counted behind the dialogue's back; a limiter that hangs must not gather them without end.
const MAX_UNDER_WAY = 1_000

/** Milliseconds that mail waits for a limiter of the user's own. */
const MAX_WAIT_MS = 100

/**
 * Defers (4.7.0) what is over a limit; a client over its connections or failures is hung up on (421).
 *
 * @throws PosternError naming every mistake in `limits`.
 * @example
 * rateLimit({ limits: [{ what: 'connections', per: 'network', limit: 30, within: '1m' }] })
 */
export function rateLimit(options: RateLimitOptions): Filter {
  const { limits, limiter, networks = {}, deadline = '500ms', failure = 'pass' } = checked(schema, options)
  const plans = plansOf(limits, networks)
  const patience = Math.min(toMilliseconds(deadline) / 2, MAX_WAIT_MS)
  const spend = limiter ? spendOnOwn(plans, limiter, patience) : spendOnStore(plans)

  const charged = async <C extends Connection>(context: C, place: number, { keyOf, cost }: Charge<C>) => {
    const key = await keyOf(context)
    if (key === undefined) return undefined
    const name = plans[place]?.spec.keyPrefix
    const spent = await context.callExternal(`rate-limit:${name}:${key}`, () =>
      spend(context, place, key, cost(context)),
    )
    return { key, ...spent }
  }

  /** The method for one stage, if any limit has to do with it. */
  const stage = <C extends Connection>(pick: (charges: Charges) => Charge<C> | readonly Charge<C>[] | undefined) => {
    const concerned = plans.flatMap((plan, place) => {
      const charges: readonly Charge<C>[] = [pick(plan.charges) ?? []].flat()
      return charges.map(charge => ({ plan, place, charge }))
    })
    if (concerned.length === 0) return undefined
    return async (context: C): Promise<readonly Finding[]> => {
      const spent = await Promise.all(concerned.map(({ place, charge }) => charged(context, place, charge)))
      return concerned.flatMap(({ plan }, index) => (spent[index]?.over ? [overLimit(plan, spent[index])] : []))
    }
  }

  const ahead = limiter
    ? []
    : plans.flatMap(({ charges }, place) => (charges.ahead ? [{ place, charge: charges.ahead }] : []))
  const lookAhead = async (connection: Connection): Promise<void> => {
    if (connection.store.later === undefined) return
    for (const { place, charge } of ahead) {
      const key = await charge.keyOf(connection)
      // What fails here fails again, and is named, at the stage that counts.
      if (key !== undefined) spend(connection, place, key, 0).catch(() => undefined)
    }
  }
  const onConnect = stage(({ connect: charge }) => charge)
  const connect =
    ahead.length === 0
      ? onConnect
      : async (connection: Connection) => {
          const [, found = []] = await Promise.all([lookAhead(connection), onConnect?.(connection)])
          return found
        }
  const mail = stage(({ mail: charge }) => charge)
  const rcpt = stage(({ rcpt: charge }) => charge)
  const header = stage(({ header: charge }) => charge)
  const message = stage(({ message: charge }) => charge)
  const refused = stage(({ refused: charge }) => charge)
  let underWay = 0
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
      onDecision: ({ verdict }: Decision, context: Connection) => {
        if (verdict !== 'reject' || underWay >= MAX_UNDER_WAY) return
        underWay += 1
        // What fails here fails again, and is named, when the count is looked at.
        const done = () => {
          underWay -= 1
        }
        refused(context).then(done, done)
      },
    }),
  }
}

function overLimit({ what, within, spec }: Plan, { key, count, endsIn }: Spent & { readonly key: string }): Finding {
  const ends = endsIn < 0 ? 'does not end by itself' : `ends in ${Math.ceil(endsIn / 1000)} s`
  // A limiter that blocks a key by itself does not say how often it was used.
  const used = count > spec.points ? `${count} ${what}` : `more ${what} than it may`
  const reason = `${key.slice(0, 256)} has ${used} within ${within}; the limit is ${spec.points} and the window ${ends}`
  return defer('4.7.0', reason, {
    rule: what,
    replyText: `Too many ${what}, try again later`,
    ...(closing.has(what) && !key.startsWith('domain:') && { close: true }),
  })
}

/** What is over these is not worth an open connection. */
const closing: ReadonlySet<Limit['what']> = new Set(['connections', 'failures'])
