/** The record has each reply as the client got it, and each delivery as the host reported it. */
import { expect, test } from 'vitest'
import { type DeliveryReport, type Filter, reject } from '../../src/index.ts'
import type { IncomingMessage } from '../../src/smtp/index.ts'
import { type FrontSetting, frontServer } from '../support/front-server.ts'
import { guardedServer } from '../support/guarded-server.ts'
import type { RawClient } from '../support/raw-client.ts'

const MESSAGE = 'From: a@example.net\r\n\r\nHello\r\n.'

/** @returns the last line */
async function send(client: RawClient, ...forwardPaths: readonly string[]): Promise<string> {
  await client.say('MAIL FROM:<a@example.net>')
  for (const path of forwardPaths) await client.say(`RCPT TO:<${path}>`)
  const go = await client.say('DATA')
  return go.startsWith('354') ? await client.say(MESSAGE) : go
}

const lineOf = (reply: { code: number; status?: string; text: string } | undefined): string =>
  reply === undefined ? '' : [reply.code, reply.status, reply.text].filter(part => part !== undefined).join(' ')

type Reply = Exclude<Awaited<ReturnType<NonNullable<FrontSetting['options']>['deliver'] & object>>, void>

const full = { code: 552, status: '5.2.2', text: 'Mailbox full' } as const

const results: readonly (readonly [what: string, result: Reply, expected: DeliveryReport, code: number])[] = [
  ['nothing', undefined as never, { result: 'delivered' }, 250],
  ['a reply', { code: 250, status: '2.0.0', text: 'queued as 7' }, { result: 'delivered', code: 250 }, 250],
  ['a deferral', { code: 451, status: '4.4.1', text: 'away' }, { result: 'deferred', code: 451 }, 451],
  ['a refusal', full, { result: 'refused', code: 552, status: '5.2.2', text: 'Mailbox full' }, 552],
]

test.for(results)('our own server: the host returns %s', async ([, result, expected, code]) => {
  await using host = await frontServer({ options: { deliver: () => result } })
  const client = await host.greeted()
  const said = await send(client, 'b@example.org')
  expect(said).toMatch(new RegExp(`^${code} .* ref=\\w{8}$`))
  await client.say('QUIT')
  await client.closed
  await expect.poll(() => host.entries.length).toBe(1)
  const [recipient] = host.log.of('recipient')
  expect(recipient).toMatchObject({ recipient: 'b@example.org', stage: 'message', verdict: 'accept' })
  expect(lineOf(recipient?.reply)).toBe(said)
  expect(lineOf(host.log.of('transaction')[0]?.reply)).toBe(said)
  expect(host.log.of('delivery')).toMatchObject([{ transaction: 1, recipient: 'b@example.org', ...expected }])
})

test('our own server: a host that throws has deferred', async () => {
  const deliver = () => Promise.reject(new Error('disk full'))
  await using host = await frontServer({ options: { deliver }, gateway: { notify: () => undefined } })
  const client = await host.greeted()
  expect(await send(client, 'b@example.org')).toMatch(/^451 4\.3\.0 .* ref=/)
  expect(host.log.of('delivery')).toMatchObject([{ result: 'deferred', text: 'disk full' }])
  expect(host.log.of('recipient')).toMatchObject([{ reply: { code: 451, status: '4.3.0' } }])
})

test('our own server: what the host reports itself is not reported twice', async () => {
  const deliver = (message: IncomingMessage) => {
    for (const { forwardPath } of message.recipients)
      message.delivered(forwardPath, { result: 'repeated', nextHop: 'mx.example.org:25' })
  }
  await using host = await frontServer({ options: { deliver } })
  const client = await host.greeted()
  await send(client, 'b@example.org')
  await send(client, 'b@example.org')
  expect(host.log.of('delivery').map(({ result, transaction }) => [result, transaction])).toEqual([
    ['repeated', 1],
    ['repeated', 2],
  ])
})

test('our own server: in LMTP each recipient has its own reply and its own report', async () => {
  const deliver = () => new Map([['full@example.org', full]])
  await using host = await frontServer({ options: { deliver, lmtp: true } })
  const client = host.client()
  await client.reply()
  await client.say('LHLO client.example.net')
  const lines = [await send(client, 'b@example.org', 'full@example.org'), await client.reply()]
  expect(host.log.of('recipient').map(({ reply }) => lineOf(reply))).toEqual(lines)
  expect(lines[1]).toMatch(/^552 5\.2\.2 Mailbox full ref=\w{8}$/)
  expect(host.log.of('delivery').map(({ recipient, result }) => [recipient, result])).toEqual([
    ['b@example.org', 'delivered'],
    ['full@example.org', 'refused'],
  ])
})

test('our own server: a recipient that the host refuses has its reply', async () => {
  const recipient = () => ({ code: 550, status: '5.1.1', text: 'No such user' }) as const
  await using host = await frontServer({ options: { recipient } })
  const client = await host.greeted()
  await client.say('MAIL FROM:<a@example.net>')
  const said = await client.say('RCPT TO:<b@example.org>')
  expect(host.log.of('recipient')).toMatchObject([{ verdict: 'reject', stage: 'rcpt' }])
  expect(lineOf(host.log.of('recipient')[0]?.reply)).toBe(said)
})

