/** The wall clock of the relay jumps while mail flows: no client escapes a limit, and no client is blocked by it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { dnsServer } from '../support/dns-server.ts'
import { full } from '../support/full.ts'
import { rawClient } from '../support/raw-client.ts'
import { scratch } from '../support/scratch.ts'
import { mail } from './mail.ts'
import { watchedRelay } from './watched-relay.ts'

const HOUR = 3_600_000
/** What `recommended` allows one network in a minute. */
const LIMIT = 300
const NETWORK = '127.90.0.1'

/** The code by which a client from there is greeted. */
async function greeting(port: number): Promise<string> {
  const client = rawClient(port, { from: NETWORK })
  const said = await client.reply()
  client.destroy()
  return said.slice(0, 3)
}

test('D09 the clock of the relay jumps by an hour, to and fro: limits go on, and so does mail', {
  timeout: 180_000,
}, async () => {
  await using folder = await scratch('clock-')
  const authentic = { A: ['127.0.0.1'], TXT: ['v=spf1 ip4:127.0.0.0/8 -all'] }
  const dns = await dnsServer({ 'client.example.org': { A: ['127.0.0.1'] }, 'example.org': authentic })
  await using _closed = { [Symbol.asyncDispose]: () => dns.close() }
  await using relay = await watchedRelay(['--maildir', folder.path, '--dns', dns.address])
  const { port } = relay
  let [knocks, passed] = [0, 0]
  const knock = async () => {
    while (knocks < LIMIT + 20) {
      knocks += 1
      if ((await greeting(port)) === '220') passed += 1
    }
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: 20 }, knock))
  expect(passed).toBe(LIMIT)
  for (const [step, ahead] of [-HOUR, 0, HOUR, 25 * HOUR, 0].entries()) {
    await relay.setClock(ahead)
    expect([ahead, await greeting(port)]).toEqual([ahead, '421'])
    const { reply } = await mail({ port, id: `c${step}` })
    expect([ahead, reply.slice(0, 4)]).toEqual([ahead, '250 '])
  }
  const sessions = () => relay.sessions().filter(({ transactions }) => transactions.length > 0)
  await expect.poll(() => sessions().length).toBe(5)
  expect(sessions().filter(({ ms }) => ms < 0 || ms > HOUR / 2)).toEqual([])
  expect((await relay.holdings()).uncaught).toEqual([])
  if (!full) return
  // Blocked for the minute of the limit, by a clock that does not jump, and no longer.
  await relay.setClock(-HOUR)
  await sleep(Math.max(0, 65_000 - (performance.now() - began)))
  expect(await greeting(port)).toBe('220')
})
