/** Fits points to messages: logistic regression with weights that are never negative, and groups with caps. */

export interface Example {
  readonly spam: boolean
  /** The rules that fired. */
  readonly rules: readonly string[]
  /** Points of rules that are not fitted. */
  readonly other: number
}

export interface Bounds {
  readonly group: string
  readonly cap: number
  /** The points before the measurement: the fit moves away from them slowly. */
  readonly before: number
  /** The upper limit of its points. */
  readonly max?: number
}

export interface FitOptions {
  /** The score from which on a message is judged as spam. @default 6 */
  readonly threshold?: number
  /** The cost of an error about honest mail, relative to one about spam. @default 6 */
  readonly hamCost?: number
  /** The upper limit of the points of any rule. @default 4 */
  readonly max?: number
  /** @default 600 */
  readonly rounds?: number
}

/** Scores are sums of groups, each cut at its cap, so that what is fitted is what the filters do. */
export function fitPoints(
  examples: readonly Example[],
  bounds: ReadonlyMap<string, Bounds>,
  { threshold = 6, hamCost = 6, max = 4, rounds = 600 }: FitOptions = {},
): ReadonlyMap<string, number> {
  const ids = [...bounds.keys()]
  const index = new Map(ids.map((id, index) => [id, index]))
  const limits = ids.map(id => Math.min(max, bounds.get(id)?.max ?? max, bounds.get(id)?.cap ?? max))
  const before = ids.map(id => bounds.get(id)?.before ?? 0)
  const weights = before.map((value, index) => Math.min(value, limits[index] ?? max))
  const groups = [...new Set([...bounds.values()].map(({ group }) => group))]
  const groupOf = ids.map(id => groups.indexOf(bounds.get(id)?.group ?? ''))
  const caps = groups.map(group =>
    Math.max(...[...bounds.values()].filter(one => one.group === group).map(({ cap }) => cap)),
  )
  const seen = examples.map(({ spam, other, rules }) => ({
    spam,
    other,
    rules: rules.flatMap(id => index.get(id) ?? []),
  }))
  const step = new Float64Array(ids.length)
  const slope = new Float64Array(ids.length)
  for (let round = 0; round < rounds; round += 1) {
    slope.fill(0)
    for (const { spam, other, rules } of seen) {
      const sums = new Float64Array(groups.length)
      for (const rule of rules) sums[groupOf[rule] ?? 0] = (sums[groupOf[rule] ?? 0] ?? 0) + (weights[rule] ?? 0)
      const score = sums.reduce((sum, value, group) => sum + Math.min(value, caps[group] ?? value), other)
      // Honest mail is to keep a distance of two points from the threshold, spam of half a point.
      const distance = spam ? score - threshold - 0.5 : score - threshold + 2
      const pull = spam ? -1 / (1 + Math.exp(distance)) : hamCost / (1 + Math.exp(-distance))
      for (const rule of rules) {
        if ((sums[groupOf[rule] ?? 0] ?? 0) <= (caps[groupOf[rule] ?? 0] ?? 0) || pull > 0)
          slope[rule] = (slope[rule] ?? 0) + pull
      }
    }
    for (const [index, weight] of weights.entries()) {
      // What was given before holds with the strength of a few messages.
      const gradient = ((slope[index] ?? 0) + 1.5 * (weight - (before[index] ?? 0))) / examples.length
      step[index] = (step[index] ?? 0) * 0.95 + gradient ** 2 * 0.05
      const moved = weight - (0.03 * gradient) / (Math.sqrt(step[index] ?? 0) + 1e-6)
      weights[index] = Math.min(Math.max(moved, 0), limits[index] ?? max)
    }
  }
  return new Map(ids.map((id, index) => [id, Math.round((weights[index] ?? 0) * 10) / 10]))
}

/** The score with these points, as the filters add them up. */
export function scoreOf(
  { rules, other }: Example,
  points: ReadonlyMap<string, number>,
  bounds: ReadonlyMap<string, Bounds>,
): number {
  const sums = new Map<string, number>()
  for (const id of rules) {
    const { group = id, cap = 99 } = bounds.get(id) ?? {}
    sums.set(group, Math.min(cap, (sums.get(group) ?? 0) + (points.get(id) ?? 0)))
  }
  return [...sums.values()].reduce((a, b) => a + b, other)
}
