/** The measure of load: what it sees, when it looks, whom it tells. */
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { descriptorLimit } from '../../src/load/descriptors.ts'
import { loadMeter } from '../../src/load/meter.ts'
import type { Notice } from '../../src/model/services.ts'
import { clock, type HandClock } from '../../src/testing/clock.ts'

const quiet = { busy: () => 0.1, memory: () => 0.2 }

/** A clock whose timers fire late while the loop is stalled. */
function stalling(): HandClock & { stall: (ms: number) => void } {
  const hand = clock()
  let late = 0
  return {
    ...hand,
    monotonic: () => hand.monotonic() + late,
    stall: ms => {
      late += ms
    },
  }
}

test('O05 a stall of 200 ms is amber within a second, and green again within a minute', () => {
  const hand = stalling()
  const load = loadMeter({ clock: hand, process: quiet })
  load.now()
  hand.pass(2_000)
  expect(load.level).toBe('green')
  hand.stall(200)
  hand.pass(200)
  expect(load.now()).toMatchObject({ level: 'amber', parts: { loop: 0.8 } })
  hand.pass(60_000)
  expect(load.now().level).toBe('green')
})

test('O05 memory at four fifths is amber within a second, green within a minute after, with one change each way', () => {
  const hand = clock()
  let memory = 0.5
  const told: Notice[] = []
  const notify = (notice: Notice) => {
    told.push(notice)
  }
  const load = loadMeter({ clock: hand, notify, process: { busy: () => 0.1, memory: () => memory } })
  load.now()
  hand.pass(3_000)
  memory = 0.8
  hand.pass(1_000)
  expect(load.level).toBe('amber')
  // To and fro around the place where the level begins.
  for (let second = 0; second < 120; second += 1) {
    memory = second % 2 === 0 ? 0.68 : 0.72
    hand.pass(1_000)
    expect(load.level).toBe('amber')
  }
  memory = 0.5
  load.now()
  hand.pass(60_000)
  expect(load.level).toBe('green')
  expect(told).toEqual([
    { code: 'load/amber', level: 'warning', reason: 'the load is 0.80 (memory 0.80): green becomes amber' },
    { code: 'load/green', level: 'info', reason: 'the load is 0.50 (memory 0.50): amber becomes green' },
  ])
})

test('O05 the meter notices a real event loop that is blocked for 300 ms', async () => {
  const load = loadMeter()
  load.now()
  await new Promise(resolve => setTimeout(resolve, 300))
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
  await new Promise(resolve => setTimeout(resolve, 250))
  expect(load.now().parts.loop).toBeGreaterThanOrEqual(0.7)
  expect(load.level).not.toBe('green')
})

test('O05 memory is compared with the limit that is named', () => {
  const { parts } = loadMeter({ memory: process.memoryUsage.rss() * 1.25 }).now()
  expect(parts.memory).toBeGreaterThan(0.6)
  expect(loadMeter({ memory: '1000gb' }).now().parts.memory).toBeLessThan(0.6)
})

test('sessions, scans and bytes count against what is full load', () => {
  const load = loadMeter({ clock: clock(), sessions: 100, scans: 10, spool: 1_000, process: quiet })
  load.adjust('sessions', 40)
  load.adjust('scans', 5)
  load.adjust('spool', 700)
  load.adjust('spool', -100)
  expect(load.now()).toMatchObject({ value: 0.6, parts: { sessions: 0.4, scans: 0.5, spool: 0.6 } })
})

test('a next hop that answers five times slower than usual is a part of the load', () => {
  const hand = clock()
  const load = loadMeter({ clock: hand, process: quiet })
  const seconds = (count: number, ms: number) => {
    for (let second = 0; second < count; second += 1) {
      for (let answer = 0; answer < 5; answer += 1) load.recordLatency('next-hop', ms)
      load.now()
      hand.pass(1_000)
    }
  }
  seconds(60, 100)
  expect(load.now()).toMatchObject({ slowdown: 1, parts: { 'next-hop': 0 } })
  seconds(10, 500)
  expect(load.now().slowdown).toBeGreaterThan(4)
  expect(load.now()).toMatchObject({ level: 'amber' })
})

