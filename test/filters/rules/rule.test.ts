/** A filter made of rules: which of them count, what they cost together, and in which order. */
import { expect, test } from 'vitest'
import { type RuleOptions, type RuleSet, ruleFilter } from '../../../src/filters/rules/rule.ts'
import { message } from '../../../src/testing/message.ts'
import { probe } from '../../../src/testing/probe.ts'

/** Rules that find the letters of the subject. */
const letters: RuleSet<string> = {
  name: 'letters',
  about: 'letters of the subject',
  caps: { vowels: 3, numbers: 1 },
  measured: { 'letters/m': 3 },
  view: async ({ header }) => header.get('subject') ?? '',
  rules: {
    'letters/a': { group: 'vowels', fires: 'an a', points: 2, find: text => text.includes('a') && 'there is an a' },
    'letters/e': { group: 'vowels', fires: 'an e', points: 2, find: text => text.includes('e') && 'there is an e' },
    'letters/i': { group: 'vowels', fires: 'an i', points: 2, find: text => text.includes('i') && 'there is an i' },
    'letters/x': { group: 'others', fires: 'an x', points: 5, find: text => text.includes('x') && 'there is an x' },
    'letters/m': { group: 'others', fires: 'an m', points: 1, find: text => text.includes('m') && 'there is an m' },
    'letters/one': { group: 'numbers', fires: 'a 1', points: 0.4, find: text => text.includes('1') && 'there is a 1' },
    'letters/two': { group: 'numbers', fires: 'a 2', points: 0.4, find: text => text.includes('2') && 'there is a 2' },
    'letters/none': { group: 'vowels', fires: 'nothing', points: 0, find: () => 'always' },
  },
}

const found = async (subject: string, points: RuleOptions['points'] = {}, required: readonly string[] = []) =>
  await probe(ruleFilter(letters, { points }, new Set(required)), { message: message({ subject }) })
const costs = async (...[subject, points, required]: Parameters<typeof found>) =>
  (await found(subject, points, required)).map(({ rule, points: cost }) => `${rule} ${cost ?? '-'}`)

test('a rule that finds something is a finding with its reason, its points and its name', async () => {
  expect(await found('a')).toEqual([{ rule: 'letters/a', points: 2, reason: 'there is an a' }])
  expect(await found('zzz')).toEqual([])
})

test('rules keep their order, whatever stands first in the message', async () => {
  expect(await costs('xa')).toEqual(['letters/a 2', 'letters/x 5'])
})

test('a group costs its cap, and what exceeds it is taken from its last rules', async () => {
  expect(await costs('ae')).toEqual(['letters/a 2', 'letters/e 1'])
  expect(await costs('aei')).toEqual(['letters/a 2', 'letters/e 1', 'letters/i -'])
})

test('measured points stand in for those that a rule names', async () => {
  expect(await costs('m')).toEqual(['letters/m 3'])
})

test('a group without a cap costs all that its rules cost', async () => {
  expect(await costs('x')).toEqual(['letters/x 5'])
})

test('parts of a point are added without an error of rounding', async () => {
  expect(await costs('12', { 'letters/one': 0.7 })).toEqual(['letters/one 0.7', 'letters/two 0.3'])
})

test('points of the options stand in for those of the table, and lift the cap of the group', async () => {
  expect(await costs('a', { 'letters/a': 5 })).toEqual(['letters/a 5'])
  expect(await costs('ae', { 'letters/a': 5 })).toEqual(['letters/a 5', 'letters/e -'])
  expect(await costs('ae', { 'letters/a': 1 })).toEqual(['letters/a 1', 'letters/e 2'])
})

test('negative points take nothing from the cap', async () => {
  expect(await costs('aei', { 'letters/a': -2 })).toEqual(['letters/a -2', 'letters/e 2', 'letters/i 1'])
})

test('a rule that is off, or costs nothing, is not looked for', async () => {
  expect(await costs('ae', { 'letters/a': 'off' })).toEqual(['letters/e 2'])
  expect(await costs('ae', { 'letters/a': 0 })).toEqual(['letters/e 2'])
})

test('a rule that a composite names is found though it costs nothing, but not when it is off', async () => {
  expect(await costs('', {}, ['letters/none'])).toEqual(['letters/none -'])
  expect(await costs('', { 'letters/none': 'off' }, ['letters/none'])).toEqual([])
})

test.for([
  ['reject', { verdict: 'reject', status: '5.7.1' }],
  ['quarantine', { verdict: 'quarantine' }],
] as const)('a rule may %s, and takes nothing from the cap of its group', async ([consequence, expected]) => {
  const [first, ...others] = await found('aei', { 'letters/a': consequence })
  expect(first).toEqual({ rule: 'letters/a', reason: 'there is an a', ...expected })
  expect(others.map(({ points }) => points)).toEqual([2, 1])
})

test('names of the prototype name no consequence', async () => {
  const set = { ...letters, rules: { constructor: { group: 'x', fires: 'x', points: 2, find: () => 'always' } } }
  const filter = ruleFilter(set, {}, new Set())
  expect(await probe(filter, { message: message() })).toMatchObject([{ points: 2 }])
})
