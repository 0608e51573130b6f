/**
 * Sessions and transactions at their edges: verbs out of sequence, ends in the middle, several recipients, shares of
 * DNS.
 */
import { PassThrough, Readable } from 'node:stream'
import { expect, test, vi } from 'vitest'
import {
  accept,
  type Decision,
  defer,
  discard,
  type Filter,
  type Finding,
  fact,
  type Gateway,
  type Outcome,
  type PosternOptions,
  points,
  postern,
  quarantine,
  reading,
  reject,
  type Session,
  thresholds,
} from '../../src/index.ts'
import { clock } from '../../src/testing/clock.ts'
import { zone } from '../../src/testing/zone.ts'
import { EventLog } from '../support/event-log.ts'

const MESSAGE = 'From: a@example.net\r\nSubject: Hello\r\n\r\nline\r\n'
const gatewayOf = (filters: PosternOptions['filters'], options: Partial<PosternOptions> = {}): Gateway =>
  postern({ name: 'mx.example.org', dns: zone({}), filters, ...options })
const content = (text = MESSAGE): Readable => Readable.from([Buffer.from(text)])
const rules = ({ findings }: Decision): readonly (string | undefined)[] => findings.map(({ rule }) => rule)

async function greeted(gateway: Gateway): Promise<Session> {
  const session = gateway.open({ ip: '192.0.2.1', ref: 'REF1' })
  await session.connect()
  await session.helo('client.example')
  return session
}
async function upToData(gateway: Gateway, ...forwardPaths: readonly string[]): Promise<Session> {
  const session = await greeted(gateway)
  await session.mail('a@example.net')
  for (const path of forwardPaths.length > 0 ? forwardPaths : ['b@example.org']) await session.rcpt(path)
  return session
}
const send = async (gateway: Gateway, ...forwardPaths: readonly string[]): Promise<Outcome> =>
  (await upToData(gateway, ...forwardPaths)).data(content())

test('the share of DNS is whole again at MAIL, in the same session', async () => {
  const dns = { resolve: vi.fn(async () => ({ kind: 'nodata' }) as const) }
  let number = 0
  const asks: Filter = {
    name: 'asks',
    mail: async ({ dns }) => {
      const answers = await Promise.all(Array.from({ length: 31 }, () => dns.resolve(`n${number++}.example`, 'A')))
      return answers.map(({ kind }) => points(0, kind))
    },
  }
  const session = await greeted(gatewayOf([asks], { dns }))
  const failures = ({ findings }: Decision): number => findings.filter(({ reason }) => reason === 'failure').length
  expect(failures(await session.mail('a@example.net'))).toBe(1)
  session.reset()
  expect(failures(await session.mail('a@example.net'))).toBe(1)
  expect(dns.resolve).toHaveBeenCalledTimes(60)
})

test('after a pregreet the findings of the connection count once', async () => {
  const early: Filter = { name: 'early', connect: ({ spokeEarly }) => points(spokeEarly ? 3 : 2, 'looked') }
  const session = gatewayOf([early]).open({ ip: '192.0.2.1' })
  expect((await session.connect()).score).toBe(2)
  expect((await session.pregreet()).score).toBe(3)
  expect((await session.helo('client.example')).score).toBe(3)
})

test('an allowance that a pregreet takes back is gone', async () => {
  const list: Filter = {
    name: 'list',
    connect: ({ spokeEarly }) => (spokeEarly ? undefined : { ...accept('known'), allow: true }),
    helo: () => points(20, 'bad'),
  }
  const session = gatewayOf([list], { policy: thresholds({ rejectAt: 'helo' }) }).open({ ip: '192.0.2.1' })
  await session.connect()
  await session.pregreet()
  expect((await session.helo('client.example')).verdict).toBe('reject')
})

test('a pregreet stands for connect, and comes too late after HELO', async () => {
  const session = gatewayOf([]).open({ ip: '192.0.2.1' })
  expect((await session.pregreet()).verdict).toBe('accept')
  expect((await session.connect()).reply.code).toBe(503)
  await session.helo('client.example')
  expect(await session.pregreet()).toMatchObject({ reply: { code: 503 }, findings: [{ rule: 'session/sequence' }] })
})

