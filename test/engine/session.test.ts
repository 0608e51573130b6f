/** What the design promises of a session, sentence by sentence. */
import { readdirSync } from 'node:fs'
import { Readable } from 'node:stream'
import { expect, test, vi } from 'vitest'
import {
  accept,
  type Decision,
  defer,
  discard,
  type Filter,
  fact,
  formatReply,
  type Gateway,
  type Outcome,
  type PosternOptions,
  points,
  postern,
  quarantine,
  reading,
  reject,
  type Session,
  shadow,
  thresholds,
  unless,
} from '../../src/index.ts'
import { clock } from '../../src/testing/clock.ts'
import { zone } from '../../src/testing/zone.ts'
import type { PriorFindings } from '../../src/types.ts'
import { EventLog } from '../support/event-log.ts'
import { scratch } from '../support/scratch.ts'

const text = 'From: a@example.net\r\nSubject: Hello\r\n\r\nline\r\n'
const gatewayOf = (filters: PosternOptions['filters'], options: Partial<PosternOptions> = {}): Gateway =>
  postern({ name: 'mx.example.org', dns: zone({}), filters, ...options })
const stream = (...parts: readonly (string | Buffer)[]) => Readable.from(parts.map(part => Buffer.from(part)))

/** Opens a session and says what a client says before DATA. */
async function upTo(gateway: Gateway, ...forwardPaths: readonly string[]): Promise<[Session, Decision[]]> {
  const session = gateway.open({ ip: '192.0.2.1', ref: 'REF1' })
  const said = [await session.connect(), await session.helo('client.example'), await session.mail('a@example.net')]
  for (const path of forwardPaths.length > 0 ? forwardPaths : ['b@example.org']) said.push(await session.rcpt(path))
  return [session, said]
}
async function send(gateway: Gateway, content: Readable = stream(text)): Promise<Outcome> {
  const [session] = await upTo(gateway)
  return await session.data(content)
}
async function delivered(outcome: Outcome): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of outcome.content?.open() ?? []) parts.push(part)
  return Buffer.concat(parts).toString('latin1')
}
const never = () => new Promise<undefined>(() => undefined)

test('a stage runs in waves: early ones finish first, late ones start last', async () => {
  const order: string[] = []
  const step = (name: string, when?: 'early' | 'late'): Filter => ({
    name,
    ...(when && { order: when }),
    connect: async () => {
      order.push(`${name} begins`)
      await new Promise(resolve => setImmediate(resolve))
      order.push(`${name} ends`)
    },
  })
  await gatewayOf([step('last', 'late'), step('middle'), step('other'), step('first', 'early')])
    .open({ ip: '::1' })
    .connect()
  expect(order).toEqual([
    ...['first begins', 'first ends'],
    ...['middle begins', 'other begins', 'middle ends', 'other ends'],
    ...['last begins', 'last ends'],
  ])
})

test('the first certain finding ends the stage, aborts its neighbours, and no late filter starts', async () => {
  let aborted = false
  const expensive = vi.fn()
  const decision = await gatewayOf([
    {
      name: 'slow',
      connect: ({ signal }) => {
        signal.addEventListener('abort', () => {
          aborted = true
        })
        return never()
      },
    },
    { name: 'sure', connect: async () => reject('5.7.1', 'it is certain', { close: true }) },
    { name: 'expensive', order: 'late', connect: expensive },
  ])
    .open({ ip: '192.0.2.1', ref: 'REF1' })
    .connect()
  expect(formatReply(decision.reply)).toBe('554 5.7.1 Refused by policy ref=REF1')
  expect(aborted).toBe(true)
  expect(expensive).not.toHaveBeenCalled()
})

test('an accept exempts from checks of identity and content at its stage, and from no other filter', async () => {
  const [identity, content, rest] = [vi.fn(), vi.fn(), vi.fn()]
  const gateway = gatewayOf([
    { name: 'friend', order: 'early', connect: () => accept('a friend') },
    { name: 'identity', checks: 'identity', connect: identity },
    { name: 'content', checks: 'content', connect: content },
    { name: 'rest', connect: rest, mail: () => reject('5.7.1', 'refused all the same') },
  ])
  const [, [connect, , mail, rcpt]] = await upTo(gateway)
  expect([identity, content, rest].map(({ mock }) => mock.calls.length)).toEqual([0, 0, 1])
  expect(connect?.verdict).toBe('accept')
  expect(mail?.verdict).toBe('reject')
  expect(rcpt?.reply.code).toBe(550)
})

