/** What a filter may return, and what its findings look like. */
import { expect, test } from 'vitest'
import {
  accept,
  allow,
  defer,
  discard,
  type Finding,
  type Findings,
  points,
  quarantine,
  reject,
  shadow,
} from '../../src/index.ts'
import { asDryRun, roundScore } from '../../src/model/finding.ts'
import { probe } from '../../src/testing/index.ts'

test.for([
  [points(2, 'why', { rule: 'a' }), { rule: 'a', reason: 'why', points: 2 }],
  [accept('why'), { reason: 'why', verdict: 'accept' }],
  [allow('why'), { reason: 'why', verdict: 'accept', allow: true }],
  [quarantine('why', { rule: 'a' }), { rule: 'a', reason: 'why', verdict: 'quarantine' }],
  [discard('why'), { reason: 'why', verdict: 'discard' }],
  [reject('5.7.1', 'why', { close: true }), { reason: 'why', verdict: 'reject', status: '5.7.1', close: true }],
  [
    defer('4.7.1', 'why', { replyText: 'Wait' }),
    { reason: 'why', verdict: 'defer', status: '4.7.1', replyText: 'Wait' },
  ],
] as const)('%o', ([made, expected]) => {
  expect(made).toEqual(expected)
})

const found = (findings: Findings): Promise<readonly Finding[]> => probe({ name: 'rule', connect: () => findings }, {})

test.for([[false], [null], [undefined], [''], [0], [[]], [[false, null, undefined, '', 0]]] as const)(
  '%j counts as no finding',
  async ([nothing]) => {
    expect(await found(nothing as Findings)).toEqual([])
  },
)

test('a list may hold conditions that do not hold', async () => {
  const isBad = (value: number): boolean => value > 1
  expect(await found([isBad(1) && reject('5.7.1', 'one'), isBad(2) && points(3, 'two', { rule: 'two' })])).toEqual([
    points(3, 'two', { rule: 'rule/two' }),
  ])
})

test('NaN comes from a sum that went wrong: it is a failure of the filter, alone or in a list', async () => {
  for (const wrong of [Number.NaN, [Number.NaN]])
    expect(await found(wrong as unknown as Findings)).toMatchObject([{ rule: 'rule/failed' }])
})

test('a dry run keeps conditions that do not hold as they are', async () => {
  const filter = shadow({ name: 'rule', connect: () => [false, reject('5.7.1', 'why')] })
  expect(await probe(filter, {})).toEqual([
    { rule: 'rule', reason: 'why', dryRun: { verdict: 'reject', status: '5.7.1' } },
  ])
})

test('a dry run moves every consequence and leaves a finding without any as it is', () => {
  const remark: Finding = { rule: 'a', reason: 'seen' }
  expect(asDryRun(remark)).toBe(remark)
  expect(asDryRun({ ...allow('why'), points: 0 })).toEqual({
    reason: 'why',
    dryRun: { points: 0, verdict: 'accept', allow: true },
  })
  expect(asDryRun(reject('5.7.1', 'why', { replyText: 'No', close: false }))).toEqual({
    reason: 'why',
    dryRun: { verdict: 'reject', status: '5.7.1', replyText: 'No', close: false },
  })
})

test('sums of tenths are rounded to thousandths', () => {
  expect(roundScore(0.1 + 0.2)).toBe(0.3)
  expect(roundScore(5.9996)).toBe(6)
  expect(roundScore(5.9994)).toBe(5.999)
})