test('a second close does nothing', async () => {
  const onClose = vi.fn()
  const log = new EventLog()
  const gateway = gatewayOf([{ name: 'a', onClose }], { events: log })
  const session = await greeted(gateway)
  session.close()
  session.close()
  expect([onClose.mock.calls.length, log.events.length]).toEqual([1, 1])
  const open = gateway.metrics().find(({ name }) => name === 'postern_sessions')
  expect(open?.samples).toEqual([{ value: 0 }])
})

test('a listener that throws changes nothing', async () => {
  const fail = () => {
    throw new Error('broken')
  }
  const log = new EventLog()
  const session = await greeted(gatewayOf([{ name: 'a', onDecision: fail, onClose: fail }], { events: log }))
  expect((await session.mail('a@example.net')).verdict).toBe('accept')
  session.close()
  expect(log.sessions).toHaveLength(1)
})

test('after close every verb is deferred, and decides nothing', async () => {
  const session = await upToData(gatewayOf([]))
  session.close()
  const said = [
    await session.connect(),
    await session.pregreet(),
    await session.helo('x'),
    await session.mail('a@example.net'),
    await session.rcpt('b@example.org'),
    await session.data(content()),
  ]
  for (const decision of said) {
    expect(decision).toMatchObject({ verdict: 'defer', findings: [{ rule: 'session/ended' }] })
    expect(decision.reply.status).toBe('4.4.2')
  }
})

test('verbs out of sequence get 503 and the session goes on', async () => {
  const session = gatewayOf([]).open({ ip: '192.0.2.1' })
  const codes: number[] = []
  const say = async (decision: Promise<Decision>) => codes.push((await decision).reply.code)
  await say(session.helo('early.example'))
  await say(session.connect())
  await say(session.connect())
  await say(session.mail('a@example.net'))
  await say(session.helo('client.example'))
  await say(session.rcpt('b@example.org'))
  await say(session.data(content()))
  await say(session.mail('a@example.net'))
  await say(session.mail('a@example.net'))
  await say(session.data(content()))
  await say(session.rcpt('b@example.org'))
  await say(session.data(content()))
  await say(session.data(content()))
  await say(session.rcpt('b@example.org'))
  await say(session.mail('a@example.net'))
  expect(codes).toEqual([503, 220, 503, 503, 250, 503, 503, 250, 503, 503, 250, 250, 503, 503, 250])
})

test.for([
  ['helo', 2048, 250],
  ['helo', 2049, 501],
  ['mail', 2048, 250],
  ['mail', 2049, 550],
  ['rcpt', 2048, 250],
  ['rcpt', 2049, 553],
] as const)('%s with %i characters: %i', async ([verb, length, code]) => {
  const session = await greeted(gatewayOf([]))
  if (verb === 'rcpt') await session.mail('a@example.net')
  expect((await session[verb]('x'.repeat(length))).reply.code).toBe(code)
})

test('a sender that the reply refuses has begun no transaction; one whose refusal waits has', async () => {
  const refuse: Filter = { name: 'a', mail: () => reject('5.7.1', 'no') }
  const atOnce = await greeted(gatewayOf([refuse], { policy: thresholds({ rejectAt: 'mail' }) }))
  expect((await atOnce.mail('a@example.net')).reply.code).toBe(550)
  expect((await atOnce.rcpt('b@example.org')).reply.code).toBe(503)
  const later = await greeted(gatewayOf([refuse]))
  expect((await later.mail('a@example.net')).reply.code).toBe(250)
  expect((await later.rcpt('b@example.org')).reply.code).toBe(550)
})

