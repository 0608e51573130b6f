/** The bounds of shared training examples: numbers that are taken, batches, gaps, and entries of other programs. */
import { expect, test } from 'vitest'
import { type SyncOptions, TrainingSync } from '../../../src/filters/classify/sync.ts'
import type { LoggedExample } from '../../../src/filters/classify/training-log.ts'
import type { Notice } from '../../../src/model/services.ts'
import { memoryStore } from '../../../src/store/memory.ts'
import { settled } from '../../../src/testing/clock.ts'
import { handClock } from '../../support/hand-clock.ts'

const POLL = 2_000
const MINUTE = 60_000
const example = (id: string): LoggedExample => ({
  ...{ id, by: 'user:alice', label: 'spam', undo: false, weight: 1 },
  features: Buffer.from('a'),
})
/** An entry as another node writes it. */
const entry = (id: string, own: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ ...example(id), features: 'YQ==', node: 'other', ...own })

async function reading() {
  const clock = handClock()
  const store = memoryStore({ clock })
  const notices: Notice[] = []
  const received: LoggedExample[] = []
  const services = { store, clock, notify: (notice: Notice) => notices.push(notice) }
  const sync = new TrainingSync({
    services: services as unknown as SyncOptions['services'],
    ttl: 1e9,
    onExample: one => received.push(one),
  })
  await settled()
  const put = (number: number, value: string) =>
    store.run([{ op: 'set', key: `classify:examples:${number}`, value, ttl: 0 }])
  const count = (by: number) => store.run([{ op: 'increment', key: 'classify:examples', by, ttl: 0 }])[0].count
  const ids = () => received.map(({ id }) => id)
  return { clock, notices, received, ids, sync, put, count, [Symbol.dispose]: () => sync.stop() }
}

test('nineteen numbers that are taken are passed over, and twenty are too many', async () => {
  for (const taken of [19, 20]) {
    using node = await reading()
    for (let number = 1; number <= taken; number += 1) node.put(number, 'of another program')
    await node.sync.publish(example('mine'))
    expect([taken, node.notices.map(({ reason }) => reason)]).toEqual([
      taken,
      taken === 19
        ? []
        : ['the training examples of nodes could not be exchanged: the numbers of classify:examples are taken'],
    ])
    expect(node.count(0)).toBe(20)
  }
})

test('a hundred examples are read in one poll, and the others in the next', async () => {
  using node = await reading()
  for (let number = 1; number <= 150; number += 1) node.put(number, entry(`${number}`))
  node.count(150)
  await node.clock.advance(POLL - 1)
  expect(node.ids()).toEqual([])
  await node.clock.advance(1)
  expect(node.ids()).toEqual(Array.from({ length: 100 }, (_, index) => `${index + 1}`))
  await node.clock.advance(POLL)
  expect(node.ids()).toHaveLength(150)
  await node.clock.advance(POLL)
  expect(node.ids()).toHaveLength(150)
})

test('what was there before the first poll is not read', async () => {
  const clock = handClock()
  const store = memoryStore({ clock })
  store.run([{ op: 'increment', key: 'classify:examples', by: 2, ttl: 0 }])
  for (const number of [1, 2, 3])
    store.run([{ op: 'set', key: `classify:examples:${number}`, value: entry(`${number}`), ttl: 0 }])
  const received: string[] = []
  const services = { store, clock, notify: () => undefined } as unknown as SyncOptions['services']
  const sync = new TrainingSync({ services, ttl: 1e9, onExample: ({ id }) => received.push(id) })
  await settled()
  store.run([{ op: 'increment', key: 'classify:examples', by: 1, ttl: 0 }])
  await clock.advance(POLL)
  expect(received).toEqual(['3'])
  sync.stop()
})

test.for([
  [9 * MINUTE + 50_000, ['late']],
  [11 * MINUTE, []],
] as const)(
  'a number without an example is looked at again for ten minutes: after %d ms %j',
  async ([after, expected]) => {
    using node = await reading()
    node.count(1)
    await node.clock.advance(POLL)
    await node.clock.advance(after - POLL)
    node.put(1, entry('late'))
    await node.clock.advance(3 * POLL)
    expect(node.ids()).toEqual(expected)
  },
)

test('a count that begins anew is followed from its beginning, and one number beyond its end', async () => {
  using node = await reading()
  for (let number = 1; number <= 5; number += 1) node.put(number, entry(`old ${number}`))
  node.count(5)
  await node.clock.advance(POLL)
  expect(node.ids()).toHaveLength(5)
  node.count(-3)
  for (const number of [1, 2]) node.put(number, entry(`new ${number}`))
  await node.clock.advance(POLL)
  expect(node.ids().slice(5)).toEqual(['new 1', 'new 2', 'old 3'])
})

test('an example of another node is learned as it was written', async () => {
  using node = await reading()
  node.put(1, entry('a', { label: 'ham', undo: true, weight: 0.25, by: 'user:bob' }))
  node.count(1)
  await node.clock.advance(POLL)
  expect(node.received).toEqual([
    { id: 'a', by: 'user:bob', label: 'ham', undo: true, weight: 0.25, features: Buffer.from('a') },
  ])
})

test.for([
  ['a weight of 0', { weight: 0 }, true],
  ['a weight of 1', { weight: 1 }, true],
  ['a weight below 0', { weight: -0.01 }, false],
  ['a weight above 1', { weight: 1.01 }, false],
  ['a weight as text', { weight: '1' }, false],
  ['no weight', { weight: undefined }, false],
  ['another label', { label: 'unsure' }, false],
  ['no label', { label: undefined }, false],
  ['ham', { label: 'ham' }, true],
  ['an undo as number', { undo: 1 }, false],
  ['no node', { node: undefined }, false],
  ['no id', { id: 7 }, false],
  ['no reporter', { by: null }, false],
  ['features as list', { features: [1] }, false],
  ['a further member', { more: true }, true],
] as const)('an entry with %s: %s', async ([, own, isLearned]) => {
  using node = await reading()
  node.put(1, entry('a', own))
  node.count(1)
  await node.clock.advance(POLL)
  expect(node.ids()).toHaveLength(isLearned ? 1 : 0)
  expect(node.notices).toEqual([])
})

test.for(['', 'null', '[]', '1', '{', 'not json'])(
  'an entry %j is passed over, and the next one is learned',
  async text => {
    using node = await reading()
    node.put(1, text)
    node.put(2, entry('next'))
    node.count(2)
    await node.clock.advance(POLL)
    expect(node.ids()).toEqual(['next'])
    expect(node.notices).toEqual([])
  },
)

test('a node that has stopped polls no more', async () => {
  const node = await reading()
  node.sync.stop()
  node.put(1, entry('a'))
  node.count(1)
  await node.clock.advance(10 * POLL)
  expect(node.ids()).toEqual([])
  expect(node.clock.next()).toBeUndefined()
})
