/** The matchers for findings and decisions, registered and typed by one import. */
import { expect, test } from 'vitest'
import { type Finding, points, reject } from '../../src/model/finding.ts'
import { thresholds } from '../../src/policy/thresholds.ts'
import '../../src/testing/vitest.ts'

const listed: Finding = points(4, '192.0.2.1 is listed', { rule: 'dnsbl/listed' })
const decision = thresholds()([listed, reject('5.7.1', 'no', { rule: 'access' })], { stage: 'mail', ref: 'R' })

test('a finding matches by its rule and every other member that is named', () => {
  expect([listed]).toHaveFinding('dnsbl/listed')
  expect([listed]).toHaveFinding('dnsbl/listed', { points: 4 })
  expect(decision).toHaveFinding('access', { verdict: 'reject', status: '5.7.1' })
  expect([listed]).not.toHaveFinding('dnsbl/listed', { points: 5 })
  expect([]).not.toHaveFinding('dnsbl/listed')
})

test('a decision matches by its verdict', () => {
  expect(decision).toBeDecided('reject')
  expect(decision).not.toBeDecided('accept')
})

test('a failure shows what was expected beside what was found', () => {
  expect(() => expect([listed]).toHaveFinding('dnsbl/allowed')).toThrow(
    'expected a finding {"rule":"dnsbl/allowed"}\namong \n  {"rule":"dnsbl/listed","reason":"192.0.2.1 is listed","points":4}',
  )
  expect(() => expect([listed]).not.toHaveFinding('dnsbl/listed')).toThrow('expected no finding')
  expect(() => expect(decision).toBeDecided('accept')).toThrow('expected accept, found reject')
})
