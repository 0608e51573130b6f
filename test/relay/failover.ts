/** What holds when the store of two relays fails over: mail flows on, lists and limits stay one. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { main } from '../../src/cli/main.ts'
import type { RedisConfig } from '../../src/relay/config/types.ts'
import { dnsServer } from '../support/dns-server.ts'
import { rawClient } from '../support/raw-client.ts'
import { scratch } from '../support/scratch.ts'
import { deliver, letter, type RelayProcess, relayProcess } from './relay-process.ts'

/** Messages that one address may send in an hour. */
const LIMIT = 6

/** What lets a client wait that is not known, and what honest clients of a test have not. */
const UNASKED = { earlyTalker: false, rdns: false, helo: false, content: false }

export interface Failover {
  readonly redis: RedisConfig
  /** Kills the server that holds the data. */
  readonly kill: () => Promise<void>
  /** Settles when another one has taken its place. */
  readonly isOver: () => Promise<void>
}

const address = (number: number): string => `127.${60 + (number >> 8)}.${number & 255}.1`

async function list(...args: readonly string[]): Promise<void> {
  const lines: string[] = []
  const take = (line: string) => void lines.push(line)
  expect([await main(['list', ...args], { out: take, error: take }), lines.join()]).toEqual([0, expect.anything()])
}

/** Whether the relay refuses a client for good, at its greeting or later. */
async function isRefused(relay: RelayProcess, from: string): Promise<boolean> {
  const client = rawClient(relay.port, { from })
  const replies = [await client.reply()]
  for (const line of ['EHLO client.example.org', 'MAIL FROM:<a@example.org>', 'RCPT TO:<b@example.net>'])
    if (replies.at(-1)?.startsWith('2')) replies.push(await client.say(line))
  client.destroy()
  return replies.at(-1)?.startsWith('5') ?? false
}

/** Delivers from ever new addresses to both relays in turn, until it is stopped. */
function traffic(relays: readonly RelayProcess[]) {
  const replies: string[] = []
  let isOver = false
  const going = (async () => {
    for (let count = 0; !isOver; count += 1) {
      const relay = relays[count % relays.length]
      if (relay) replies.push(await deliver(relay.port, letter(`t${count}`), 'b@example.net', address(count)))
      await sleep(20)
    }
  })()
  const stop = async () => {
    isOver = true
    await going
  }
  return { replies, stop }
}

export async function survivesFailover({ redis, kill, isOver }: Failover): Promise<void> {
  await using folder = await scratch()
  const configOf = async (name: string): Promise<string> => {
    const file = join(folder.path, `${name}.json`)
    const limits = [{ what: 'messages', per: 'ip', limit: LIMIT, within: '1h' }]
    const options = {
      ...{ maildir: join(folder.path, name), mode: 'enforce', trustedNetworks: ['192.0.2.0/24'], relays: 2 },
      ...{
        store: { redis },
        filters: { ...UNASKED, rateLimit: { limits } },
        thresholds: { quarantine: 100, reject: 200 },
      },
    }
    await writeFile(file, JSON.stringify(options))
    return file
  }
  const dns = await dnsServer({ 'example.org': { MX: { exchange: 'mx.example.org', priority: 1 } } })
  await using _closed = { [Symbol.asyncDispose]: () => dns.close() }
  const [first, second] = [await configOf('first'), await configOf('second')]
  await using one = await relayProcess(['--config', first, '--dns', dns.address])
  await using other = await relayProcess(['--config', second, '--dns', dns.address])
  const relays = [one, other]
  const refusedByBoth = (from: string) =>
    expect
      .poll(() => Promise.all(relays.map(relay => isRefused(relay, from))), { timeout: 30_000 })
      .toEqual([true, true])
  const accepted = async (from: string, tries: number): Promise<number> => {
    let count = 0
    for (let each = 0; each < tries; each += 1) {
      const relay = relays[each % 2]
      if (relay && (await deliver(relay.port, letter(`l${each}`), 'b@example.net', from)).startsWith('250')) count += 1
    }
    return count
  }

  await list('add', '127.9.9.9', '--deny', '--config', first)
  await refusedByBoth('127.9.9.9')
  expect(await accepted('127.8.8.8', LIMIT / 2)).toBe(LIMIT / 2)

  const mail = traffic(relays)
  await sleep(500)
  await kill()
  await isOver()
  const isBack = (relay: RelayProcess) =>
    relay.tells().lastIndexOf('store/up') > relay.tells().lastIndexOf('store/down')
  await expect.poll(() => relays.map(isBack), { timeout: 30_000 }).toEqual([true, true])
  await expect.poll(() => mail.replies.length, { timeout: 30_000 }).toBeGreaterThan(20)
  await mail.stop()

  expect(mail.replies.filter(reply => !reply.startsWith('250'))).toEqual([])
  for (const relay of relays) expect(relay.tells()).toMatch(/store\/down: .*memory/)
  await refusedByBoth('127.9.9.9')
  await list('add', '127.9.9.8', '--deny', '--config', second)
  await refusedByBoth('127.9.9.8')
  expect(await accepted('127.8.8.8', LIMIT)).toBe(LIMIT / 2)
  expect(await accepted('127.8.8.7', 2 * LIMIT)).toBe(LIMIT)
}
