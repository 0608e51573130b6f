/** What becomes of a record by each decision, at the bounds. */
import { expect, test } from 'vitest'
import { chargeOf } from '../../../src/filters/reputation/charge.ts'
import type { Decision } from '../../../src/model/decision.ts'
import { defer, discard, type Finding, points, quarantine, reject } from '../../../src/model/finding.ts'
import type { Stage } from '../../../src/model/stage.ts'

const bounds = { ham: 1, spam: 6 }
const decided = (verdict: Decision['verdict'], stage: Stage, ...findings: readonly Finding[]): Decision => ({
  ...{ verdict, stage, score: 0, reply: { code: 250, status: '2.6.0', text: '' } },
  findings: findings.map((finding, index) => ({ ...finding, rule: finding.rule ?? `other/${index}` })),
})
const kindOf = (decision: Decision): string => {
  const counts = chargeOf(decision, bounds)
  return counts === undefined
    ? 'none'
    : Object.entries(counts)
        .flatMap(([kind, count]) => (count ? [kind] : []))
        .join()
}
const worth = (count: number, rule?: string) => points(count, 'a reason', rule === undefined ? {} : { rule })

test.for([
  ['accept', 'message', 1, 'ham'],
  ['accept', 'message', 1.01, 'none'],
  ['accept', 'message', -5, 'ham'],
  ['accept', 'header', 0, 'none'],
  ['accept', 'rcpt', 0, 'none'],
  ['reject', 'message', 6, 'spam'],
  ['reject', 'header', 6, 'spam'],
  ['reject', 'message', 5.99, 'none'],
  ['reject', 'rcpt', 6, 'refused'],
  ['reject', 'connect', 5.99, 'none'],
  ['quarantine', 'message', 6, 'spam'],
  ['quarantine', 'message', 5.99, 'none'],
  ['discard', 'message', 6, 'spam'],
  ['discard', 'rcpt', 6, 'none'],
  ['quarantine', 'rcpt', 6, 'none'],
] as const)('%s at %s with %d points of others counts as %s', ([verdict, stage, score, kind]) => {
  expect(kindOf(decided(verdict, stage, worth(score)))).toBe(kind)
})

test('points of several findings are added, and only those of others', () => {
  expect(kindOf(decided('reject', 'message', worth(3), worth(3)))).toBe('spam')
  expect(kindOf(decided('reject', 'message', worth(3), worth(2.9)))).toBe('none')
  for (const own of ['reputation', 'reputation/spam', 'greylist', 'greylist/new', 'session', 'session/limit'])
    expect([own, kindOf(decided('reject', 'message', worth(9, own)))]).toEqual([own, 'none'])
  for (const other of ['reputations', 'greylisting/x', 'my/greylist', 'sessions'])
    expect([other, kindOf(decided('reject', 'message', worth(9, other)))]).toEqual([other, 'spam'])
})

test('an own finding makes no message bad that others found good', () => {
  expect(kindOf(decided('accept', 'message', worth(9, 'reputation/spam')))).toBe('ham')
})

test.for([
  ['4.7.0', 'deferred'],
  ['4.7.1', 'deferred'],
  ['4.7.24', 'none'],
  ['4.7.10', 'none'],
  ['4.4.3', 'none'],
  ['4.3.2', 'none'],
  ['4.2.1', 'none'],
] as const)('a deferral of %s counts as %s', ([status, kind]) => {
  expect(kindOf(decided('defer', 'rcpt', defer(status, 'a reason')))).toBe(kind)
})

test('a deferral by points alone counts as none, and so does our own', () => {
  expect(kindOf(decided('defer', 'message', worth(20)))).toBe('none')
  expect(kindOf(decided('defer', 'rcpt', { ...defer('4.7.1', 'new'), rule: 'greylist/new' }))).toBe('none')
})

test.for([
  ['5.7.0', 'spam', 'refused'],
  ['5.7.1', 'spam', 'refused'],
  ['5.7.26', 'refused', 'refused'],
  ['5.6.0', 'refused', 'refused'],
  ['5.5.2', 'refused', 'refused'],
  ['5.1.1', 'refused', 'refused'],
  ['5.3.4', 'none', 'none'],
  ['5.4.6', 'none', 'none'],
  ['5.2.2', 'none', 'none'],
] as const)('a refusal of %s counts as %s after the message, and as %s before', ([status, after, before]) => {
  expect(kindOf(decided('reject', 'message', reject(status, 'a reason')))).toBe(after)
  expect(kindOf(decided('reject', 'rcpt', reject(status, 'a reason')))).toBe(before)
})

test('a message that is discarded or quarantined counts as spam for what it contains, and not as refused', () => {
  expect(kindOf(decided('discard', 'message', discard('a reason')))).toBe('spam')
  expect(kindOf(decided('quarantine', 'message', quarantine('a reason')))).toBe('none')
  expect(kindOf(decided('quarantine', 'message', reject('5.7.26', 'a reason')))).toBe('none')
})

test('a dry run counts nothing', () => {
  const decision = decided('accept', 'message', reject('5.7.1', 'a reason'))
  expect(chargeOf({ ...decision, dryRun: 'reject' }, bounds)).toBeUndefined()
})

test('a decision counts one, of one kind', () => {
  expect(chargeOf(decided('accept', 'message'), bounds)).toEqual({ ham: 1, spam: 0, deferred: 0, refused: 0 })
})
