/** Durations and sizes: every unit, the bounds of the form, and what is refused. */
import { expect, test } from 'vitest'
import { PosternError } from '../../src/index.ts'
import { type Duration, type Size, toBytes, toMilliseconds } from '../../src/model/units.ts'

test.for([
  ['1ms', 1],
  ['1s', 1_000],
  ['1m', 60_000],
  ['1h', 3_600_000],
  ['1d', 86_400_000],
  ['1.5s', 1_500],
  ['0s', 0],
  ['999999999999ms', 999_999_999_999],
  [0, 0],
  [12.5, 12.5],
] as const)('the duration %s is %d milliseconds', ([duration, milliseconds]) => {
  expect(toMilliseconds(duration)).toBe(milliseconds)
})

test.for([
  ['1b', 1],
  ['1kb', 1024],
  ['1mb', 1_048_576],
  ['1gb', 1_073_741_824],
  ['0.5kb', 512],
  ['1.5b', 1],
  [7.9, 7],
] as const)('the size %s is %d bytes, rounded down', ([size, bytes]) => {
  expect(toBytes(size)).toBe(bytes)
})

test.for([
  '',
  '5',
  'm',
  '-1s',
  '5 m',
  '5M',
  '5min',
  '1.s',
  '.5s',
  '1234567890123ms',
  '1.1234567s',
  'constructor',
  '5kb',
])('%j is not a duration', text => {
  expect(() => toMilliseconds(text as Duration, 'wait')).toThrow(/^wait: found .*, expected a duration such as '5m'/)
})

test.for([-1, Number.NaN, Number.POSITIVE_INFINITY, null, undefined, {}])('%s is neither duration nor size', value => {
  expect(() => toMilliseconds(value as Duration)).toThrow(PosternError)
  expect(() => toBytes(value as Size)).toThrow(PosternError)
})

test('a wrong size names its path and the form that is right', () => {
  expect(() => toBytes('5m' as Size, 'limits.size')).toThrow(
    `limits.size: found "5m", expected a size such as '25mb', '256kb' or bytes as a number; set limits.size to`,
  )
})
