/**
 * Honest mail under a flood that begins without warning, through postern and through smtp-server with mailauth and a
 * deny list: `npm run bench:flood`. Ends with a table, in less than three minutes.
 *
 *     --attempts N         hostile attempts a second (2000); a machine that is slower can send fewer
 *     --times N            hostile attempts for each honest message (50), may be repeated
 *     --seconds N, --rounds N, --server NAME      how long (8), how often (2), and one of the servers alone
 *     --redis              what is remembered is in a Redis that is killed in the middle of each flood
 *     --picture FILE       draws the result (SVG)
 */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { startRedis } from '../test/support/redis.ts'
import { type Figures, figuresOf } from './flood/figures.ts'
import { picture } from './flood/picture.ts'
import { play, type Scene } from './flood/stage.ts'
import { endings, table } from './flood/table.ts'
import { ways } from './flood/words.ts'
import { machine } from './table.ts'

const { values } = parseArgs({
  options: {
    attempts: { type: 'string', default: '2000' },
    times: { type: 'string', multiple: true, default: ['50'] },
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '2' },
    server: { type: 'string' },
    redis: { type: 'boolean', default: false },
    picture: { type: 'string' },
  },
})
const [seconds, rounds, attempts] = [values.seconds, values.rounds, values.attempts].map(Number) as [
  number,
  number,
  number,
]
const results: Figures[] = []

async function run(scene: Scene): Promise<void> {
  const figures = figuresOf(await play(scene))
  results.push(figures)
  console.error(`${figures.name}, ${figures.way}: ${endings(figures)}`)
}

for (const times of values.times.map(Number)) {
  const scene = { name: `${times} ×`, times, rate: attempts / times, seconds, rounds }
  if (values.redis) {
    const redis = await startRedis()
    const url = `redis://${redis.host}:${redis.port}`
    const disturb = () => redis.kill()
    await run({ ...scene, name: `${times} ×, Redis killed`, way: 'postern', rounds: 1, redis: url, disturb })
    await redis.stop()
  } else for (const way of ways) if (values.server === undefined || values.server === way) await run({ ...scene, way })
}
console.log(`${machine()}\n`)
console.log(table(results))
if (values.picture !== undefined) await writeFile(values.picture, picture(results))
