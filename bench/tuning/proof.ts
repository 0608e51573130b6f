/** How far fitted points can be trusted: intervals, what each rule adds, and sources that the fit has not seen. */
import { randomOf } from '../random.ts'
import type { Example } from './examples.ts'
import { scoreOf, type Weighted } from './fit.ts'
import type { Signal } from './signals.ts'
import { sourceOf } from './weights.ts'

const QUARANTINE = 6
const SAMPLES = 20

type Points = ReadonlyMap<string, number>
type Solve = (examples: readonly Weighted[]) => Points
type Weigh = (examples: readonly Example[]) => readonly Weighted[]

/** For each rule the 5 % and 95 % points of fits on samples of groups, drawn with replacement. */
export function intervals(
  examples: readonly Example[],
  weigh: Weigh,
  solve: Solve,
): ReadonlyMap<string, readonly [number, number]> {
  const groups = Map.groupBy(examples, ({ corpus, group }) => `${corpus} ${group}`)
  const list = [...groups.values()]
  const random = randomOf(14)
  const found = new Map<string, number[]>()
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const drawn = list.flatMap(() => list[Math.floor(random() * list.length)] ?? [])
    for (const [id, value] of solve(weigh(drawn))) found.set(id, [...(found.get(id) ?? []), value])
  }
  return new Map(
    [...found].map(([id, some]) => {
      const sorted = some.toSorted((a, b) => a - b)
      return [id, [sorted[Math.floor(0.05 * SAMPLES)] ?? 0, sorted[Math.ceil(0.95 * SAMPLES) - 1] ?? 0]] as const
    }),
  )
}

/** How many unwanted messages each rule brings over the threshold, less 50 for each honest message, by weight. */
export function added(
  examples: readonly Weighted[],
  points: Points,
  signals: ReadonlyMap<string, Signal>,
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const { example, weight } of examples) {
    if (example.certain || scoreOf(example, points, signals) < QUARANTINE) continue
    for (const id of example.rules) {
      if (!points.get(id)) continue
      const others = { ...example, rules: example.rules.filter(rule => rule !== id) }
      if (scoreOf(others, points, signals) >= QUARANTINE) continue
      sums.set(id, (sums.get(id) ?? 0) + weight * (example.spam ? 1 : -50))
    }
  }
  return new Map([...sums].map(([id, sum]) => [id, Math.round(sum)]))
}

const percent = (count: number, all: number): string => `${((100 * count) / Math.max(1, all)).toFixed(2)} % of ${all}`

/** For each source, what is held; of unwanted mail also without what is certain. */
export function ratesOf(examples: readonly Example[], score: (example: Example) => number): string {
  const sources = Map.groupBy(examples, one => `${one.spam ? 'unwanted' : 'honest'}\t${sourceOf(one)}`)
  return [...sources]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([source, some]) => {
      const held = some.filter(one => one.certain || score(one) >= QUARANTINE)
      const open = some.filter(({ certain }) => !certain)
      const rest = percent(open.filter(one => score(one) >= QUARANTINE).length, open.length)
      return `${source}\t${percent(held.length, some.length)}\twithout certain: ${rest}`
    })
    .join('\n')
}

/** What is held of each source by points that were fitted on all others. */
export function leftOut(
  examples: readonly Example[],
  weigh: Weigh,
  solve: Solve,
  signals: ReadonlyMap<string, Signal>,
): string {
  const sources = [...new Set(examples.map(sourceOf))].toSorted()
  return sources
    .map(source => {
      const points = solve(weigh(examples.filter(one => sourceOf(one) !== source)))
      return ratesOf(
        examples.filter(one => sourceOf(one) === source && one.world === 'route'),
        one => scoreOf(one, points, signals),
      )
    })
    .join('\n')
}
