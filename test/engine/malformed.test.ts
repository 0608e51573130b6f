/** What a rule returns by mistake is its failure: it never lets a message in, and what others found still counts. */
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { postern } from '../../src/engine/gateway.ts'
import { shadow } from '../../src/model/combine.ts'
import type { Decision, Policy } from '../../src/model/decision.ts'
import type { Filter } from '../../src/model/filter.ts'
import { points, reject } from '../../src/model/finding.ts'
import { thresholds } from '../../src/policy/thresholds.ts'
import { message, zone } from '../../src/testing/index.ts'

const judged = async (filters: readonly Filter[], policy?: Policy): Promise<Decision> => {
  const gateway = postern({ dns: zone({}), filters, ...(policy && { policy }) })
  const session = gateway.open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('client.example')
  await session.mail('a@sender.example')
  await session.rcpt('b@example.org')
  const outcome = await session.data(Readable.from([message()]))
  session.close()
  await gateway.close()
  return outcome
}

const spammy: Filter = { name: 'spammy', message: () => points(20, 'certainly spam') }
const mine = (answer: unknown, failure: 'pass' | 'defer' = 'pass'): Filter =>
  ({ name: 'mine', failure, message: () => answer }) as unknown as Filter

const throwing = {
  get points(): number {
    throw new Error('a getter')
  },
  reason: 'x',
}

const wrong: readonly (readonly [what: string, answer: unknown, words: string])[] = [
  ['true', true, 'true is not a finding'],
  ['a number', 4, '4 is not a finding'],
  ['NaN', Number.NaN, 'NaN is not a finding'],
  ['a text', 'reject', '"reject" is not a finding'],
  ['a function', () => points(1, 'x'), 'a function is not a finding'],
  ['a list in a list', [[points(1, 'x')]], 'an array of 1 is not a finding'],
  ['a list with a promise', [Promise.resolve(points(1, 'x'))], 'a promise stands in a list of findings; await it'],
  ['an empty object', {}, 'reason: found undefined'],
  ['no reason', { points: 4 }, 'reason: found undefined'],
  ['a blank reason', { points: 4, reason: ' ' }, 'reason: found " "'],
  ['a reason that is an error', { points: 4, reason: new Error('x') }, 'reason: found an empty object'],
  ['points as a text', { points: '4', reason: 'x' }, 'points: found "4"'],
  ['points that are NaN', points(Number.NaN, 'x'), 'points: found NaN'],
  ['infinite points', points(Number.POSITIVE_INFINITY, 'x'), 'points: found Infinity'],
  ['infinite points for the client', points(Number.NEGATIVE_INFINITY, 'x'), 'points: found -Infinity'],
  ['points beyond all sums', points(-1e300, 'x'), 'points: found -1e+300'],
  ['points that are null', { points: null, reason: 'x' }, 'points: found null'],
  ['points as a bigint', { points: 4n, reason: 'x' }, 'points: found a bigint'],
  ['a misspelt verdict', { verdict: 'rejected', reason: 'x' }, 'verdict: found "rejected"'],
  ['a verdict of the prototype', { verdict: 'toString', reason: 'x' }, 'verdict: found "toString"'],
  ['a refusal without status', { verdict: 'reject', reason: 'x' }, 'status: found undefined, expected a 5.x.x code'],
  ['a refusal with a status that defers', { verdict: 'reject', status: '4.7.1', reason: 'x' }, 'status: found "4.7.1"'],
  [
    'a deferral with a status that refuses',
    { verdict: 'defer', status: '5.7.1', reason: 'x' },
    'expected a 4.x.x code',
  ],
  ['a status with a line end', { verdict: 'reject', status: '5.7.1\r\n250 ok', reason: 'x' }, 'status: found "5.7.1'],
  ['a status without a verdict', { status: '5.7.1', reason: 'x' }, 'expected none'],
  ['a key of another program', { score: 4, reason: 'x' }, 'did you mean points?'],
  ['a misspelt key', { point: 4, reason: 'x' }, 'did you mean points?'],
  ['a rule with a line end', { rule: 'a\r\nb', reason: 'x' }, 'rule: found'],
  ['words that are none', { verdict: 'reject', status: '5.7.1', reason: 'x', replyText: 1 }, 'replyText: found 1'],
  ['a close that is none', { verdict: 'reject', status: '5.7.1', reason: 'x', close: 'no' }, 'close: found "no"'],
  ['a getter that throws', throwing, 'a getter'],
]

