/** Honest mail while a flood comes: `npm run bench:flood`, or `npm run bench:flood -- --quick` for the main scenes alone. */
import { parseArgs } from 'node:util'
import { type Figures, figuresOf } from './flood/figures.ts'
import { play } from './flood/stage.ts'
import type { Way } from './flood/words.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    times: { type: 'string', multiple: true },
    way: { type: 'string', multiple: true },
    shape: { type: 'string', multiple: true },
    most: { type: 'string', default: '2000' },
    seconds: { type: 'string' },
    rounds: { type: 'string' },
    rate: { type: 'string' },
  },
})
const seconds = Number(values.seconds ?? (values.quick ? 6 : 20))
const rounds = Number(values.rounds ?? (values.quick ? 1 : 2))
const most = Number(values.most)
const ways = (values.way ?? ['postern', 'after DATA']) as Way[]

const quiet = figuresOf(await play({ name: 'quiet', way: 'postern', rate: 40, times: 0, seconds, rounds }))
const capacity = 1_000 / quiet.message
console.log(`quiet: ${quiet.message.toFixed(2)} ms CPU a message: ${capacity.toFixed(0)} a second fill the core`)
for (const times of (values.times ?? ['10', '50', '200']).map(Number)) {
  const rate = Number(values.rate ?? Math.min(capacity * 0.4, most / times))
  for (const way of ways) {
    const one = figuresOf(await play({ name: `${times} ×`, way, rate, times, seconds, rounds }))
    print(one)
  }
}
function print(one: Figures): void {
  console.log(JSON.stringify(one, (_key, value) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value)))
}
