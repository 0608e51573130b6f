/** After an outage everybody comes back at once: the relay takes what it can bear, and spreads the rest. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { dnsServer } from '../support/dns-server.ts'
import { scratch } from '../support/scratch.ts'
import { sink } from '../support/sink.ts'
import { isBack } from './leaks.ts'
import { mail, type Sent, wrongs } from './mail.ts'
import { tcpProxy } from './proxy.ts'
import { watchedRelay } from './watched-relay.ts'

const SENDERS = 160
/** The most sessions that the relay has at once. */
const MAX = 20
/** What stands for a minute, in milliseconds, on a machine that has nothing else to do. */
const SHORTEST_MINUTE = 250
/** When a sender comes back who was not told when. */
const USUAL = 5

interface Attempt extends Sent {
  /** Minutes after the service came back, by its reply. */
  readonly at: number
  /** How long it was asked to wait, in minutes. */
  readonly told?: number
}

const toldBy = (reply: string): number | undefined => {
  const [, minutes] = /^421 4\.3\.2 .* in about (\d+) minutes/.exec(reply) ?? []
  return minutes === undefined ? undefined : Number(minutes)
}

test('O06 all who were deferred in an outage come back at once: spread, taken, and no second collapse', {
  timeout: 240_000,
}, async () => {
  await using folder = await scratch('storm-')
  const dns = await dnsServer({
    'client.example.org': { A: ['127.0.0.1'] },
    'example.org': { A: ['127.0.0.1'], TXT: ['v=spf1 ip4:127.80.0.0/16 -all'] },
  })
  await using _closed = { [Symbol.asyncDispose]: () => dns.close() }
  await using hop = await sink()
  await using way = await tcpProxy(hop.port, 30)
  const next = ['--domain', 'example.net', '--next-hop', `127.0.0.1:${way.port}`, '--sessions', `${MAX}`]
  await using relay = await watchedRelay(['--maildir', folder.path, '--dns', dns.address, ...next])
  const attempt = (sender: number) => mail({ port: relay.port, id: `o${sender}`, client: `127.80.${sender % 250}.1` })
  expect((await attempt(999)).reply).toMatch(/^250 /)
  const before = await relay.holdings()

  await way.become('refuse')
  const outage = await Promise.all(Array.from({ length: SENDERS }, (_, sender) => attempt(sender)))
  expect(outage.filter(({ reply }) => !/^4\d\d /.test(reply))).toEqual([])

  await way.become('slow')
  // After an outage the next hop is left alone for some seconds.
  let took = 0
  const first = async () => {
    const { took: ms, reply } = await attempt(998)
    took = ms
    return reply
  }
  await expect.poll(first, { timeout: 60_000, interval: 500 }).toMatch(/^250 /)
  const minute = Math.max(SHORTEST_MINUTE, took / 2)
  const attempts: Attempt[] = []
  let most = 0
  const watch = setInterval(() => {
    most = Math.max(most, hop.open())
  }, 5)
  await Promise.all(
    Array.from({ length: SENDERS }, async (_, sender) => {
      let at = 0
      for (let count = 0; count < 30; count += 1) {
        const one = await attempt(sender)
        const told = toldBy(one.reply)
        attempts.push({ ...one, at, ...(told !== undefined && { told }) })
        if (one.reply.startsWith('250')) return
        at += told ?? USUAL
        await sleep((told ?? USUAL) * minute)
      }
    }),
  )
  clearInterval(watch)
  await way.become('open')

  // Each client is served, once, and none is refused.
  const last = attempts.filter(({ reply }) => reply.startsWith('250'))
  expect(last).toHaveLength(SENDERS)
  expect(attempts.filter(({ reply }) => !/^(?:250|4\d\d) /.test(reply))).toEqual([])
  expect(wrongs(attempts, hop.messages)).toEqual([])
  // What is behind never sees more than the relay has places.
  expect(most).toBeLessThanOrEqual(MAX)
  // Those who are turned away are not asked to come back together.
  const told = attempts.flatMap(({ at, told: minutes }) => (minutes === undefined ? [] : [Math.round(at + minutes)]))
  expect(told.length).toBeGreaterThan(10)
  const together = Math.max(...Array.from(Map.groupBy(told, minute => minute).values(), ({ length }) => length))
  expect(together).toBeLessThan(SENDERS / 3)
  expect(attempts.length).toBeLessThan(SENDERS * 8)
  await isBack(relay, before, expect)
})
