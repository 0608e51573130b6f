/** The events of a session say what the client got, recipient by recipient, and are bounded whatever it sends. */
import { Readable } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { actionEvent } from '../../src/engine/events.ts'
import { spf } from '../../src/filters/spf.ts'
import {
  defer,
  discard,
  type Filter,
  type Finding,
  type PosternOptions,
  points,
  postern,
  quarantine,
  reject,
  type Session,
  thresholds,
} from '../../src/index.ts'
import { clock } from '../../src/testing/clock.ts'
import { zone } from '../../src/testing/zone.ts'
import { EventLog } from '../support/event-log.ts'

function world(filters: readonly Filter[] = [], options: Partial<PosternOptions> = {}) {
  const log = new EventLog()
  const dns = zone({ 'example.net': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] } })
  const gateway = postern({ name: 'mx.example.org', dns, filters, events: log, notify: () => undefined, ...options })
  return { log, gateway }
}

const MESSAGE = 'From: Alice <alice@example.net>\r\nMessage-ID: <1@example.net>\r\nSubject: Lunch\r\n\r\nHello\r\n'
const content = (text = MESSAGE) => Readable.from([Buffer.from(text)], { objectMode: false })

async function upToRcpt(session: Session, ...forwardPaths: readonly string[]): Promise<void> {
  await session.connect()
  await session.helo('client.example.net')
  await session.mail('alice@example.net')
  for (const path of forwardPaths) await session.rcpt(path)
}

test('a delivered message is a transaction, a recipient and a session, in this order', async () => {
  const hand = clock({ now: 1_000 })
  const found = { name: 'a', connect: () => points(1, 'connected'), rcpt: () => points(2, 'named') }
  const slow = { name: 'slow', header: () => hand.advance(20) }
  const { log, gateway } = world([found, spf(), slow], { clock: hand, node: 'mx1' })
  const session = gateway.open({ ip: '192.0.2.1', ref: 'REF1' })
  await upToRcpt(session, 'bob@example.org')
  session.setQueueId('4ABC')
  await session.data(content())
  session.reset()
  session.close()
  const stamp = { v: 1, time: 1_020, node: 'mx1', ref: 'REF1' }
  const reply = { code: 250, status: '2.6.0', text: 'Message accepted ref=REF1' }
  const connected = { rule: 'a', reason: 'connected', points: 1 }
  expect(log.events).toEqual([
    {
      ...stamp,
      type: 'transaction',
      transaction: 1,
      reversePath: 'alice@example.net',
      started: 1_000,
      ms: 20,
      verdict: 'accept',
      score: 3,
      findings: [],
      reply,
      accepted: 1,
      refused: 0,
      queueId: '4ABC',
      size: MESSAGE.length,
      from: 'alice@example.net',
      messageId: '<1@example.net>',
      spf: { result: 'pass', domain: 'example.net' },
    },
    {
      ...stamp,
      type: 'recipient',
      transaction: 1,
      ip: '192.0.2.1',
      reversePath: 'alice@example.net',
      recipient: 'bob@example.org',
      stage: 'message',
      verdict: 'accept',
      score: 3,
      findings: [connected, { rule: 'a', reason: 'named', points: 2 }],
      reply,
    },
    {
      ...stamp,
      type: 'session',
      ip: '192.0.2.1',
      client: 'unknown',
      helo: 'client.example.net',
      started: 1_000,
      ms: 20,
      verdict: 'accept',
      score: 1,
      findings: [connected],
      reply: { code: 250, status: '2.0.0', text: 'Hello ref=REF1' },
      transactions: 1,
      filters: { slow: { cpu: 0, wait: 20 } },
    },
  ])
})

test('a recipient that is refused at RCPT is written at once, and is no part of the transaction', async () => {
  const { log, gateway } = world([
    { name: 'no', rcpt: ({ forwardPath }) => forwardPath.startsWith('no') && reject('5.1.1', 'unknown') },
  ])
  const session = gateway.open({ ref: 'REF1' })
  await upToRcpt(session, 'no@example.org', 'bob@example.org')
  expect(log.events).toMatchObject([
    {
      type: 'recipient',
      recipient: 'no@example.org',
      stage: 'rcpt',
      verdict: 'reject',
      findings: [{ rule: 'no', reason: 'unknown', verdict: 'reject', status: '5.1.1' }],
      reply: { code: 550, status: '5.1.1', text: 'No such recipient here ref=REF1' },
    },
  ])
  session.reset()
  expect(log.of('transaction')).toMatchObject([{ accepted: 1, refused: 1 }])
  expect(log.of('recipient').map(({ recipient, stage }) => [recipient, stage])).toEqual([
    ['no@example.org', 'rcpt'],
    ['bob@example.org', 'rcpt'],
  ])
})

