/** Mistakes in the options of a gateway: all are reported at once, each with what would be right. */
import { expect, test } from 'vitest'
import { postern } from '../../src/engine/gateway.ts'
import type { PosternOptions } from '../../src/engine/options.ts'
import { earlyTalker, rdns, recommended, spf } from '../../src/filters/index.ts'
import { PosternError, type Problem } from '../../src/model/errors.ts'
import { points } from '../../src/model/finding.ts'
import { thresholds } from '../../src/policy/thresholds.ts'

const problemsOf = (build: () => unknown): readonly Problem[] => {
  try {
    build()
    return []
  } catch (error) {
    if (!(error instanceof PosternError)) throw error
    return error.problems
  }
}

test.for<readonly [what: string, options: unknown, path: string, expected: string, remedy: string]>([
  ['no options', undefined, 'options', 'an object of options', ''],
  ['a list', [], 'options', 'an object of options', ''],
  ['no filters', {}, 'filters', 'an array of filters', 'write filters: []'],
  ['one filter', { filters: rdns() }, 'filters', 'an array of filters', 'write filters: []'],
  ['a filter that was not called', { filters: [rdns] }, 'filters[0]', 'a filter', 'call it: rdns(…)'],
  [
    'a factory that was not called, in a list',
    { filters: [rdns(), [spf]] },
    'filters[1]',
    'a filter',
    'call it: spf(…)',
  ],
  ['a list in a list in a list', { filters: [[[rdns()]]] }, 'filters[0]', 'a filter', 'write ...'],
  ['undefined', { filters: [undefined] }, 'filters[0]', 'a filter', 'leave it out'],
  ['false', { filters: [false, rdns()] }, 'filters[0]', 'a filter', 'leave it out'],
  ['a text', { filters: ['spf'] }, 'filters[0]', 'a filter', 'leave it out'],
  ['one name twice', { filters: [rdns(), spf(), rdns()] }, 'filters[2].name', 'a name that no other', 'rename one'],
  ['a name in capitals', { filters: [{ name: 'Mine' }] }, 'filters[0].name', 'a name of small letters', 'give the'],
  ['no name', { filters: [{ rcpt() {} }] }, 'filters[0].name', 'a name of small letters', 'give the'],
  [
    'a misspelt stage',
    { filters: [{ name: 'x', mesage() {} }] },
    'filters[0].mesage',
    'one of',
    'did you mean message?',
  ],
  [
    'a finding for a stage',
    { filters: [{ name: 'x', message: points(1, 'y') }] },
    'filters[0].message',
    'a function',
    '',
  ],
  [
    'an order that is none',
    { filters: [{ ...rdns(), order: 'first' }] },
    'filters[0].order',
    "'early', 'late', 'last'",
    '',
  ],
  ['a failure that is none', { filters: [{ ...rdns(), failure: 'drop' }] }, 'filters[0].failure', "'pass' or", ''],
  ['no time', { filters: [{ ...rdns(), deadline: 0 }] }, 'filters[0].deadline', 'a duration', ''],
  ['a fact for a reading', { filters: [{ ...rdns(), reads: [{}] }] }, 'filters[0].reads[0]', 'a reading', ''],
  ['ten milliseconds', { filters: [], deadline: 10 }, 'deadline', 'a duration', ''],
  ['a deadline without a unit', { filters: [], deadline: '10' }, 'deadline', 'a duration', ''],
  ['a deadline that is NaN', { filters: [], deadline: Number.NaN }, 'deadline', 'a duration', ''],
  ['a mode that is none', { filters: [], mode: 'dry-run' }, 'mode', "'enforce' or 'shadow'", ''],
  [
    'options of others',
    { filters: [], domains: ['example.org'] },
    'domains',
    'one of filters',
    'recommended({ domains',
  ],
  ['a size in words', { filters: [], limits: { size: '25 megabytes' } }, 'limits.size', 'a size', ''],
  ['a misspelt limit', { filters: [], limits: { sise: '25mb' } }, 'limits.sise', 'one of size', 'did you mean size?'],
  ['a fraction of files', { filters: [], limits: { files: 1.5 } }, 'limits.files', 'a whole number', ''],
  ['a map for a store', { filters: [], store: new Map() }, 'store', 'a store', ''],
  ['thresholds for a policy', { filters: [], policy: { quarantine: 5, reject: 10 } }, 'policy', 'a policy', ''],
  ['a file for a sink', { filters: [], events: 'mail.log' }, 'events', 'a function', ''],
  ['servers for a resolver', { filters: [], dns: ['1.1.1.1'] }, 'dns', 'a resolver', ''],
  ['an address for a name', { filters: [], name: 'http://mx' }, 'name', 'the name of a host', ''],
  ['a tracer that was not made', { filters: [], trace: ['x'] }, 'trace[0]', 'a tracer', ''],
  ['half a clock', { filters: [], clock: { now: Date.now } }, 'clock', 'a clock', ''],
])('P10 %s is named: %j', ([, options, path, expected, remedy]) => {
  expect(problemsOf(() => postern(options as PosternOptions))).toMatchObject([
    { path, expected: expect.stringContaining(expected), remedy: expect.stringContaining(remedy) },
  ])
})

test('all mistakes of a gateway are reported at once', () => {
  const options = { filters: [spf, rdns(), rdns()], mode: 'x', deadline: -1, limits: { size: 0 }, logs: 1 }
  const paths = problemsOf(() => postern(options as unknown as PosternOptions)).map(({ path }) => path)
  expect(paths).toEqual(['mode', 'deadline', 'limits.size', 'logs', 'filters[0]', 'filters[2].name'])
})

test.for<readonly [options: unknown, path: string]>([
  [{ quarantine: 20, reject: 5 }, 'thresholds.quarantine'],
  [{ quarantine: 15, reject: 15 }, 'thresholds.quarantine'],
  [{ reject: 3 }, 'thresholds.quarantine'],
  [{ quarantine: 30 }, 'thresholds.quarantine'],
  [{ quarentine: 3 }, 'thresholds.quarentine'],
  [{ reject: '15' }, 'thresholds.reject'],
  [{ reject: '15x' }, 'thresholds.reject'],
  [{ reject: Number.NaN }, 'thresholds.reject'],
  [{ reject: Number.POSITIVE_INFINITY }, 'thresholds.reject'],
  [{ quarantine: -1 }, 'thresholds.quarantine'],
  [{ quarantine: 0 }, 'thresholds.quarantine'],
  [{ quarantine: null }, 'thresholds.quarantine'],
  [{ rejectAt: 'data' }, 'thresholds.rejectAt'],
  [null, 'thresholds'],
  [6, 'thresholds'],
])('P10 thresholds(%j) are refused', ([options, path]) => {
  expect(problemsOf(() => thresholds(options as never)).map(({ path }) => path)).toEqual([path])
})

test('what is right is taken', () => {
  expect(problemsOf(() => thresholds({ quarantine: 0.5, reject: 0.6, rejectAt: 'connect' }))).toEqual([])
  const filters = [earlyTalker({ points: 2 }), recommended({ domains: ['example.org'] }).slice(1)]
  expect(problemsOf(() => postern({ filters, deadline: '50ms', limits: {} }))).toEqual([])
})
