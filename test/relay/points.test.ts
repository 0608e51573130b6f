/** Points that administrators edit in the console reach the sessions of every node. */
import { expect, test } from 'vitest'
import { editPoints } from '../../src/console/points/edited-points.ts'
import { type Filter, points, postern } from '../../src/index.ts'
import type { Store } from '../../src/model/store.ts'
import { PointsOfStore } from '../../src/relay/points-of-store.ts'
import { memoryStore } from '../../src/store/index.ts'
import { zone } from '../../src/testing/index.ts'
import { handClock } from '../support/hand-clock.ts'

const strict: Filter = {
  name: 'strict',
  connect: () => [
    points(3, 'a reason', { rule: 'some' }),
    points(2, 'another', { rule: 'other' }),
    { rule: 'none', reason: 'without points' },
  ],
}

async function setUp() {
  const clock = handClock()
  const store = memoryStore({ clock })
  let isDown = false
  const watched: Store = {
    run: (operations: never) => (isDown ? Promise.reject(new Error('down')) : store.run(operations)),
  }
  const fromStore = new PointsOfStore(watched, clock)
  await fromStore.start()
  const gateway = fromStore.appliedTo(postern({ filters: [strict], dns: zone({}), clock }))
  const score = async (client: object = {}) => {
    const session = gateway.open({ ip: '192.0.2.1', ...client })
    const { score } = await session.connect()
    session.close()
    return score
  }
  const edit = (rule: string, value: number | undefined) =>
    editPoints(store, rule, value === undefined ? undefined : { rule, points: value, by: 'ann', time: 0 })
  const fall = (down: boolean) => {
    isDown = down
  }
  return { clock, fromStore, score, edit, fall }
}

test('edited points count within five seconds, and configured ones again when they are given back', async () => {
  const { clock, fromStore, score, edit } = await setUp()
  expect(await score()).toBe(5)
  await edit('strict/some', 0.5)
  await edit('strict/none', 9)
  await clock.advance(5_000)
  expect(await score()).toBe(2.5)
  await edit('strict/some', undefined)
  await clock.advance(5_000)
  expect(await score()).toBe(5)
  fromStore.close()
  await edit('strict/some', 1)
  await clock.advance(10_000)
  expect(await score()).toBe(5)
})

test('while the store is down the last points stay', async () => {
  const { clock, score, edit, fall } = await setUp()
  await edit('strict/some', 1)
  await clock.advance(5_000)
  fall(true)
  await clock.advance(5_000)
  expect(await score()).toBe(3)
  await edit('strict/some', 2)
  fall(false)
  await clock.advance(5_000)
  expect(await score()).toBe(4)
})

test('what a host changes for one session counts after it', async () => {
  const { clock, score, edit } = await setUp()
  await edit('strict/some', 1)
  await clock.advance(5_000)
  const drop = {
    transformFinding: (finding: { rule?: string }) => (finding.rule === 'strict/other' ? undefined : finding),
  }
  expect(await score({ overrides: drop })).toBe(1)
})
