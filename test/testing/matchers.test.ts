/** The words that rules are tested with say yes, say no, and say why. */
import { expect, test } from 'vitest'
import { type Finding, points, reject } from '../../src/model/finding.ts'
import { thresholds } from '../../src/policy/thresholds.ts'
import { type FindingMatchers, matchers } from '../../src/testing/matchers.ts'

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void>, T> extends FindingMatchers<R> {}
}
expect.extend(matchers)

const listed: Finding = points(4, '192.0.2.1 is listed', { rule: 'dnsbl/listed' })
const decision = thresholds()([listed, reject('5.7.1', 'no', { rule: 'access' })], { stage: 'mail', ref: 'R' })

test('a finding is looked for by its rule and what else is named', () => {
  expect([listed]).toHaveFinding('dnsbl/listed')
  expect([listed]).toHaveFinding('dnsbl/listed', { points: 4 })
  expect(decision).toHaveFinding('access', { verdict: 'reject', status: '5.7.1' })
  expect([listed]).not.toHaveFinding('dnsbl/listed', { points: 5 })
  expect([]).not.toHaveFinding('dnsbl/listed')
})

test('a verdict is asked for by its name', () => {
  expect(decision).toBeDecided('reject')
  expect(decision).not.toBeDecided('accept')
})

test('what is missing is told beside what was found', () => {
  expect(() => expect([listed]).toHaveFinding('dnsbl/allowed')).toThrow(
    'expected a finding {"rule":"dnsbl/allowed"}\namong \n  {"rule":"dnsbl/listed","reason":"192.0.2.1 is listed","points":4}',
  )
  expect(() => expect([listed]).not.toHaveFinding('dnsbl/listed')).toThrow('expected no finding')
  expect(() => expect(decision).toBeDecided('accept')).toThrow('expected accept, found reject')
})
