import { expect, test } from 'vitest'
import type { Store } from '../../src/model/store.ts'
import { Tally } from '../../src/reports/tally.ts'
import { TallyTree, tallyAt } from '../../src/reports/tally-tree.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { handClock } from '../support/hand-clock.ts'

const options = { key: 't', ttl: 1_000_000, maxNames: 3 }

const listed = async (tally: Tally) => {
  const found: [string, number][] = []
  for await (const [name, count] of tally.entries()) found.push([name, count])
  return found
}

test('counts of several processes are one, in the order in which the names came', async () => {
  const store = memoryStore()
  const [first, second] = [new Tally(store, options), new Tally(store, options)]
  await first.add(new Map([['a', 2]]))
  await second.add(
    new Map([
      ['a', 3],
      ['b', 1],
    ]),
  )
  expect(await listed(first)).toEqual([
    ['a', 5],
    ['b', 1],
  ])
})

test('two processes that count a new name at the same moment list it once', async () => {
  const store = memoryStore()
  await Promise.all(Array.from({ length: 5 }, () => new Tally(store, options).add(new Map([['a', 1]]))))
  expect(await listed(new Tally(store, options))).toEqual([['a', 5]])
})

test('names beyond the bound leave nothing behind but one count', async () => {
  const keys = new Set<string>()
  const memory = memoryStore()
  const store: Store = {
    run: operations => {
      for (const operation of operations) if (!('by' in operation) || operation.by !== 0) keys.add(operation.key)
      return memory.run(operations)
    },
  }
  const tally = new Tally(store, options)
  const refused = await tally.add(new Map(Array.from({ length: 1000 }, (_, index) => [`n${index}`, 2])))
  expect(refused.size).toBe(997)
  expect(await tally.beyond()).toBe(1994)
  expect(await listed(tally)).toEqual([
    ['n0', 2],
    ['n1', 2],
    ['n2', 2],
  ])
  expect(keys.size).toBe(3 + 3 + 2)
})

const shape = { key: 'tree', maxNames: [10, 2, 10], ttl: 1_000_000 }
const path = (...names: string[]) => ['day', ...names]

test('a tree counts at each level, and nothing below a name that is beyond the bound', async () => {
  const store = memoryStore()
  const notify = () => undefined
  const tree = new TallyTree({ store, shape, clock: handClock(), notify })
  for (const domain of ['a', 'b', 'c']) {
    tree.add(path('org', domain, 'row1'))
    tree.add(path('org', domain, 'row2'))
  }
  await tree.flush()
  expect(await listed(tallyAt(store, shape, path()))).toEqual([['org', 6]])
  expect(await listed(tallyAt(store, shape, path('org')))).toEqual([
    ['a', 2],
    ['b', 2],
  ])
  expect(await listed(tallyAt(store, shape, path('org', 'b')))).toEqual([
    ['row1', 1],
    ['row2', 1],
  ])
  expect(await listed(tallyAt(store, shape, path('org', 'c')))).toEqual([])
})

test('counts reach the store within ten seconds, and wait while it is down', async () => {
  const store = memoryStore()
  const clock = handClock()
  let down = true
  const tree = new TallyTree({ store, shape, clock, notify: () => undefined, isDown: () => down })
  tree.add(path('org', 'a', 'row'))
  await clock.advance(10_000)
  expect(await listed(tallyAt(store, shape, path()))).toEqual([])
  down = false
  await clock.advance(10_000)
  expect(await listed(tallyAt(store, shape, path()))).toEqual([['org', 1]])
  expect(clock.next()).toBeUndefined()
})

test('a store that fails and a flood of paths lose counts, which is reported', async () => {
  const notices: string[] = []
  const broken: Store = { run: () => Promise.reject(new Error('no space')) }
  const clock = handClock()
  const tree = new TallyTree({ store: broken, shape, clock, notify: ({ reason }) => notices.push(reason) })
  for (let index = 0; index < 20_005; index += 1) tree.add(path('org', 'a', `row${index}`))
  await tree.close()
  expect(notices).toEqual([
    '5 messages are missing in reports: more was to be counted than is kept while the store is slow',
    'counts of ten seconds are missing in reports: no space',
  ])
})