test('unless exempts wholly', async () => {
  const strict: Filter = { name: 'strict', connect: () => reject('5.7.1', 'no'), mail: () => reject('5.7.1', 'no') }
  const [, said] = await upTo(gatewayOf([unless(({ ip }) => ip === '192.0.2.1', strict)]))
  expect(said.map(({ verdict }) => verdict)).toEqual(['accept', 'accept', 'accept', 'accept'])
})

test('points add up over connection, greeting, transaction, recipient and message', async () => {
  const outcome = await send(
    gatewayOf([
      {
        name: 'each',
        connect: () => points(1, 'one'),
        helo: () => points(2, 'two'),
        mail: () => points(0.1, 'a tenth'),
        rcpt: () => points(0.2, 'a fifth'),
        header: () => points(-1, 'well made'),
        message: () => [points(4, 'four', { rule: 'body' })],
      },
    ]),
  )
  expect(outcome).toMatchObject({ verdict: 'quarantine', score: 6.3 })
  expect(outcome.findings.map(({ rule, points }) => [rule, points])).toEqual([
    ['each', 1],
    ['each', 2],
    ['each', 0.1],
    ['each', 0.2],
    ['each', -1],
    ['each/body', 4],
  ])
})

test('findings are listed in filter order, not in order of arrival', async () => {
  const slow = async () => {
    await new Promise(resolve => setTimeout(resolve, 5))
    return points(1, 'late')
  }
  const decision = await gatewayOf([
    { name: 'b', connect: slow },
    { name: 'a', connect: () => points(2, 'at once') },
  ])
    .open({ ip: '192.0.2.1' })
    .connect()
  expect(decision.findings.map(({ rule }) => rule)).toEqual(['b', 'a'])
})

test.for(['connect', 'helo', 'mail', 'rcpt'] as const)(
  'what is decided at connect is spoken at %s when told so, and nothing more is spent',
  async rejectAt => {
    const later = vi.fn()
    const filters = [
      { name: 'no', connect: () => reject('5.7.1', 'no') },
      { name: 'later', helo: later, mail: later, rcpt: later },
    ]
    const [, said] = await upTo(gatewayOf(filters, { policy: thresholds({ rejectAt: rejectAt }) }))
    const first = said.findIndex(({ reply }) => reply.code >= 500)
    expect(first).toBe(['connect', 'helo', 'mail', 'rcpt'].indexOf(rejectAt))
    expect(said.map(({ verdict }) => verdict)).toContain('reject')
    expect(later).not.toHaveBeenCalled()
  },
)

test('a filter that does not settle is named, and its failure says what that means', async () => {
  const time = clock()
  const decide = async (failure: 'pass' | 'defer') => {
    const gateway = gatewayOf([{ name: 'hangs', failure, deadline: '2s', mail: never }], { clock: time })
    const session = gateway.open({ ip: '192.0.2.1', ref: 'R' })
    await session.connect()
    await session.helo('x')
    const asked = session.mail('a@example.net')
    await time.advance(2_000)
    return await asked
  }
  expect(await decide('pass')).toMatchObject({ verdict: 'accept', findings: [{ rule: 'hangs/timeout' }] })
  expect(await decide('defer')).toMatchObject({
    verdict: 'defer',
    findings: [{ rule: 'hangs/timeout', reason: 'hangs did not answer within 2000 ms', status: '4.3.0' }],
  })
})

test('a filter that throws never breaks the dialogue', async () => {
  const broken = () => {
    throw new Error('it broke')
  }
  const outcome = await send(gatewayOf([{ name: 'broken', connect: broken, message: async () => broken() }]))
  expect(outcome).toMatchObject({
    verdict: 'accept',
    findings: [
      { rule: 'broken/failed', reason: 'broken failed: it broke' },
      { rule: 'broken/failed', reason: 'broken failed: it broke' },
    ],
  })
  const strict = await send(gatewayOf([{ name: 'broken', failure: 'defer', message: broken }]))
  expect(formatReply(strict.reply)).toBe('451 4.3.0 Temporary local error, try again later ref=REF1')
})

