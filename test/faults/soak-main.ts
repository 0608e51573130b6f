/**
 * The soak for as many seconds as its argument says: honest mail with one per cent of every kind of attack among it.
 *
 *     npm run soak             ten minutes
 *     npm run soak -- 86400    a day
 *
 * Prints what the relay holds, and fails when that grows, when mail is lost or refused, or when an error is not caught.
 */
import { slope, soak } from './soak.ts'

const MB = 1024 ** 2
/** What is remembered of clients and senders fills up within the first hour; a leak goes on beyond it. */
const MAX_A_MINUTE = { heap: 0.5 * MB, rss: 2 * MB }
const SETTLE = 60_000

const seconds = Number(process.argv[2] ?? 600)
if (!(Number.isFinite(seconds) && seconds >= 60)) {
  console.error('npm run soak -- SECONDS, from 60')
  process.exit(2)
}

const tell = ({
  at,
  heap,
  rss,
  descriptors,
  uncaught,
}: Parameters<NonNullable<Parameters<typeof soak>[0]['tell']>>[0]) =>
  console.log(
    `${at.toFixed(0).padStart(6)} s  heap ${(heap / MB).toFixed(1)} MB  rss ${(rss / MB).toFixed(0)} MB  ` +
      `descriptors ${descriptors}  uncaught ${uncaught.length}`,
  )

const problems = await soak({ seconds, tell }, async ({ relay, before, samples, answers, wrongs, attacks }) => {
  const grows = { heap: slope(samples, 'heap'), rss: slope(samples, 'rss') }
  console.log(`answers to honest mail ${JSON.stringify(answers)}, attacks ${attacks}`)
  console.log(`growth a minute: heap ${(grows.heap / MB).toFixed(3)} MB, rss ${(grows.rss / MB).toFixed(3)} MB`)
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
    ...(grows.heap > MAX_A_MINUTE.heap ? ['the heap grows'] : []),
    ...(grows.rss > MAX_A_MINUTE.rss ? ['the memory of the process grows'] : []),
    ...(after.descriptors > before.descriptors ? ['descriptors are not given back'] : []),
    ...after.uncaught,
  ]
})
for (const problem of problems) console.error(problem)
console.log(problems.length === 0 ? 'the soak holds' : `${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1
