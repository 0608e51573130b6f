import { expect, test } from 'vitest'
import { type AuthenticatedFromOptions, authenticatedFrom } from '../../src/filters/authenticated-from.ts'
import { PosternError, points, reject } from '../../src/index.ts'
import { probe } from '../../src/testing/probe.ts'

const sent = (options: AuthenticatedFromOptions, user: string | undefined, from: string) =>
  probe(authenticatedFrom(options), { ...(user !== undefined && { user }), header: { from } })

test.for([
  ['alice@ours.example', 'alice@ours.example'],
  ['ALICE@Ours.example', 'Alice <alice@ours.example>'],
  ['alice@ours.example', 'alice+news@ours.example'],
  ['alice', 'alice@ours.example'],
  ['OFFICE\\alice', 'alice@ours.example'],
  ['shop@ours.example', 'orders@ours.example'],
  ['press@ours.example', 'anybody@press.ours.example'],
  [undefined, 'stranger@elsewhere.example'],
] as const)('P07 the account %s may write as %s', async ([user, from]) => {
  const others = { 'shop@ours.example': ['Orders@ours.example'], 'press@ours.example': ['@press.ours.example'] }
  expect(await sent({ domains: ['ours.example'], others }, user, from)).toEqual([])
})

test.for([
  ['alice@ours.example', 'bob@ours.example'],
  ['alice@ours.example', 'alice@elsewhere.example'],
  ['alice', 'alice@elsewhere.example'],
  ['alice', 'bob@ours.example'],
] as const)('P07 the account %s that writes as %s is a finding', async ([user, from]) => {
  const rule = 'authenticated-from/mismatch'
  const reason = `the account ${user} writes as ${from}`
  const domains = ['ours.example']
  expect(await sent({ domains }, user, from)).toEqual([points(1, reason, { rule })])
  expect(await sent({ domains, mismatch: 'reject' }, user, from)).toEqual([
    reject('5.7.1', reason, { rule, replyText: 'Sender address not allowed' }),
  ])
  expect(await sent({ domains, others: async () => true }, user, from)).toEqual([])
})

test('wrong options are named', () => {
  const wrong = { domains: ['not ok'], others: { a: ['nobody'] }, mismatch: 'rejct' } as never
  expect(() => authenticatedFrom(wrong)).toThrow(PosternError)
})
