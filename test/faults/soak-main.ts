/**
 * The soak for as many seconds as its argument says: honest mail with one per cent of every kind of attack among it.
 *
 *     npm run soak             ten minutes
 *     npm run soak -- 86400    a day
 *     npm run soak -- 1800 --console    with history, quarantine and console, and a visitor of the console
 *
 * Prints what the relay holds, and fails when that grows, when mail is lost or refused, or when an error is not caught.
 */
import type { Holdings } from './holdings.ts'
import { type Measured, type Sample, type Soaked, slope, soak } from './soak.ts'

const MB = 1024 ** 2
/** What is remembered of clients and senders fills up within the first hour; a leak goes on beyond it. */
const MAX_A_MINUTE = { heap: 0.5 * MB, rss: 2 * MB }
/** Connections come and go: means of twenty samples differ by less. */
const MAX_DESCRIPTORS = 4
const SETTLE = 60_000

const withConsole = process.argv.includes('--console')
const seconds = Number(process.argv.slice(2).find(arg => !arg.startsWith('--')) ?? 600)
if (!(Number.isFinite(seconds) && seconds >= 60)) {
  console.error('npm run soak -- SECONDS [--console], from 60 seconds')
  process.exit(2)
}

const text = ({ heap, rss, descriptors }: Pick<Holdings, 'heap' | 'rss' | 'descriptors'>): string =>
  `heap ${(heap / MB).toFixed(1)} MB  rss ${(rss / MB).toFixed(0)} MB  descriptors ${descriptors}`

const tell = (sample: Sample) =>
  console.log(
    `${sample.at.toFixed(0).padStart(6)} s  ${text(sample)}  uncaught ${sample.uncaught.length}` +
      (sample.management ? `  management ${text(sample.management)}` : ''),
  )

/** Prints how the last third of a series differs from the middle one. @returns what grows */
function growing(process: string, series: readonly Measured[]): readonly string[] {
  const third = Math.floor(series.length / 3)
  const mean = (part: readonly Measured[], of: 'heap' | 'rss' | 'descriptors') =>
    part.reduce((sum, one) => sum + one[of], 0) / part.length
  const [middle, last] = [series.slice(third, 2 * third), series.slice(2 * third)]
  const grows = { heap: slope(series, 'heap'), rss: slope(series, 'rss') }
  const thirds = (of: 'heap' | 'rss' | 'descriptors', unit: number) =>
    `${of} ${(mean(middle, of) / unit).toFixed(1)} then ${(mean(last, of) / unit).toFixed(1)}`
  console.log(
    `${process}: means of the middle and the last third: ${thirds('heap', MB)} MB, ${thirds('rss', MB)} MB, ` +
      thirds('descriptors', 1),
  )
  console.log(
    `${process}: growth a minute: heap ${(grows.heap / MB).toFixed(3)} MB, rss ${(grows.rss / MB).toFixed(3)} MB`,
  )
  const more = mean(last, 'descriptors') - mean(middle, 'descriptors')
  return [
    ...(grows.heap > MAX_A_MINUTE.heap ? [`the heap of ${process} grows`] : []),
    ...(grows.rss > MAX_A_MINUTE.rss ? [`the memory of ${process} grows`] : []),
    ...(more > MAX_DESCRIPTORS ? [`the descriptors of ${process} grow`] : []),
  ]
}

/** What the visitor of the console did, and what was wrong with it. */
function visited({ visit, samples, relay }: Soaked): readonly string[] {
  if (visit === undefined) return []
  const { requests, bytes, streams, released, problems } = visit
  console.log(`console: ${requests} requests, ${released.length} released, ${streams} streams with ${bytes} bytes`)
  return [
    ...growing(
      'the management process',
      samples.flatMap(({ at, management }) => (management ? [{ at, ...management }] : [])),
    ),
    ...problems,
    ...(released.length === 0 ? ['nothing was released'] : []),
    ...(samples.at(-1)?.management?.uncaught ?? []),
    ...relay.notices().filter(notice => notice.includes('management process')),
  ]
}

const problems = await soak({ seconds, tell, console: withConsole }, async soaked => {
  const { relay, before, samples, answers, wrongs, attacks } = soaked
  console.log(`answers to honest mail ${JSON.stringify(answers)}, attacks ${attacks}`)
  const grown = [...growing('the mail process', samples), ...visited(soaked)]
  let after = await relay.holdings()
  for (let waited = 0; after.descriptors > before.descriptors && waited < SETTLE; waited += 1_000) {
    await new Promise(done => setTimeout(done, 1_000))
    after = await relay.holdings()
  }
  console.log(`descriptors before ${before.descriptors}, after ${after.descriptors}`)
  return [
    ...wrongs,
    ...Object.entries(answers).flatMap(([reply, count]) =>
      /^(?:250|4\d\d )/.test(reply) ? [] : [`${count} honest messages were answered ${reply}`],
    ),
    ...grown,
    ...(after.descriptors > before.descriptors ? ['descriptors are not given back'] : []),
    ...after.uncaught,
  ]
})
for (const problem of problems) console.error(problem)
console.log(problems.length === 0 ? 'the soak holds' : `${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1
