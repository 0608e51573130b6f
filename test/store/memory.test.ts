import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { PosternError } from '../../src/model/errors.ts'
import { storeLimiter } from '../../src/store/limiter.ts'
import { type MemoryStoreOptions, memoryStore } from '../../src/store/memory.ts'
import { cpuTime } from '../support/cpu.ts'
import { fc } from '../support/property.ts'

const DAY = 86_400_000

/** The store, an operation a word. */
function countingStore(options: MemoryStoreOptions) {
  const store = memoryStore(options)
  return {
    increment: (key: string, by: number, ttl: number) => store.run([{ op: 'increment', key, by, ttl: ttl }])[0],
    set: (key: string, count: number, ttl: number) => store.run([{ op: 'set', key, value: `${count}`, ttl: ttl }])[0],
    get: (key: string) => store.run([{ op: 'get', key }])[0],
    delete: (key: string) => store.run([{ op: 'delete', key }])[0],
    size: () => store.size,
    bytes: () => store.bytes,
  }
}

function handClock() {
  let time = 1_000
  return {
    monotonic: () => time,
    pass: (ms: number) => {
      time += ms
    },
  }
}

test('a count begins its time when it is new and keeps its end when it grows', () => {
  const clock = handClock()
  const store = countingStore({ clock })
  expect(store.increment('a', 1, 1_000)).toEqual({ count: 1, endsIn: 1_000 })
  clock.pass(400)
  expect(store.increment('a', 2, 1_000)).toEqual({ count: 3, endsIn: 600 })
  clock.pass(599)
  expect(store.get('a')).toEqual({ value: '3', endsIn: 1 })
  clock.pass(1)
  expect(store.get('a')).toBeUndefined()
  expect(store.increment('a', 1, 1_000)).toEqual({ count: 1, endsIn: 1_000 })
})

test('a count that is set begins its time anew, and can be taken away', () => {
  const clock = handClock()
  const store = countingStore({ clock })
  store.increment('a', 5, 1_000)
  clock.pass(900)
  expect(store.set('a', 7, 2_000)).toEqual({ value: '7', endsIn: 2_000 })
  expect(store.increment('a', -3, 1_000)).toEqual({ count: 4, endsIn: 2_000 })
  expect([store.delete('a'), store.delete('a'), store.size()]).toEqual([true, false, 0])
})

test('reading a count that does not exist creates no entry', () => {
  const store = countingStore({ clock: handClock() })
  expect(store.increment('a', 0, 1_000)).toEqual({ count: 0, endsIn: 1_000 })
  expect(store.size()).toBe(0)
})

test('a ttl of 0 means for ever', () => {
  const clock = handClock()
  const store = countingStore({ clock })
  store.increment('a', 1, 0)
  clock.pass(10_000 * DAY)
  expect(store.get('a')).toEqual({ value: '1' })
})

test.for([25, 30, 400])('D07 a count with a ttl of %i days is there to its last millisecond and not beyond', days => {
  const clock = handClock()
  const store = countingStore({ clock })
  store.increment('a', 1, days * DAY)
  clock.pass(days * DAY - 1)
  expect(store.increment('a', 1, days * DAY)).toEqual({ count: 2, endsIn: 1 })
  clock.pass(1)
  expect(store.get('a')).toBeUndefined()
})

