/** Proxies in front of our own SMTP server: headers of named networks count, others change nothing. */
import { once } from 'node:events'
import { connect as connectTls } from 'node:tls'
import { expect, test } from 'vitest'
import { reject } from '../../src/model/finding.ts'
import { selfSigned } from '../../src/relay/tls/self-signed.ts'
import { clock as handClock } from '../../src/testing/clock.ts'
import { type FrontServer, frontServer } from '../support/front-server.ts'

const headers = {
  v1: Buffer.from('PROXY TCP4 192.0.2.77 192.0.2.1 4711 25\r\n'),
  v2: Buffer.from('0d0a0d0a000d0a515549540a2111000cc000024dc000020112670019', 'hex'),
} as const
const health = Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex')
const ours = { proxies: { header: ['127.0.0.0/8'] } }

const addresses = (host: FrontServer) => expect.poll(() => host.entries.map(({ ip }) => ip), { timeout: 5_000 })

test.for(Object.entries(headers))('%s from a named network says who the client is', async ([, header]) => {
  await using host = await frontServer({ options: ours })
  const client = host.client()
  client.send(header)
  expect(await client.reply()).toMatch(/^220 /)
  await client.say('EHLO client.example.net')
  expect(await client.say('MAIL FROM:<a@example.net>')).toMatch(/^250 /)
  expect(await client.say('QUIT')).toMatch(/^221 /)
  await addresses(host).toEqual(['192.0.2.77'])
})

test.for(Object.entries(headers))('%s may come byte by byte', async ([, header]) => {
  await using host = await frontServer({ options: ours })
  const client = host.client()
  client.socket.setNoDelay(true)
  for (const byte of header) {
    client.send(Buffer.of(byte))
    await new Promise(setImmediate)
  }
  expect(await client.reply()).toMatch(/^220 /)
  await client.say('QUIT')
  await addresses(host).toEqual(['192.0.2.77'])
})

test('a client that the header names is judged as if it had come itself; a health check is the proxy', async () => {
  const filter = {
    name: 'no',
    connect: ({ ip }: { readonly ip: string | undefined }) =>
      ip === '192.0.2.77' && reject('5.7.1', 'known', { close: true }),
  }
  await using host = await frontServer({ options: ours, filters: [filter] })
  const client = host.client()
  client.send(headers.v2)
  expect(await client.reply()).toMatch(/^554 5\.7\.1 /)
  await client.closed
  const check = host.client()
  check.send(health)
  expect(await check.reply()).toMatch(/^220 /)
  await check.say('QUIT')
  await addresses(host).toEqual(['192.0.2.77', '127.0.0.1'])
})

test('behind the header TLS may begin at once', async () => {
  await using host = await frontServer({ options: { ...ours, tls: selfSigned('mx.example.org'), implicitTls: true } })
  const client = host.client()
  client.send(headers.v2)
  const secured = connectTls({ socket: client.socket, rejectUnauthorized: false })
  const [banner] = await once(secured, 'data')
  expect(String(banner)).toMatch(/^220 /)
  secured.end('QUIT\r\n')
  await once(secured, 'close')
  await addresses(host).toEqual(['192.0.2.77'])
})

test('W21 a named proxy that sends no header, or a malformed one, gets no reply', async () => {
  const clock = handClock()
  await using host = await frontServer({ options: ours, gateway: { clock } })
  for (const bytes of ['EHLO client.example.net\r\n', 'PROXY TCP4 nobody nowhere 1 2\r\n', '\r\n\r\n']) {
    const client = host.client()
    client.send(bytes)
    // The last one may be how a header begins: its time runs out.
    await expect.poll(() => clock.advance(1_000).then(() => client.socket.destroyed)).toBe(true)
    expect(client.received()).toBe('')
  }
  expect(host.entries).toEqual([])
})

test('W21 a header is believed once: the client behind it may not name another', async () => {
  await using host = await frontServer({ options: { proxies: { ...ours.proxies, xclient: ['127.0.0.1'] } } })
  const client = host.client()
  client.send(headers.v1)
  await client.reply()
  await client.say('EHLO client.example.net')
  expect(await client.say('XCLIENT ADDR=192.0.2.99')).toMatch(/^550 /)
  expect(await client.say('PROXY TCP4 192.0.2.99 192.0.2.1 4711 25')).toMatch(/^500 /)
  client.destroy()
  await addresses(host).toEqual(['192.0.2.77'])
})

test('XCLIENT names a client and its user, and is refused where it cannot be read', async () => {
  await using host = await frontServer({ options: { proxies: { xclient: ['127.0.0.1'] } } })
  const client = await host.greeted()
  expect(await client.say('XCLIENT ADDR=nonsense')).toMatch(/^501 5\.5\.4 /)
  expect(await client.say('XCLIENT FOO=bar')).toMatch(/^501 5\.5\.4 /)
  expect(await client.say('XCLIENT LOGIN=a+0D+0Ab')).toMatch(/^501 5\.5\.4 /)
  expect(await client.say('XCLIENT ADDR=IPV6:2001:db8::1 LOGIN=alice+40example.net NAME=[UNAVAILABLE]')).toMatch(
    /^220 /,
  )
  expect(await client.say('MAIL FROM:<a@example.net>')).toMatch(/^503 /)
  await client.say('EHLO client.example.net')
  client.send('MAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.org>\r\nBDAT 3 LAST\r\nx\r\n')
  for (let count = 0; count < 3; count += 1) expect(await client.reply()).toMatch(/^250 /)
  expect(host.delivered[0]).toMatchObject({ ip: '2001:db8::1', user: 'alice@example.net' })
})

test('XCLIENT for an address that the proxy does not know opens a session without one', async () => {
  await using host = await frontServer({ options: { proxies: { xclient: ['127.0.0.1'] } } })
  const client = await host.greeted()
  expect(await client.say('XCLIENT ADDR=[UNAVAILABLE]')).toMatch(/^220 /)
  await client.say('QUIT')
  await addresses(host).toEqual(['127.0.0.1', null])
})
