/** What counting costs beside rate-limiter-flexible's own memory: node --expose-gc bench/store.ts [keys] */
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { storeLimiter } from '../src/store/limiter.ts'
import { memoryStore } from '../src/store/memory.ts'

const COUNT = Number(process.argv[2] ?? 1_000_000)
const spec = { keyPrefix: 'limit', points: 10, duration: 3_600 }
const store = memoryStore()
const limiter = storeLimiter(memoryStore(), spec)
const theirs = new RateLimiterMemory(spec)
const key = (index: number) => `2001:db8:${(index >>> 16).toString(16)}:${(index & 65_535).toString(16)}::/64`

await measure('memoryStore, 100,000 entries', COUNT, index =>
  store.run([{ op: 'increment', key: key(index), by: 1, lasts: 3_600_000 }]),
)
await measure('storeLimiter, 100,000 entries', COUNT, index => limiter.consume(key(index)))
// It has no bound, so it is given fewer.
await measure('RateLimiterMemory', Math.min(COUNT, 200_000), index => theirs.consume(key(index)))
process.exit()

async function measure(name: string, count: number, spend: (index: number) => unknown) {
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  const times = new Float64Array(count)
  const began = performance.now()
  for (let index = 0; index < count; index += 1) {
    const start = performance.now()
    await spend(index)
    times[index] = performance.now() - start
  }
  const each = ((performance.now() - began) * 1000) / count
  globalThis.gc?.()
  const grown = (process.memoryUsage().heapUsed - before) / 2 ** 20
  const p99 = (times.sort()[Math.floor(count * 0.99)] ?? 0) * 1000
  console.log(
    `${name}: ${count} random keys, ${each.toFixed(2)} µs each, p99 ${p99.toFixed(2)} µs, ${grown.toFixed(1)} MB held`,
  )
}
