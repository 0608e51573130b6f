/** The look at a socket before smtp-server has it. */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { expect, test } from 'vitest'
import { earlyTalker } from '../../../src/filters/early-talker.ts'
import { reject } from '../../../src/model/finding.ts'
import { guardedServer } from '../../support/guarded-server.ts'

test('a recently refused client costs one reply and a close, and smtp-server never sees it', async () => {
  const refusing = { name: 'rule', connect: () => reject('5.7.1', 'known', { close: true }) }
  await using host = await guardedServer({ by: 'protect', filters: [refusing] })
  let seen = 0
  const { add } = host.server.connections
  host.server.connections.add = connection => {
    seen += 1
    return add(connection)
  }
  const client = host.client()
  expect(await client.reply()).toMatch(/^554 5\.7\.1 Refused by policy ref=\w+$/)
  await client.closed
  expect(client.received().split('\r\n')).toHaveLength(2)
  expect(seen).toBe(0)
  await expect.poll(() => host.entries.length).toBe(1)
})

test('a client that is refused learns why, whether it waits for its turn, speaks at once or speaks a moment later', async () => {
  const filters = [{ name: 'rule', connect: () => reject('5.7.1', 'known', { close: true }) }]
  await using host = await guardedServer({ by: 'protect', filters })
  const received: string[] = []
  for (let count = 0; count < 30; count += 1) {
    const client = host.client()
    if (count % 3 === 1) client.send('EHLO client.example.net\r\nMAIL FROM:<a@example.net>\r\n')
    if (count % 3 === 2)
      setTimeout(() => client.socket.destroyed || client.send('EHLO client.example.net\r\n'), count / 10)
    await client.closed
    received.push(client.received())
  }
  expect(received.filter(text => /^554 5\.7\.1 [^\r\n]*\r\n$/.test(text))).toHaveLength(30)
})

test('a client that may go on keeps the session it was given: it is asked about once', async () => {
  let asked = 0
  const count = {
    name: 'count',
    connect: () => {
      asked += 1
    },
  }
  await using host = await guardedServer({ by: 'protect', filters: [count] })
  const client = await host.greeted()
  expect(await client.say('MAIL FROM:<a@example.net>')).toMatch(/^250 /)
  expect(await client.say('QUIT')).toMatch(/^221 /)
  await client.closed
  await expect.poll(() => host.entries.length).toBe(1)
  expect(asked).toBe(1)
  expect(host.entries[0]).toMatchObject({ helo: 'client.example.net' })
})

test('clients that leave while they are looked at leave nothing behind', async () => {
  await using host = await guardedServer({
    by: 'protect',
    filters: [{ name: 'slow', connect: () => new Promise<void>(resolve => setTimeout(resolve, 100)) }],
  })
  for (let count = 0; count < 20; count += 1) {
    const client = host.client()
    client.socket.once('connect', () => client.socket.resetAndDestroy())
    await client.closed
  }
  await expect.poll(() => host.entries.length, { timeout: 5_000 }).toBe(20)
  expect(host.server.connections.size).toBe(0)
})

test('a client that resets the connection while it is handed on ends its own session and nothing else', async () => {
  await using host = await guardedServer({ by: 'protect' })
  const handOn = host.server._handleProxy.bind(host.server)
  let resets = 0
  host.server._handleProxy = (socket, callback) => {
    handOn(socket, callback)
    // The turn of the loop in which smtp-server does not listen to the socket yet.
    if (resets === 0) socket.destroy(new Error('read ECONNRESET'))
    resets += 1
  }
  await host.client().closed
  const next = await host.greeted()
  expect(await next.say('NOOP')).toMatch(/^250 /)
  expect(resets).toBe(2)
  await expect.poll(() => host.entries.length, { timeout: 5_000 }).toBe(1)
})

/** How a ClientHello begins (RFC 8446 §5.1, §4). */
const hello = Buffer.from('160301020001000001fc0303', 'hex')
const leavings: Readonly<Record<string, (socket: Socket) => unknown>> = {
  'ends behind the beginning of a handshake': socket => socket.end(hello),
  // A moment later: a socket that was reset before it is accepted has no address, and no session.
  'resets behind the beginning of a handshake': socket =>
    socket.write(hello, () => setTimeout(() => socket.resetAndDestroy(), 10)),
  'ends without a word': socket => socket.end(),
}
// What went wrong here took the process with it, and would take the one of this test.
test.for(Object.entries(leavings))(
  'where TLS comes first, a client that %s while it is looked at leaves nothing behind',
  async ([, leave]) => {
    let opened = 0
    const slow = () =>
      new Promise<void>(resolve => {
        opened += 1
        setTimeout(resolve, 50)
      })
    await using host = await guardedServer({
      by: 'protect',
      options: { secure: true },
      filters: [{ name: 'slow', connect: slow }],
    })
    const clients = Array.from({ length: 40 }, () => host.client())
    for (const { socket } of clients) socket.once('connect', () => leave(socket))
    await Promise.all(clients.map(({ closed }) => closed))
    const honest = connectTls({ port: host.port, host: '127.0.0.1', rejectUnauthorized: false })
    const [greeting] = await once(honest, 'data')
    expect(String(greeting)).toMatch(/^220 /)
    honest.destroy()
    expect(opened).toBeGreaterThan(1)
    await expect.poll(() => host.entries.length, { timeout: 5_000 }).toBe(opened)
    await expect.poll(() => host.server._pendingSockets.size + host.server.connections.size).toBe(0)
  },
)

test('W09 a client that spoke too early is one client with one session, and filters learn of it', async () => {
  await using host = await guardedServer({ by: 'protect', filters: [earlyTalker({ points: 3 })] })
  const client = host.client()
  client.send('EHLO client.example.net\r\n')
  await client.closed
  expect(client.received()).toMatch(/^554 5\.5\.0 [^\r\n]*\r\n$/)
  await expect.poll(() => host.entries.length).toBe(1)
  expect(host.entries[0]).toMatchObject({ score: 3, findings: [{ rule: 'early-talker', points: 3 }] })
})
