/**
 * A flood of keys through a limiter, for bench/store.ts: node --expose-gc store-flood.ts ROOM KEYS; prints the peak of
 * RSS.
 */
import type { Size } from '../src/model/units.ts'
import { storeLimiter } from '../src/store/limiter.ts'
import { memoryStore } from '../src/store/memory.ts'

const [room = '64mb', keys = '1000000'] = process.argv.slice(2)
const store = memoryStore({ bytes: room as Size, entries: 100_000_000 })
const limiter = storeLimiter(store, { keyPrefix: 'limit', points: 10, duration: 3_600 })
let peak = 0
for (let index = 0; index < Number(keys); index += 1) {
  const mixed = Math.imul(index, 0x9e3779b1) >>> 0
  const key = `2001:db8:${(mixed >>> 16).toString(16)}:${(mixed & 65_535).toString(16)}::/64`
  await limiter.consume(index % 1_000 ? key : key.padEnd(16_384, 'x'))
  if (index % 10_000 !== 0) continue
  await new Promise(setImmediate)
  peak = Math.max(peak, process.memoryUsage.rss())
}
console.log(JSON.stringify({ peak, bytes: store.bytes, size: store.size }))
