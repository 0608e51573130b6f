/** Many recipients, one reply: what SMTP receives when they do not agree. */
import { expect, test } from 'vitest'
import type { Decision } from '../../src/model/decision.ts'
import type { Verdict } from '../../src/model/finding.ts'
import { combineRecipients } from '../../src/policy/recipients.ts'
import { positiveReply } from '../../src/policy/reply.ts'

const decided = (verdict: Verdict): Decision => ({
  stage: 'message',
  verdict,
  score: 0,
  findings: [],
  reply: positiveReply('message', 'R'),
})

test.for<readonly [verdicts: readonly Verdict[], said: Verdict]>([
  [['reject', 'reject'], 'reject'],
  [['reject', 'defer'], 'defer'],
  [['defer', 'defer'], 'defer'],
  [['reject', 'defer', 'accept'], 'accept'],
  [['defer', 'accept'], 'accept'],
  [['reject', 'quarantine', 'defer'], 'quarantine'],
  [['quarantine', 'accept'], 'accept'],
  [['reject', 'discard'], 'discard'],
  [['defer', 'discard'], 'discard'],
  [['discard', 'accept'], 'accept'],
])('of %j the client hears %s, in whatever order they were named', ([verdicts, said]) => {
  expect(combineRecipients(verdicts.map(decided))?.verdict).toBe(said)
  expect(combineRecipients(verdicts.toReversed().map(decided))?.verdict).toBe(said)
})

test('of no recipient it receives nothing', () => {
  expect(combineRecipients([])).toBeUndefined()
})
