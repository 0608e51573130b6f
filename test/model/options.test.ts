/**
 * The one checker of options: all that is wrong at once, each with path, what was found, what was expected and the
 * remedy.
 */
import { expect, expectTypeOf, test } from 'vitest'
import {
  callback,
  duration,
  flag,
  having,
  number,
  oneOf,
  score,
  share,
  size,
  text,
  whole,
} from '../../src/model/checks.ts'
import { PosternError } from '../../src/model/errors.ts'
import { nearest } from '../../src/model/nearest.ts'
import {
  type Check,
  checked,
  either,
  list,
  object,
  record,
  relation,
  required,
  schemaOf,
  wrongIn,
} from '../../src/model/options.ts'

interface EchoOptions {
  readonly domains: readonly string[]
  readonly times?: number
  readonly most?: number
  readonly wait?: '5s' | number
  readonly mode?: 'loud' | 'quiet'
  readonly nested?: { readonly deep?: boolean }
  readonly points?: Readonly<Record<string, number>>
}

const schema = schemaOf<EchoOptions>(
  'echo',
  {
    domains: required(list(text('a domain'), 'domains', { min: 1 })),
    times: whole({ min: 1, max: 9 }),
    most: whole(),
    wait: duration() as Check<'5s' | number>,
    mode: oneOf('loud', 'quiet'),
    nested: object<{ deep?: boolean }>({ deep: flag() }),
    points: record(oneOf('a', 'b') as Check<string>, score(), 'points by rule'),
  },
  relation(
    ['times', 'most'],
    ({ times = 1, most = 9 }) => times > most && { found: times, expected: `at most ${most}`, remedy: 'correct it' },
  ),
)

const problems = (options: unknown): readonly string[] => {
  try {
    checked(schema, options as EchoOptions)
    return []
  } catch (error) {
    if (!(error instanceof PosternError)) throw error
    return error.message.split('\n')
  }
}

test('options that are right come back as they came', () => {
  const options = {
    domains: ['example.org'],
    times: 3,
    most: 3,
    wait: 5,
    mode: 'loud',
    nested: {},
    points: { a: 1 },
  } as const
  expect(checked(schema, options)).toBe(options)
  expect(checked(schema, { domains: ['example.org'], mode: undefined } as unknown as EchoOptions)).toBeDefined()
})

test('all that is wrong is reported at once, one line for each problem', () => {
  expect(
    problems({
      domains: ['example.org', 7],
      times: Number.NaN,
      wait: '5 seconds',
      mode: 'laut',
      nested: { deeep: true },
      points: { a: '3', c: 1 },
      modes: 1,
    }),
  ).toEqual([
    'echo.domains[1]: found 7, expected a domain; set echo.domains[1] to a domain',
    'echo.times: found NaN, expected a whole number from 1 to 9; set echo.times to a whole number from 1 to 9',
    expect.stringContaining('echo.wait: found "5 seconds", expected a duration such as \'5m\''),
    "echo.mode: found \"laut\", expected 'loud' or 'quiet'; set echo.mode to 'loud' or 'quiet'",
    'echo.nested.deeep: found true, expected one of deep; did you mean deep?',
    'echo.points.a: found "3", expected a number of points; set echo.points.a to a number of points',
    expect.stringContaining("echo.points.c: found \"c\", expected 'a' or 'b'"),
    'echo.modes: found 1, expected one of domains, times, most, wait, mode, nested, points; did you mean mode?',
  ])
})

test.for([
  [undefined, 'echo: found undefined, expected an object of options'],
  [null, 'echo: found null, expected an object of options'],
  ['example.org', 'echo: found "example.org", expected an object of options'],
  [[], 'echo: found an empty array, expected an object of options'],
  [() => 1, 'echo: found a function, expected an object of options'],
  [{}, 'echo.domains: found undefined, expected an array of domains, at least 1'],
  [{ domains: [] }, 'echo.domains: found an empty array, expected an array of domains, at least 1'],
  [{ domains: 'example.org' }, 'echo.domains: found "example.org", expected an array of domains'],
  [{ domains: ['a'], times: 3, most: 2 }, 'echo.times: found 3, expected at most 2; correct it'],
  [{ domains: ['a'], toString: 1 }, 'echo.toString: found 1, expected one of'],
  [JSON.parse('{"domains":["a"],"__proto__":1}'), 'echo.__proto__: found 1, expected one of'],
  [{ domains: ['a'], 'x\n\u202ey': 1 }, "echo['x\\u000a\\u202ey']: found 1"],
] as const)('%j is refused', ([options, message]) => {
  const [first = '', ...others] = problems(options)
  expect(first.startsWith(message), first).toBe(true)
  expect(others).toEqual([])
})