test('a recipient that is named twice is one, as it was judged last', async () => {
  let times = 0
  const filter: Filter = {
    name: 'a',
    rcpt: () => {
      times += 1
      return points(times, `time ${times}`)
    },
  }
  const outcome = await send(gatewayOf([filter]), 'b@example.org', 'b@example.org')
  expect([...outcome.each].map(([path, { score }]) => [path, score])).toEqual([['b@example.org', 2]])
})

test('a recipient knows how many were accepted before, and a refused one does not count', async () => {
  const accepted: number[] = []
  const filter: Filter = {
    name: 'a',
    rcpt: recipient => {
      accepted.push(recipient.accepted)
      return recipient.forwardPath.startsWith('no') && reject('5.1.1', 'no such user')
    },
  }
  await send(gatewayOf([filter]), 'b@example.org', 'no@example.org', 'c@example.org')
  expect(accepted).toEqual([0, 1, 1])
})

test('a recipient that the host removes is no part of the message', async () => {
  const log = new EventLog()
  const session = await upToData(gatewayOf([], { events: log }), 'b@example.org', 'c@example.org')
  session.removeRecipient('b@example.org')
  session.removeRecipient('unknown@example.org')
  const outcome = await session.data(content())
  expect([...outcome.each.keys()]).toEqual(['c@example.org'])
  session.removeRecipient('c@example.org')
  session.close()
  expect(log.sessions[0]?.transactions[0]?.forwardPaths).toEqual(['c@example.org'])
  expect(log.sessions[0]?.refused).toMatchObject([{ recipient: 'b@example.org', verdict: 'reject' }])
})

const byRecipient = (verdicts: Readonly<Record<string, Finding>>): Filter => ({
  name: 'each',
  rcpt: ({ forwardPath }) => verdicts[forwardPath],
})
const [QUARANTINE, DISCARD] = [quarantine('suspicious'), discard('unwanted')]

test.for([
  ['quarantine', { a: QUARANTINE, b: QUARANTINE }, [['quarantine', ['a', 'b']]]],
  [
    'accept',
    { a: QUARANTINE },
    [
      ['accept', ['b']],
      ['quarantine', ['a']],
    ],
  ],
  ['quarantine', { a: QUARANTINE, b: DISCARD }, [['quarantine', ['a']]]],
  ['accept', { a: DISCARD }, [['accept', ['b']]]],
  ['discard', { a: DISCARD, b: DISCARD }, undefined],
] as const)('two recipients together: %s', async ([verdict, verdicts, groups]) => {
  const outcome = await send(gatewayOf([byRecipient(verdicts)]), 'a', 'b')
  expect(outcome.verdict).toBe(verdict)
  expect(outcome.reply.code).toBe(250)
  expect(outcome.groups?.map(group => [group.verdict, group.forwardPaths])).toEqual(groups)
  expect(outcome.content === undefined).toBe(groups === undefined)
})

test('the trace fields of a group say what was decided for it', async () => {
  const { groups = [] } = await send(gatewayOf([byRecipient({ a: points(7, 'seven') })]), 'a', 'b')
  const status = groups.map(({ trace }) => trace.find(([name]) => name === 'X-Spam-Status')?.[1])
  expect(status[0]).toMatch(/score=0/)
  expect(status[1]).toMatch(/score=7/)
})

test('the policy runs once a stage, and once for each recipient of the message', async () => {
  const policy = vi.fn(thresholds())
  const scan = vi.fn()
  const filters: readonly Filter[] = [
    { name: 'evidence', connect: () => points(1, 'c'), header: () => points(1, 'h'), message: () => points(1, 'm') },
    { name: 'scan', order: 'late', connect: scan, header: scan, message: scan },
  ]
  const outcome = await send(gatewayOf(filters, { policy }), 'b@example.org', 'c@example.org')
  expect(outcome.score).toBe(3)
  expect(scan).toHaveBeenCalledTimes(3)
  expect(policy.mock.calls.map(([, { stage, forwardPath }]) => [stage, forwardPath])).toEqual([
    ['connect', undefined],
    ['helo', undefined],
    ['mail', undefined],
    ['rcpt', 'b@example.org'],
    ['rcpt', 'c@example.org'],
    ['header', undefined],
    ['message', 'b@example.org'],
    ['message', 'c@example.org'],
  ])
})