test('with rejectAt rcpt the recipients of a client that is refused anyway are in the log, each with its reply', async () => {
  const { log, gateway } = world([{ name: 'no', connect: () => reject('5.7.1', 'listed') }], {
    policy: thresholds({ rejectAt: 'rcpt' }),
  })
  const session = gateway.open({ ref: 'REF1' })
  await upToRcpt(session, 'b@example.org', 'c@example.org')
  session.close()
  const refused = { stage: 'rcpt', verdict: 'reject', findings: [{ rule: 'no' }], reply: { code: 550 } }
  expect(log.of('recipient')).toMatchObject([
    { recipient: 'b@example.org', ...refused },
    { recipient: 'c@example.org', ...refused },
  ])
  expect(log.of('session')).toMatchObject([{ verdict: 'reject', reply: { code: 250 } }])
})

test('a sender that is refused at MAIL is a transaction without recipients', async () => {
  const { log, gateway } = world([{ name: 'no', mail: () => defer('4.7.1', 'too fast') }], {
    policy: thresholds({ rejectAt: 'connect' }),
  })
  await upToRcpt(gateway.open({}))
  expect(log.events).toMatchObject([
    { type: 'transaction', verdict: 'defer', reply: { code: 451 }, findings: [{ rule: 'no' }], accepted: 0 },
  ])
})

test('a reverse-path that is too long is a transaction that was refused', async () => {
  const { log, gateway } = world()
  const session = gateway.open({})
  await session.connect()
  await session.helo('client.example.net')
  await session.mail(`${'x'.repeat(5_000)}@example.net`)
  expect(log.events).toMatchObject([{ type: 'transaction', verdict: 'reject', reply: { code: 550 } }])
  expect(session.transactions).toBe(1)
})

test('recipients of one message have their own verdicts, and what shadow mode did not carry out', async () => {
  const verdicts: Readonly<Record<string, Finding>> = {
    'q@example.org': quarantine('odd'),
    'd@example.org': discard('a trap'),
  }
  const filter: Filter = { name: 'each', rcpt: ({ forwardPath }) => verdicts[forwardPath] }
  for (const [mode, expected] of [
    ['enforce', [['accept'], ['quarantine'], ['discard']]],
    ['shadow', [['accept'], ['accept', 'quarantine'], ['accept', 'discard']]],
  ] as const) {
    const { log, gateway } = world([filter], { mode })
    const session = gateway.open({})
    await upToRcpt(session, 'b@example.org', 'q@example.org', 'd@example.org')
    await session.data(content())
    session.close()
    const found = log.of('recipient').map(({ verdict, dryRun }) => (dryRun ? [verdict, dryRun] : [verdict]))
    expect(found).toEqual(expected)
  }
})

test('the reply is what the host has sent in place of ours, for all recipients or for one', async () => {
  const { log, gateway } = world()
  const session = gateway.open({})
  await upToRcpt(session, 'b@example.org', 'c@example.org')
  await session.data(content())
  session.replied({ code: 550, text: '5.2.2 Mailbox full' })
  session.replied({ code: 250, status: '2.0.0', text: 'queued as 7' }, 'c@example.org')
  session.close()
  const full = { code: 550, status: '5.2.2', text: 'Mailbox full' }
  expect(log.of('transaction')).toMatchObject([{ verdict: 'accept', reply: full }])
  expect(log.of('recipient').map(({ reply }) => reply)).toEqual([
    full,
    { code: 250, status: '2.0.0', text: 'queued as 7' },
  ])
})

test('without a reply there is none in the log: the client has left, or the host writes its own', async () => {
  const left = world()
  const session = left.gateway.open({})
  await upToRcpt(session, 'b@example.org')
  await session.data(content())
  session.replied(undefined)
  session.close()
  expect(left.log.of('recipient')[0]).not.toHaveProperty('reply')
  const own = world([
    { name: 'no', rcpt: ({ forwardPath }) => forwardPath.startsWith('no') && reject('5.1.1', 'unknown') },
  ])
  const quiet = own.gateway.open({ repliesItself: true })
  await upToRcpt(quiet, 'b@example.org', 'no@example.org')
  await quiet.data(content())
  quiet.close()
  expect(own.log.of('recipient').map(({ recipient, reply }) => [recipient, reply?.code])).toEqual([
    ['no@example.org', 550],
    ['b@example.org', undefined],
  ])
  for (const type of ['transaction', 'session'] as const) expect(own.log.of(type)[0]).not.toHaveProperty('reply')
})

