/** The filters that remember, together: in one gateway, on a store that lasts, and played again from a recording. */
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { trust } from '../../src/facts/trust.ts'
import { greylist } from '../../src/filters/greylist.ts'
import { knownSender } from '../../src/filters/known-sender.ts'
import { reputation } from '../../src/filters/reputation/reputation.ts'
import { type Filter, formatReply, type Gateway, points, postern } from '../../src/index.ts'
import type { Store } from '../../src/model/store.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { redisStore } from '../../src/store/redis/redis.ts'
import { sqliteStore } from '../../src/store/sqlite/sqlite.ts'
import { withFallback } from '../../src/store/with-fallback.ts'
import { clock } from '../../src/testing/clock.ts'
import { type Recording, record, replay } from '../../src/testing/index.ts'
import { ask } from '../../src/testing/probe.ts'
import { zone } from '../../src/testing/zone.ts'
import { send } from '../support/mail-flow.ts'
import { startRedis } from '../support/redis.ts'
import { scratch } from '../support/scratch.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'

const MINUTE = 60_000
const DAY = 86_400_000
const dns = zone({ 'example.net': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] } })
const suspicious: Filter = { name: 'suspicious', mail: () => points(1, 'odd') }
const filters = () => [suspicious, greylist({ wait: '5m' }), reputation(), knownSender()]

/** What a stranger receives, and becomes, over a few messages. */
async function story(gateway: Gateway, later: (ms: number) => Promise<void>): Promise<readonly string[]> {
  const said: string[] = []
  const mail = async (ref: string) => {
    const { decisions } = await send(gateway, { ref })
    const last = decisions.at(-1)
    if (last) said.push(`${formatReply(last.reply)} (${last.findings.map(({ rule }) => rule).join(' ')})`)
  }
  await mail('M1')
  await later(5 * MINUTE)
  await mail('M2')
  await gateway.feedback({ ref: 'M2', label: 'ham', by: 'user:bob' })
  await gateway.recordSent({ from: 'bob@example.org', to: ['alice@example.net'] })
  await mail('M3')
  await gateway.feedback({ ref: 'M3', label: 'ham', by: 'user:bob', undo: true })
  for (const ref of ['M2', 'M3']) await gateway.feedback({ ref, label: 'spam', by: 'user:bob' })
  await mail('M4')
  return said
}
const told = [
  '451 4.7.1 New sender for this recipient, try again in 5 minutes ref=M1 (suspicious greylist)',
  '250 2.6.0 Message accepted ref=M2 (suspicious)',
  '250 2.6.0 Message accepted ref=M3 (reputation/good suspicious reputation/good known-sender/sender)',
  '250 2.6.0 Message accepted ref=M4 (reputation/bad suspicious reputation/bad known-sender/sender)',
]

describe('a stranger comes back, is praised, is written to, and is blamed', () => {
  test('with a store in memory', async () => {
    const hand = clock()
    const gateway = postern({ filters: filters(), dns, clock: hand, store: memoryStore({ clock: hand }) })
    expect((await story(gateway, ms => hand.advance(ms))).map(unordered)).toEqual(told.map(unordered))
  })

  test('with a store on disk, opened again in the middle', async () => {
    await using folder = await scratch()
    const hand = clock({ now: Date.UTC(2026, 0, 1) })
    const file = join(folder.path, 'store.db')
    let open = sqliteStore({ file, clock: hand })
    // A store that is opened anew for what comes later stands behind the same gateway.
    const store: Store = { run: operations => open.run(operations) }
    const gateway = postern({ filters: filters(), dns, clock: hand, store })
    const said = await story(gateway, async ms => {
      await open.close?.()
      await hand.advance(ms)
      open = sqliteStore({ file, clock: hand })
    })
    await open.close?.()
    expect(said.map(unordered)).toEqual(told.map(unordered))
  })
})

test(
  'two gateways on one Redis remember together: who waited at one passes at the other, and so does his record',
  async () => {
    const server = await startRedis()
    const clients = [new Redis(server), new Redis(server)] as const
    try {
      // A machine that is busy with other tests may take its time.
      const stores = clients.map(client => withFallback(redisStore({ client }), { deadline: '30s' }))
      const [one, other] = stores.map(store => postern({ filters: filters(), dns, store }))
      const trusted = (store: Store | undefined) => ask(trust, { dns, ...(store && { store }) })
      if (!one || !other) throw new Error('there are two stores')

      const codes = async (gateway: Gateway) => (await send(gateway)).decisions.map(({ reply }) => reply.code)
      expect(await codes(one)).toEqual([220, 250, 250, 451])
      expect(await codes(other)).toEqual([220, 250, 250, 451])
      // As if five minutes had passed.
      const [key = ''] = await clients[0].keys('*greylist*')
      await clients[0].pexpire(key, 2 * DAY - 5 * MINUTE)
      expect((await codes(other)).at(-1)).toBe(250)

      expect(await trusted(stores[0])).toBe('unknown')
      for (let index = 0; index < 10; index += 1) expect((await codes(one)).at(-1)).toBe(250)
      // What is written in the background goes with the next list, half a second later at most.
      await expect.poll(() => trusted(stores[1]), { timeout: 30_000 }).toBe('known')
      await Promise.all([one.close(), other.close()])
      for (const store of stores) store.stop()
    } finally {
      for (const client of clients) client.disconnect()
      await server.stop()
    }
  },
  INSTALL_TIMEOUT,
)

test('sessions with all of them are played again to the letter, without their store', async () => {
  const recordings: Recording[] = []
  const hand = clock()
  const gateway = record(
    postern({ filters: filters(), dns, clock: hand }),
    recording => void recordings.push(recording),
  )
  await story(gateway, ms => hand.advance(ms))
  expect(recordings).toHaveLength(4)
  for (const recording of recordings) {
    const { steps, missing } = await replay(recording, postern({ filters: filters(), dns: zone({}) }))
    expect([steps.flatMap(({ differences }) => differences), missing]).toEqual([[], []])
  }
})

/** Rules of one line in alphabetical order. */
const unordered = (said: string): string =>
  said.replace(/\((.*)\)$/, (_, rules: string) => `(${rules.split(' ').toSorted().join(' ')})`)
