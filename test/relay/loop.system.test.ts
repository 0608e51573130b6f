/**
 * The loop, end to end, with real processes: two nodes share a Redis and a PostgreSQL. A message is held by mistake,
 * its recipient gets a digest, releases it by the link, it is delivered once, and the next one of this sender passes on
 * the other node, whose console shows the story and the audit.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import PostalMime from 'postal-mime'
import { expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { consoleCalls } from '../support/console-token.ts'
import { dnsServer } from '../support/dns-server.ts'
import { startPostgres } from '../support/postgres.ts'
import { rawClient } from '../support/raw-client.ts'
import { startRedis } from '../support/redis.ts'
import { freePort, scratch } from '../support/scratch.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'
import { type Sink, sink } from '../support/sink.ts'
import { type RelayProcess, relayProcess, stuffed } from './relay-process.ts'

/** A rule of the operator that holds every invoice. */
const RULE = `{ name: 'invoices', checks: 'content', message: async message =>
  /invoice/i.test(message.header.get('subject') ?? '') && { verdict: 'quarantine', reason: 'invoices are held here' } }`

const ZONE = {
  'example.com': { TXT: ['v=spf1 ip4:127.0.0.1 -all'], MX: [{ priority: 10, exchange: 'mx.example.com' }] },
  '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject'] },
  'mx.example.com': { A: ['127.0.0.1'] },
} as const

const invoice = (number: number): string =>
  [
    ...['From: Ann <ann@example.com>', 'To: bob@example.net', `Subject: Invoice ${number}`],
    ...['Date: Mon, 30 Nov 2026 07:00:00 +0000', `Message-ID: <invoice-${number}@example.com>`, ''],
    ...['Dear Bob,', `please find what you owe us for the month of November, number ${number}.`, 'Ann', ''],
  ].join('\r\n')

/** @returns the reply to the message */
async function send(relay: RelayProcess, text: string): Promise<string> {
  const client = rawClient(relay.port)
  await client.reply()
  for (const line of ['EHLO mx.example.com', 'MAIL FROM:<ann@example.com>', 'RCPT TO:<bob@example.net>', 'DATA'])
    await client.say(line)
  client.send(Buffer.from(stuffed(text), 'latin1'))
  const reply = await client.reply()
  client.destroy()
  return reply
}

async function told(...args: readonly string[]): Promise<string> {
  const lines: string[] = []
  await main(args, { out: line => void lines.push(line), error: line => void lines.push(line) })
  return lines.join('\n')
}

const withSubject = (hop: Sink, subject: string): readonly string[] =>
  hop.messages.filter(message => message.includes(`Subject: ${subject}`))

test('a message that was held by mistake is released by its link, and the next one passes on the other node', {
  timeout: INSTALL_TIMEOUT + 180_000,
}, async () => {
  await using folder = await scratch()
  await using hop = await sink()
  const [redis, database] = [await startRedis(), await startPostgres()]
  const dns = await dnsServer(ZONE)
  const [listen, consoleListen] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`]
  const configure = async (node: string, more: object): Promise<string> => {
    const file = join(folder.path, `${node}.config.mjs`)
    const config = {
      ...{ mode: 'enforce', domains: ['example.net'], recipients: 'any', trustedNetworks: [], dns: [dns.address] },
      nextHop: { hosts: [`127.0.0.1:${hop.port}`], tls: 'off' },
      maildir: join(folder.path, node),
      store: { redis: { url: `redis://127.0.0.1:${redis.port}` } },
      log: { history: { postgres: { url: database.url } } },
      filters: { classify: { folder: join(folder.path, node, 'classify') }, greylist: false },
      quarantine: { postgres: { url: database.url } },
      ...more,
    }
    await writeFile(file, `export default { ...${JSON.stringify(config)}, ownFilters: [${RULE}] }`)
    return file
  }
  const digest = { listen, url: `http://${listen}`, rules: [{ when: 'first' }] }
  const first = await configure('one', { mail: { from: 'postern@example.net' }, digest })
  await using one = await relayProcess(['--config', first, '--dns', dns.address])
  await using other = await relayProcess([
    '--config',
    await configure('two', { console: { listen: consoleListen } }),
    '--dns',
    dns.address,
  ])
  await expect.poll(one.tells, { timeout: 30_000 }).toContain('digest/up')

  // Held on one node, although it is what Bob waits for; the other node would hold it, too.
  const reply = await send(one, invoice(1))
  expect(reply).toMatch(/^250 /)
  const ref = /ref=(\w+)/.exec(reply)?.[1] ?? ''
  expect(withSubject(hop, 'Invoice')).toEqual([])

  // Bob gets a digest within a minute.
  await expect.poll(() => withSubject(hop, '1 message held for you').length, { timeout: 60_000 }).toBe(1)
  const parsed = await PostalMime.parse(Buffer.from(withSubject(hop, '1 message held')[0] ?? '', 'latin1'))
  expect(parsed.text).toMatch(/Invoice 1.*and always allow this sender: http:/s)
  const link = /and always allow this sender: (http:\S+)/.exec(parsed.text ?? '')?.[1] ?? ''

  // A scanner follows the link; nothing happens. Bob presses the button, twice.
  const pages = await Promise.all(Array.from({ length: 5 }, async () => await (await fetch(link)).text()))
  expect(withSubject(hop, 'Invoice')).toEqual([])
  const token = /name="token" value="([^"]+)"/.exec(pages[0] ?? '')?.[1] ?? ''
  const press = async () => await fetch(`http://${listen}/d/`, { method: 'POST', body: new URLSearchParams({ token }) })
  const pressed = await Promise.all([press(), press()])
  expect(pressed.map(({ status }) => status).toSorted()).toEqual([200, 409])
  expect(await (pressed.find(({ status }) => status === 200) ?? new Response('')).text()).toContain(
    'ann@example.com is allowed from now on',
  )
  expect(withSubject(hop, 'Invoice 1')).toEqual([expect.stringContaining('X-Postern-Released: ')])

  // The same sender's next invoice passes on the other node, within seconds.
  await expect
    .poll(
      async () => {
        await send(other, invoice(2))
        return withSubject(hop, 'Invoice 2').length
      },
      { timeout: 20_000, interval: 1_000 },
    )
    .toBeGreaterThan(0)

  // It is visible in the story of the session, and was delivered once.
  await expect
    .poll(() => told('trace', ref, '--config', first), { timeout: 20_000 })
    .toMatch(/bob@example\.net \(user\): release .* for bob@example\.net, done/)
  expect(await told('trace', ref, '--config', first)).toMatch(/feedback +\S.*: ham/)
  expect(withSubject(hop, 'Invoice 1')).toHaveLength(1)

  // The console of the other node knows it all, and who released it.
  const ask = await consoleCalls(`http://${consoleListen}`, other.tells)
  expect(JSON.stringify(await ask(`/messages/${ref}`))).toContain('bob@example.net (user): release')
  const { entries } = await ask('/audit?action=release')
  expect(entries).toMatchObject([{ action: 'release', by: 'bob@example.net', role: 'user', result: 'done', ref }])
  await Promise.all([redis.stop(), database.stop(), dns.close()])
})
