/** Proxies in front of smtp-server: named networks are believed, strangers change nothing. */
import { once } from 'node:events'
import { connect as connectTls } from 'node:tls'
import { SMTPServer } from 'smtp-server'
import { afterEach, expect, test } from 'vitest'
import { guard, type ProtectOptions, protect } from '../../../src/adapters/smtp-server/index.ts'
import { postern } from '../../../src/engine/gateway.ts'
import { reject } from '../../../src/index.ts'
import type { Filter } from '../../../src/model/filter.ts'
import { selfSigned } from '../../../src/relay/tls/self-signed.ts'
import { clock as handClock } from '../../../src/testing/clock.ts'
import { zone } from '../../../src/testing/zone.ts'
import { EventLog, type LoggedSession } from '../../support/event-log.ts'
import { type RawClient, rawClient } from '../../support/raw-client.ts'

const headers = {
  v1: Buffer.from('PROXY TCP4 192.0.2.77 192.0.2.1 4711 25\r\n'),
  v2: Buffer.from('0d0a0d0a000d0a515549540a2111000cc000024dc000020112670019', 'hex'),
} as const
const health = Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex')

const ends: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function served(proxies: ProtectOptions['proxies'], { filters = [], ...more }: Serving = {}) {
  const log = new EventLog()
  const gateway = postern({
    name: 'mx.example.org',
    dns: zone({}),
    filters,
    events: log,
    ...(more.clock && { clock: more.clock }),
  })
  const server = new SMTPServer(
    guard(gateway, {
      logger: false,
      onData: (content, _session, done) => void content.resume().on('end', () => done()),
      ...(more.tls && { secure: true, ...selfSigned('mx.example.org') }),
    }),
  )
  server.on('error', () => undefined)
  protect(server, gateway, { ...(proxies && { proxies }) }).listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const address = server.server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  ends.push(
    () => gateway.close(),
    () => new Promise<void>(resolve => server.close(() => resolve())),
  )
  return {
    port,
    entries: log.sessions,
    client: (): RawClient => {
      const made = rawClient(port)
      ends.push(made.destroy)
      return made
    },
  }
}
interface Serving {
  readonly filters?: readonly Filter[]
  readonly tls?: boolean
  readonly clock?: ReturnType<typeof handClock>
}

const ours = { header: ['127.0.0.0/8'] }
const asked = ({ entries }: { readonly entries: readonly LoggedSession[] }) =>
  expect.poll(() => entries.map(({ ip }) => ip), { timeout: 5_000 })

test.for(Object.entries(headers))('%s from a named network says who the client is', async ([, header]) => {
  const host = await served(ours)
  const client = host.client()
  client.send(header)
  expect(await client.reply()).toMatch(/^220 /)
  expect(await client.say('EHLO client.example.net')).toMatch(/^250 /)
  expect(await client.say('MAIL FROM:<a@example.net>')).toMatch(/^250 /)
  expect(await client.say('QUIT')).toMatch(/^221 /)
  await asked(host).toEqual(['192.0.2.77'])
})

test.for(Object.entries(headers))('%s may come byte by byte', async ([, header]) => {
  const host = await served(ours)
  const client = host.client()
  client.socket.setNoDelay(true)
  for (const byte of header) {
    client.send(Buffer.of(byte))
    await new Promise(setImmediate)
  }
  expect(await client.reply()).toMatch(/^220 /)
  expect(await client.say('QUIT')).toMatch(/^221 /)
  await asked(host).toEqual(['192.0.2.77'])
})

test('whom the header names is judged at the socket, as if it had come itself', async () => {
  const host = await served(ours, {
    filters: [{ name: 'no', connect: ({ ip }) => ip === '192.0.2.77' && reject('5.7.1', 'known', { close: true }) }],
  })
  const client = host.client()
  client.send(headers.v2)
  expect(await client.reply()).toMatch(/^554 5\.7\.1 /)
  await client.closed
  const check = host.client()
  check.send(health)
  expect(await check.reply()).toMatch(/^220 /)
  await check.say('QUIT')
  await asked(host).toEqual(['192.0.2.77', '127.0.0.1'])
})

