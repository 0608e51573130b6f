/** What an option such as `fail: 4` or `fail: 'reject'` makes of a reason. */
import { expect, test } from 'vitest'
import { type Consequence, findingFor } from '../../../src/filters/rules/consequence.ts'

const details = { rule: 'fail', replyText: 'Not allowed', close: true }
const cases: readonly (readonly [Consequence, ReturnType<typeof findingFor>])[] = [
  [
    'reject',
    { verdict: 'reject', status: '5.7.1', reason: 'why', rule: 'fail', replyText: 'Not allowed', close: true },
  ],
  ['quarantine', { verdict: 'quarantine', reason: 'why', rule: 'fail' }],
  [1.5, { points: 1.5, reason: 'why', rule: 'fail' }],
  [-2, { points: -2, reason: 'why', rule: 'fail' }],
  [0, false],
  ['off', false],
]

test.for(cases)('%s leads to %o', ([consequence, finding]) => {
  expect(findingFor(consequence, '5.7.1', 'why', details)).toEqual(finding)
})