describe('when it is full', () => {
  test('expired entries go first, whatever their ttl', () => {
    const clock = handClock()
    const store = countingStore({ entries: 3, clock })
    store.increment('long', 1, 10_000)
    store.increment('short', 1, 10)
    store.increment('middle', 1, 5_000)
    clock.pass(10)
    store.increment('new', 1, 20_000)
    expect(['long', 'short', 'middle', 'new'].map(key => store.get(key)?.value)).toEqual(['1', undefined, '1', '1'])
  })

  test('then the entry that is nearest to its end', () => {
    const store = countingStore({ entries: 3, clock: handClock() })
    store.increment('long', 1, 10_000)
    store.increment('short', 1, 10)
    store.increment('middle', 1, 5_000)
    store.increment('new', 1, 20_000)
    expect(['long', 'short', 'middle', 'new'].map(key => store.get(key)?.value)).toEqual(['1', undefined, '1', '1'])
  })

  test('a flood of new keys evicts no key that was seen again', () => {
    const store = countingStore({ entries: 100, clock: handClock() })
    const known = Array.from({ length: 50 }, (_, index) => `known ${index}`)
    for (const key of [...known, ...known]) store.increment(key, 1, 1_000)
    for (let index = 0; index < 10_000; index += 1) store.increment(`spray ${index}`, 1, 60_000)
    expect(known.map(key => store.get(key)?.value)).toEqual(known.map(() => '2'))
    expect(store.size()).toBe(100)
  })

  test('keys that were seen again leave a fifth of the room to newcomers', () => {
    const store = countingStore({ entries: 100, clock: handClock() })
    for (let index = 0; index < 1_000; index += 1) {
      store.increment(`twice ${index}`, 1, 1_000)
      store.increment(`twice ${index}`, 1, 1_000)
    }
    for (let index = 0; index < 20; index += 1) store.increment(`new ${index}`, 1, 1_000)
    expect(Array.from({ length: 20 }, (_, index) => store.get(`new ${index}`)?.value)).toEqual(Array(20).fill('1'))
  })

  test('after a flood has expired, each new key removes more than it adds', () => {
    const clock = handClock()
    const store = countingStore({ entries: 1_000, clock })
    for (let index = 0; index < 1_000; index += 1) store.increment(`spray ${index}`, 1, 1_000)
    clock.pass(1_000)
    for (let index = 0; index < 600; index += 1) store.increment(`later ${index}`, 1, 1_000)
    expect(store.size()).toBe(600)
  })
})

test('a store with room for one entry holds one', () => {
  const store = countingStore({ entries: 1, clock: handClock() })
  for (const key of ['a', 'a', 'b', 'b', 'c']) store.increment(key, 1, 1_000)
  expect([store.size(), store.get('c')?.value]).toEqual([1, '1'])
})

test.for([0, -1, 1.5, Number.NaN])('%d is no number of entries', entries => {
  expect(() => memoryStore({ entries })).toThrow(PosternError)
})

test('long keys differ from each other, and no short key is taken for a long one', () => {
  const store = countingStore({ clock: handClock() })
  const long = 'k'.repeat(16_384)
  store.increment(long, 5, 1_000)
  store.increment(`${long}k`, 7, 1_000)
  expect([long, `${long}k`, 'k'.repeat(128)].map(key => store.get(key)?.value)).toEqual(['5', '7', undefined])
  store.increment('\0', 1, 1_000)
  store.increment('\uD800', 2, 1_000)
  store.increment('\uFFFD', 3, 1_000)
  expect(['\0', '\uD800', '\uFFFD'].map(key => store.get(key)?.value)).toEqual(['1', '2', '3'])
})

test('any operations give the answers of an unbounded table while there is room', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd')
  const ttl = fc.constantFrom(1, 5, 10, 50)
  const step = fc.oneof(
    fc.record({ do: fc.constant('increment' as const), key, by: fc.integer({ min: -2, max: 3 }), ttl: ttl }),
    fc.record({ do: fc.constant('set' as const), key, by: fc.nat(9), ttl: ttl }),
    fc.record({ do: fc.constant('delete' as const), key }),
    fc.record({ do: fc.constant('get' as const), key }),
    fc.record({ do: fc.constant('pass' as const), ms: fc.nat(8) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), steps => {
      const clock = handClock()
      const store = countingStore({ entries: 4, clock })
      const model = new Map<string, { count: number; expires: number }>()
      for (const one of steps) {
        const now = clock.monotonic()
        for (const [name, { expires }] of model) if (expires <= now) model.delete(name)
        if (one.do === 'pass') clock.pass(one.ms)
        else if (one.do === 'delete') expect(store.delete(one.key)).toBe(model.delete(one.key))
        else {
          const held = model.get(one.key)
          if (one.do === 'set') model.set(one.key, { count: one.by, expires: now + one.ttl })
          else if (one.do === 'increment' && held) held.count += one.by
          else if (one.do === 'increment' && one.by !== 0) model.set(one.key, { count: one.by, expires: now + one.ttl })
          if (one.do === 'set') store.set(one.key, one.by, one.ttl)
          if (one.do === 'increment') store.increment(one.key, one.by, one.ttl)
          const expected = model.get(one.key)
          expect(store.get(one.key)).toEqual(
            expected && { value: `${expected.count}`, endsIn: expected.expires - clock.monotonic() },
          )
        }
        expect(store.size()).toBeLessThanOrEqual(4)
      }
    }),
  )
})