test('our own server: a recipient beyond the limit of the server is in the record', async () => {
  await using host = await frontServer({ options: { wire: { recipients: 1 } } })
  const client = await host.greeted()
  await client.say('MAIL FROM:<a@example.net>')
  await client.say('RCPT TO:<b@example.org>')
  const said = await client.say('RCPT TO:<c@example.org>')
  expect(said).toMatch(/^452 4\.5\.3 /)
  await client.say('RSET')
  expect(host.log.of('recipient').map(({ recipient, verdict }) => [recipient, verdict])).toEqual([
    ['c@example.org', 'defer'],
    ['b@example.org', 'accept'],
  ])
  expect(lineOf(host.log.of('recipient')[0]?.reply)).toBe(said)
  expect(host.log.of('transaction')).toMatchObject([{ accepted: 1, refused: 1 }])
})

test('our own server: a client that leaves before the reply has got none', async () => {
  const [delivering, settled] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const options = {
    deliver: async () => {
      delivering.resolve()
      await settled.promise
    },
  }
  await using host = await frontServer({ options })
  const client = await host.greeted()
  await client.say('MAIL FROM:<a@example.net>')
  await client.say('RCPT TO:<b@example.org>')
  await client.say('DATA')
  client.send(`${MESSAGE}\r\n`)
  await delivering.promise
  client.destroy()
  await client.closed
  await new Promise(resolve => setTimeout(resolve, 50))
  settled.resolve()
  await expect.poll(() => host.entries.length).toBe(1)
  expect(host.log.of('delivery')).toMatchObject([{ result: 'delivered' }])
  expect(host.log.of('recipient')[0]).toMatchObject({ stage: 'message', verdict: 'accept' })
  expect(host.log.of('recipient')[0]).not.toHaveProperty('reply')
})

test('our own server: a client that sends too slowly has got 421', async () => {
  await using host = await frontServer({ options: { wire: { grace: '100ms', rate: 1_000_000 } } })
  const client = await host.greeted()
  await client.say('MAIL FROM:<a@example.net>')
  await client.say('RCPT TO:<b@example.org>')
  await client.say('DATA')
  const said = await client.reply()
  expect(said).toMatch(/^421 4\.4\.2 The message comes too slowly ref=/)
  await client.closed
  await expect.poll(() => host.entries.length).toBe(1)
  expect(host.log.of('recipient')).toMatchObject([{ stage: 'message', verdict: 'defer', reply: { code: 421 } }])
})

const answers: readonly (readonly [
  what: string,
  answer: [error?: Error | null, text?: string],
  expected: DeliveryReport,
])[] = [
  ['nothing', [], { result: 'delivered' }],
  ['a text', [null, '2.0.0 queued as 7'], { result: 'delivered', text: '2.0.0 queued as 7' }],
  ['an error', [new Error('4.2.2 Mailbox full')], { result: 'deferred', code: 450 }],
  [
    'an error with a code',
    [Object.assign(new Error('5.2.2 Mailbox full'), { responseCode: 552 })],
    { result: 'refused', code: 552, text: '5.2.2 Mailbox full' },
  ],
]

test.for(answers)('smtp-server: the host calls back with %s', async ([, answer, expected]) => {
  const onData: NonNullable<Parameters<typeof guardedServer>[0]>['options'] = {
    onData: (content, _session, done) => void content.resume().on('end', () => done(...answer)),
  }
  await using host = await guardedServer({ options: onData })
  const client = await host.greeted()
  const said = await send(client, 'b@example.org')
  expect(said).toMatch(/ ref=\w{8}$/)
  await client.say('QUIT')
  await client.closed
  await expect.poll(() => host.entries.length).toBe(1)
  expect(lineOf(host.log.of('recipient')[0]?.reply)).toBe(said)
  expect(host.log.of('delivery')).toMatchObject([{ transaction: 1, recipient: 'b@example.org', ...expected }])
})

test('smtp-server: a host can report a delivery itself, and late', async () => {
  const late: (() => void)[] = []
  await using host = await guardedServer({
    options: {
      onData: (content, session, done) => {
        const { delivered } = session.postern
        delivered?.('b@example.org', { result: 'deferred', nextHop: 'mx.example.org:25' })
        late.push(() => delivered?.('b@example.org', { result: 'delivered', nextHop: 'mx.example.org:25' }))
        content.resume().on('end', () => done())
      },
    },
  })
  const client = await host.greeted()
  await send(client, 'b@example.org')
  await client.say('QUIT')
  await expect.poll(() => host.entries.length).toBe(1)
  for (const report of late) report()
  expect(host.log.of('delivery').map(({ result }) => result)).toEqual(['deferred', 'delivered'])
})

test('smtp-server: a recipient that the host refuses has its reply', async () => {
  const onRcptTo = (_address: unknown, _session: unknown, done: (error: Error) => void) => done(new Error('5.1.1 No'))
  await using host = await guardedServer({ options: { onRcptTo } })
  const client = await host.greeted()
  await client.say('MAIL FROM:<a@example.net>')
  const said = await client.say('RCPT TO:<b@example.org>')
  expect(said).toMatch(/^550 5\.1\.1 No ref=/)
  expect(lineOf(host.log.of('recipient')[0]?.reply)).toBe(said)
})

const refusing: Filter = { name: 'no', message: () => reject('5.7.1', 'no') }

test.for(['smtp-server', 'our own server'] as const)('%s: a refusal of the message is not a delivery', async kind => {
  await using host =
    kind === 'smtp-server' ? await guardedServer({ filters: [refusing] }) : await frontServer({ filters: [refusing] })
  const client = await host.greeted()
  const said = await send(client, 'b@example.org')
  expect(lineOf(host.log.of('recipient')[0]?.reply)).toBe(said)
  expect(host.log.of('delivery')).toEqual([])
})
