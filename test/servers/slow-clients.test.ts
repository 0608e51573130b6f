/** Clients that are slow, silent or do not read, over raw sockets. */
import { once } from 'node:events'
import { connect } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { rawClient } from '../support/raw-client.ts'
import { everyWay, type Setting, served, servers } from '../support/servers.ts'

const envelope = 'MAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.org>\r\n'
const short = { wire: { command: '400ms', transaction: '800ms', grace: '200ms' } } as const
const drips: readonly (readonly [what: string, prelude: readonly string[], drip: string])[] = [
  ['a command', [], 'N'],
  ['NOOP after NOOP', [], 'NOOP\r\n'],
  ['the data', ['MAIL FROM:<a@example.net>', 'RCPT TO:<b@example.org>', 'DATA'], 'x'],
  ['a TLS handshake', ['STARTTLS'], '\x16'],
]
/** How a ClientHello of 16 KB begins (RFC 8446 §5.1, §4). */
const hello = '\x16\x03\x01\x40\x00\x01\x00\x3f\xfc\x03\x03'
const beforeGreeting: readonly (readonly [what: string, setting: Setting, drip: string])[] = [
  ['a TLS handshake that comes first', { implicitTls: true }, hello],
  ['a PROXY header', { header: ['127.0.0.1'] }, 'PROXY TCP4 '],
]

/** A client that gets its greeting. */
async function first(port: number, { implicitTls }: Setting): Promise<void> {
  const client = implicitTls ? connect({ port, rejectUnauthorized: false }) : rawClient(port).socket
  if (!implicitTls) client.write('PROXY TCP4 192.0.2.77 192.0.2.1 4711 25\r\n')
  await once(client, 'data')
  client.destroy()
}

describe.for(everyWay)('%s', kind => {
  const serve = (setting?: Setting) => served(kind, setting)

  test.for(beforeGreeting)('W18 %s by drips is hung up on', { timeout: 20_000 }, async ([, setting, drip]) => {
    await using host = await serve({ ...short, ...setting })
    // With guard alone clients are timed as soon as one has come as far as the greeting.
    if (kind === 'guard') await first(host.port, setting)
    const client = host.client()
    let sent = 0
    const drips = setInterval(() => client.send(drip[sent++] ?? '1'), 50)
    const ended = await Promise.race([
      client.closed.then(() => true),
      new Promise(resolve => setTimeout(resolve, 15_000)),
    ])
    clearInterval(drips)
    expect(ended).toBe(true)
    // Not at its first bytes: an honest client may be slow.
    expect(sent).toBeGreaterThan(1)
    expect(client.received()).toBe('')
    await expect.poll(host.connections).toBe(0)
  })
})

describe.for(servers)('%s', kind => {
  const serve = (setting?: Setting) => served(kind, setting)

  test.for(drips)('W18 %s by drips is hung up on', { timeout: 20_000 }, async ([, prelude, drip]) => {
    await using host = await serve(short)
    const client = await host.greeted()
    for (const line of prelude) await client.say(line)
    const drips = setInterval(() => client.send(drip), 50)
    const ended = await Promise.race([
      client.closed.then(() => true),
      new Promise(resolve => setTimeout(resolve, 9_000)),
    ])
    clearInterval(drips)
    expect(ended).toBe(true)
    await expect.poll(() => host.entries.length).toBe(1)
  })

  test('W18 an honest client that waits for a slow delivery is not hung up on', async () => {
    const slow = { name: 'slow', message: () => new Promise<void>(resolve => setTimeout(resolve, 1_500)) }
    await using host = await serve({ ...short, filters: [slow] })
    const client = await host.greeted()
    client.send(`${envelope}DATA\r\n`)
    for (let count = 0; count < 3; count += 1) await client.reply()
    expect(await client.say('From: a@example.net\r\n\r\nText\r\n.')).toMatch(/^250 /)
  })

  test('W19 a client that never reads its replies does not fill our memory, and is gone', async () => {
    await using host = await serve({ wire: { ...short.wire, junk: 1e9 } })
    const client = host.client({ read: false })
    await new Promise(resolve => setTimeout(resolve, 300))
    client.send('EHLO client.example.net\r\n')
    await new Promise(resolve => setTimeout(resolve, 100))
    let most = 0
    const watch = setInterval(() => {
      for (const socket of host.sockets()) most = Math.max(most, socket.writableLength)
    }, 5)
    client.send('HELP\r\n'.repeat(400_000))
    await expect.poll(() => host.connections(), { timeout: 15_000 }).toBe(0)
    clearInterval(watch)
    expect(most).toBeLessThan(64 * 1024 + 8_192)
  }, 30_000)
})
