/** Durations and sizes as people write them, parsed in one place. */
import { PosternError } from './errors.ts'

/** `'5m'`, or milliseconds. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

/** `'25mb'`, or bytes. A kilobyte is 1024 bytes. */
export type Size = number | `${number}${'b' | 'kb' | 'mb' | 'gb'}`

const milliseconds = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const bytes = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 } as const

/** @throws PosternError when `value` is no duration; `path` names the option in the message. */
export const toMilliseconds = (value: Duration, path = 'duration'): number =>
  measure(value, milliseconds, path, "a duration such as '5m', '1.5s' or milliseconds as a number")

/** @throws PosternError when `value` is no size; `path` names the option in the message. */
export const toBytes = (value: Size, path = 'size'): number =>
  Math.floor(measure(value, bytes, path, "a size such as '25mb', '256kb' or bytes as a number"))

function measure(
  value: number | string,
  units: Readonly<Record<string, number>>,
  path: string,
  expected: string,
): number {
  const [, digits, unit = ''] =
    typeof value === 'string' ? (/^(\d{1,12}(?:\.\d{1,6})?)([a-z]{1,2})$/.exec(value) ?? []) : []
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined
  const result = typeof value === 'number' ? value : factor === undefined ? Number.NaN : Number(digits) * factor
  if (Number.isFinite(result) && result >= 0) return result
  throw new PosternError([{ path, found: value, expected, remedy: `set ${path} to ${expected}` }])
}
