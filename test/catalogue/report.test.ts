/** The catalogue reads results rightly: a row holds only when tests carry it and all of them pass. */
import { expect, test } from 'vitest'
import { idsOf, score, standings, table } from './report.ts'
import { rows } from './rows.ts'

const some = [
  { id: 'W01', weight: 3, text: 'one' },
  { id: 'W02', weight: 2, text: 'two' },
  { id: 'W03', weight: 1, text: 'three' },
  { id: 'W04', weight: 2, text: 'four' },
]
const results = (...tests: readonly (readonly [title: string, status: string])[]) => ({
  testResults: [{ assertionResults: tests.map(([title, status]) => ({ title, status })) }],
})

test.for<[title: string, ids: readonly string[]]>([
  ['W06 a NUL in the header section is refused', ['W06']],
  ['A01 A02 both are meant', ['A01', 'A02']],
  ['A01, A02: both are meant', ['A01', 'A02']],
  ['a row named later, as W06, is not carried', []],
  ['RSA keys and W061 are no ids', []],
])('ids are read from the beginning of a title: %s', ([title, ids]) => {
  expect(idsOf(title)).toEqual(ids)
})

test('one failing or skipped test fails its row, and a row that nothing carries is not built', () => {
  const found = standings(
    some,
    results(
      ['W01 good', 'passed'],
      ['W02 good', 'passed'],
      ['W02 bad', 'failed'],
      ['W03 W01 idle', 'passed'],
      ['W04 left out', 'skipped'],
    ),
  )
  expect([...found.values()]).toEqual(['held', 'failed', 'held', 'failed'])
  expect(score(found)).toBe(50)
  expect([...standings(some, results()).values()]).toEqual(some.map(() => 'not yet built'))
})

test('the title of a group carries its tests', () => {
  const testResults = [{ assertionResults: [{ title: 'one', ancestorTitles: ['W02 all of these'], status: 'failed' }] }]
  expect([...standings(some, { testResults }).values()]).toEqual([
    'not yet built',
    'failed',
    'not yet built',
    'not yet built',
  ])
})

test('the table names each row once and ends with the score', () => {
  const text = table(standings(some, results(['W01 good', 'passed'])))
  expect(text.split('\n').filter(line => /^[A-Z]\d\d/.test(line))).toHaveLength(4)
  expect(text).toMatch(/1 held, 0 failed, 3 not yet built; weighted score 37\.5 %$/)
})

test('every row has its own id and a weight from one to three', () => {
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
  expect(rows.every(({ id, weight }) => /^[A-Z]\d\d$/.test(id) && [1, 2, 3].includes(weight))).toBe(true)
})