test('a fact is found once for its scope, and outlives the transactions inside it', async () => {
  const found = {
    connect: vi.fn(() => 'c'),
    mail: vi.fn(() => 'm'),
    failing: vi.fn(() => Promise.reject(new Error('no'))),
  }
  const ofConnection = fact('of-connection', 'connect', found.connect)
  const ofTransaction = fact('of-transaction', 'mail', found.mail)
  const failing = fact('failing', 'connect', found.failing)
  const filter: Filter = {
    name: 'asks',
    mail: async context => {
      expect(await Promise.all([context.ask(ofConnection), context.ask(ofConnection)])).toEqual(['c', 'c'])
      await expect(context.ask(failing)).rejects.toThrow('no')
      expect(await context.ask(ofTransaction)).toBe('m')
    },
    rcpt: async context => {
      expect(await context.ask(ofTransaction)).toBe('m')
    },
  }
  const [session, said] = await upTo(gatewayOf([filter]))
  session.reset()
  said.push(await session.mail('c@example.net'), await session.rcpt('d@example.org'))
  expect(said.flatMap(({ findings }) => findings)).toEqual([])
  expect(found.connect).toHaveBeenCalledTimes(1)
  expect(found.failing).toHaveBeenCalledTimes(1)
  expect(found.mail).toHaveBeenCalledTimes(2)
})

test('a fact asked before its stage is a mistake that says what to do', async () => {
  const ofMessage = fact('of-message', 'message', () => 1)
  const early = {
    name: 'early',
    connect: (context: { ask(fact: unknown): Promise<unknown> }) => context.ask(ofMessage),
  }
  const decision = await gatewayOf([early as unknown as Filter])
    .open({ ip: '192.0.2.1' })
    .connect()
  expect(decision.findings[0]?.reason).toMatch(/expected the stage 'message' or a later one/)
})

test('each recipient is decided alone, and SMTP receives one reply', async () => {
  const filter: Filter = {
    name: 'taste',
    rcpt: ({ forwardPath }) => {
      if (forwardPath.startsWith('drop')) return discard('unwanted here')
      if (forwardPath.startsWith('keep-apart')) return quarantine('suspicious here')
      return forwardPath.startsWith('no') && reject('5.1.1', 'nobody')
    },
  }
  const [session, said] = await upTo(gatewayOf([filter]), 'no@x.org', 'yes@x.org', 'drop@x.org', 'keep-apart@x.org')
  expect(said.slice(3).map(({ reply }) => reply.code)).toEqual([550, 250, 250, 250])
  const outcome = await session.data(stream(text))
  expect(outcome.verdict).toBe('accept')
  expect([...outcome.each].map(([path, { verdict }]) => [path, verdict])).toEqual([
    ['yes@x.org', 'accept'],
    ['drop@x.org', 'discard'],
    ['keep-apart@x.org', 'quarantine'],
  ])
})

test('a recipient named twice is one recipient, and what was held for the first naming is given back', async () => {
  const signals: AbortSignal[] = []
  const held = fact('held', 'rcpt', ({ signal }) => signals.push(signal))
  const filter: Filter = {
    name: 'holds',
    rcpt: async recipient => {
      await recipient.ask(held)
    },
  }
  const [session] = await upTo(gatewayOf([filter]), 'b@example.org', 'b@example.org')
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
  expect([...(await session.data(stream(text))).each.keys()]).toEqual(['b@example.org'])
})

test('shadow keeps what a filter finds and strips what follows from it', async () => {
  const outcome = await send(gatewayOf([shadow({ name: 'strict', message: () => reject('5.7.1', 'no') })]))
  expect(outcome).toMatchObject({
    verdict: 'accept',
    findings: [{ rule: 'strict', reason: 'no', dryRun: { verdict: 'reject', status: '5.7.1' } }],
  })
})

test('a gateway in shadow mode says what it would have done, and does nothing', async () => {
  const gateway = gatewayOf([{ name: 'strict', connect: () => reject('5.7.1', 'no', { close: true }) }], {
    mode: 'shadow',
  })
  const [session, said] = await upTo(gateway)
  expect(said.map(({ verdict, dryRun, reply }) => [verdict, dryRun, reply.code])).toEqual([
    ['accept', 'reject', 220],
    ['accept', 'reject', 250],
    ['accept', 'reject', 250],
    ['accept', 'reject', 250],
  ])
  expect(await session.data(stream(text))).toMatchObject({ verdict: 'accept', dryRun: 'reject', reply: { code: 250 } })
})

test('the reference stands in every reply and in every event', async () => {
  const log = new EventLog()
  const [session, said] = await upTo(
    gatewayOf([{ name: 'no', mail: () => reject('5.7.1', 'secret') }], { events: log }),
  )
  session.close()
  for (const { reply } of said) expect(formatReply(reply)).toMatch(/ ref=REF1$/)
  expect(JSON.stringify(said.map(({ reply }) => reply))).not.toContain('secret')
  expect(log.sessions).toMatchObject([{ ref: 'REF1', ip: '192.0.2.1', helo: 'client.example' }])
})