test('a recipient that the host itself refuses has the reply of the host', async () => {
  const { log, gateway } = world()
  const session = gateway.open({})
  await upToRcpt(session, 'b@example.org', 'c@example.org', 'd@example.org')
  session.removeRecipient('b@example.org', { code: 452, text: '4.2.2 Over quota' })
  session.removeRecipient('c@example.org')
  session.close()
  expect(log.of('recipient').map(({ recipient, verdict, reply }) => [recipient, verdict, reply])).toEqual([
    ['b@example.org', 'defer', { code: 452, status: '4.2.2', text: 'Over quota' }],
    ['c@example.org', 'reject', undefined],
    ['d@example.org', 'accept', expect.objectContaining({ code: 250 })],
  ])
})

test('a client that leaves in the middle of its message has got no reply to it', async () => {
  for (const isClosed of [true, false]) {
    const { log, gateway } = world()
    const session = gateway.open({})
    await upToRcpt(session, 'b@example.org')
    const stream = new Readable({ read: () => undefined })
    const outcome = session.data(stream)
    stream.push('From: a@example.net\r\n')
    await new Promise(resolve => setImmediate(resolve))
    if (isClosed) session.close()
    stream.destroy(new Error('reset by peer'))
    await outcome
    session.close()
    expect(log.of('recipient')).toMatchObject([
      { stage: 'message', verdict: 'defer', findings: [{ rule: 'session/lost' }] },
    ])
    expect(log.of('recipient')[0]).not.toHaveProperty('reply')
    expect(log.events.at(-1)?.type).toBe('session')
  }
})

test('a decision that comes after the client has left writes nothing behind the end of its session', async () => {
  let settle: (() => void) | undefined
  const slow: Filter = { name: 'slow', rcpt: () => new Promise(resolve => (settle = () => resolve(undefined))) }
  const { log, gateway } = world([slow])
  const session = gateway.open({})
  await upToRcpt(session)
  const decision = session.rcpt('b@example.org')
  await new Promise(resolve => setImmediate(resolve))
  session.close()
  settle?.()
  await decision
  expect(log.events.map(({ type }) => type)).toEqual(['transaction', 'session'])
})

test('a delivery is reported at any time, and counted by next hop', async () => {
  const { log, gateway } = world()
  const session = gateway.open({ ref: 'REF1' })
  await upToRcpt(session, 'b@example.org')
  const report = {
    result: 'delivered',
    nextHop: 'mx.example.net:25',
    code: 250,
    status: '2.0.0',
    ms: 12.34567,
  } as const
  session.delivered('b@example.org', { ...report, text: 'queued', queueId: 'Q1', tries: 2 })
  session.close()
  session.delivered('b@example.org', { result: 'deferred', nextHop: 'mx.example.net:25' }, 1)
  gateway.delivered({ ref: 'OLD1', recipient: 'b@example.org', result: 'refused', text: 'no', more: 'x' } as never)
  const queued = { code: 250, status: '2.0.0', text: 'queued', queueId: 'Q1', ms: 12.346, tries: 2 }
  expect(log.of('delivery').map(({ v: _v, time: _time, node: _node, type: _type, ...rest }) => rest)).toEqual([
    {
      ref: 'REF1',
      transaction: 1,
      recipient: 'b@example.org',
      result: 'delivered',
      nextHop: 'mx.example.net:25',
      ...queued,
    },
    { ref: 'REF1', transaction: 1, recipient: 'b@example.org', result: 'deferred', nextHop: 'mx.example.net:25' },
    { ref: 'OLD1', recipient: 'b@example.org', result: 'refused', text: 'no' },
  ])
  const counted = gateway.metrics().find(({ name }) => name === 'postern_deliveries_total')?.samples
  expect(counted).toContainEqual({ labels: { next_hop: 'mx.example.net:25', result: 'delivered' }, value: 1 })
  expect(counted).toContainEqual({ labels: { next_hop: '', result: 'refused' }, value: 1 })
})

