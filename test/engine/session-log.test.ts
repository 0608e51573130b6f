/** The log entry of a session has each finding once, and is bounded whatever the client sends. */
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { SessionLog } from '../../src/engine/session-log.ts'
import { type Decision, type Finding, points, postern, type SessionEntry, type Verdict } from '../../src/index.ts'
import { zone } from '../../src/testing/zone.ts'

test('a finding is in the first decision that has it, and a stage without a new finding is left out', async () => {
  const entries: SessionEntry[] = []
  const gateway = postern({
    name: 'mx.example.org',
    dns: zone({}),
    filters: [{ name: 'a', connect: () => points(1, 'connected'), rcpt: () => points(2, 'named') }],
    log: entry => entries.push(entry),
  })
  const session = gateway.open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('mx.example.net')
  await session.mail('alice@example.net')
  await session.rcpt('bob@example.org')
  session.close()
  expect(entries[0]?.decisions.map(({ stage, score, findings }) => ({ stage, score, findings }))).toEqual([
    { stage: 'connect', score: 1, findings: [points(1, 'connected', { rule: 'a' })] },
    { stage: 'rcpt', score: 3, findings: [points(2, 'named', { rule: 'a' })] },
  ])
})

const begun = (): SessionLog => {
  const log = new SessionLog('REF', undefined, 0)
  log.mail('a@example.net', undefined)
  return log
}
const transaction = (log: SessionLog) => log.entry(0, new Map()).transactions.at(-1)

test('what the client sent is cut at 320 characters', () => {
  const log = new SessionLog('REF', undefined, 0)
  for (const length of [320, 321]) {
    log.helo('h'.repeat(length), undefined)
    log.mail('m'.repeat(length), 'u'.repeat(length))
    log.rcpt('r'.repeat(length))
    const { helo, transactions } = log.entry(0, new Map())
    const end = length > 320 ? '…' : ''
    expect(helo).toBe('h'.repeat(320) + end)
    expect(transactions.at(-1)).toMatchObject({
      reversePath: 'm'.repeat(320) + end,
      user: 'u'.repeat(320) + end,
      forwardPaths: ['r'.repeat(320) + end],
    })
  }
})

test('the first 100 recipients and the last 100 transactions and decisions are kept', () => {
  const log = begun()
  for (let index = 0; index < 101; index += 1) log.rcpt(`${index}@example.org`)
  expect(transaction(log)?.forwardPaths).toHaveLength(100)
  expect(transaction(log)?.forwardPaths.at(-1)).toBe('99@example.org')
  for (let index = 0; index < 101; index += 1) {
    log.mail(`${index}@example.net`, undefined)
    log.onDecision(decision('accept', points(index, `finding ${index}`)))
  }
  const { transactions, decisions } = log.entry(0, new Map())
  expect([transactions.length, transactions[0]?.reversePath]).toEqual([100, '1@example.net'])
  expect([decisions.length, decisions[0]?.findings[0]?.points]).toEqual([100, 1])
})

test('a recipient that is removed leaves the others, and a cut recipient is found again', () => {
  const log = begun()
  const long = 'x'.repeat(400)
  for (const path of ['b@example.org', long, 'c@example.org']) log.rcpt(path)
  log.removeRecipient('b@example.org')
  log.removeRecipient(long)
  expect(transaction(log)?.forwardPaths).toEqual(['c@example.org'])
})

const decision = (verdict: Verdict, ...findings: readonly Finding[]): Decision => ({
  stage: 'rcpt',
  verdict,
  score: 0,
  findings,
  reply: { code: 250, status: '2.1.5', text: 'OK ref=REF' },
})

test('a decision is logged where it has a finding, is final, or was not carried out', () => {
  const log = begun()
  const plain = decision('accept')
  for (const made of [plain, decision('quarantine'), decision('defer'), { ...plain, dryRun: 'reject' as const }])
    log.onDecision(made, 'b@example.org')
  const { decisions } = log.entry(0, new Map())
  expect(decisions.map(({ verdict, dryRun, forwardPath }) => [verdict, dryRun, forwardPath])).toEqual([
    ['defer', undefined, 'b@example.org'],
    ['accept', 'reject', 'b@example.org'],
  ])
})

test('an outcome names the recipients with another verdict alone, and the size of what was received', () => {
  const log = begun()
  const base = { ...decision('accept'), trace: [], forged: [] }
  const each = new Map([
    ['b@example.org', decision('accept')],
    ['c@example.org', decision('discard')],
  ])
  log.outcome({ ...base, each, content: { size: 7, open: () => Readable.from([]) } })
  expect(transaction(log)).toMatchObject({ size: 7, each: [{ forwardPath: 'c@example.org', verdict: 'discard' }] })
  log.mail('a@example.net', undefined)
  log.outcome({ ...base, each: new Map([['b@example.org', decision('accept')]]) })
  expect(Object.keys(transaction(log) ?? {})).toEqual(['reversePath', 'forwardPaths', 'outcome'])
})