test('a late filter at the message starts unless it is decided for every recipient', async () => {
  const scan = vi.fn()
  const filters = (points_: Readonly<Record<string, Finding>>): readonly Filter[] => [
    byRecipient(points_),
    { name: 'evidence', message: () => points(8, 'bad') },
    { name: 'scan', order: 'late', message: scan },
  ]
  await send(gatewayOf(filters({ a: points(7, 'a') })), 'a', 'b')
  expect(scan).toHaveBeenCalledTimes(1)
  expect((await send(gatewayOf(filters({ a: points(7, 'a'), b: points(7, 'b') })), 'a', 'b')).verdict).toBe('reject')
  expect(scan).toHaveBeenCalledTimes(1)
})

test('a scanner runs although the score refuses, where an accept takes the score away', async () => {
  const scan = vi.fn(() => reject('5.7.1', 'malware'))
  const outcome = await send(
    gatewayOf([
      { name: 'friend', message: () => accept('known') },
      { name: 'evidence', message: () => points(20, 'bad') },
      { name: 'scan', order: 'late', message: scan },
    ]),
  )
  expect(scan).toHaveBeenCalledTimes(1)
  expect(outcome.verdict).toBe('reject')
})

test('a message of exactly the limit is received, and one byte more is refused', async () => {
  const size = Buffer.byteLength(MESSAGE)
  for (const [limit, code] of [
    [size, 250],
    [size - 1, 552],
  ] as const) {
    const session = await upToData(gatewayOf([], { limits: { size: limit } }))
    expect((await session.data(content())).reply.code).toBe(code)
  }
})

test('what was found before a message breaks off stands in its decision', async () => {
  const session = await upToData(gatewayOf([{ name: 'a', header: () => points(1, 'seen') }]))
  const stream = new PassThrough()
  const outcome = session.data(stream)
  stream.write(MESSAGE)
  setImmediate(() => stream.destroy(new Error('reset')))
  expect(await outcome).toMatchObject({ verdict: 'defer', reply: { code: 451, status: '4.4.2' }, score: 1 })
  expect(rules(await outcome)).toEqual(['a', 'session/lost'])
})

test.for(['header', 'message'] as const)('a reset while the stage %s is judged ends the message', async stage => {
  const blocker = Promise.withResolvers<void>()
  const started = Promise.withResolvers<void>()
  const filter: Filter = {
    name: 'slow',
    [stage]: () => {
      started.resolve()
      return blocker.promise
    },
  }
  const session = await upToData(gatewayOf([filter]))
  const outcome = session.data(content())
  await started.promise
  session.reset()
  blocker.resolve()
  expect(await outcome).toMatchObject({ verdict: 'defer', findings: [{ rule: 'session/ended' }] })
})

test('a close while a stage is judged ends it, and a verb that waits is deferred', async () => {
  const blocker = Promise.withResolvers<undefined>()
  const session = gatewayOf([{ name: 'slow', connect: () => blocker.promise }]).open({ ip: '192.0.2.1' })
  const said = [session.connect(), session.helo('client.example')]
  session.close()
  blocker.resolve(undefined)
  for (const decision of await Promise.all(said)) expect(rules(decision)).toEqual(['session/ended'])
})

test('what was decided for good is repeated, whatever the filters of later stages would find', async () => {
  const later = vi.fn()
  const filters: readonly Filter[] = [
    { name: 'a', connect: () => reject('5.7.1', 'no') },
    { name: 'b', helo: later, mail: later, rcpt: later, header: later, message: later },
  ]
  const session = await greeted(gatewayOf(filters))
  await session.mail('a@example.net')
  expect((await session.rcpt('b@example.org')).reply.code).toBe(550)
  expect(later).not.toHaveBeenCalled()
})

