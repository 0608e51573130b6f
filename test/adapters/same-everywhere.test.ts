/** One message, every adapter: what is found and decided is the same. */
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { Readable } from 'node:stream'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { milter } from '../../src/adapters/milter/index.ts'
import { packet } from '../../src/adapters/milter/packets.ts'
import { withCrlf } from '../../src/adapters/rspamd/body.ts'
import { rspamd } from '../../src/adapters/rspamd/index.ts'
import { guard } from '../../src/adapters/smtp-server/index.ts'
import { structure } from '../../src/filters/content/structure.ts'
import { dkim } from '../../src/filters/dkim.ts'
import { dmarc } from '../../src/filters/dmarc/dmarc.ts'
import { headerForm } from '../../src/filters/header-form.ts'
import { loop } from '../../src/filters/loop.ts'
import { spf } from '../../src/filters/spf.ts'
import { postern } from '../../src/index.ts'
import { zone } from '../../src/testing/zone.ts'
import type { RecipientEvent } from '../../src/types.ts'
import { eventsOf, mailServer, offer } from '../support/milter-client.ts'
import { mimeCases } from '../support/mime-cases.ts'
import { rawClient } from '../support/raw-client.ts'

const [ip, helo, from, to] = ['127.0.0.1', 'mx.example.org', 'alice@example.org', 'bob@example.net'] as const

let latest: (event: RecipientEvent) => void = () => undefined
const gateway = postern({
  name: 'mx.example.net',
  dns: zone({
    'example.org': { TXT: ['v=spf1 ip4:127.0.0.1 -all'] },
    '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject'] },
  }),
  filters: [headerForm(), loop(), spf(), dkim(), dmarc(), structure()],
  events: event => void (event.type === 'recipient' && latest(event)),
})

/** What is written down of the one recipient of what `carry` brings. */
async function seen(carry: () => Promise<unknown>) {
  const event = new Promise<RecipientEvent>(resolve => {
    latest = resolve
  })
  await carry()
  const { reversePath, recipient, verdict, score, findings } = await event
  return { reversePath, recipient, verdict, score, findings }
}

async function inProcess(message: Buffer): Promise<void> {
  const session = gateway.open({ ip })
  await session.connect()
  await session.helo(helo)
  await session.mail(from)
  await session.rcpt(to)
  await session.data(Readable.from([message], { objectMode: false }))
  session.close()
}

const servers: Server[] = []
const listen = async (server: Server): Promise<number> => {
  servers.push(server)
  if (!server.listening) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  }
  return (server.address() as AddressInfo).port
}
let ports: { readonly milter: number; readonly http: number; readonly smtp: number }

beforeAll(async () => {
  const smtp = new SMTPServer(
    guard(gateway, {
      onData: (content, _session, done) => {
        content.resume()
        content.on('end', () => done())
      },
    }),
  )
  const listening = smtp.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  ports = { milter: await listen(milter(gateway)), http: await listen(rspamd(gateway)), smtp: await listen(listening) }
})
afterAll(async () => {
  for (const server of servers) server.close()
  await gateway.close()
})

async function throughMilter(events: readonly Buffer[]): Promise<void> {
  using mta = mailServer(ports.milter)
  mta.say(
    offer(),
    packet('C', 'x\0', '4', Buffer.from([0, 25]), `${ip}\0`),
    packet('H', `${helo}\0`),
    packet('M', `<${from}>\0`),
  )
  mta.say(packet('R', `<${to}>\0`), packet('T'), ...events)
  const replies = [await mta.nextReply()]
  for (let waited = 4 + events.filter(event => event[4] === 0x42).length; waited >= 0; waited -= 1) {
    const reply = await mta.nextReply()
    replies.push(reply)
    if (/^[yad]/.test(reply)) break
  }
  mta.say(packet('Q'))
  await mta.closed
}

const throughHttp = (body: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    const headers = { ip, helo, from: `<${from}>`, rcpt: `<${to}>` }
    const asked = request(
      { host: '127.0.0.1', port: ports.http, path: '/checkv2', method: 'POST', headers },
      response => {
        response.resume().on('end', resolve)
      },
    )
    asked.on('error', reject)
    asked.end(body)
  })

async function throughSmtp(message: Buffer): Promise<void> {
  const client = rawClient(ports.smtp)
  await client.reply()
  for (const line of [`EHLO ${helo}`, `MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, 'DATA']) await client.say(line)
  client.send(
    Buffer.from(
      `${message.toString('latin1').replace(/(^|\r\n)\./g, '$1..')}${message.toString('latin1').endsWith('\r\n') ? '' : '\r\n'}.\r\n`,
      'latin1',
    ),
  )
  await client.reply()
  client.destroy()
}

const folder = new URL('../../fixtures/messages/', import.meta.url)
const messages: readonly { readonly name: string; readonly message: Buffer }[] = [
  ...readdirSync(folder).map(name => ({
    name,
    message: Buffer.from(readFileSync(new URL(name, folder), 'latin1').replace(/\r?\n/g, '\r\n'), 'latin1'),
  })),
  ...mimeCases,
  { name: 'an author that DMARC denies', message: Buffer.from('From: ceo@example.com\r\n\r\nPay me\r\n') },
  {
    name: 'a hundred Received fields',
    message: Buffer.from(`${'Received: by x\r\n'.repeat(100)}From: a@example.org\r\n\r\nx\r\n`),
  },
  {
    name: 'our own results, forged',
    message: Buffer.from('Authentication-Results: mx.example.net; dkim=pass\r\nFrom: a@example.org\r\n\r\nx\r\n'),
  },
]

test.for(messages)(
  'A03 A08 A14 M10 $name is judged alike through smtp-server, milter and HTTP',
  async ({ message: given }) => {
    const text = given.toString('latin1')
    const message = text.endsWith('\r\n') ? given : Buffer.concat([given, Buffer.from('\r\n')])
    const expected = await seen(() => inProcess(message))
    expect(expected.verdict).toBeDefined()
    // Over HTTP come files as well, whose lines end with LF alone.
    expect(await seen(() => throughHttp(message))).toEqual(await seen(async () => inProcess(await withCrlf(message))))
    expect(await seen(() => throughSmtp(message))).toEqual(expected)
    const events = eventsOf(message)
    if (events) expect(await seen(() => throughMilter(events))).toEqual(expected)
  },
)

test('nearly all of them can be told by milter', () => {
  expect(messages.filter(({ message }) => eventsOf(message)).length).toBeGreaterThan(messages.length - 10)
})