test('slow name servers, which a sender chooses, turn no level amber and count as no slowdown', () => {
  const hand = clock()
  const load = loadMeter({ clock: hand, process: quiet })
  for (let second = 0; second < 120; second += 1) {
    for (let answer = 0; answer < 5; answer += 1) load.recordLatency('dns', second < 60 ? 60 : 1_500)
    load.now()
    hand.pass(1_000)
  }
  expect(load.now()).toMatchObject({ level: 'green', slowdown: 1, parts: { dns: 0.65 } })
})

test('the number of measured services is bounded', () => {
  const load = loadMeter({ clock: clock(), process: quiet })
  for (let index = 0; index < 10_000; index += 1) load.recordLatency(`thing-${index}`, 1)
  expect(Object.keys(load.now().parts).length).toBeLessThan(50)
})

test('the meter measures ten times a second while it is asked, and not at all when it is not', () => {
  const hand = clock()
  let looks = 0
  const busy = () => {
    looks += 1
    return 0.1
  }
  const load = loadMeter({ clock: hand, process: { busy, memory: () => 0 } })
  hand.pass(60_000)
  expect(looks).toBe(0)
  load.now()
  hand.pass(1_000)
  expect(looks).toBeGreaterThanOrEqual(10)
  expect(looks).toBeLessThanOrEqual(13)
  hand.pass(100_000)
  expect(hand.next()).toBeUndefined()
  expect(looks).toBeLessThan(1_000)
})

test('an overflow lasts until ten seconds after the last client without a slot', () => {
  const hand = clock()
  const load = loadMeter({ clock: hand, process: quiet })
  expect(load.overflowing).toBe(false)
  load.reportOverflow()
  hand.pass(9_000)
  load.reportOverflow()
  hand.pass(9_999)
  expect(load.overflowing).toBe(true)
  hand.pass(1)
  expect(load.overflowing).toBe(false)
})

test('a limit of 0 is an error of configuration', () => {
  expect(() => loadMeter({ sessions: 0, scans: Number.NaN, delay: 0 })).toThrow(
    /^load\.sessions: found 0.*\nload\.scans: found NaN.*\nload\.delay: found 0/,
  )
})

test('K03 a probe that throws counts as full load, ends nothing, and is asked again', () => {
  const hand = clock()
  let broken = false
  const fail = () => {
    if (broken) throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' })
    return 0.2
  }
  const load = loadMeter({ clock: hand, process: { busy: fail, memory: fail, descriptors: () => fail() * 100 } })
  load.now()
  hand.pass(2_000)
  expect(load.level).toBe('green')
  broken = true
  hand.pass(6_000)
  expect(load.now()).toMatchObject({ level: 'red', parts: { memory: 1, descriptors: 1 } })
  expect(load.hasDescriptor('delivery')).toBe(false)
  broken = false
  hand.pass(60_000)
  expect(load.now().level).toBe('green')
  expect(load.now().parts.memory).toBe(0.2)
  expect(load.hasDescriptor('session')).toBe(true)
})

test('K03 a listener that throws does not end the measuring', () => {
  const hand = clock()
  let memory = 0.2
  const load = loadMeter({
    clock: hand,
    notify: () => {
      throw new Error('a listener that fails')
    },
    process: { busy: () => 0.1, memory: () => memory },
  })
  load.now()
  memory = 0.8
  hand.pass(2_000)
  expect(load.level).toBe('amber')
})

test('K03 sessions leave descriptors to files and known clients, and these to deliveries', () => {
  const hand = clock()
  const load = loadMeter({ clock: hand, descriptors: 100, process: { ...quiet, descriptors: () => 20 } })
  const has = () => (['session', 'file', 'delivery'] as const).map(use => load.hasDescriptor(use))
  expect(has()).toEqual([true, true, true])
  load.adjust('descriptors', 40)
  expect(has()).toEqual([false, true, true])
  load.adjust('descriptors', 20)
  expect(has()).toEqual([false, false, true])
  load.adjust('descriptors', 15)
  expect(has()).toEqual([false, false, false])
  load.adjust('descriptors', -75)
  expect(has()).toEqual([true, true, true])
})

test('the limit of descriptors is the one of this process', () => {
  expect(descriptorLimit()).toBe(
    Number(
      execFileSync('sh', ['-c', `grep "open files" /proc/${process.pid}/limits`], { encoding: 'utf8' }).split(/\s+/)[3],
    ),
  )
})
