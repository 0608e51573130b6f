/** The kinds of options that many factories take. */
import { PosternError } from './errors.ts'
import { type Check, check, hidden } from './options.ts'
import { type Duration, type Size, toBytes, toMilliseconds } from './units.ts'

export interface Range {
  readonly min?: number
  /** More than this. */
  readonly above?: number
  readonly max?: number
}

/** True or false. */
export const flag = (): Check<boolean> => check('true or false', value => typeof value === 'boolean')

/** A number, fractions too. */
export const number = (range: Range, what = 'a number'): Check<number> =>
  check(inRange(what, range), value => typeof value === 'number' && isIn(value, range))

/** Points for or against a client. */
export const score = (range: Range = {}): Check<number> =>
  number({ min: -MAX_POINTS, max: MAX_POINTS, ...range }, 'a number of points')

/** Points from 0, or one of these words. */
export const cost = <const T extends string>(...words: readonly T[]): Check<number | T> =>
  consequence({ min: 0, max: MAX_POINTS }, words)

/** Points of either sign, or one of these words. */
export const scoreOr = <const T extends string>(...words: readonly T[]): Check<number | T> =>
  consequence({ min: -MAX_POINTS, max: MAX_POINTS }, words)

function consequence<T extends string>(range: Range, words: readonly T[]): Check<number | T> {
  const quoted = words.map(word => `'${word}'`)
  return check(`${['points as a number', ...quoted.slice(0, -1)].join(', ')} or ${quoted.at(-1)}`, value =>
    typeof value === 'number' ? isIn(value, range) : (words as readonly unknown[]).includes(value),
  )
}

/** More points than this mean nothing, and a sum of them is not exact. */
export const MAX_POINTS = 1e9

/** A whole number, from 0 unless `min` says otherwise. */
export const whole = ({ min = 0, ...range }: Range = {}): Check<number> =>
  check(
    inRange('a whole number', { min, ...range }),
    value => Number.isSafeInteger(value) && isIn(Number(value), { min, ...range }),
  )

/** A part of all: from 0 to 1. */
export const share = (): Check<number> => number({ min: 0, max: 1 }, 'a share')

/** One of these words. */
export const oneOf = <const T extends string>(...words: readonly T[]): Check<T> =>
  check(words.map(word => `'${word}'`).join(words.length > 2 ? ', ' : ' or '), value =>
    (words as readonly unknown[]).includes(value),
  )

/** A text that is not empty. */
export const text = (what = 'a text', { max = 4096 }: Range = {}): Check<string> =>
  check(what, value => typeof value === 'string' && value.trim() !== '' && value.length <= max)

/** A secret: what was found is never shown. */
export const secret = ({ min = 1 }: Range = {}): Check<string> =>
  hidden(
    min === 1 ? 'a secret' : `a secret of at least ${min} characters`,
    value => isSecret(value) && value.trim().length >= min,
  )

export const isSecret = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''

/** A port of TCP. */
export const port = (): Check<number> =>
  check('a port from 1 to 65535', value => Number.isInteger(value) && isIn(Number(value), { min: 1, max: 65_535 }))

/** A function. */
export const callback = <T extends (...args: never[]) => unknown>(what = 'a function'): Check<T> =>
  check(what, value => typeof value === 'function')

/** An object with these methods, whatever else it has. */
export const having = <T extends object>(what: string, ...methods: readonly (keyof T & string)[]): Check<T> =>
  check(what, value => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
    return methods.every(method => typeof (value as Partial<T>)[method] === 'function')
  })

/** A duration. A bare number is milliseconds: a number of seconds is below `min` and gets an error. */
export const duration = ({
  min = 0,
  max = '36500d',
}: {
  readonly min?: Duration
  readonly max?: Duration
} = {}): Check<Duration> => {
  const [lowest, highest] = [toMilliseconds(min), toMilliseconds(max)]
  const from = lowest > 0 ? `, from ${min}` : ''
  const upTo = max === '36500d' ? '' : `, at most ${max}`
  const expected = `a duration such as '5m', '1.5s' or milliseconds as a number${from}${upTo}`
  return check(expected, value => isWithin(() => toMilliseconds(value as Duration), lowest, highest))
}

/** A size in bytes. */
export const size = ({
  min = 0,
  max = Number.MAX_SAFE_INTEGER,
}: {
  readonly min?: Size
  readonly max?: Size
} = {}): Check<Size> => {
  const [lowest, highest] = [toBytes(min), toBytes(max)]
  const from = lowest > 0 ? `, from ${min}` : ''
  const upTo = highest === Number.MAX_SAFE_INTEGER ? '' : `, at most ${max}`
  const expected = `a size such as '25mb', '256kb' or bytes as a number${from}${upTo}`
  return check(expected, value => isWithin(() => toBytes(value as Size), lowest, highest))
}

function isWithin(read: () => number, min: number, max: number): boolean {
  try {
    const value = read()
    return value >= min && value <= max
  } catch (error) {
    if (error instanceof PosternError) return false
    throw error
  }
}

const isIn = (value: number, { min = -Number.MAX_VALUE, max = Number.MAX_VALUE, above }: Range): boolean =>
  value >= min && value <= max && (above === undefined || value > above)

function inRange(what: string, { min = -MAX_POINTS, max = MAX_POINTS, above }: Range): string {
  const from = above === undefined ? min > -MAX_POINTS && `from ${min}` : `above ${above}`
  const upTo = max < MAX_POINTS && (from ? `to ${max}` : `up to ${max}`)
  return [what, from, upTo].filter(Boolean).join(' ')
}
