/** Whose session it is when the address of a client is not known, or not known any more. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'
import { expect, test } from 'vitest'
import { guard, protect } from '../../../src/adapters/smtp-server/index.ts'
import { postern } from '../../../src/index.ts'
import { zone } from '../../../src/testing/zone.ts'
import { EventLog } from '../../support/event-log.ts'
import { guardedServer } from '../../support/guarded-server.ts'
import { scratch } from '../../support/scratch.ts'

const ways = ['guard', 'protect'] as const

/** What comes from the server until it closes, or until `enough` was received. */
async function received(socket: Socket, enough = /$^/): Promise<string> {
  let text = ''
  socket.on('error', () => undefined)
  for await (const chunk of socket) {
    text += chunk
    if (enough.test(text)) break
  }
  return text
}

test.for(ways)('P02 a client whose address is not known is refused and charged to no address (%s)', async by => {
  await using host = await guardedServer({ by })
  await using folder = await scratch()
  const path = join(folder.path, 'elsewhere')
  // A socket of another listener has no address, as a socket that was reset has none; this listener is of TCP.
  const elsewhere = createServer({ allowHalfOpen: true }, socket => host.server.server.emit('connection', socket))
  elsewhere.listen(path)
  await once(elsewhere, 'listening')
  const greetings = await Promise.all([received(connect(path)), received(connect(path))])
  elsewhere.close()
  expect(greetings.filter(text => /^2/m.test(text))).toEqual([])
  // A client with an address is served, and it alone is charged.
  const client = await host.greeted()
  expect(await client.say('QUIT')).toMatch(/^221 /)
  await client.closed
  await expect.poll(() => host.entries.length).toBe(1)
})

test.for(ways)(
  'P02 clients that reset at once are charged to the address they came from, or to none (%s)',
  async by => {
    await using host = await guardedServer({ by })
    const { port } = host
    for (let round = 0; round < 20; round += 1) {
      const gone = Array.from({ length: 20 }, async () => {
        const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.9' })
        socket.on('error', () => undefined).once('connect', () => socket.resetAndDestroy())
        await once(socket, 'close')
      })
      await Promise.all(gone)
    }
    const client = await host.greeted()
    await client.say('QUIT')
    await client.closed
    await expect.poll(() => host.entries.filter(({ ip }) => ip === '127.0.0.1').length).toBe(1)
    const others = host.entries.filter(({ ip }) => ip !== '127.0.0.1' && ip !== '127.0.0.9')
    expect(others).toEqual([])
  },
)

test.for(ways)('a Unix socket is this machine: clients on it have a session each (%s)', async by => {
  await using folder = await scratch()
  const log = new EventLog()
  const entries = log.sessions
  const gateway = postern({ filters: [], dns: zone({}), events: log })
  const server = new SMTPServer(guard(gateway, { logger: false, onData: (_content, _session, done) => done() }))
  if (by === 'protect') protect(server, gateway)
  const path = join(folder.path, 'smtp')
  server.listen(path)
  await once(server.server, 'listening')
  const clients = [connect(path), connect(path), connect(path)]
  const greetings = await Promise.all(clients.map(socket => received(socket, /\n/)))
  expect(greetings.map(text => text.slice(0, 4))).toEqual(['220 ', '220 ', '220 '])
  await expect.poll(() => entries.map(({ ip }) => ip)).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1'])
  expect(new Set(entries.map(({ ref }) => ref)).size).toBe(3)
  await new Promise<void>(done => server.close(() => done()))
  await gateway.close()
})
