/** What a client receives: one line of ASCII that fits, with a code that its status matches. */
import { expect, test } from 'vitest'
import type { Status } from '../../src/model/finding.ts'
import { stages } from '../../src/model/stage.ts'
import { formatReply, positiveReply, refusal } from '../../src/policy/reply.ts'
import { fc, runs } from '../support/property.ts'

const ref = 'R'.repeat(32)
const digits = fc.integer({ min: 0, max: 999 })
const status = fc.tuple(fc.constantFrom('4', '5'), digits, digits).map(parts => parts.join('.') as Status)

test('whatever a filter has the client told, it is one line of ASCII of at most 512 bytes, and code and status agree', () => {
  fc.assert(
    fc.property(
      status,
      fc.constantFrom(...stages),
      fc.option(fc.string({ unit: 'binary', maxLength: 2_000 }), { nil: undefined }),
      fc.boolean(),
      (status, stage, say, close) => {
        const reply = refusal(status, stage, ref, { replyText: say, close })
        expect(formatReply(reply)).toMatch(/^[45]\d\d [45](?:\.\d{1,3}){2} [ -~]+ ref=R{32}$/)
        expect(formatReply(reply).length).toBeLessThanOrEqual(510)
        expect(String(reply.code)[0]).toBe(status[0])
        if (close || stage === 'connect') expect(reply.close).toBe(true)
      },
    ),
    { numRuns: runs(2_000) },
  )
})

test.for(stages)('what a client receives when it may go on after %s is a 2xx of one line', stage => {
  expect(formatReply(positiveReply(stage, ref))).toMatch(/^2\d\d 2\.\d\.\d [A-Z][a-z ]+ ref=R{32}$/)
})

test.for<[Status, string]>([
  ['5.4.6', '550 5.4.6 Mail loop detected ref=1'],
  ['4.4.3', '451 4.4.3 A name could not be looked up now, try again later ref=1'],
  // It says what has happened only where the filter names the cause.
  ['4.7.0', '451 4.7.0 Temporarily refused, try again later ref=1'],
  ['4.3.0', '451 4.3.0 Temporary local error, try again later ref=1'],
])('%s is told in words that an operator can search for', ([status, words]) => {
  expect(formatReply(refusal(status, 'message', '1'))).toBe(words)
})

test.for<[Status, number]>([
  ['4.1.8', 450],
  ['4.2.1', 450],
  ['4.2.2', 452],
  ['4.3.1', 452],
  ['4.3.4', 452],
  ['4.5.3', 452],
  ['4.7.1', 451],
  ['5.1.3', 553],
  ['5.3.4', 552],
  ['5.5.0', 554],
  ['5.5.1', 503],
  ['5.5.2', 500],
  ['5.5.4', 501],
  ['5.7.1', 550],
])('a refusal of %s after RCPT has the code %i', ([status, code]) => {
  expect(refusal(status, 'rcpt', '1', {}).code).toBe(code)
})

test('what a client receives when it may go on has the code of its stage', () => {
  expect(Object.fromEntries(stages.map(stage => [stage, positiveReply(stage, '1').code]))).toEqual({
    ...{ connect: 220, helo: 250, mail: 250, rcpt: 250, header: 250, message: 250 },
  })
})
