/** How many sessions one client, one network, one site and all together may have open. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import type { Notice } from '../../src/model/services.ts'
import { type SessionLimits, SessionSlots } from '../../src/smtp/session-slots.ts'
import { guardedServer } from '../support/guarded-server.ts'
import { handClock } from '../support/hand-clock.ts'

function places(limits: SessionLimits) {
  const clock = handClock()
  const notices: Notice[] = []
  const slots = new SessionSlots(limits, { now: clock.monotonic, notify: notice => notices.push(notice) })
  return { take: (ip: string) => slots.takeNow(ip), notices, clock }
}
const none = { perAddress: 1e6, perNetwork: 1e6, perSite: 1e6, all: 1e6 }

const groups: readonly (readonly [limit: keyof SessionLimits, same: (n: number) => string, other: string])[] = [
  ['perAddress', () => '192.0.2.1', '192.0.2.2'],
  ['perAddress', () => '::ffff:192.0.2.1', '::ffff:192.0.2.2'],
  ['perAddress', n => `2001:db8:1:2::${n.toString(16)}`, '2001:db8:1:3::1'],
  ['perNetwork', n => `192.0.2.${n % 256}`, '192.0.3.1'],
  ['perNetwork', n => `2001:db8:1:1${(n % 256).toString(16).padStart(2, '0')}::1`, '2001:db8:1:200::1'],
  ['perSite', n => `2001:db8:1:${n.toString(16)}::1`, '2001:db8:2::1'],
]
test.for(groups)(
  'W20 %s: ten thousand clients of one kind get ten places, another client gets one',
  ([limit, same, other]) => {
    const { take } = places({ ...none, [limit]: 10 })
    const taken = Array.from({ length: 10_000 }, (_, n) => take(same(n))).filter(place => place !== undefined)
    expect(taken).toHaveLength(10)
    expect(take(other)).toBeDefined()
    taken[0]?.release()
    taken[0]?.release()
    expect(take(same(1))).toBeDefined()
    expect(take(same(2))).toBeUndefined()
  },
)

test('W20 when all slots are taken no client gets one, and the operator is notified once a minute', async () => {
  const { take, notices, clock } = places({ ...none, all: 2 })
  const first = take('192.0.2.1')
  take('198.51.100.1')
  expect(take('203.0.113.1')).toBeUndefined()
  expect(take('203.0.113.2')).toBeUndefined()
  expect(notices).toEqual([
    {
      code: 'smtp-server/sessions',
      reason: 'all clients have 2 sessions open, as many as limits.sessions.all allows: more get 421',
      level: 'warning',
    },
  ])
  await clock.advance(60_000)
  expect(take('203.0.113.2')).toBeUndefined()
  expect(notices).toHaveLength(2)
  first?.release()
  expect(take('203.0.113.1')).toBeDefined()
})

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

test.for(['guard', 'protect'] as const)(
  'W20 two thousand idle connections of one client hold twenty places, and the others are served (%s)',
  { timeout: 60_000 },
  async by => {
    const limits = { sessions: { perAddress: 20, perNetwork: 30 } }
    await using host = await guardedServer({ by, options: { limits } })
    const { sockets, refused } = await idle(host.port, 2_000, '127.0.9.9')
    try {
      await expect.poll(refused, { timeout: 30_000 }).toBe(1_980)
      await expect.poll(() => host.server.connections.size, { timeout: 30_000 }).toBe(20)
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

test('W20 a proxy is not counted, the clients behind it are: an IPv6 /64 has its places', async () => {
  const limits = { sessions: { perAddress: 5 } }
  await using host = await guardedServer({ by: 'protect', options: { useProxy: ['127.0.0.1'], limits } })
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
})