test('what holds between two options is asked only where both are right', () => {
  expect(problems({ domains: ['a'], times: 'x', most: 2 })).toHaveLength(1)
})

test('P10 no kind of number is NaN, none is infinite unless it may be, and none is a text', () => {
  for (const check of [number({}), score(), whole(), share(), duration(), size()])
    for (const found of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, '3', null, [], {}, true, 3n])
      expect(wrongIn(check, found), `${check.expected} takes ${String(found)}`).toHaveLength(1)
  expect(wrongIn(number({ max: Number.POSITIVE_INFINITY }), Number.POSITIVE_INFINITY)).toEqual([])
  expect(wrongIn(whole(), 1.5)).toHaveLength(1)
  expect(wrongIn(whole(), -1)).toHaveLength(1)
  expect(wrongIn(share(), 1.01)).toHaveLength(1)
  expect(wrongIn(number({ above: 0 }), 0)).toHaveLength(1)
})

test('a duration below the least is refused, so that seconds are not taken for milliseconds', () => {
  expect(wrongIn(duration({ min: '1s' }), 60, 'within')).toEqual([
    {
      path: 'within',
      found: 60,
      expected: "a duration such as '5m', '1.5s' or milliseconds as a number, from 1s",
      remedy: "set within to a duration such as '5m', '1.5s' or milliseconds as a number, from 1s",
    },
  ])
  expect(wrongIn(duration({ min: '1s' }), '60s')).toEqual([])
  expect(wrongIn(size({ max: '1mb' }), '2mb')).toHaveLength(1)
})

test('a value may be of several kinds, and each says for itself what is wrong', () => {
  const points = either<number | Readonly<Record<string, number>>>('points, or points by code', value =>
    typeof value === 'object' ? record(text(), score(), 'points by code') : score(),
  )
  expect(wrongIn(points, { a: 'b' }, 'points').map(({ path }) => path)).toEqual(['points.a'])
  expect(wrongIn(points, 'b', 'points').map(({ expected }) => expected)).toEqual(['a number of points'])
})

test('something with methods may be of any class', () => {
  expect(wrongIn(having<Map<string, string>>('a map', 'get', 'set'), new Map())).toEqual([])
  expect(wrongIn(having<Map<string, string>>('a map', 'get', 'set'), { get: 1 })).toHaveLength(1)
  expect(wrongIn(having<Map<string, string>>('a map', 'get'), null)).toHaveLength(1)
  expect(wrongIn(callback(), 'f')).toHaveLength(1)
})

test.for([
  ['quarentine', 'quarantine'],
  ['sise', 'size'],
  ['dead-line', 'deadline'],
  ['ZONES', 'zones'],
  ['wiat', 'wait'],
  ['allowlist', undefined],
  ['x'.repeat(1e6), undefined],
] as const)('%s is taken for %s', ([written, meant]) => {
  expect(nearest(written, ['quarantine', 'size', 'deadline', 'zones', 'wait'])).toBe(meant)
})

test('a thousand problems are reported in fifty lines', () => {
  const options = {
    domains: ['a'],
    ...Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`no${index}`, 1])),
  }
  const lines = problems(options)
  expect(lines).toHaveLength(51)
  expect(lines.at(-1)).toBe('and 950 more problems')
})

test('a schema that differs from its interface does not compile', () => {
  expectTypeOf(oneOf('rcpt', 'message')).toEqualTypeOf<Check<'rcpt' | 'message'>>()
  // @ts-expect-error a key is missing
  schemaOf<{ a?: number; b?: number }>('x', { a: whole() })
  // @ts-expect-error a key is not of the interface
  schemaOf<{ a?: number }>('x', { a: whole(), b: whole() })
  // @ts-expect-error what must be given is checked as if it need not be
  schemaOf<{ a: number }>('x', { a: whole() })
  // @ts-expect-error the interface takes more words than the check
  schemaOf<{ a?: 'b' | 'c' }>('x', { a: oneOf('b') })
  // @ts-expect-error the check takes more words than the interface
  schemaOf<{ a?: 'b' }>('x', { a: oneOf('b', 'c') })
})