test('twenty different windows are all kept to the millisecond', () => {
  const clock = handClock()
  const store = countingStore({ clock })
  for (let window = 1; window <= 20; window += 1) store.increment(`window ${window}`, 1, window * 10)
  for (let window = 1; window <= 20; window += 1) {
    clock.pass(9)
    expect(store.get(`window ${window}`)?.endsIn).toBe(1)
    clock.pass(1)
    expect(store.get(`window ${window}`)).toBeUndefined()
  }
})

describe('D08 three hundred thousand random keys', () => {
  setFlagsFromString('--expose_gc')
  const collect = runInNewContext('gc') as () => void
  const used = () => {
    collect()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }

  test('stay within the bound of entries, and a full store adds nearly as fast as an empty one', () => {
    const store = countingStore({ entries: 20_000, clock: handClock() })
    const time = (from: number) => {
      const began = cpuTime()
      for (let index = from; index < from + 20_000; index += 1) store.increment(`2001:db8:${index}::/64`, 1, 60_000)
      expect(store.size()).toBeLessThanOrEqual(20_000)
      return cpuTime() - began
    }
    const filling = time(0)
    const rounds = Array.from({ length: 15 }, (_, round) => time((round + 1) * 20_000))
    expect(Math.min(...rounds) / filling).toBeLessThan(10)
  })

  test('take only their own bytes, though they are parts of large strings', () => {
    const store = countingStore({ entries: 2_000, clock: handClock() })
    const before = used()
    for (let index = 0; index < 20_000; index += 1) {
      const line = `${String(index).padStart(20, 'x')}${'y'.repeat(16_384)}`
      // 2,000 parents of 16 KB would be 32 MB.
      flatten(line)
      store.increment(line.slice(0, 20), 1, 60_000)
      store.increment(line, 1, 60_000)
    }
    expect(store.size()).toBe(2_000)
    expect(used() - before).toBeLessThan(8 * 1024 ** 2)
  })

  test('D08 through a limiter, one in a hundred of 16 KB, take what the store is allowed and no tenth more', async () => {
    const bytes = 8 * 1024 ** 2
    const spec = { keyPrefix: 'limit', points: 10, duration: 3_600 }
    // The library is loaded before anything is measured.
    await storeLimiter(memoryStore(), spec).consume('first')
    const before = used()
    const store = memoryStore({ bytes, entries: 10_000_000, clock: handClock() })
    const limiter = storeLimiter(store, spec)
    for (let index = 0; index < 300_000; index += 1) {
      const key = `2001:db8:${(index * 7_919) >>> 4}:${index & 15}::/64`
      await limiter.consume(index % 100 ? key : key.padEnd(16_384, 'x'))
    }
    expect(store.bytes).toBeGreaterThan(bytes * 0.99)
    expect(store.bytes).toBeLessThanOrEqual(bytes)
    expect(store.size).toBeGreaterThan(95_000)
    expect(used() - before).toBeLessThan(bytes * 1.1)
  })

  test('D08 as texts and as sums they take no more than is counted, either', () => {
    const bytes = 8 * 1024 ** 2
    for (const text of [true, false]) {
      const before = used()
      const store = memoryStore({ bytes, entries: 10_000_000, clock: handClock() })
      for (let index = 0; index < 100_000; index += 1) {
        const key = `sender ${index}`
        const value = `since ${index} ${'v'.repeat(index % 200)}`
        if (text) store.run([{ op: 'set', key, value, ttl: 60_000 }])
        else store.run([{ op: 'decayingAdd', key, amounts: [1.5, 0.25, index, 0], halfLife: DAY, ttl: 60_000 }])
      }
      expect(store.bytes).toBeGreaterThan(bytes * 0.99)
      expect([text, (used() - before) / bytes]).toEqual([text, expect.toSatisfy((share: number) => share < 1.1)])
    }
  })
})

/** A string that was put together is kept in pieces until someone reads it through. */
const flatten = (text: string): number => Buffer.byteLength(text)
