/** Several recipients of one message: each gets what was decided for them, and the host sees no other recipient. */
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { type Delivery, deliver } from '../../../src/adapters/smtp-server/index.ts'
import { type Filter, type Policy, points, thresholds } from '../../../src/index.ts'
import { spamStatus } from '../../../src/trace/spam-status.ts'
import { type GuardedServer, guardedServer, type Setting } from '../../support/guarded-server.ts'

const suspicious: Filter = { name: 'odd', message: () => points(5, 'odd') }
const lax = thresholds({ quarantine: 50, reject: 60 })
const careful = thresholds({ quarantine: 4, reject: 60 })
const strict = thresholds({ quarantine: 2, reject: 4 })
/** Everybody decides for themselves; `drop` discards the message. */
const policy: Policy = (findings, at) => {
  const local = at.forwardPath?.split('@')[0]?.toLowerCase()
  const decision = (local === 'strict' ? strict : local === 'careful' ? careful : lax)(findings, at)
  return local === 'drop' && at.stage === 'message' ? { ...decision, verdict: 'discard' } : decision
}
const setting = { filters: [suspicious], gateway: { policy } } satisfies Setting

async function send(host: GuardedServer, recipients: readonly string[], hello = 'EHLO client.example.net') {
  const client = host.client()
  await client.reply()
  await client.say(hello)
  await client.say('MAIL FROM:<a@example.net>')
  for (const path of recipients) expect(await client.say(`RCPT TO:<${path}>`)).toMatch(/^250 /)
  await client.say('DATA')
  client.send('From: a@example.net\r\n\r\nHello\r\n.\r\n')
  const replies: string[] = []
  const count = hello.startsWith('LHLO') ? recipients.length : 1
  for (let received = 0; received < count; received += 1) replies.push(await client.reply())
  expect(await client.say('QUIT')).toMatch(/^221 /)
  return replies.map(reply => reply.replace(/ ref=\w+/g, ''))
}

const all = ['lax@example.org', 'strict@example.org', 'careful@example.org', 'drop@example.org']

test('P09 the envelope of the host holds who gets the message, and none that was refused or discarded alone', async () => {
  await using host = await guardedServer(setting)
  expect(await send(host, all)).toEqual(['250 2.6.0 Message accepted'])
  expect(host.delivered.map(({ forwardPaths }) => forwardPaths)).toEqual([['lax@example.org', 'careful@example.org']])
  const { outcome } = host.delivered[0]?.postern ?? {}
  expect([...(outcome?.each ?? [])].map(([path, { verdict }]) => [path.split('@')[0], verdict])).toEqual([
    ['lax', 'accept'],
    ['strict', 'reject'],
    ['careful', 'quarantine'],
    ['drop', 'discard'],
  ])
  expect(outcome?.groups?.map(({ verdict, forwardPaths }) => [verdict, ...forwardPaths])).toEqual([
    ['accept', 'lax@example.org'],
    ['quarantine', 'careful@example.org'],
  ])
  await expect.poll(() => host.entries.length).toBe(1)
  expect(host.entries[0]?.transactions[0]).toMatchObject({
    verdict: 'accept',
    recipients: [
      { recipient: 'lax@example.org', verdict: 'accept' },
      { recipient: 'strict@example.org', verdict: 'reject' },
      { recipient: 'careful@example.org', verdict: 'quarantine' },
      { recipient: 'drop@example.org', verdict: 'discard' },
    ],
  })
})

test('P09 the next transaction begins with its own envelope', async () => {
  await using host = await guardedServer(setting)
  const client = await host.greeted()
  for (const path of ['lax', 'drop', 'lax']) {
    await client.say('MAIL FROM:<a@example.net>')
    await client.say(`RCPT TO:<${path}@example.org>`)
    await client.say('RCPT TO:<strict@example.org>')
    await client.say('DATA')
    expect(await client.say('From: a@example.net\r\n\r\nHello\r\n.')).toMatch(/^250 /)
  }
  expect(host.delivered.map(({ forwardPaths }) => forwardPaths)).toEqual([['lax@example.org'], ['lax@example.org']])
})