test.for(wrong)('P10 %s is a failure of its filter, which says so', async ([, answer, words]) => {
  const decision = await judged([mine(answer)])
  expect(decision.findings).toEqual([{ rule: 'mine/failed', reason: expect.stringContaining(words) }])
  expect(decision).toMatchObject({ verdict: 'accept', score: 0 })
})

test.for(wrong)('P10 %s does not end the scoring', async ([, answer]) => {
  expect(await judged([spammy, mine(answer)])).toMatchObject({ verdict: 'reject', score: 20 })
  expect(await judged([mine(answer), spammy])).toMatchObject({ verdict: 'reject', score: 20 })
})

test.for(wrong)('P10 %s defers where a failure of the filter defers', async ([, answer]) => {
  expect(await judged([mine(answer, 'defer')])).toMatchObject({ verdict: 'defer', reply: { code: 451 } })
  expect(await judged([{ ...mine(undefined, 'defer'), message: async () => answer as never }])).toMatchObject({
    verdict: 'defer',
  })
})

test.for(wrong)('P10 %s in a dry run is a failure too, and changes nothing', async ([, answer]) => {
  const { verdict, findings } = await judged([shadow(mine(answer, 'defer'))])
  expect([verdict, findings.map(({ rule }) => rule)]).toEqual(['accept', ['mine/failed']])
})

test('P10 what stands beside a malformed finding still counts', async () => {
  const { verdict, findings } = await judged([
    mine([points(Number.NaN, 'x'), reject('5.7.1', 'listed', { rule: 'listed' })]),
  ])
  expect([verdict, findings.map(({ rule }) => rule)]).toEqual(['reject', ['mine/listed', 'mine/failed']])
})

test.for([undefined, null, false, 0, '', []])('%j says nothing', async answer => {
  expect((await judged([mine(answer)])).findings).toEqual([])
})

const asks = { stage: 'message', ref: 'X' } as const

test('P10 a policy adds up what is a number, whatever else it is handed', () => {
  const findings = [points(Number.NaN, 'x'), points(20, 'spam'), { reason: 'x', points: '-30' as unknown as number }]
  expect(thresholds()(findings, asks)).toMatchObject({ verdict: 'reject', score: 20 })
  expect(thresholds()([points(Number.NEGATIVE_INFINITY, 'x'), points(20, 'spam')], asks)).toMatchObject({ score: 20 })
})

const usual = thresholds()
const decisions: readonly (readonly [what: string, decide: (decision: Decision) => unknown, words: string])[] = [
  ['nothing', () => undefined, 'it returned undefined'],
  ['a promise', async decision => decision, 'it returned a promise'],
  ['a verdict alone', () => 'reject', 'it returned "reject"'],
  ['a score that is NaN', decision => ({ ...decision, score: Number.NaN }), 'score: found NaN'],
  ['a misspelt verdict', decision => ({ ...decision, verdict: 'rejct' }), 'verdict: found "rejct"'],
  ['no reply', ({ reply: _, ...decision }) => decision, 'reply: found undefined'],
  ['a code that is none', ({ reply, ...rest }) => ({ ...rest, reply: { ...reply, code: '550' } }), 'reply.code'],
  ['two lines', ({ reply, ...rest }) => ({ ...rest, reply: { ...reply, text: 'a\r\n250 b' } }), 'reply.text'],
  [
    'a refusal that lets in',
    ({ reply, ...rest }) => ({ ...rest, reply: { ...reply, code: 550 } }),
    'reply.code: found 550',
  ],
  ['no findings', ({ findings: _, ...decision }) => decision, 'findings: found undefined'],
]

test.for(decisions)('P10 a policy that decides %s is reported, and mail comes again', async ([, decide, words]) => {
  const decision = await judged([], (findings, at) => {
    const decision = usual(findings, at)
    return at.stage === 'message' ? (decide(decision) as Decision) : decision
  })
  expect(decision).toMatchObject({ verdict: 'defer', reply: { code: 451, status: '4.3.0' } })
  expect(decision.findings.at(-1)?.reason).toContain(words)
})
