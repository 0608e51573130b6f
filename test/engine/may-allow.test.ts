/** What may allow a sender after it was refused, and findings that count for some recipients only. */
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { access } from '../../src/filters/index.ts'
import { allow, defer, type Filter, points, postern, quarantine, reject } from '../../src/index.ts'
import { zone } from '../../src/testing/index.ts'

const dns = zone({ 'friend.example': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] } })
const blocklist: Filter = { name: 'blocklist', checks: 'identity', connect: () => reject('5.7.1', 'listed') }
const message = () => Readable.from([Buffer.from('From: a@friend.example\r\nSubject: x\r\n\r\nHello\r\n')])

async function transactionOf(filters: readonly Filter[], sender: string, ...recipients: readonly string[]) {
  const gateway = postern({ filters, dns, name: 'mx.example.org' })
  const session = gateway.open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('a.friend.example')
  await session.mail(sender)
  const replies: number[] = []
  for (const recipient of recipients) replies.push((await session.rcpt(recipient)).reply.code)
  const outcome = await session.data(message())
  await gateway.close()
  return { replies, outcome }
}

const accessToFriend = access({ allow: { domains: ['friend.example'] } })

test('a proven sender on the allow list is received, though its client was refused at connect', async () => {
  const { replies, outcome } = await transactionOf([accessToFriend, blocklist], 'a@friend.example', 'b@example.org')
  expect([replies, outcome.verdict]).toEqual([[250], 'accept'])
  expect(outcome.findings.find(({ rule }) => rule === 'blocklist')?.dryRun?.verdict).toBe('reject')
})

test('another sender of the same client stays refused, and no other filter runs for it', async () => {
  let runs = 0
  const counter: Filter = {
    name: 'counter',
    mail: () => {
      runs += 1
    },
  }
  const { replies } = await transactionOf([accessToFriend, blocklist, counter], 'a@other.example', 'b@example.org')
  expect([replies, runs]).toEqual([[550], 0])
})

test('what no exemption covers stays refused for an allowed sender: a limit, a virus', async () => {
  const limit: Filter = { name: 'limit', connect: () => defer('4.7.1', 'too many connections') }
  const { replies } = await transactionOf([accessToFriend, limit], 'a@friend.example', 'b@example.org')
  expect(replies).toEqual([451])
})

test('a sender that one recipient allows reaches that recipient alone', async () => {
  const ofBob: Filter = {
    name: 'of-bob',
    order: 'early',
    mayAllow: true,
    rcpt: ({ forwardPath }) => forwardPath === 'bob@example.org' && allow('bob wants it'),
  }
  const { replies, outcome } = await transactionOf(
    [ofBob, blocklist],
    'a@x.example',
    'eve@example.org',
    'bob@example.org',
  )
  expect([replies, outcome.verdict, [...outcome.each.keys()]]).toEqual([[550, 250], 'accept', ['bob@example.org']])
})

test('a finding with recipients counts for these, and ends the stage for no other', async () => {
  const some: Filter = {
    name: 'some',
    order: 'early',
    message: () => ({ ...reject('5.7.1', 'not for eve'), recipients: ['eve@example.org'] }),
  }
  const late: Filter = { name: 'late', order: 'late', message: () => quarantine('looked at') }
  const { outcome } = await transactionOf([some, late], 'a@x.example', 'eve@example.org', 'bob@example.org')
  expect([...outcome.each].map(([path, { verdict }]) => [path, verdict])).toEqual([
    ['eve@example.org', 'reject'],
    ['bob@example.org', 'quarantine'],
  ])
})

test('an allow with recipients exempts for these alone', async () => {
  const some: Filter = {
    name: 'some',
    order: 'early',
    message: () => ({ ...allow('wanted by bob'), recipients: ['bob@example.org'] }),
  }
  const content: Filter = { name: 'words', checks: 'content', message: () => quarantine('an offer') }
  const { outcome } = await transactionOf([some, content], 'a@x.example', 'eve@example.org', 'bob@example.org')
  expect([...outcome.each].map(([path, { verdict }]) => [path, verdict])).toEqual([
    ['eve@example.org', 'quarantine'],
    ['bob@example.org', 'accept'],
  ])
})

test('an allow at the header that counts for one recipient saves the message from a refusal by score there', async () => {
  const some: Filter = {
    name: 'some',
    order: 'early',
    header: () => ({ ...allow('wanted by bob'), recipients: ['bob@example.org'] }),
  }
  const spam: Filter = { name: 'spam', checks: 'content', header: () => points(20, 'an offer') }
  const { outcome } = await transactionOf([some, spam], 'a@x.example', 'eve@example.org', 'bob@example.org')
  expect([...outcome.each].map(([path, { verdict }]) => [path, verdict])).toEqual([
    ['eve@example.org', 'reject'],
    ['bob@example.org', 'accept'],
  ])
})

test.for<[name: string, recipients: unknown]>([
  ['a text', 'bob@example.org'],
  ['numbers', [1]],
])('recipients of a finding that are %s are a failure of the filter', async ([, recipients]) => {
  const wrong = { name: 'wrong', message: () => ({ ...reject('5.7.1', 'no'), recipients }) } as Filter
  const { outcome } = await transactionOf([wrong], 'a@x.example', 'bob@example.org')
  expect(outcome.findings.map(({ rule }) => rule)).toEqual(['wrong/failed'])
})

test('a score that would refuse at the header does not, for a recipient that allows the sender', async () => {
  const ofBob: Filter = {
    name: 'of-bob',
    order: 'early',
    rcpt: ({ forwardPath }) => forwardPath === 'bob@example.org' && allow('bob wants it'),
  }
  const spam: Filter = { name: 'spam', checks: 'content', header: () => points(20, 'an offer') }
  const alone = await transactionOf([ofBob, spam], 'a@x.example', 'eve@example.org')
  expect(alone.outcome.verdict).toBe('reject')
  const { outcome } = await transactionOf([ofBob, spam], 'a@x.example', 'eve@example.org', 'bob@example.org')
  expect([...outcome.each].map(([path, { verdict }]) => [path, verdict])).toEqual([
    ['eve@example.org', 'reject'],
    ['bob@example.org', 'accept'],
  ])
})
