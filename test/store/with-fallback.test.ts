import { describe, expect, test } from 'vitest'
import { postern } from '../../src/engine/gateway.ts'
import { PosternError } from '../../src/model/errors.ts'
import type { Notice } from '../../src/model/services.ts'
import type { Operation, Store } from '../../src/model/store.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { type FallbackOptions, withFallback } from '../../src/store/with-fallback.ts'
import { settled } from '../../src/testing/clock.ts'
import { handClock } from '../support/hand-clock.ts'

const lasts = 60_000
const count = { op: 'increment', key: 'a', by: 1, ttl: lasts } as const
const add = { op: 'add', key: 'a', value: 'first', ttl: lasts } as const

type Manner = 'well' | 'silent' | 'failing' | 'read-only' | ((operations: readonly Operation[]) => unknown)

/** A store that behaves as the test says, a clock, and the notices. */
function world(options: FallbackOptions = {}) {
  const clock = handClock()
  const behind = memoryStore({ clock })
  const notices: Notice[] = []
  const manner: { is: Manner; asked: number } = { is: 'well', asked: 0 }
  const run: Store['run'] = async operations => {
    manner.asked += 1
    if (typeof manner.is === 'function') return (await manner.is(operations)) as never
    if (manner.is === 'silent') return await new Promise<never>(() => {})
    if (manner.is === 'failing') throw new Error('connect ECONNREFUSED')
    if (manner.is === 'read-only' && operations.some(({ op }) => op !== 'get')) throw new Error('READONLY You can not')
    return behind.run(operations)
  }
  const store = withFallback({ run }, { clock, notify: notice => notices.push(notice), ...options })
  const ask = async (operation: Operation, ms = 0) => {
    const answers = store.run([operation])
    await clock.advance(ms)
    return (await answers)[0]
  }
  const told = () => notices.map(({ code }) => code)
  return { clock, behind, notices, told, manner, store, ask }
}

test('a store that works is used, and there is no notice', async () => {
  const { ask, behind, store, told } = world({ nodes: 4 })
  expect(await ask(count)).toEqual({ count: 1, endsIn: lasts })
  expect(behind.run([{ op: 'get', key: 'a' }])).toEqual([{ value: '1', endsIn: lasts }])
  expect([store.state, store.neverFails, told()]).toEqual(['up', true, []])
})

describe.each([
  ['silent', 'has not answered within 100 ms'],
  ['failing', 'fails: connect ECONNREFUSED'],
  ['read-only', 'fails: READONLY You can not'],
] as const)('D05 a store that is %s', (is, cause) => {
  test('D05 takes 100 ms of one caller; the next ones count in memory at once', async () => {
    const { ask, clock, manner, notices, store } = world()
    manner.is = is
    expect(await ask(count, 100)).toEqual({ count: 1, endsIn: lasts })
    const before = clock.monotonic()
    expect(await ask(count)).toMatchObject({ count: 2 })
    expect([clock.monotonic() - before, store.state]).toEqual([0, 'down'])
    await clock.advance(100)
    const reason = `the store ${cause}; counts go on in memory`
    expect(notices).toEqual([{ code: 'store/down', reason, level: 'warning' }])
  })

  test('D05 is tried again once a second, while no caller waits, until it is up', async () => {
    const { ask, clock, manner, store, told } = world()
    manner.is = is
    await ask(count, 200)
    const asked = manner.asked
    for (let second = 0; second < 10; second += 1) await clock.advance(1_100)
    expect(manner.asked - asked).toBeGreaterThanOrEqual(9)
    expect(manner.asked - asked).toBeLessThanOrEqual(11)
    manner.is = 'well'
    await clock.advance(1_100)
    expect([store.state, told()]).toEqual(['up', ['store/down', 'store/up']])
    expect(await ask({ ...count, key: 'b' })).toMatchObject({ count: 1 })
  })
})

const nonsense: readonly (readonly [title: string, is: () => unknown])[] = [
  ['no list', () => 'OK'],
  ['too few', () => []],
  ['nothing', () => undefined],
  ['a count that is a text', () => [{ count: '1' }]],
  ['a count that is no number', () => [{ count: Number.NaN }]],
  ['an end before now', () => [{ count: 1, endsIn: -1 }]],
]
test.for(nonsense)('D05 a store that answers %s is down', async ([, is]) => {
  const { ask, clock, manner, notices } = world()
  manner.is = is
  expect(await ask(count)).toEqual({ count: 1, endsIn: lasts })
  await clock.advance(0)
  expect(notices.map(({ reason }) => reason)).toEqual([
    'the store fails: its answer makes no sense; counts go on in memory',
  ])
})

test('D05 every kind of answer is checked', async () => {
  const wrong: readonly (readonly [Operation, unknown])[] = [
    [{ op: 'get', key: 'a' }, { value: 1 }],
    [{ op: 'get', key: 'a' }, null],
    [{ op: 'set', key: 'a', value: 'v', ttl: lasts }, undefined],
    [add, { value: 'v' }],
    [{ op: 'compareAndSet', key: 'a', expected: undefined, value: 'v', ttl: lasts }, 1],
    [{ op: 'decayingAdd', key: 'a', amounts: [1], halfLife: 0, ttl: lasts }, []],
    [{ op: 'decayingAdd', key: 'a', amounts: [1], halfLife: 0, ttl: lasts }, [Number.NaN]],
    [{ op: 'delete', key: 'a' }, 'OK'],
  ]
  for (const [operation, answer] of wrong) {
    const { ask, manner, store } = world()
    manner.is = () => [answer]
    await ask(operation)
    expect([operation, store.state]).toEqual([operation, 'down'])
  }
})

