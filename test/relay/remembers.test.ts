/** What the relay remembers of senders, and for how long: across relays, and across a restart. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mail } from '../faults/mail.ts'
import { dnsServer } from '../support/dns-server.ts'
import { scratch } from '../support/scratch.ts'
import { deliver, letter, relayProcess } from './relay-process.ts'

test('greylisting is for the suspicious: by one relay asked to come back, another knows, and so it is after a restart', async () => {
  await using folder = await scratch()
  const dns = await dnsServer({ 'example.org': { A: ['127.0.0.1'], TXT: ['v=spf1 ip4:127.0.0.0/8 -all'] } })
  await using _closed = { [Symbol.asyncDispose]: () => dns.close() }
  const store = ['--store', join(folder.path, 'shared', 'store.db')]
  const args = ['--maildir', folder.path, '--dns', dns.address, '--enforce', ...store, '--trusted-network', '127.0.0.1']
  // It has no name that is confirmed.
  const suspect = async (port: number) => (await mail({ port, id: 'new', client: '127.64.0.1' })).reply
  const asked = /^451 4\.7\.1 New sender for this recipient, try again in (\d+) (seconds|minutes) ref=/
  const secondsOf = (reply: string) => {
    const [, count, unit] = asked.exec(reply) ?? []
    return Number(count) * (unit === 'minutes' ? 60 : 1)
  }
  const waits: number[] = []
  for (let start = 0; start < 2; start += 1) {
    await using one = await relayProcess([...args, '--greylist'])
    await using two = await relayProcess([...args, '--greylist'])
    for (const { port } of [one, two]) waits.push(secondsOf(await suspect(port)))
  }
  expect(waits[0]).toBe(300)
  // Each later one has waited since the first.
  expect(waits.slice(1).every(wait => wait > 200 && wait <= 300)).toBe(true)
  await using without = await relayProcess(args)
  expect(await suspect(without.port)).toMatch(/^250 /)
}, 60_000)

test('a store that cannot be opened stops no mail, and is reported', async () => {
  await using folder = await scratch()
  const dns = await dnsServer({ 'example.org': { A: ['127.0.0.1'], TXT: ['v=spf1 ip4:127.0.0.1 -all'] } })
  await using _closed = { [Symbol.asyncDispose]: () => dns.close() }
  const args = ['--maildir', folder.path, '--dns', dns.address, '--enforce', '--store', 'redis://127.0.0.1:9']
  await using relay = await relayProcess(args)
  expect(await deliver(relay.port, letter('away'))).toMatch(/^250 /)
  await expect.poll(relay.tells).toMatch(/^warning: store\/down: the store fails: .*; counts go on in memory$/m)
}, 60_000)
