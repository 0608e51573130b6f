import { expect, test } from 'vitest'
import { minutesUntil } from '../../../src/filters/admission/retry.ts'

const refs = Array.from({ length: 2_000 }, (_, index) => `7K${index.toString(36)}`)
const spread = (...[priority, pressure]: [Parameters<typeof minutesUntil>[0], number]) => {
  const minutes = refs.map(ref => minutesUntil(priority, pressure, ref))
  return { first: Math.min(...minutes), last: Math.max(...minutes), minutes }
}

test.for([
  ['known', 0, 2, 4],
  ['unknown', 0, 2, 7],
  ['bad', 0, 2, 12],
  ['known', 55, 2, 32],
  ['unknown', 55, 2, 62],
  ['bad', 20, 2, 52],
] as const)(
  'a client that is %s comes again, at a pressure of %d, between %d and %d minutes later',
  ([priority, pressure, first, last]) => {
    expect(spread(priority, pressure)).toMatchObject({ first, last })
  },
)

test.for([
  ['unknown', 56],
  ['unknown', 1_000_000],
  ['bad', 26],
  ['known', 116],
] as const)(
  'a client that is %s waits for an hour and two minutes at most, at a pressure of %d',
  ([priority, pressure]) => {
    expect(spread(priority, pressure).last).toBe(62)
  },
)

test('a reference gets the same time again', () => {
  for (const ref of refs.slice(0, 50)) expect(minutesUntil('unknown', 9, ref)).toBe(minutesUntil('unknown', 9, ref))
})

test('references that differ in their last character alone are spread, too', () => {
  const minutes = Array.from('0123456789ABCDEFGHJKMNPQRSTVWXYZ', last => minutesUntil('unknown', 55, `7K2Q9${last}`))
  expect(new Set(minutes).size).toBeGreaterThan(16)
})

test('each tenth of the time gets about a tenth of the clients', () => {
  const { minutes } = spread('unknown', 55)
  const tenths = Map.groupBy(minutes, minute => Math.min(9, Math.floor((minute - 2) / 6)))
  for (let tenth = 0; tenth < 10; tenth += 1) {
    const share = (tenths.get(tenth)?.length ?? 0) / minutes.length
    expect(Math.abs(share - 0.1)).toBeLessThan(0.03)
  }
})