test('a limit is divided by the number of nodes while the store is down', async () => {
  const { ask, manner } = world({ nodes: 3 })
  manner.is = 'failing'
  expect(await ask(count)).toMatchObject({ count: 3 })
  expect(await ask(count)).toMatchObject({ count: 6 })
  expect(await ask({ op: 'decayingAdd', key: 's', amounts: [1, 0.5], halfLife: 0, ttl: lasts })).toEqual([3, 1.5])
})

test('answers of the store are known when it goes down, and counts go on from there', async () => {
  const { ask, clock, manner } = world({ nodes: 2 })
  await ask({ ...count, by: 5 })
  await ask({ op: 'set', key: 'known', value: 'since Monday', ttl: 0 })
  await ask({ op: 'decayingAdd', key: 's', amounts: [8], halfLife: 1_000, ttl: lasts })
  await ask({ op: 'compareAndSet', key: 'swapped', expected: undefined, value: 'in', ttl: lasts })
  await ask({ op: 'set', key: 'gone', value: 'x', ttl: lasts })
  await ask({ op: 'delete', key: 'gone' })
  clock.pass(1_000)
  manner.is = 'failing'
  expect(await ask(count)).toEqual({ count: 7, endsIn: lasts - 1_000 })
  expect(await ask({ op: 'get', key: 'known' })).toEqual({ value: 'since Monday' })
  expect(await ask({ op: 'decayingAdd', key: 's', amounts: [0], halfLife: 1_000, ttl: lasts })).toEqual([4])
  expect(await ask({ op: 'get', key: 'swapped' })).toMatchObject({ value: 'in' })
  expect(await ask({ op: 'get', key: 'gone' })).toBeUndefined()
})

test('a single failure that has passed at the first probe makes no notice', async () => {
  const { ask, manner, store, told } = world()
  let times = 0
  manner.is = () => {
    times += 1
    if (times === 1) throw new Error('ECONNRESET')
    return [{ count: 1 }]
  }
  expect(await ask(count)).toMatchObject({ count: 1 })
  await settled()
  expect([store.state, told()]).toEqual(['up', []])
})

test('a store that fails again soon after each recovery is tried less and less often', async () => {
  const { ask, clock, manner, told } = world()
  // A cluster of which one node is down: the probe finds another.
  manner.is = operations => {
    if (operations[0]?.key === 'a') throw new Error('CLUSTERDOWN')
    return [{ count: 1 }]
  }
  for (let tenth = 0; tenth < 600; tenth += 1) {
    await ask(count)
    await clock.advance(100)
  }
  expect(told().length).toBeLessThanOrEqual(14)
  expect(manner.asked).toBeLessThanOrEqual(20)
})

test('a late answer is ignored', async () => {
  const { ask, clock, manner, store } = world()
  const questions: ((answers: unknown) => void)[] = []
  manner.is = () => new Promise(resolve => questions.push(resolve))
  expect(await ask(count, 100)).toMatchObject({ count: 1 })
  questions[0]?.([{ count: 900 }])
  await clock.advance(0)
  expect(await ask(count)).toMatchObject({ count: 2 })
  expect(store.state).toBe('down')
})

test('an answer that arrived during a stall of this process is in time', async () => {
  const { clock, manner, store } = world()
  manner.is = () => new Promise(resolve => setImmediate(() => resolve([{ count: 5 }])))
  const answers = store.run([count])
  clock.pass(5_000)
  expect(await answers).toEqual([{ count: 5 }])
  expect(store.state).toBe('up')
})

test('a silent store gathers ten thousand questions at most', async () => {
  const { clock, manner, store } = world()
  manner.is = 'silent'
  const answers = Array.from({ length: 12_000 }, () => store.run([count]))
  await settled()
  expect(manner.asked).toBe(10_000)
  await clock.advance(100)
  expect(await Promise.all(answers)).toHaveLength(12_000)
  expect(manner.asked).toBe(10_001)
})

test('after stop() there is no probe any more', async () => {
  const { ask, clock, manner, store } = world()
  manner.is = 'failing'
  await ask(count)
  await clock.advance(0)
  expect(clock.next()).toBe(1_000)
  store.stop()
  expect(clock.next()).toBeUndefined()
})

test('a gateway adds a fallback to a store that may fail, and leaves it open when it closes', async () => {
  const notices: Notice[] = []
  let closed = false
  const store: Store = {
    run: () => Promise.reject(new Error('down')),
    close: () => {
      closed = true
    },
  }
  const gateway = postern({ filters: [], store, notify: notice => notices.push(notice) })
  expect(await gateway.services.store.run([count])).toMatchObject([{ count: 1 }])
  await settled()
  expect(notices.map(({ code }) => code)).toEqual(['store/down'])
  await gateway.close()
  expect(closed).toBe(false)
  const own = memoryStore()
  expect(postern({ filters: [], store: own }).services.store).toBe(own)
})

test.for([0, 1.5, Number.NaN])('%d is no number of nodes', nodes => {
  expect(() => withFallback(memoryStore(), { nodes })).toThrow(PosternError)
})