test('a policy cannot take back what was decided for good', async () => {
  const policy = thresholds()
  const forgetful: PosternOptions['policy'] = (findings, at) => policy(at.stage === 'connect' ? findings : [], at)
  const session = await greeted(gatewayOf([{ name: 'a', connect: () => reject('5.7.1', 'no') }], { policy: forgetful }))
  expect(await session.mail('a@example.net')).toMatchObject({ stage: 'mail', verdict: 'reject' })
})

test('a user who authenticates is free of what was decided about the identity of the client', async () => {
  const check: Filter = { name: 'a', checks: 'identity', connect: () => reject('5.7.1', 'listed') }
  const session = await greeted(gatewayOf([check]))
  expect((await session.mail('a@example.net')).verdict).toBe('reject')
  session.reset()
  expect((await session.mail('a@example.net', { user: 'alice' })).verdict).toBe('accept')
  expect((await session.rcpt('b@example.org')).verdict).toBe('accept')
})

test('a reader that fails is the answer of its reading, and the message is received', async () => {
  const failures: string[] = []
  const fail = () => {
    throw new Error('cannot read')
  }
  const abort = vi.fn()
  const readings = [
    reading('never', fail),
    reading('throws', () => ({ chunk: fail, end: () => 1, abort })),
    reading('rejects', () => ({ chunk: () => Promise.reject(new Error('cannot read')), end: () => 1, abort })),
    reading('ends badly', () => ({ chunk: () => undefined, end: fail })),
    reading('fine', () => ({ chunk: () => undefined, end: () => 1 })),
  ]
  const filter: Filter = {
    name: 'reads',
    reads: readings,
    message: async message => {
      for (const one of readings)
        failures.push(
          await message.ask(one).then(
            () => 'fine',
            (error: Error) => error.message,
          ),
        )
    },
  }
  expect((await send(gatewayOf([filter]))).verdict).toBe('accept')
  expect(failures).toEqual([...Array.from({ length: 4 }, () => 'cannot read'), 'fine'])
  expect(abort).toHaveBeenCalledTimes(2)
})

test('when a message breaks off its readers are aborted once', async () => {
  const abort = vi.fn()
  const lines = reading('lines', () => ({ chunk: () => undefined, end: () => 1, abort }))
  const session = await upToData(gatewayOf([{ name: 'reads', reads: [lines] }]))
  const stream = new PassThrough()
  const outcome = session.data(stream)
  stream.write(MESSAGE)
  setImmediate(() => stream.destroy(new Error('reset')))
  await outcome
  session.reset()
  session.reset()
  expect(abort).toHaveBeenCalledTimes(1)
})

test('a fact asked for before its stage is a failure of its filter, with the stage to ask at', async () => {
  const size = fact('size', 'message', ({ size }) => size)
  const filter = { name: 'early', mail: (known: { ask(fact: unknown): Promise<unknown> }) => known.ask(size) }
  const session = await greeted(gatewayOf([filter as unknown as Filter]))
  const { findings } = await session.mail('a@example.net')
  expect(findings[0]?.reason).toContain('ask(size): found "mail", expected the stage \'message\' or a later one')
})

test('the clock of the gateway measures the session', async () => {
  const hand = clock({ now: 1_000 })
  const log = new EventLog()
  const filter: Filter = { name: 'a', connect: () => points(1, 'one') }
  const session = gatewayOf([filter], { clock: hand, events: log }).open({ ip: '::1' })
  await session.connect()
  await hand.advance(250)
  session.close()
  expect(log.sessions).toMatchObject([{ started: 1_000, ms: 250, ip: '::1', filters: {} }])
})

test('shadow mode reports what it does not carry out', async () => {
  const session = await greeted(
    gatewayOf([{ name: 'a', mail: () => defer('4.7.1', 'wait') }], {
      mode: 'shadow',
      policy: thresholds({ rejectAt: 'mail' }),
    }),
  )
  expect(await session.mail('a@example.net')).toMatchObject({
    verdict: 'accept',
    dryRun: 'defer',
    reply: { code: 250 },
  })
})
