/** Clients that send before the greeting: mail servers wait for it, many bots do not. */
import { score } from '../model/checks.ts'
import type { Filter } from '../model/filter.ts'
import { points as evidence, reject } from '../model/finding.ts'
import { checked, schemaOf } from '../model/options.ts'

/** What `earlyTalker` takes. */
export interface EarlyTalkerOptions {
  /** Points in place of a refusal. @default refuse and close the connection */
  readonly points?: number
}

/** @internal */
export const earlyTalkerSchema = schemaOf<EarlyTalkerOptions>('earlyTalker', { points: score({ min: 0 }) })

/**
 * Refuses a client that sent before the greeting (RFC 5321 §4.3.1: it must wait for it). Finds nothing where the host
 * cannot tell. Costs no time by itself: the host delays its greeting for a moment.
 *
 * @throws PosternError when `points` is wrong
 * @example
 * earlyTalker({ points: 4 })
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