test('feedback that was taken and notices are events', async () => {
  const hint = vi.fn()
  const { log, gateway } = world([{ name: 'learns', onFeedback: () => undefined }], { notify: hint })
  await gateway.feedback({ ref: 'REF1', label: 'spam', by: 'user:alice' })
  await expect(gateway.feedback({ ref: 'REF1', label: 'spam', by: '' })).rejects.toThrow('by')
  gateway.services.notify({ code: 'store/down', reason: 'it is away', level: 'warning' })
  expect(log.events).toMatchObject([
    { type: 'feedback', ref: 'REF1', label: 'spam', by: 'user:alice', undo: false },
    { type: 'notice', ref: null, code: 'store/down', reason: 'it is away', level: 'warning' },
  ])
  expect(hint).toHaveBeenCalledTimes(1)
  const counted = gateway.metrics().find(({ name }) => name === 'postern_notices_total')
  expect(counted?.samples).toEqual([{ labels: { code: 'store/down' }, value: 1 }])
})

test('an action says who did what, with bounded words, and leaves out what is not known', () => {
  const base = { ref: null, action: 'release', by: 'ann', role: 'operator', target: 'K3', result: 'done' } as const
  expect(actionEvent(base)).toEqual({ type: 'action', ...base })
  const words = 'x'.repeat(10_000)
  const full = actionEvent({ ...base, recipient: words, why: words, reason: words })
  expect(Object.keys(full)).toEqual(expect.arrayContaining(['recipient', 'why', 'reason']))
  expect(JSON.stringify(full).length).toBeLessThan(2_000)
})

test.for<[privacy: PosternOptions['privacy'], expected: string | undefined | RegExp]>([
  [undefined, undefined],
  [{ subject: 'plain' }, 'Lunch'],
  [{ subject: 'hash', key: 'secret' }, 'ysqKMedOybGvr5gH'],
  [{ subject: 'hash' }, /^[\w-]{16}$/],
])('the subject with %j', async ([privacy, expected]) => {
  const { log, gateway } = world([], privacy && { privacy })
  const session = gateway.open({})
  await upToRcpt(session, 'b@example.org')
  await session.data(content())
  session.close()
  const { subject } = log.of('transaction')[0] ?? {}
  if (expected instanceof RegExp) expect(subject).toMatch(expected)
  else expect(subject).toBe(expected)
})

test('what the client and filters say is cut, well-formed and without NUL', async () => {
  const noisy: Filter = {
    name: 'noisy',
    mail: () => Array.from({ length: 60 }, (_, index) => points(1, `${index} ${'x'.repeat(1_000)}`)),
  }
  const { log, gateway } = world([noisy], { privacy: { subject: 'plain' }, policy: thresholds({ reject: 1e6 }) })
  const session = gateway.open({})
  await session.connect()
  const long = 'é'.repeat(319)
  await session.helo(`${'h'.repeat(250)}\ud800`, { protocol: 'p'.repeat(400) })
  await session.mail(`${long.slice(0, 100)}\0@example.net`, { user: `${'u'.repeat(319)}😀` })
  await session.rcpt('b@example.org')
  await session.data(content(`From: a@example.net\r\nSubject: ${'s'.repeat(9_000)}\r\n\r\n`))
  session.replied({ code: 550, text: 't'.repeat(9_000) })
  session.setQueueId('q'.repeat(9_000))
  session.close()
  const text = JSON.stringify(log.events)
  expect(text).not.toMatch(/\\ud[89a-f]|\\u0000/)
  const strings = (value: unknown): readonly string[] =>
    typeof value === 'string'
      ? [value]
      : value && typeof value === 'object'
        ? Object.values(value).flatMap(strings)
        : []
  expect(Math.max(...strings(log.events).map(({ length }) => length))).toBe(321)
  expect(log.of('transaction')[0]?.findings).toHaveLength(50)
  expect(log.of('recipient')[0]?.findings).toHaveLength(50)
  expect(log.of('transaction')[0]?.user).toBe(`${'u'.repeat(319)}\ufffd…`)
})

test('a sink that throws is a warning, and the others get the event', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
  const [log, broken] = [new EventLog(), () => JSON.parse('broken')]
  const { gateway } = world([], { events: [broken, log] })
  gateway.open({}).close()
  expect(log.events).toHaveLength(1)
  expect(warn).toHaveBeenCalledWith(expect.stringContaining('events failed'), 'PosternWarning')
  warn.mockRestore()
})

test('the metrics of sinks are metrics of the gateway', () => {
  const metric = { name: 'mine', help: 'Mine.', type: 'gauge', samples: [{ value: 1 }] } as const
  const { gateway } = world([], { events: { write: () => undefined, metrics: () => [metric] } })
  expect(gateway.metrics()).toContainEqual(metric)
  const others = world([], { events: [() => undefined, { write: () => undefined }] }).gateway
  expect(others.metrics()).not.toContainEqual(metric)
})
