/** How many sessions one client, one network, one site and all together may have open. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { everyWay, served } from '../support/servers.ts'

/** Opens so many connections from one address of the loopback, and tells how many were turned away. */
async function idle(port: number, count: number, from: string): Promise<{ sockets: Socket[]; refused: () => number }> {
  const sockets: Socket[] = []
  let refused = 0
  for (let opened = 0; opened < count; opened += 100) {
    const batch = Array.from({ length: 100 }, () => connect({ port, host: '127.0.0.1', localAddress: from }))
    for (const socket of batch) {
      socket.on('error', () => undefined)
      socket.on('data', (bytes: Buffer) => {
        if (bytes.toString('latin1').startsWith('421 4.7.0 Too many sessions')) refused += 1
      })
    }
    await Promise.all(batch.map(socket => once(socket, 'connect')))
    sockets.push(...batch)
  }
  return { sockets, refused: () => refused }
}

test.for(everyWay)(
  'W20 two thousand idle connections of one client hold twenty places, and the others are served (%s)',
  {
    timeout: 60_000,
  },
  async kind => {
    const limits = { sessions: { perAddress: 20, perNetwork: 30 } }
    await using host = await served(kind, { limits })
    const { sockets, refused } = await idle(host.port, 2_000, '127.0.9.9')
    try {
      await expect.poll(refused, { timeout: 30_000 }).toBe(1_980)
      await expect.poll(() => host.connections(), { timeout: 30_000 }).toBe(20)
      const client = await host.greeted()
      expect(await client.say('MAIL FROM:<a@example.net>')).toMatch(/^250 /)
      // The rest of its network has ten places left.
      const neighbours = await idle(host.port, 100, '127.0.9.8')
      sockets.push(...neighbours.sockets)
      await expect.poll(neighbours.refused, { timeout: 30_000 }).toBe(90)
    } finally {
      for (const socket of sockets) socket.destroy()
    }
    await expect.poll(() => host.entries.length, { timeout: 30_000 }).toBe(30)
    const again = await idle(host.port, 100, '127.0.9.9')
    for (const socket of again.sockets) socket.destroy()
    expect(again.refused()).toBeLessThanOrEqual(80)
  },
)

test.for(['protect', 'own server'] as const)(
  'W20 a proxy is not counted, the clients behind it are: an IPv6 /64 has its places (%s)',
  async kind => {
    const limits = { sessions: { perAddress: 5 } }
    await using host = await served(kind, { header: ['127.0.0.1'], limits })
    const clients = Array.from({ length: 30 }, (_, n) => {
      const client = host.client()
      client.send(`PROXY TCP6 2001:db8::${(n + 1).toString(16)} 2001:db8:9::1 4711 25\r\n`)
      return client
    })
    const greetings = await Promise.all(clients.map(({ reply }) => reply()))
    expect(greetings.filter(greeting => greeting.startsWith('220 '))).toHaveLength(5)
    expect(greetings.filter(greeting => greeting.startsWith('421 4.7.0 '))).toHaveLength(25)
    const other = host.client()
    other.send('PROXY TCP6 2001:db8:1::1 2001:db8:9::1 4711 25\r\n')
    expect(await other.reply()).toMatch(/^220 /)
  },
)
