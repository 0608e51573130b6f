/**
 * Measures the points of all rules together: `npm run tune`, with POSTERN_DATA. The filters find which rules fire
 * on the training parts, in both worlds; a logistic regression that knows the caps of the groups sets the points.
 * A rule earns points only by the evidence in bench/tuning/evidence.ts. Prints for each rule its hits, its points
 * with their interval and what it adds; `--write` writes src/filters/content/measured-points.ts,
 * src/filters/route-points.ts and bench/tuning/measured.ts. `--cache FILE` keeps the findings between runs, `--step N`
 * takes every N-th message.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { countHits } from './tuning/evidence.ts'
import { type Example, examplesOf, recombined } from './tuning/examples.ts'
import { fitPoints, scoreOf, type Weighted } from './tuning/fit.ts'
import { added, intervals, leftOut, ratesOf } from './tuning/proof.ts'
import { rangesOf } from './tuning/ranges.ts'
import { ROUTE, signals } from './tuning/signals.ts'
import { writeTables } from './tuning/table-file.ts'
import { weighted } from './tuning/weights.ts'

const { values } = parseArgs({
  options: {
    step: { type: 'string', default: '1' },
    cache: { type: 'string' },
    write: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
  },
})

const all = signals()

async function findings(): Promise<readonly Example[]> {
  const { cache, step } = values
  if (cache !== undefined && existsSync(cache))
    return (JSON.parse(readFileSync(cache, 'utf8')) as readonly Example[]).map(recombined)
  const examples: Example[] = []
  for (const world of ['route', 'content'] as const) {
    const options = { parts: ['train', 'validation'] as const, step: Number(step), world }
    examples.push(...(await examplesOf(new Set(all.keys()), options)))
  }
  if (cache !== undefined) writeFileSync(cache, JSON.stringify(examples))
  return examples
}

const everything = await findings()
const training = everything.filter(({ part }) => part === 'train')
const counted = countHits(
  training.filter(({ world }) => world === 'route'),
  all.keys(),
)
const { ranges, standings } = rangesOf(all, counted)
const worlds = (examples: readonly Example[]): readonly Weighted[] =>
  (['route', 'content'] as const).flatMap(world => weighted(examples.filter(one => one.world === world)))
const solve = (examples: readonly Weighted[]) => fitPoints(examples, all, ranges)

const points = solve(worlds(training))
const spread = values.quick ? new Map() : intervals(training, worlds, solve)
const adds = added(worlds(training), points, all)

console.log('rule\tpoints\tinterval\tstanding\tmodern unwanted:honest\told unwanted:honest\tcommercial\tadds')
for (const [id, value] of [...points].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
  const hits = counted.of.get(id)
  const { modern, old } = hits ?? counted.totals
  const [low, high] = spread.get(id) ?? [value, value]
  const cells = [`${modern.unwanted}:${modern.honest}`, `${old.unwanted}:${old.honest}`, `${hits?.commercial ?? 0}`]
  console.log([id, value, `${low}–${high}`, standings.get(id), ...cells, adds.get(id) ?? 0].join('\t'))
}
const score = (example: Example) => scoreOf(example, points, all)
for (const world of ['route', 'content'] as const) {
  for (const part of ['train', 'validation'] as const) {
    console.log(`\n${world}, ${part}`)
    console.log(
      ratesOf(
        everything.filter(one => one.world === world && one.part === part),
        score,
      ),
    )
  }
}
if (!values.quick) {
  console.log('\nEach source by points that were fitted without it')
  console.log(leftOut(training, worlds, solve, all))
}
if (values.write) {
  const rows = [...points].flatMap(([id, value]) => {
    const hits = counted.of.get(id)
    const fired = hits && hits.modern.unwanted + hits.modern.honest + hits.old.unwanted + hits.old.honest > 0
    if (!hits || (!fired && standings.get(id) !== 'idle')) return []
    return { id, points: value, interval: spread.get(id) ?? ([value, value] as const), hits }
  })
  writeTables(rows, counted.totals, new Set(Object.keys(ROUTE)))
}