test('what a reading saw is the message as it is delivered, on the one pass', async () => {
  const seen: Buffer[] = []
  const whole = reading('whole', () => ({
    chunk: bytes => void seen.push(bytes),
    end: () => Buffer.concat(seen).toString(),
  }))
  let read = ''
  const filter: Filter = {
    name: 'reads',
    reads: [whole],
    message: async message => {
      read = await message.ask(whole)
    },
  }
  await send(gatewayOf([filter]), stream('From: a@example.net\nX: ', 'y\r\n', '\r', '\nbody\nrest'))
  expect(read).toBe('From: a@example.net\r\nX: y\r\n\r\nbody\r\nrest')
})

test('A14 a forged Authentication-Results in our name is left out, and the rest is delivered to the byte', async () => {
  const own = 'Authentication-Results: MX.example.org; dkim=pass\r\n'
  const other = 'Authentication-Results: other.example; dkim=pass\r\n'
  const outcome = await send(gatewayOf([], { trace: [] }), stream(`X: 1\r\n${own}${other}${text}`))
  expect(await delivered(outcome)).toBe(`X: 1\r\n${other}${text}`)
  expect(outcome.content?.size).toBe(`X: 1\r\n${other}${text}`.length)
})

test('M17 a large message leaves as it came, from a file that has no name', async () => {
  await using folder = await scratch()
  const body = Buffer.alloc(3_000_000, 'abcdefghi\r\n')
  const gateway = gatewayOf([], { folder: folder.path, trace: [], limits: { memory: '100kb' } })
  const [session] = await upTo(gateway)
  const outcome = await session.data(
    Readable.from([Buffer.from(text), body.subarray(0, 1_000_000), body.subarray(1_000_000)]),
  )
  expect(readdirSync(folder.path)).toEqual([])
  expect((await delivered(outcome)) === text + body.toString('latin1')).toBe(true)
  expect((await delivered(outcome)).length).toBe(outcome.content?.size)
  session.reset()
  expect(() => outcome.content?.open()).toThrow('transaction has ended')
})

test('W14 a message beyond the limit is no longer read', async () => {
  let made = 0
  const endless = Readable.from(
    (function* () {
      yield Buffer.from(text)
      for (; ; made += 1) yield Buffer.alloc(100_000, 'x')
    })(),
  )
  const outcome = await send(gatewayOf([], { limits: { size: '1mb' } }), endless)
  expect(formatReply(outcome.reply)).toBe('552 5.3.4 The message is too large ref=REF1')
  expect(made).toBeLessThan(40)
  endless.destroy()
})

test('K02 a message that breaks off is deferred and not delivered', async () => {
  const broken = Readable.from(
    (function* () {
      yield Buffer.from(text)
      throw new Error('the client left')
    })(),
  )
  const outcome = await send(gatewayOf([]), broken)
  expect(outcome).toMatchObject({ verdict: 'defer', reply: { code: 451, status: '4.4.2' } })
  expect(outcome.content).toBeUndefined()
})

test('K03 a temporary folder that is gone defers with 452', async () => {
  const gateway = gatewayOf([], { folder: '/nonexistent/folder', limits: { memory: 10 } })
  expect((await send(gateway)).reply).toMatchObject({ code: 452, status: '4.3.1' })
})

test.for(['\n.\n', '\r\n.\n', '\n.\r\n', '\r.\r', '\r\n.\r', '\r.\r\n'])(
  'W01 what looks like the end of the data is refused: %j',
  async lookAlike => {
    const outcome = await send(gatewayOf([]), stream(`${text}a${lookAlike}MAIL FROM:<x@y>\r\n`))
    expect(outcome).toMatchObject({ verdict: 'reject', reply: { code: 550, status: '5.6.11' } })
  },
)

test('W04 other bare line ends become CRLF, or are refused when told so', async () => {
  const outcome = await send(gatewayOf([], { trace: [] }), stream(`${text}a\nb\rc\r\n`))
  expect(await delivered(outcome)).toBe(`${text}a\r\nb\r\nc\r\n`)
  expect((await send(gatewayOf([], { lineEnds: 'reject' }), stream(`${text}a\nb`))).reply.status).toBe('5.6.11')
})