test('behind the header TLS may begin at once', async () => {
  const host = await served(ours, { tls: true })
  const client = host.client()
  client.send(headers.v2)
  const secured = connectTls({ socket: client.socket, rejectUnauthorized: false })
  const [greeting] = await once(secured, 'data')
  expect(String(greeting)).toMatch(/^220 /)
  secured.end('QUIT\r\n')
  await once(secured, 'close')
  await asked(host).toEqual(['192.0.2.77'])
})

test.for(Object.entries(headers))('W21 %s from outside of the named networks changes nothing', async ([, header]) => {
  const host = await served({ header: ['192.0.2.0/24', '2001:db8::/32'] })
  const client = host.client()
  client.send(header)
  await client.closed
  expect(client.received()).toMatch(/^(554|421) [^\r\n]*\r\n$/)
  await asked(host).toEqual(['127.0.0.1'])
})

test('W21 a named proxy that sends no header, or an unreadable header, is not served', async () => {
  const clock = handClock()
  const host = await served(ours, { clock })
  for (const bytes of ['EHLO client.example.net\r\n', 'PROXY TCP4 nobody nowhere 1 2\r\n', '\r\n\r\n']) {
    const client = host.client()
    client.send(bytes)
    // The last one may be how a header begins: its time runs out.
    await expect.poll(() => clock.advance(1_000).then(() => client.socket.destroyed)).toBe(true)
    expect(client.received()).toBe('')
  }
  expect(host.entries).toEqual([])
})

test('W21 a header is believed once: what comes behind it is the client, who may not name another', async () => {
  const host = await served({ ...ours, xclient: ['127.0.0.1'] })
  const client = host.client()
  client.send(headers.v1)
  await client.reply()
  await client.say('EHLO client.example.net')
  expect(await client.say('XCLIENT ADDR=192.0.2.99')).toMatch(/^550 /)
  expect(await client.say('PROXY TCP4 192.0.2.99 192.0.2.1 4711 25')).toMatch(/^500 /)
  client.destroy()
  await asked(host).toEqual(['192.0.2.77'])
})

test('W21 XCLIENT is accepted from a named network, and from no other', async () => {
  for (const [networks, code, ips] of [
    [['127.0.0.0/8'], '220', ['127.0.0.1', '192.0.2.77']],
    [['192.0.2.0/24'], '550', ['127.0.0.1']],
  ] as const) {
    const host = await served({ xclient: networks })
    const client = host.client()
    await client.reply()
    await client.say('EHLO client.example.net')
    expect((await client.say('XCLIENT ADDR=192.0.2.77')).slice(0, 3)).toBe(code)
    expect(await client.say('XFORWARD ADDR=192.0.2.78')).toMatch(/^550 /)
    if (code === '220') await client.say('EHLO client.example.net')
    expect(await client.say('MAIL FROM:<a@example.net>')).toMatch(/^250 /)
    client.destroy()
    await asked(host).toEqual(ips)
  }
})

test('W21 to believe everybody, or what is no network, is a mistake of configuration', async () => {
  await expect(served({ header: ['0.0.0.0/0'] })).rejects.toThrow(/proxies\.header: found "everybody"/)
  await expect(served({ xclient: ['::/0'] })).rejects.toThrow(/proxies\.xclient: found "everybody"/)
  await expect(served({ header: ['mx.example.org'] })).rejects.toThrow(/proxies\.header\[0\]: found "mx\.example\.org"/)
})

test('W18 a header that does not come ends the connection after ten seconds', async () => {
  const clock = handClock()
  const host = await served(ours, { clock })
  const client = host.client()
  client.send(headers.v1.subarray(0, 20))
  await new Promise(resolve => setTimeout(resolve, 100))
  await clock.advance(9_000)
  expect(client.socket.destroyed).toBe(false)
  await clock.advance(2_000)
  await client.closed
  expect(client.received()).toBe('')
})
