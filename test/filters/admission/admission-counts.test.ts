import { expect, test } from 'vitest'
import { AdmissionCounts } from '../../../src/filters/admission/admission-counts.ts'
import type { Notice } from '../../../src/model/services.ts'
import { clock } from '../../../src/testing/clock.ts'

function counting() {
  const hand = clock()
  const notices: Notice[] = []
  const connection = { clock: hand, notify: (notice: Notice) => void notices.push(notice) }
  const counts = new AdmissionCounts()
  return {
    hand,
    notices,
    counts,
    letIn: (times = 1) => {
      for (let time = 0; time < times; time += 1) counts.count('unknown', true, connection)
    },
    turnAway: (times = 1) => {
      for (let time = 0; time < times; time += 1) counts.count('bad', false, connection)
    },
  }
}

test('pressure is how many were turned away for each that was let in', () => {
  const { counts, letIn, turnAway } = counting()
  expect(counts.pressure(0)).toBe(0)
  letIn(2)
  turnAway(6)
  expect(counts.pressure(0)).toBe(3)
})

test('where no client was let in, or less than one is left of it, it counts as one', () => {
  const { counts, hand, letIn, turnAway } = counting()
  turnAway(4)
  expect(counts.pressure(0)).toBe(4)
  letIn()
  hand.pass(60_000)
  expect(counts.pressure(60_000)).toBe(2)
})

test('both counts lose half of their weight in a minute', () => {
  const { counts, hand, letIn, turnAway } = counting()
  letIn(8)
  turnAway(16)
  hand.pass(60_000)
  turnAway(8)
  // 16 of 4: half of sixteen and eight more, half of eight.
  expect(counts.pressure(60_000)).toBeCloseTo(4, 9)
  hand.pass(60_000)
  expect(counts.pressure(120_000)).toBeCloseTo(4, 9)
})

test('a clock that goes back changes no count', () => {
  const { counts, turnAway } = counting()
  turnAway(4)
  expect(counts.pressure(-60_000)).toBe(4)
})

test('an overflow is announced once, and its end a minute after the last client that was turned away', () => {
  const { notices, hand, turnAway } = counting()
  turnAway(3)
  expect(notices.map(({ code }) => code)).toEqual(['admission/full'])
  hand.pass(40_000)
  turnAway()
  hand.pass(59_999)
  expect(notices).toHaveLength(1)
  hand.pass(1)
  expect(notices.slice(1)).toEqual([
    { code: 'admission/open', level: 'info', reason: 'there is room again; 4 clients were turned away in 40 s' },
  ])
})

test('the next overflow is another one, with its own count', () => {
  const { notices, hand, turnAway } = counting()
  turnAway(5)
  hand.pass(60_000)
  hand.pass(10_000)
  turnAway(2)
  hand.pass(60_000)
  expect(notices.map(({ code }) => code)).toEqual([
    'admission/full',
    'admission/open',
    'admission/full',
    'admission/open',
  ])
  expect(notices.at(-1)?.reason).toBe('there is room again; 2 clients were turned away in 0 s')
  expect(hand.next()).toBeUndefined()
})

test('clients are counted by priority, those let in and those turned away apart', () => {
  const { counts, letIn, turnAway } = counting()
  letIn(3)
  turnAway(2)
  const [admitted, refused] = counts.metrics()
  expect(admitted).toMatchObject({
    name: 'postern_admitted_total',
    samples: [{ labels: { priority: 'unknown' }, value: 3 }],
  })
  expect(refused).toMatchObject({
    name: 'postern_turned_away_total',
    samples: [{ labels: { priority: 'bad' }, value: 2 }],
  })
})
