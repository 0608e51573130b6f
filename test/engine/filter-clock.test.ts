/** The time of a filter is divided: how long its code ran, and how long it waited. */
import { expect, test } from 'vitest'
import { plan, run } from '../../src/engine/run.ts'
import { Scope } from '../../src/engine/scope.ts'
import type { FilterTimings } from '../../src/engine/wave.ts'
import { type Connection, type Filter, fact } from '../../src/index.ts'

/** A clock that only work moves: `work` runs for so many milliseconds, and `wait` lets time pass while nothing runs. */
function machine() {
  let now = 0
  return {
    clock: { now: () => now, monotonic: () => now, after: () => () => undefined },
    work: (ms: number): void => {
      now += ms
    },
    wait: (ms: number): Promise<void> =>
      new Promise(resolve =>
        setImmediate(() => {
          now += ms
          resolve()
        }),
      ),
  }
}

async function timed(filtersOf: (own: ReturnType<typeof machine>) => readonly Filter[]): Promise<unknown> {
  const own = machine()
  const scope = new Scope<Connection>('connect', undefined, {})
  const timings: FilterTimings = new Map()
  await run(
    plan(filtersOf(own), 'connect', () => 1_000),
    scope,
    own.clock,
    timings,
  )
  return Object.fromEntries(timings)
}

test('work at once is CPU time, of each filter alone', async () => {
  const found = await timed(({ work }) => [
    { name: 'a', connect: () => work(3) },
    {
      name: 'fails',
      connect: () => {
        work(2)
        throw new Error('broken')
      },
    },
  ])
  expect(found).toEqual({ a: { cpu: 3, wait: 0 }, fails: { cpu: 2, wait: 0 } })
})

test('a filter that waits for something outside waits, and does not pay for the work of others', async () => {
  const found = await timed(({ work, wait }) => [
    { name: 'waits', connect: () => wait(40) },
    { name: 'works', connect: () => work(3) },
  ])
  expect(found).toEqual({ waits: { cpu: 0, wait: 43 }, works: { cpu: 3, wait: 0 } })
})

test('the work after a fact is CPU time of its filter, through helpers and several facts at once', async () => {
  const found = await timed(({ work, wait }) => {
    const slow = fact('slow', 'connect', () => wait(20))
    const other = fact('other', 'connect', () => wait(5))
    const view = async (client: Connection) => await Promise.all([client.ask(slow), client.ask(other)])
    const after =
      (ms: number) =>
      async (client: Connection): Promise<void> => {
        work(1)
        await view(client)
        work(ms)
        await client.ask(slow)
        work(1)
      }
    return [
      { name: 'a', connect: after(10) },
      { name: 'b', connect: after(100) },
      { name: 'c', connect: async client => await client.ask(slow) },
    ]
  })
  // 25 ms of waiting; then a and b run one after the other, and each waits while the other works.
  expect(found).toMatchObject({ a: { cpu: 12 }, b: { cpu: 102 }, c: { cpu: 0 } })
})

test('the facts that a filter asks for first, and that are found at once, are its work', async () => {
  const found = await timed(({ work }) => {
    const costly = fact('costly', 'connect', () => work(7))
    return [
      { name: 'first', connect: async client => await client.ask(costly) },
      { name: 'second', connect: async client => await client.ask(costly) },
    ]
  })
  expect(found).toMatchObject({ first: { cpu: 7 }, second: { cpu: 0 } })
})

test('a fact that fails ends no filter otherwise than before, and is timed', async () => {
  const found = await timed(({ work, wait }) => {
    const broken = fact('broken', 'connect', async () => {
      await wait(5)
      throw new Error('broken')
    })
    return [
      {
        name: 'copes',
        connect: async client => {
          await client.ask(broken).catch(() => undefined)
          work(2)
        },
      },
      { name: 'fails', connect: async client => await client.ask(broken) },
    ]
  })
  expect(found).toMatchObject({ copes: { cpu: 2, wait: 5 }, fails: { cpu: 0 } })
})
