import { expect, test } from 'vitest'
import { all, any, atLeast, holds, isCondition, not, rule, rulesIn } from '../../../src/filters/rules/condition.ts'

const found = new Set(['a', 'b', 'c'])

test.for([
  ['a rule that was found', rule('a'), true],
  ['a rule that was not', rule('z'), false],
  ['all of those found', all(rule('a'), rule('b')), true],
  ['all with a missing rule', all(rule('a'), rule('z')), false],
  ['any with one found', any(rule('y'), rule('z'), rule('c')), true],
  ['any with none found', any(rule('y'), rule('z')), false],
  ['as many as there must be', atLeast(2, rule('a'), rule('b'), rule('z')), true],
  ['one too few', atLeast(3, rule('a'), rule('b'), rule('z')), false],
  ['more than there must be', atLeast(2, rule('a'), rule('b'), rule('c')), true],
  ['not what was found', not(rule('a')), false],
  ['not what is missing', not(rule('z')), true],
  ['one within the other', all(rule('a'), any(rule('z'), not(all(rule('b'), rule('z'))))), true],
] as const)('%s: %s', ([, condition, expected]) => {
  expect(holds(condition, found)).toBe(expected)
})

test('a plain text names a rule', () => {
  expect([holds('a', found), holds('z', found)]).toEqual([true, false])
})

test('all rules of a condition are listed, twice where they stand twice', () => {
  expect(rulesIn(all(rule('a'), any(rule('b'), not(rule('a'))), atLeast(2, rule('c'), rule('d'))))).toEqual([
    'a',
    'b',
    'a',
    'c',
    'd',
  ])
  expect(rulesIn('a')).toEqual(['a'])
})

test.for([
  ['a text', 'a'],
  ['a rule', { rule: 'a' }],
  ['all', { all: ['a'] }],
  ['not', { not: 'a' }],
  ['one at least', { atLeast: 1, of: ['a'] }],
] as const)('%s is a condition', ([, value]) => {
  expect(isCondition(value)).toBe(true)
})

test.for([
  ['an empty text', ''],
  ['nothing', undefined],
  ['null', null],
  ['a number', 1],
  ['a list', ['a']],
  ['all of nothing', { all: [] }],
  ['all of an empty text', { all: ['a', ''] }],
  ['all of a text', { all: 'a' }],
  ['not nothing', { not: undefined }],
  ['none at least', { atLeast: 0, of: ['a'] }],
  ['fewer than none', { atLeast: -1, of: ['a'] }],
  ['half of one', { atLeast: 0.5, of: ['a'] }],
  ['a number as text', { atLeast: '1', of: ['a'] }],
  ['one of nothing', { atLeast: 1, of: [] }],
  ['one of none said', { atLeast: 1 }],
  ['an object without a meaning', {}],
  ['a rule that is no text', { rule: 1 }],
] as const)('%s is no condition', ([, value]) => {
  expect(isCondition(value)).toBe(false)
})

const nested = (depth: number): unknown => (depth === 0 ? 'a' : { not: nested(depth - 1) })

test('conditions are nested 33 deep at most, and a condition that contains itself is none', () => {
  expect(isCondition(nested(33))).toBe(true)
  expect(isCondition(nested(34))).toBe(false)
  const endless: { not: unknown } = { not: 'a' }
  endless.not = endless
  expect(isCondition(endless)).toBe(false)
  const list: { all: unknown[] } = { all: [] }
  list.all.push(list)
  expect(isCondition(list)).toBe(false)
})
