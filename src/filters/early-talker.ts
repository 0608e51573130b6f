/** Clients that speak before they are greeted: bots that fire and forget do, mail servers wait. */
import { score } from '../model/checks.ts'
import type { Filter } from '../model/filter.ts'
import { points as evidence, reject } from '../model/finding.ts'
import { checked, schemaOf } from '../model/options.ts'

export interface EarlyTalkerOptions {
  /** Count so many points instead of turning it away. @default turn it away and hang up */
  readonly points?: number
}

/** @internal */
export const earlyTalkerSchema = schemaOf<EarlyTalkerOptions>('earlyTalker', { points: score({ min: 0 }) })

/**
 * Turns away a client that spoke first (RFC 5321 §4.3.1: it must wait for the greeting). Says nothing where the host
 * cannot tell. Costs nothing by itself; it is the host that holds its greeting back for a moment.
 */
export function earlyTalker(options: EarlyTalkerOptions = {}): Filter {
  const { points } = checked(earlyTalkerSchema, options)
  return {
    name: 'early-talker',
    order: 'early',
    connect: ({ ip, spokeEarly }) => {
      if (!spokeEarly) return
      const reason = `${ip ?? 'the client'} spoke before it was greeted, which RFC 5321 §4.3.1 forbids`
      return points === undefined ? reject('5.5.1', reason, { close: true }) : evidence(points, reason)
    },
  }
}
