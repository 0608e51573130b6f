import { describe, expect, test } from 'vitest'
import { postern } from '../../src/index.ts'
import type { Operation, Store } from '../../src/model/store.ts'
import { batched, runLater } from '../../src/store/batched.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { withFallback } from '../../src/store/with-fallback.ts'
import { handClock } from '../support/hand-clock.ts'
import { dns, filters, mailing } from './mail-of-known-senders.ts'

/** Another machine: it answers later, and its round trips are counted. */
function far() {
  const memory = memoryStore()
  const lists: (readonly Operation[])[] = []
  const store: Store = {
    run: async operations => {
      if (operations[0]?.key !== 'fallback:probe') lists.push(operations)
      await new Promise(resolve => setImmediate(resolve))
      return memory.run(operations)
    },
  }
  return { store, lists, memory }
}

const plus = (key: string, by = 1) => ({ op: 'increment', key, by, ttl: 0 }) as const

describe('a batched store', () => {
  test('performs lists that are handed in at the same time as one list, and answers each caller', async () => {
    const { store, lists } = far()
    const all = batched(withFallback(store), handClock())
    const answers = await Promise.all([
      all.run([plus('a'), plus('b', 5)]),
      all.run([plus('a')]),
      Promise.resolve().then(() => all.run([{ op: 'get', key: 'b' }])),
    ])
    expect(answers).toEqual([[{ count: 1 }, { count: 5 }], [{ count: 2 }], [{ value: '5' }]])
    expect(lists.map(list => list.map(({ key }) => key))).toEqual([['a', 'b', 'a', 'b']])
  })

  test('performs later() with the next list, before it, and after half a second at the latest', async () => {
    const { store, lists } = far()
    const clock = handClock()
    const all = batched(withFallback(store), clock)
    const early = runLater(all, [plus('a')])
    expect(await all.run([{ op: 'get', key: 'a' }])).toEqual([{ value: '1' }])
    expect([await early, lists.length]).toEqual([[{ count: 1 }], 1])
    const late = runLater(all, [plus('a')])
    await clock.advance(499)
    expect(lists).toHaveLength(1)
    await clock.advance(1)
    expect([await late, lists.length]).toEqual([[{ count: 2 }], 2])
  })

  test('does not let lists of later() pile up', async () => {
    const { store, lists } = far()
    const all = batched(withFallback(store), handClock())
    await Promise.all(Array.from({ length: 200 }, (_, index) => runLater(all, [plus(`k${index}`)])))
    expect(lists.map(({ length }) => length)).toEqual([200])
  })

  test('splits long lists, so that no caller waits for all of them', async () => {
    const { store, lists } = far()
    const all = batched(withFallback(store), handClock())
    await Promise.all(Array.from({ length: 500 }, (_, index) => all.run([plus(`k${index}`)])))
    expect(lists.map(({ length }) => length)).toEqual([200, 200, 100])
  })

  test('a failure reaches each caller, and the next list is tried again', async () => {
    let fails = true
    const store = { state: 'up', run: () => (fails ? Promise.reject(new Error('away')) : [{ count: 7 }]) }
    const all = batched(store as unknown as Store, handClock())
    const said = await Promise.allSettled([all.run([plus('a')]), all.run([plus('b')])])
    expect(said.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    fails = false
    expect(await all.run([plus('a')])).toEqual([{ count: 7 }])
  })

  test('a store in memory answers at once, unchanged', () => {
    const memory = memoryStore()
    expect(batched(memory, handClock())).toBe(memory)
  })
})

test('a message costs at most three round trips with limits, reputation and known senders on', async () => {
  const { store, lists } = far()
  const gateway = postern({ name: 'mx.example.org', filters: filters(), dns, store })
  await mailing(gateway)
  await gateway.close()
  // One for the mark of the address, one for a domain that was not seen lately, one for what the last message leaves
  // behind.
  expect(lists.length).toBeLessThanOrEqual(3 * 20 + 3)
})
