/** A lease in the store: one of many processes does what must be done once. */
import { expect, test } from 'vitest'
import type { Store } from '../../../src/model/store.ts'
import { StoreLease } from '../../../src/relay/management/lease.ts'
import { memoryStore } from '../../../src/store/index.ts'
import { handClock } from '../../support/hand-clock.ts'

const MINUTE = 60_000

const two = () => {
  const clock = handClock()
  const store = memoryStore({ clock })
  return { clock, store, one: new StoreLease('digest', store, clock), other: new StoreLease('digest', store, clock) }
}

test('one of two holds a lease, and keeps it by renewing it', async () => {
  const { clock, one, other } = two()
  expect(await one.hold()).toBe(true)
  expect(await other.hold()).toBe(false)
  await clock.advance(MINUTE * 0.7)
  expect(await one.hold()).toBe(true)
  await clock.advance(MINUTE * 0.7)
  expect(await other.hold()).toBe(false)
})

test('a holder that has ended is replaced within a minute', async () => {
  const { clock, one, other } = two()
  expect(await one.hold()).toBe(true)
  await clock.advance(MINUTE + 1)
  expect(await other.hold()).toBe(true)
  expect(await one.hold()).toBe(false)
})

test('a lease that is released is free at once, and another name is another lease', async () => {
  const { clock, store, one, other } = two()
  await one.hold()
  expect(await new StoreLease('reports', store, clock).hold()).toBe(true)
  await one.release()
  await clock.advance(2)
  expect(await other.hold()).toBe(true)
  await one.release()
  await clock.advance(2)
  expect(await one.hold()).toBe(false)
})

test('without an answer of the store it is unknown who has the lease, so the work is not done', async () => {
  const store: Store = { run: () => Promise.reject(new Error('down')) }
  const lease = new StoreLease('digest', store, handClock())
  let hasRun = false
  expect(
    await lease.during(async () => {
      hasRun = true
    }),
  ).toBeUndefined()
  expect(hasRun).toBe(false)
})

test('a store that is down for a moment costs no lease, and for longer than the lease lives it does', async () => {
  const clock = handClock()
  const memory = memoryStore({ clock })
  let isDown = false
  const store: Store = {
    run: (operations: never) => (isDown ? Promise.reject(new Error('down')) : memory.run(operations)),
  }
  const lease = new StoreLease('digest', store, clock)
  const aborted: boolean[] = []
  await lease.during(async signal => {
    isDown = true
    await clock.advance(30_000)
    isDown = false
    await clock.advance(20_000)
    aborted.push(signal.aborted)
    isDown = true
    // It was renewed at 35 seconds, and is given up five seconds before it ends at 95.
    await clock.advance(39_000)
    aborted.push(signal.aborted)
    await clock.advance(6_000)
    aborted.push(signal.aborted)
  })
  expect(aborted).toEqual([false, false, true])
})

test('work that lasts renews its lease, and is aborted when another process has taken it', async () => {
  const { clock, store, one } = two()
  const signals: boolean[] = []
  await one.during(async signal => {
    for (let step = 0; step < 6; step += 1) {
      await clock.advance(MINUTE / 3)
    }
    signals.push(signal.aborted)
    await store.run([{ op: 'set', key: 'lease:digest', value: 'another', ttl: MINUTE }])
    await clock.advance(MINUTE / 3)
    signals.push(signal.aborted)
  })
  expect(signals).toEqual([false, true])
})
