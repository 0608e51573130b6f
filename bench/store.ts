/**
 * What it costs to count and remember: node --expose-gc bench/store.ts [keys]
 *
 * Times are CPU time of the thread where they are said to be, so that a machine that is busy with other things does not
 * count as a pause.
 */
import { execFileSync } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { decayingAdds, defaultMemory } from '../src/facts/reputation.ts'
import type { Store } from '../src/model/store.ts'
import { storeLimiter } from '../src/store/limiter.ts'
import { memoryStore } from '../src/store/memory.ts'
import { redisStore } from '../src/store/redis/redis.ts'
import { sqliteStore } from '../src/store/sqlite/sqlite.ts'
import { withFallback } from '../src/store/with-fallback.ts'
import { startRedis } from '../test/support/redis.ts'

const COUNT = Number(process.argv[2] ?? 1_000_000)
const HOUR = 3_600_000
const MB = 2 ** 20
const spec = { keyPrefix: 'limit', points: 10, duration: 3_600 }

/** Looks random, and each is another. */
const key = (index: number) => {
  const mixed = Math.imul(index, 0x9e3779b1) >>> 0
  return `2001:db8:${(mixed >>> 16).toString(16)}:${(mixed & 65_535).toString(16)}::/64`
}
const increment = (name: string) => ({ op: 'increment', key: name, by: 1, ttl: HOUR }) as const
const cpu = () => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}
const memory = () => {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
  return { held: (heapUsed + arrayBuffers) / MB, rss: rss / MB }
}

/** Spends on so many keys, and tells the CPU of each and the longest that a hundred of them held the thread. */
async function spend(count: number, one: (index: number) => unknown) {
  const began = cpu()
  let longest = 0
  for (let index = 0; index < count; index += 100) {
    const before = cpu()
    for (let next = index; next < index + 100; next += 1) {
      const answer = one(next)
      if (answer instanceof Promise) await answer
    }
    longest = Math.max(longest, cpu() - before)
    if (index % 10_000 === 0) await new Promise(setImmediate)
  }
  return { each: ((cpu() - began) * 1_000) / count, longest }
}

async function inMemory(name: string, count: number, one: (index: number) => unknown, bound?: () => number) {
  const before = memory()
  const { each, longest } = await spend(count, one)
  const after = memory()
  const ours = bound ? `, ${(bound() / MB).toFixed(1)} by its own count` : ''
  console.log(
    `${name}: ${count} keys, ${each.toFixed(2)} µs CPU each, at most ${longest.toFixed(1)} ms for a hundred, ` +
      `${(after.held - before.held).toFixed(1)} MB held${ours}, RSS +${(after.rss - before.rss).toFixed(1)} MB`,
  )
}

async function answering(name: string, store: Store) {
  const latency: number[] = []
  for (let index = 0; index < 2_000; index += 1) {
    const began = performance.now()
    await store.run([increment(key(index))])
    latency.push(performance.now() - began)
  }
  const began = performance.now()
  const beganCpu = cpu()
  const rounds = 40
  for (let round = 0; round < rounds; round += 1)
    await Promise.all(Array.from({ length: 500 }, (_, index) => store.run([increment(key(round * 500 + index))])))
  const took = performance.now() - began
  const each = ((cpu() - beganCpu) * 1_000) / (rounds * 500)
  latency.sort((a, b) => a - b)
  const median = latency[latency.length / 2] ?? 0
  console.log(
    `${name}: one after another ${(median * 1_000).toFixed(0)} µs (median), 500 at once ` +
      `${Math.round((rounds * 500) / took)} per ms, ${each.toFixed(1)} µs CPU of our thread each`,
  )
}

// The compiler and the heap reach their size before anything is measured.
const warm = memoryStore({ entries: 10 })
await spend(Math.min(COUNT, 1_000_000), index => warm.run([increment(key(index))]))

const bounded = memoryStore()
await inMemory(
  'memoryStore, as it comes',
  COUNT,
  index => bounded.run([increment(key(index))]),
  () => bounded.bytes,
)
const limiter = storeLimiter(memoryStore(), spec)
await inMemory('storeLimiter on it', COUNT, index => limiter.consume(key(index)))
// What greylist, reputation and a limit ask of a store for senders none of whom comes back.
const shared = memoryStore()
const waits = (name: string) =>
  ({ op: 'add', key: `greylist:${name} a@b c@d`, value: 'waits', ttl: 48 * HOUR }) as const
const bad = { ham: 0, spam: 1, deferred: 0, refused: 0 }
await inMemory(
  'greylist, reputation and a limit, by turns',
  COUNT,
  index =>
    index % 3 === 0
      ? shared.run([waits(key(index))])
      : index % 3 === 1
        ? shared.run(decayingAdds(`ip:${key(index)}`, defaultMemory, bad))
        : shared.run([increment(`rate-limit:${key(index)}`)]),
  () => shared.bytes,
)
const large = memoryStore({ bytes: '2gb', entries: COUNT })
await inMemory(
  'memoryStore, room for all',
  COUNT,
  index => large.run([increment(key(index))]),
  () => large.bytes,
)
// It has no bound, so it is given fewer.
const theirs = new RateLimiterMemory(spec)
await inMemory('RateLimiterMemory', Math.min(COUNT, 200_000), index => theirs.consume(key(index)))

// The same flood with room for fourteen entries, and with room: the difference is what the store takes.
const flood = (room: string): { readonly peak: number; readonly bytes: number; readonly size: number } => {
  const child = new URL('./store-flood.ts', import.meta.url).pathname
  return JSON.parse(execFileSync(process.execPath, ['--expose-gc', child, room, `${COUNT}`], { encoding: 'utf8' }))
}
const [without, full] = [flood('1kb'), flood('512mb')]
console.log(
  `limiter with a store of 512 MB, ${COUNT} keys of which one in a thousand has 16 KB: ${full.size} held, RSS at most ` +
    `${((full.peak - without.peak) / MB).toFixed(1)} MB above the same with none`,
)

await answering('memory', memoryStore())
const file = join(tmpdir(), `postern-bench-${process.pid}.db`)
const sqlite = sqliteStore({ file })
await answering('SQLite', sqlite)
await sqlite.close()
for (const end of ['', '-wal', '-shm']) await rm(file + end, { force: true })
const server = await startRedis()
const client = new Redis(server)
await answering('Redis', redisStore({ client }))
await answering('Redis, with fallback', withFallback(redisStore({ client }), { deadline: '10s' }))
client.disconnect()
await server.stop()
process.exit()
