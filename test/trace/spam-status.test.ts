/** What sorting rules receive. */
import { expect, test } from 'vitest'
import type { Decision } from '../../src/model/decision.ts'
import { type Finding, points } from '../../src/model/finding.ts'
import { contextAt } from '../../src/testing/probe.ts'
import { spamStatus } from '../../src/trace/spam-status.ts'
import { fc } from '../support/property.ts'

const decide = (verdict: Decision['verdict'], score: number, findings: readonly Finding[]): Decision => ({
  stage: 'message',
  verdict,
  score,
  findings,
  reply: { code: 250, status: '2.0.0', text: 'OK' },
})
const trace = (decision: Decision) => spamStatus(contextAt('message', { ref: '7K2Q9F' }), decision, () => undefined)

test('quarantined mail is flagged, with the rules and the reference', () => {
  const findings = [
    points(5, 'a secret reason', { rule: 'dnsbl/listed' }),
    points(2.2, 'another', { rule: 'helo/ip' }),
    points(0.01, 'again', { rule: 'helo/ip' }),
  ]
  expect(trace(decide('quarantine', 7.2, findings))).toEqual([
    ['X-Spam-Flag', 'YES'],
    ['X-Spam-Status', 'Yes, score=7.2 tests=dnsbl/listed, helo/ip ref=7K2Q9F'],
  ])
})

test('other mail is not flagged', () => {
  expect(trace(decide('accept', -0.04, []))).toEqual([['X-Spam-Status', 'No, score=0.0 tests=none ref=7K2Q9F']])
})

test('S02 the field is printable, folded and bounded for any rule names, and contains no reason', () => {
  const finding = fc.record({ rule: fc.string({ unit: 'binary', maxLength: 300 }), reason: fc.constant('SECRET') })
  fc.assert(
    fc.property(
      fc.array(finding, { maxLength: 200 }),
      fc.double({ noNaN: true, min: -1e6, max: 1e6 }),
      (findings, score) => {
        const [, [, value] = ['', '']] = trace(decide('quarantine', score, findings))
        expect(value).toMatch(/^Yes, score=-?[\d.]+(?:[ -~]|\r\n [!-~])+$/)
        expect(value.endsWith(' ref=7K2Q9F')).toBe(true)
        expect(value.length).toBeLessThan(4096)
        expect(value).not.toContain('SECRET')
      },
    ),
  )
})

test('tagged mail has its own field, so that rules for spam do not match it', () => {
  expect(trace({ ...decide('accept', 4.5, []), tagged: true })).toEqual([
    ['X-Spam-Tag', 'YES'],
    ['X-Spam-Status', 'No, score=4.5 tests=none ref=7K2Q9F'],
  ])
})