interface Copy {
  readonly verdict: string
  readonly forwardPaths: readonly string[]
  readonly status: string | undefined
  readonly all: Readonly<Record<string, readonly string[]>>
}

/** A host that delivers by groups, and keeps what it is given. */
async function delivering(more: Partial<Setting['options']> = {}, failing?: string) {
  const copies: Copy[] = []
  const keep = async ({ verdict, forwardPaths, content, size, recipients }: Delivery) => {
    const message = await text(content)
    expect(Buffer.byteLength(message)).toBe(size)
    if (verdict === failing) throw Object.assign(new Error('4.2.2 Full'), { responseCode: 452 })
    copies.push({ verdict, forwardPaths, status: /^X-Spam-Status: (\w+)/m.exec(message)?.[1], all: recipients })
  }
  const onData = deliver({ accept: keep, quarantine: keep })
  const host = await guardedServer({ ...setting, options: { onData, ...more } })
  return { host, copies, [Symbol.asyncDispose]: () => host[Symbol.asyncDispose]() }
}

test('P09 deliver gives each group its own copy, marked as what it is', async () => {
  await using served = await delivering()
  expect(await send(served.host, all)).toEqual(['250 2.6.0 Message accepted'])
  const groups = {
    accept: ['lax@example.org'],
    quarantine: ['careful@example.org'],
    discard: ['drop@example.org'],
    defer: [],
    reject: ['strict@example.org'],
  }
  expect(served.copies).toEqual([
    { verdict: 'accept', forwardPaths: ['lax@example.org'], status: 'No', all: groups },
    { verdict: 'quarantine', forwardPaths: ['careful@example.org'], status: 'Yes', all: groups },
  ])
})

test('P09 deliver writes to one mailbox once, whatever the case and the form in which it was named', async () => {
  await using served = await delivering()
  await send(served.host, ['lax@example.org', 'LAX@example.org', 'lax@xn--bcher-kva.example'])
  expect(served.copies.map(({ forwardPaths }) => forwardPaths)).toEqual([
    ['LAX@example.org', 'lax@xn--bcher-kva.example'],
  ])
})

test('P09 a copy that fails has its reply: in SMTP for the message, in LMTP for its own recipients', async () => {
  await using smtp = await delivering({}, 'quarantine')
  expect(await send(smtp.host, all)).toEqual(['452 4.2.2 Full'])
  await using lmtp = await delivering({ lmtp: true }, 'quarantine')
  expect(await send(lmtp.host, all, 'LHLO client.example.net')).toEqual([
    '250 2.6.0 Message accepted',
    expect.stringMatching(/^550 5\.7\.1 /),
    '452 4.2.2 Full',
    expect.stringMatching(/^250 2\.6\.0 /),
  ])
})

test('P09 the words of a delivery are said in the reply', async () => {
  const onData = deliver({
    accept: async ({ content }) => `2.6.0 Kept ${(await text(content)).length > 0}`,
    quarantine: async () => '',
  })
  await using host = await guardedServer({ ...setting, options: { onData } })
  expect(await send(host, ['lax@example.org'])).toEqual(['250 2.6.0 Kept true'])
})

test('P09 deliver gives recipients that differ in the tag each their own copy', async () => {
  const copies: (readonly [readonly string[], string | undefined])[] = []
  const keep = async ({ forwardPaths, content }: Delivery) =>
    void copies.push([forwardPaths, /^X-Spam-Tag: (\w+)/m.exec(await text(content))?.[1]])
  const words: Filter = { name: 'words', message: async () => points(4.5, 'an offer') }
  const policy = thresholds({ recipients: { 'lax@example.org': { tag: 'off' } } })
  const options = { onData: deliver({ accept: keep, quarantine: keep }) }
  await using host = await guardedServer({ filters: [words], options, gateway: { policy, trace: [spamStatus] } })
  await send(host, ['lax@example.org', 'bob@example.org'])
  expect(copies).toEqual([
    [['lax@example.org'], undefined],
    [['bob@example.org'], 'YES'],
  ])
})
