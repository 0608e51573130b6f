/** Times of day, also where the clocks of a zone go forward and back. */
import { expect, test } from 'vitest'
import { isZone, lastSlot, minutesOf } from '../../src/digest/slots.ts'

const at = (text: string): number => Date.parse(text)

test.for<[zone: string, time: string, now: string, slot: string]>([
  ['UTC', '07:00', '2026-11-30T07:00:00Z', '2026-11-30T07:00:00Z'],
  ['UTC', '07:00', '2026-11-30T06:59:59Z', '2026-11-29T07:00:00Z'],
  ['Europe/Vienna', '07:00', '2026-11-30T12:00:00Z', '2026-11-30T06:00:00Z'],
  ['Asia/Kolkata', '00:15', '2026-11-30T12:00:00Z', '2026-11-29T18:45:00Z'],
  ['Pacific/Kiritimati', '01:00', '2026-11-30T12:00:00Z', '2026-11-30T11:00:00Z'],
  // The clocks of Vienna go from 02:00 to 03:00: 02:30 is an hour later.
  ['Europe/Vienna', '02:30', '2026-03-29T12:00:00Z', '2026-03-29T01:30:00Z'],
  ['Europe/Vienna', '02:30', '2026-03-30T12:00:00Z', '2026-03-30T00:30:00Z'],
  // They go from 03:00 to 02:00: the first 02:30 counts.
  ['Europe/Vienna', '02:30', '2026-10-25T12:00:00Z', '2026-10-25T00:30:00Z'],
  ['Europe/Vienna', '02:30', '2026-10-25T01:15:00Z', '2026-10-25T00:30:00Z'],
])('in %s the last %s before %s is %s', ([zone, time, now, slot]) => {
  expect(new Date(lastSlot([minutesOf(time) ?? 0], zone, at(now))).toISOString()).toBe(new Date(at(slot)).toISOString())
})

test('of several times the last one counts', () => {
  expect(lastSlot([420, 780], 'UTC', at('2026-11-30T14:00:00Z'))).toBe(at('2026-11-30T13:00:00Z'))
  expect(lastSlot([420, 780], 'UTC', at('2026-11-30T09:00:00Z'))).toBe(at('2026-11-30T07:00:00Z'))
})

test('through a whole year each day of each zone has its slot once, and none comes after its moment', () => {
  for (const zone of ['Europe/Vienna', 'America/Sao_Paulo', 'Australia/Lord_Howe', 'UTC']) {
    const slots = new Set<number>()
    for (let now = at('2026-01-01T00:00:00Z'); now < at('2027-01-01T00:00:00Z'); now += 3_600_000) {
      const slot = lastSlot([150], zone, now)
      expect(slot).toBeLessThanOrEqual(now)
      slots.add(slot)
    }
    expect([365, 366]).toContain(slots.size)
  }
})

test.for(['', '7', '24:00', '12:60', '-1:00', '07:00:00', 'noon'])('%j is no time of day', text => {
  expect(minutesOf(text)).toBeUndefined()
})

test('what is no zone of the system is none', () => {
  expect([isZone('Europe/Vienna'), isZone('Mars/North'), isZone('')]).toEqual([true, false, false])
})
