/** The time in which the process ran: what a pause is, and which part of an answer's time was one. */
import { expect, test } from 'vitest'
import { loadMeter } from '../../src/load/meter.ts'
import { OwnTime } from '../../src/load/own-time.ts'
import { clock } from '../../src/testing/clock.ts'

test('a late tick counts as two, and a time without ticks that was wanted counts in full', () => {
  const time = new OwnTime(100, 0)
  time.tick(100, 0)
  time.tick(14_200, 14_000)
  expect(time.now).toBe(300)
  time.resume(20_000)
  expect(time.now).toBe(6_100)
})

test.for([
  ['an answer that came before any pause', 50, 900, 0, 0],
  ['one that began before the pause and came after it', 15_000, 15_100, 0, 14_000],
  ['one that began within the pause', 5_000, 15_000, 0, 4_900],
  ['one that began after it', 50, 16_000, 0, 0],
  ['one that comes before the late tick does', 20_000, 35_000, 18_000, 18_000],
] as const)('%s: of %i ms at %i', ([, ms, at, late, paused]) => {
  const time = new OwnTime(100, 0)
  time.tick(1_000, 0)
  if (at > 1_000) time.tick(14_900, 14_000)
  expect(time.pausedIn(ms, at, late)).toBe(paused)
})

/** A meter whose timers come late by what is added. */
function pausing() {
  const hand = clock()
  const state = { paused: 0, busy: 0.1 }
  const process = { busy: () => state.busy, memory: () => 0.1, descriptors: () => 1 }
  const load = loadMeter({ clock: { ...hand, monotonic: () => hand.monotonic() + state.paused }, process })
  load.now()
  hand.pass(1_000)
  return { hand, state, load }
}

test('answers that lay in a stopped process are not slow, whether they are read before or after its first tick', () => {
  const { hand, state, load } = pausing()
  for (let count = 0; count < 20; count += 1) load.recordLatency('next-hop', 60)
  hand.pass(1_000)
  state.paused = 14_000
  for (let count = 0; count < 20; count += 1) load.recordLatency('next-hop', 14_060)
  hand.pass(150)
  for (let count = 0; count < 20; count += 1) load.recordLatency('next-hop', 14_070)
  hand.pass(2_000)
  expect(load.now().slowdown).toBeLessThan(1.5)
})

test('a pause is neither calm nor load: red does not end by it, and amber does not become red', () => {
  const { hand, state, load } = pausing()
  state.busy = 1
  hand.pass(6_000)
  expect(load.level).toBe('red')
  state.busy = 0
  hand.pass(3_000)
  state.paused = 60_000
  hand.pass(200)
  expect(load.level).toBe('red')

  const other = pausing()
  other.state.paused = 14_000
  other.hand.pass(200)
  expect(other.load.level).toBe('amber')
  other.hand.pass(3_000)
  expect(other.load.level).toBe('amber')
})
