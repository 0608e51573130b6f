/** Fits points to messages: logistic regression with weights that are never negative, and groups with caps. */
import { evidenceOf } from '../../src/filters/content/shared-evidence.ts'
import { MAX_POINTS_ALONE } from '../../src/filters/rules/rule.ts'
import type { Example } from './examples.ts'
import type { Signal } from './signals.ts'

export interface Weighted {
  readonly example: Example
  readonly weight: number
}

export interface FitOptions {
  /** The score from which on a message is held. @default 6 */
  readonly threshold?: number
  /** The cost of an honest message that is held, relative to one unwanted message that is missed. @default 50 */
  readonly honestCost?: number
  /** @default 400 */
  readonly rounds?: number
  /** How strongly the points before the measurement hold, in messages. @default 2 */
  readonly inertia?: number
}

/** Where a rule begins, and the least and the most that it may have. */
export interface Range {
  readonly before: number
  readonly floor: number
  readonly limit: number
}

/** Scores are sums of groups, each cut at its cap, so that what is fitted is what the filters do. */
export function fitPoints(
  examples: readonly Weighted[],
  signals: ReadonlyMap<string, Signal>,
  ranges: ReadonlyMap<string, Range>,
  { threshold = 6, honestCost = 50, rounds = 400, inertia = 2 }: FitOptions = {},
): ReadonlyMap<string, number> {
  const ids = [...ranges.keys()].filter(id => (ranges.get(id)?.limit ?? 0) > 0)
  const index = new Map(ids.map((id, place) => [id, place]))
  const groups = [...new Set(ids.map(id => signals.get(id)?.group ?? id))]
  const groupOf = ids.map(id => groups.indexOf(signals.get(id)?.group ?? id))
  const caps = groups.map(group => capOf(group, signals))
  const values = ids.map(valueAt)
  const limits = ids.map(id => ranges.get(id)?.limit ?? 0)
  const floors = ids.map(id => ranges.get(id)?.floor ?? 0)
  const before = ids.map(id => Math.min(ranges.get(id)?.before ?? 0, ranges.get(id)?.limit ?? 0))
  const seen = distinct(examples, index)
  const weights = Float64Array.from(before)
  const mean = new Float64Array(ids.length)
  const slope = new Float64Array(ids.length)
  const sums = new Float64Array(groups.length)
  const byValue = new Float64Array(VALUES)
  for (let round = 0; round < rounds; round += 1) {
    slope.fill(0)
    for (const { spam, other, rules, weight } of seen) {
      let score = other
      byValue.fill(0)
      for (const rule of rules) sums[groupOf[rule] as number] = 0
      for (const rule of rules) {
        const group = groupOf[rule] as number
        const [sum, cap] = [sums[group] as number, caps[group] as number]
        const next = sum + (weights[rule] as number)
        const counted = Math.min(next, cap) - Math.min(sum, cap)
        const value = values[rule] as number
        if (value < 0) score += counted
        else byValue[value] = (byValue[value] as number) + counted
        sums[group] = next
      }
      for (const charged of byValue) score += Math.min(charged, MAX_POINTS_ALONE)
      // Honest mail is to keep a distance of a point from the threshold, unwanted mail of half a point.
      const distance = spam ? score - threshold - 0.5 : 2 * (score - threshold + 1)
      const pull = weight * (spam ? -1 / (1 + Math.exp(distance)) : honestCost / (1 + Math.exp(-distance)))
      for (const rule of rules) {
        const group = groupOf[rule] as number
        if ((sums[group] as number) <= (caps[group] as number) || pull > 0) slope[rule] = (slope[rule] as number) + pull
      }
    }
    for (let rule = 0; rule < ids.length; rule += 1) {
      // What was given before holds with the strength of a few messages.
      const gradient = (slope[rule] as number) + inertia * ((weights[rule] as number) - (before[rule] as number))
      mean[rule] = (mean[rule] as number) * 0.95 + gradient ** 2 * 0.05
      const rate = round < rounds / 2 ? 0.03 : 0.01
      const moved = (weights[rule] as number) - (rate * gradient) / (Math.sqrt(mean[rule] as number) + 1e-6)
      weights[rule] = Math.min(Math.max(moved, floors[rule] as number), limits[rule] as number)
    }
  }
  return new Map([...ranges.keys()].map(id => [id, Math.round((weights[index.get(id) ?? -1] ?? 0) * 10) / 10]))
}

const capOf = (group: string, signals: ReadonlyMap<string, Signal>): number =>
  Math.max(...[...signals.values()].filter(one => one.group === group).map(({ cap }) => cap))

interface Seen {
  readonly spam: boolean
  readonly other: number
  readonly rules: readonly number[]
  weight: number
}

/** Messages with the same findings are one with their weights added. */
function distinct(examples: readonly Weighted[], index: ReadonlyMap<string, number>): readonly Seen[] {
  const found = new Map<string, Seen>()
  for (const { example, weight } of examples) {
    if (example.certain) continue
    const rules = example.rules.flatMap(id => index.get(id) ?? [])
    const key = `${example.spam} ${example.other} ${rules.join(' ')}`
    const same = found.get(key)
    if (same) same.weight += weight
    else found.set(key, { spam: example.spam, other: example.other, rules, weight })
  }
  return [...found.values()]
}

/** Header values and links that rules rest on: what is charged for one of them stays below the threshold. */
const VALUES = 5
const places = new Map<string, number>(
  ['from', 'reply-to', 'subject', 'message-id', 'links'].map((name, at) => [name, at]),
)

function valueAt(id: string): number {
  const [only, other] = evidenceOf(id)
  return only === undefined || other !== undefined ? -1 : (places.get(only) ?? -1)
}

/** The score with these points, as the filters add them up. */
export function scoreOf(
  { rules, other }: Pick<Example, 'rules' | 'other'>,
  points: ReadonlyMap<string, number>,
  signals: ReadonlyMap<string, Signal>,
): number {
  const sums = new Map<string, number>()
  const byValue = new Map<number, number>()
  let score = other
  for (const id of rules) {
    const { group = id, cap = 99 } = signals.get(id) ?? {}
    const sum = sums.get(group) ?? 0
    const next = sum + (points.get(id) ?? 0)
    const counted = Math.min(next, cap) - Math.min(sum, cap)
    sums.set(group, next)
    const value = valueAt(id)
    if (value < 0) score += counted
    else byValue.set(value, (byValue.get(value) ?? 0) + counted)
  }
  return [...byValue.values()].reduce((all, charged) => all + Math.min(charged, MAX_POINTS_ALONE), score)
}