test('verbs out of order are answered 503 and change nothing', async () => {
  const session = gatewayOf([]).open({ ip: '192.0.2.1' })
  expect((await session.mail('a@b.example')).reply.code).toBe(503)
  await session.connect()
  expect((await session.mail('a@b.example')).reply.code).toBe(503)
  await session.helo('x')
  expect((await session.rcpt('a@b.example')).reply.code).toBe(503)
  await session.mail('a@b.example')
  expect((await session.data(stream(text))).reply.code).toBe(503)
  expect((await session.mail('c@b.example')).reply.code).toBe(503)
  expect((await session.rcpt('a@b.example')).reply.code).toBe(250)
  expect((await session.data(stream(text))).reply.code).toBe(250)
})

test('a session keeps the gateway it was opened with', async () => {
  let current = gatewayOf([])
  const session = current.open({ ip: '192.0.2.1' })
  current = gatewayOf([{ name: 'no', connect: () => reject('5.7.1', 'no', { close: true }) }])
  expect((await session.connect()).verdict).toBe('accept')
  expect((await current.open({ ip: '192.0.2.1' }).connect()).verdict).toBe('reject')
})

test('a policy that throws defers', async () => {
  const policy = () => {
    throw new Error('no idea')
  }
  expect(await gatewayOf([], { policy }).open({ ip: '192.0.2.1' }).connect()).toMatchObject({
    verdict: 'defer',
    reply: { code: 421 },
    findings: [{ rule: 'session/policy', reason: 'the policy failed: no idea' }],
  })
})

test('a wrong configuration is reported with all its problems at once', () => {
  const make = () =>
    postern({
      filters: [{ name: 'Bad Name' }, { name: 'x', recpt: () => undefined } as Filter],
      deadline: 'soon' as '1s',
      name: '',
    })
  expect(make).toThrow(/filters\[0\]\.name[\s\S]*filters\[1\]\.recpt[\s\S]*deadline/)
})

test('a filter knows the points of the stages and waves before its own, and of no filter beside it', async () => {
  const seen: (readonly [filter: string, stage: string, score: number])[] = []
  const spy = (name: string, order?: 'early' | 'late'): Filter => {
    const say =
      (stage: string) =>
      (_: unknown, { score }: PriorFindings) => {
        seen.push([name, stage, score])
        return points(0.1, 'evidence')
      }
    return { name, ...(order && { order }), mail: say('mail'), rcpt: say('rcpt'), message: say('message') }
  }
  const filters = [spy('last', 'late'), ...unless(() => false, spy('middle')), spy('first', 'early')]
  const [session] = await upTo(gatewayOf(filters), 'b@example.org', 'c@example.org')
  await session.data(stream(text))
  expect(seen).toEqual([
    ...[['first', 'mail', 0] as const, ['middle', 'mail', 0.1] as const, ['last', 'mail', 0.2] as const],
    ...[0, 1].flatMap(
      () =>
        [
          ['first', 'rcpt', 0.3],
          ['middle', 'rcpt', 0.4],
          ['last', 'rcpt', 0.5],
        ] as const,
    ),
    ...[['first', 'message', 0.3] as const, ['middle', 'message', 0.4] as const, ['last', 'message', 0.5] as const],
  ])
})

test.for([
  ['its own words', 'Come back in 5 minutes', '451 4.7.1 Come back in 5 minutes ref=REF1'],
  ['no more than 120 characters', 'x'.repeat(500), `451 4.7.1 ${'x'.repeat(120)} ref=REF1`],
  ['one line of ASCII', 'é\r\n250 ok\0', '451 4.7.1 ???250 ok? ref=REF1'],
  ['those of the status where it has none', ' ', '451 4.7.1 Try again later ref=REF1'],
] as const)('a filter may give the client %s', async ([, say, reply]) => {
  const [, said] = await upTo(gatewayOf([{ name: 'busy', rcpt: () => defer('4.7.1', 'busy', { replyText: say }) }]))
  expect(said.at(-1) && formatReply(said.at(-1)?.reply as Decision['reply'])).toBe(reply)
})

test('a late filter does not start once points have decided, and does where they have not', async () => {
  for (const [cost, scans] of [
    [15, 0],
    [14, 1],
  ] as const) {
    let scanned = 0
    const scan = () => {
      scanned += 1
    }
    const gateway = gatewayOf([
      { name: 'expensive', order: 'late', message: scan },
      { name: 'points', message: () => points(cost, 'suspicious') },
    ])
    await send(gateway, stream(text))
    expect(scanned).toBe(scans)
  }
})
