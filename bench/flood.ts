/**
 * Honest mail while a flood comes, through postern and through the same checks after DATA: `npm run bench:flood`.
 *
 *     --quick              a minute and a half: ten and fifty times, one round
 *     --redis              what is remembered lies in a Redis that is killed in the middle of each flood
 *     --most N             the most hostile attempts a second of the clients (4000; of one shape alone 2000)
 *     --picture FILE       draws the result (SVG)
 *     --times N, --shape NAME, --way postern, --seconds N, --rounds N      other scenes than those that are targets
 *
 * Honest mail is sent at 40 % of what the gateway can take, or slower where N would be exceeded: a machine that has to
 * send the flood, too, cannot send two hundred times that.
 */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { startRedis } from '../test/support/redis.ts'
import { type Figures, figuresOf } from './flood/figures.ts'
import { picture } from './flood/picture.ts'
import { play, type Scene } from './flood/stage.ts'
import { endings, refusedShare, table } from './flood/table.ts'
import { type Shape, shapes, type Way } from './flood/words.ts'

const list = { type: 'string', multiple: true } as const
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    redis: { type: 'boolean', default: false },
    most: { type: 'string', default: '4000' },
    picture: { type: 'string' },
    times: list,
    shape: list,
    way: list,
    seconds: { type: 'string' },
    rounds: { type: 'string' },
  },
})
/** The share of its core that honest mail alone takes. */
const SHARE = 0.4
/** Shapes alone come so many times as often as honest mail. */
const ALONE = 50

const seconds = Number(values.seconds ?? (values.quick ? 5 : 8))
const rounds = Number(values.rounds ?? (values.quick ? 1 : 2))
const ways: readonly Way[] = values.way ? (values.way as Way[]) : ['postern', 'after DATA']
const named = values.times?.map(Number)
const chosen = values.shape as Shape[] | undefined
const times = named ?? (values.redis ? [ALONE] : chosen ? [] : values.quick ? [10, ALONE] : [10, ALONE, 200])
const alone = chosen ?? (values.quick || values.redis || named ? [] : shapes)

const quiet = figuresOf(await play({ name: 'quiet', way: 'postern', rate: 150, times: 0, seconds, rounds: 1 }))
const capacity = 1_000 / quiet.message
console.log(
  `A message costs the gateway ${quiet.message.toFixed(2)} ms of CPU in quiet: ${capacity.toFixed(0)} a second fill a core.\n`,
)
const rateOf = (factor: number, most = Number(values.most)): number => Math.min(capacity * SHARE, most / factor)
const aloneRate = rateOf(ALONE, Number(values.most) / 2)
const results: Figures[] = []
const run = async (scene: Scene): Promise<Figures> => {
  const figures = figuresOf(await play(scene))
  results.push(figures)
  console.error(`${figures.name}, ${figures.way}: ${endings(figures)}`)
  return figures
}

if (values.redis) {
  for (const factor of times) {
    const redis = await startRedis()
    const url = `redis://${redis.host}:${redis.port}`
    const disturb = () => redis.kill()
    const name = `${factor} ×, Redis killed`
    await run({ name, way: 'postern', rate: rateOf(factor), times: factor, seconds, rounds: 1, redis: url, disturb })
    await redis.stop()
  }
} else {
  for (const factor of times)
    for (const way of ways)
      await run({ name: `${factor} ×`, way, rate: rateOf(factor), times: factor, seconds, rounds })
  for (const shape of alone)
    for (const way of ways)
      await run({ name: `${shape}, ${ALONE} ×`, way, rate: aloneRate, times: ALONE, shape, seconds, rounds: 1 })
}
console.log(table(results))
console.log(refusedShare(results))
if (values.picture !== undefined) await writeFile(values.picture, picture(results))
