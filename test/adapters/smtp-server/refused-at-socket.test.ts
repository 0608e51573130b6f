/** Clients that a list denies by their address, on real sockets: one reply, one event, one count, no session. */
import { describe, expect, test } from 'vitest'
import { protect } from '../../../src/adapters/smtp-server/protect.ts'
import { access } from '../../../src/filters/access/access.ts'
import type { Filter } from '../../../src/model/filter.ts'
import { type FrontServer, frontServer } from '../../support/front-server.ts'
import { type GuardedServer, guardedServer } from '../../support/guarded-server.ts'
import { type RawClient, rawClient } from '../../support/raw-client.ts'

type Host = Pick<FrontServer & GuardedServer, 'port' | 'gateway' | 'log' | 'entries'> & AsyncDisposable

const FIRST = '127.0.0.99'

const hosts: readonly (readonly [by: string, open: (filters: readonly Filter[]) => Promise<Host>])[] = [
  ['guard', filters => withFirstClient(guardedServer({ by: 'guard', filters }))],
  ['protect', filters => withFirstClient(guardedServer({ by: 'protect', filters }))],
  ['our own server', filters => withFirstClient(frontServer({ filters, gateway: { trustedNetworks: [] } }))],
]

/** `guard` sees its server when the first client has connected: sockets are checked from the second client on. */
async function withFirstClient(opening: Promise<Host>): Promise<Host> {
  const host = await opening
  const client = rawClient(host.port, { from: FIRST })
  await client.reply()
  client.destroy()
  await expect.poll(() => host.entries.length).toBe(1)
  return host
}

const sampleOf = ({ gateway }: Host, name: string): unknown =>
  gateway.metrics().find(metric => metric.name === name)?.samples[0]

describe.for(hosts)('by %s', ([, open]) => {
  test('a denied address gets its reply, and the event and the count of a refusal, but no session', async () => {
    let sessions = 0
    const counting: Filter = {
      name: 'count',
      order: 'early',
      connect: () => {
        sessions += 1
      },
    }
    await using host = await open([counting, access({ deny: { networks: ['127.0.0.0/28'] } })])
    expect(sessions).toBe(1)
    const client = rawClient(host.port)
    const reply = await client.reply()
    await client.closed
    expect(reply).toMatch(/^554 5\.7\.1 Refused by policy ref=\w+$/)
    expect(client.received()).toBe(`${reply}\r\n`)
    expect(host.entries).toHaveLength(2)
    const ref = /ref=(\w+)/.exec(reply)?.[1]
    expect(host.entries[1]).toMatchObject({
      ref,
      ip: '127.0.0.1',
      verdict: 'reject',
      findings: [{ rule: 'access/network' }],
      reply: { code: 554, status: '5.7.1', text: `Refused by policy ref=${ref}` },
    })
    expect(sampleOf(host, 'postern_early_refusals_total')).toEqual({ value: 1 })
    expect(sessions).toBe(1)
    expect(sampleOf(host, 'postern_sessions_total')).toEqual({ value: 1 })
  })

  test('the same address again is counted, another one has an event as well', async () => {
    await using host = await open([access({ deny: { networks: ['127.0.0.0/28'] } })])
    const replies = new Set<string>()
    for (let count = 0; count < 6; count += 1) {
      const client = rawClient(host.port, { from: `127.0.0.${1 + (count % 2)}` })
      replies.add(await client.reply())
      await client.closed
    }
    expect(replies.size).toBe(2)
    expect(host.entries.map(({ ip }) => ip)).toEqual([FIRST, '127.0.0.1', '127.0.0.2'])
    expect(sampleOf(host, 'postern_early_refusals_total')).toEqual({ value: 6 })
  })

  test('clients that send before their turn, send on, reset or never read end, and the next client is served', async () => {
    await using host = await open([access({ deny: { networks: ['127.0.0.0/28'] } })])
    const clients: RawClient[] = []
    for (let count = 0; count < 40; count += 1) {
      const client = rawClient(host.port, { read: count % 4 !== 3 })
      if (count % 4 === 1) client.send('EHLO a\r\n'.repeat(1_000))
      if (count % 4 === 2) client.socket.once('connect', () => client.socket.resetAndDestroy())
      clients.push(client)
    }
    await Promise.all(clients.filter((_, index) => index % 4 !== 3).map(({ closed }) => closed))
    for (const client of clients) client.destroy()
    for (const [index, client] of clients.entries())
      if (index % 4 === 0) expect(client.received()).toMatch(/^554 [^\r\n]*\r\n$/)
    const honest = rawClient(host.port, { from: FIRST })
    expect(await honest.reply()).toMatch(/^220 /)
    honest.destroy()
  })
})

test('a server that is protected after its first client checks each socket once', async () => {
  const asked: string[] = []
  const filter: Filter = {
    name: 'asked',
    precheck: ip => {
      asked.push(ip)
      return undefined
    },
  }
  await using host = await guardedServer({ by: 'guard', filters: [filter] })
  const hello = async (from: string) => {
    const client = rawClient(host.port, { from })
    expect(await client.reply()).toMatch(/^220 /)
    client.destroy()
  }
  await hello(FIRST)
  await hello('127.0.0.1')
  protect(host.server, host.gateway)
  await hello('127.0.0.2')
  expect(asked).toEqual(['127.0.0.1', '127.0.0.2'])
})

test('a proxy that gives the address of its client is not taken for a client that is denied', async () => {
  const filters = [access({ deny: { networks: ['127.0.0.0/8', '198.51.100.0/24'] } })]
  await using host = await guardedServer({ by: 'guard', filters, options: { useProxy: ['127.0.0.1'] } })
  const greeting = async (ip: string) => {
    const client = rawClient(host.port)
    client.send(`PROXY TCP4 ${ip} 192.0.2.25 4000 25\r\n`)
    const reply = await client.reply()
    client.destroy()
    return reply
  }
  expect(await greeting('192.0.2.1')).toMatch(/^220 /)
  expect(await greeting('192.0.2.1')).toMatch(/^220 /)
  expect(await greeting('198.51.100.1')).toMatch(/^554 /)
})
