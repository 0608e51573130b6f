/** What each signal hits in each era, and how many points that allows it at most. */
import type { Example } from './examples.ts'
import { isCommercial } from './examples.ts'
import type { Range } from './fit.ts'
import type { Signal } from './signals.ts'

interface Hits {
  readonly unwanted: number
  readonly honest: number
}

export interface Evidence {
  readonly modern: Hits
  readonly old: Hits
  readonly commercial: number
}

export interface Counted {
  readonly of: ReadonlyMap<string, Evidence>
  readonly totals: Evidence
}

export function countHits(examples: readonly Example[], ids: Iterable<string>): Counted {
  const count = (some: readonly Example[]): Evidence => {
    const hits = (era: string): Hits => {
      const own = some.filter(one => one.era === era)
      return { unwanted: own.filter(({ spam }) => spam).length, honest: own.filter(({ spam }) => !spam).length }
    }
    return { modern: hits('modern'), old: hits('old'), commercial: some.filter(isCommercial).length }
  }
  const firing = new Map<string, Example[]>([...ids].map(id => [id, []]))
  for (const example of examples) for (const id of example.rules) firing.get(id)?.push(example)
  return { of: new Map([...firing].map(([id, some]) => [id, count(some)])), totals: count(examples) }
}

/** The upper end of Wilson's interval of 95 % for a rate. */
function upperRate(hits: number, total: number): number {
  if (total === 0) return 1
  const z = 1.645
  const rate = hits / total
  const spread = z * Math.sqrt((rate * (1 - rate)) / total + z ** 2 / (4 * total ** 2))
  return (rate + z ** 2 / (2 * total) + spread) / (1 + z ** 2 / total)
}

/** Whether hits in an era are evidence of unwanted mail: at least three, and `times` as often as in honest mail. */
const separates = (hits: Hits, total: Hits, times: number): boolean =>
  hits.unwanted >= 3 && hits.unwanted / total.unwanted >= times * upperRate(hits.honest, total.honest)

/** Too few hits to judge a rule by: what it looks for was not yet done, or is done no more. */
const isSilent = (hits: Hits, total: Hits): boolean =>
  hits.unwanted <= 0.01 * total.unwanted && hits.honest <= 0.002 * total.honest

/** What attacks on programs need: too rare in these collections to be measured, and no habit of honest senders. */
const ATTACKS = /^(?:attachments|structure)\//

/**
 * What compares a message with the operator's own domains and persons. The collections do not record whose mailbox it
 * was, and templates are written from the domain that the measurement has for its own.
 */
const OF_OPERATOR =
  /^(?:impersonation\/(?:person|look-alike-protected|other-tld|protected-domain)|links\/look-alike-protected)$/

export type Standing = 'earned' | 'certain' | 'judged' | 'rare' | 'inverted' | 'idle'

/**
 * What a signal may have. It earns points where it separates in the newest era and in the older one, or where one of
 * them is silent. Judged points stay for what is certain, and for what a test of an attack names and no honest message
 * shows.
 */
export function standingOf(id: string, signal: Signal, { of, totals }: Counted, isTested: boolean): Standing {
  const { modern, old } = of.get(id) ?? { modern: { unwanted: 0, honest: 0 }, old: { unwanted: 0, honest: 0 } }
  if (signal.certain || ATTACKS.test(id) || OF_OPERATOR.test(id)) return 'certain'
  const inModern = separates(modern, totals.modern, 3)
  const inOld = separates(old, totals.old, 2)
  if (inModern && (inOld || isSilent(old, totals.old))) return 'earned'
  if (inOld && isSilent(modern, totals.modern)) return 'earned'
  if (modern.honest + old.honest === 0 && isTested) return 'judged'
  const honest = (modern.honest + old.honest) / (totals.modern.honest + totals.old.honest)
  const unwanted = (modern.unwanted + old.unwanted) / (totals.modern.unwanted + totals.old.unwanted)
  if (isTested && honest <= 0.002 && unwanted >= honest) return 'rare'
  return modern.unwanted + old.unwanted + modern.honest + old.honest === 0 ? 'idle' : 'inverted'
}

/** The most points by the part of honest companies' mail that shows the same. */
function commercialLimit(rate: number): number {
  if (rate <= 0.001) return Number.POSITIVE_INFINITY
  if (rate <= 0.005) return 4
  if (rate <= 0.01) return 2
  if (rate <= 0.03) return 1
  return rate <= 0.1 ? 0.4 : 0
}

export function rangeOf(signal: Signal, standing: Standing, hits: Evidence | undefined, commercial: number): Range {
  const limit = Math.min(signal.max, commercialLimit((hits?.commercial ?? 0) / Math.max(1, commercial)))
  switch (standing) {
    case 'certain':
      return fixedAt(Math.min(signal.judged, signal.max))
    case 'judged':
      return fixedAt(Math.min(signal.judged, limit))
    // An attack that these collections hardly show, and that a few honest messages resemble.
    case 'rare':
      return fixedAt(Math.min(signal.judged, limit, 2))
    case 'earned':
      return { before: Math.min(signal.judged, limit), floor: 0, limit }
    case 'inverted':
    case 'idle':
      return fixedAt(0)
    default:
      return standing satisfies never
  }
}

const fixedAt = (points: number): Range => ({ before: points, floor: points, limit: points })
