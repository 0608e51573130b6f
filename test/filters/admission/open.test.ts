/** Admission turns no client away without need: it is open while the load is green, and closes by evidence. */
import { expect, test } from 'vitest'
import type { Session } from '../../../src/engine/session.ts'
import { type AdmissionOptions, admission } from '../../../src/filters/admission/admission.ts'
import { postern } from '../../../src/index.ts'
import { loadMeter } from '../../../src/load/meter.ts'
import type { Store } from '../../../src/model/store.ts'
import { memoryStore } from '../../../src/store/memory.ts'
import { clock, type HandClock, settled } from '../../../src/testing/clock.ts'
import { zone } from '../../../src/testing/zone.ts'
import { fc, runs } from '../../support/property.ts'

/** A node with admission alone, on a manual clock, whose event loop is as busy as the test says. */
function nodeOf(
  options: AdmissionOptions = {},
  hand: HandClock = clock(),
  store: Store = memoryStore({ clock: hand }),
) {
  const state = { busy: 0.1 }
  const load = loadMeter({ clock: hand, process: { busy: () => state.busy, memory: () => 0.1, descriptors: () => 10 } })
  const filters = [admission({ maxQueue: 0, ...options })]
  const gateway = postern({ filters, clock: hand, store, load, dns: zone({}), notify: () => undefined })
  const inside: Session[] = []
  const come = async (): Promise<number> => {
    const session = gateway.open({ ip: '192.0.2.1' })
    const { reply } = await session.connect()
    if (reply.code === 220) inside.push(session)
    else session.close()
    return reply.code
  }
  /** So many clients each second, all of which stay. @returns how many were turned away */
  const flood = async (seconds: number, perSecond: number): Promise<number> => {
    let turnedAway = 0
    for (let at = 0; at < seconds * 10; at += 1) {
      const codes = await Promise.all(Array.from({ length: perSecond / 10 }, come))
      turnedAway += codes.filter(code => code === 421).length
      await hand.advance(100)
    }
    return turnedAway
  }
  const leave = (): void => {
    for (const session of inside.splice(0)) session.close()
  }
  return { hand, store, load, state, gateway, inside, come, flood, leave }
}

test('a node that has just begun lets in a thousand clients at once', async () => {
  const { come, inside } = nodeOf()
  const codes = await Promise.all(Array.from({ length: 1_000 }, come))
  expect(new Set(codes)).toEqual(new Set([220]))
  expect(inside).toHaveLength(1_000)
})

test('in any order of clients, pauses and load: no client is turned away while the level is green', async () => {
  const event = fc.oneof(
    fc.record({ kind: fc.constant('come' as const), count: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ kind: fc.constant('leave' as const), count: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ kind: fc.constant('pass' as const), count: fc.integer({ min: 1, max: 8_000 }) }),
    fc.record({ kind: fc.constant('busy' as const), count: fc.integer({ min: 0, max: 100 }) }),
  )
  const options = fc.record({
    max: fc.integer({ min: 5, max: 100 }),
    reserve: fc.double({ min: 0, max: 0.9, noNaN: true }),
  })
  await fc.assert(
    fc.asyncProperty(options, fc.array(event, { maxLength: 60 }), async ({ max, reserve }, events) => {
      const { hand, load, state, inside, come } = nodeOf({ max, min: Math.min(5, max), reserve })
      for (const { kind, count } of events) {
        if (kind === 'pass') await hand.advance(count)
        else if (kind === 'busy') state.busy = count / 100
        else if (kind === 'leave') for (const session of inside.splice(0, count)) session.close()
        else
          for (let client = 0; client < count; client += 1) {
            const { level } = load
            expect([220, level === 'green' ? 220 : 421]).toContain(await come())
          }
        expect(inside.length).toBeLessThanOrEqual(max)
      }
    }),
    { numRuns: runs(60) },
  )
})

test('an event loop that stays full closes admission with what is open, and calm opens it again', async () => {
  const { hand, load, state, flood, inside, leave } = nodeOf()
  expect(await flood(2, 100)).toBe(0)
  state.busy = 1
  // Amber within a second, red after two more: until then all are let in.
  expect(await flood(3, 100)).toBe(0)
  await hand.advance(3_000)
  expect(load.level).toBe('red')
  const before = inside.length
  expect(await flood(5, 100)).toBeGreaterThan(400)
  expect(inside.length).toBeLessThanOrEqual(before / 0.7 + 1)
  state.busy = 0.1
  leave()
  await hand.advance(60_000)
  expect(load.level).toBe('green')
  expect(await flood(5, 100)).toBe(0)
})

test('a process that is stopped for fourteen seconds turns no client away after it', async () => {
  const hand = clock()
  let stopped = 0
  const node = nodeOf({}, { ...hand, monotonic: () => hand.monotonic() + stopped })
  expect(await node.flood(2, 50)).toBe(0)
  stopped += 14_000
  for (let time = 0; time < 10; time += 1) node.load.recordLatency('next-hop', 14_050)
  expect(await node.flood(10, 50)).toBe(0)
  expect(node.load.now()).toMatchObject({ slowdown: 1 })
})

async function overloaded(store?: Store, hand?: HandClock) {
  const node = nodeOf({}, hand, store)
  await node.flood(2, 100)
  node.state.busy = 1
  await node.hand.advance(4_000)
  expect(await node.flood(3, 400)).toBeGreaterThan(0)
  return node
}

test('a worker that is started again in a flood begins with the limit of the worker before it, and opens when it is calm', async () => {
  const { store, hand, gateway } = await overloaded()
  await gateway.close()
  const again = nodeOf({}, hand, store)
  await settled()
  expect(await again.flood(1, 2_000)).toBeGreaterThan(1_000)
  again.leave()
  expect(await again.flood(1, 10)).toBe(0)
  await hand.advance(10_000)
  await again.flood(6, 10)
  expect(await again.flood(1, 1_000)).toBe(0)
})

test('a limit that no process under load has written for half a minute is no evidence', async () => {
  const { store, hand, gateway } = await overloaded()
  await gateway.close()
  await hand.advance(30_000)
  const again = nodeOf({}, hand, store)
  await settled()
  expect(await again.flood(1, 1_000)).toBe(0)
})

test('a node that is green goes on letting in all clients while another one with the same store is overloaded', async () => {
  const hand = clock()
  const store = memoryStore({ clock: hand })
  const green = nodeOf({}, hand, store)
  const red = await overloaded(store, hand)
  expect(red.load.level).toBe('red')
  expect(await green.flood(5, 100)).toBe(0)
})

test.for(['', 'x', '-5', '0', 'Infinity', 'NaN'])('a stored limit of %j is none', async value => {
  const hand = clock()
  const store = memoryStore({ clock: hand })
  await store.run([{ op: 'set', key: 'admission:limit', value, ttl: 0 }])
  const { flood } = nodeOf({}, hand, store)
  await settled()
  expect(await flood(1, 500)).toBe(0)
})

test('a store that fails or never answers leaves admission open', async () => {
  const hanging: Store = { run: () => new Promise<never>(() => undefined), sure: true } as Store
  const failing: Store = { run: () => Promise.reject(new Error('away')), sure: true } as Store
  for (const store of [hanging, failing]) {
    const hand = clock()
    const { flood, come, state } = nodeOf({}, hand, store)
    const first = flood(1, 100)
    await hand.advance(3_000)
    expect(await first).toBe(0)
    state.busy = 1
    const answer = come()
    await hand.advance(5_000)
    expect(await answer).toBe(220)
  }
})
