/** How often mail asks a store that is reached over a network, with every filter on that remembers something. */
import { describe, expect, test } from 'vitest'
import { StoredRecords } from '../../src/facts/records.ts'
import { defaultMemory } from '../../src/facts/reputation.ts'
import { type GreylistOptions, greylist } from '../../src/filters/greylist.ts'
import { contentFilters, lists } from '../../src/filters/index.ts'
import { type Gateway, postern } from '../../src/index.ts'
import type { Operation, Store } from '../../src/model/store.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { clock } from '../../src/testing/clock.ts'
import { zone } from '../../src/testing/zone.ts'
import { send } from '../support/mail-flow.ts'
import { filters as countingFilters } from './mail-of-known-senders.ts'

const CLIENTS = 20
const addresses = Array.from({ length: CLIENTS }, (_, n) => n)
const dns = zone({
  'example.net': { TXT: ['v=spf1 ip4:192.0.2.0/24 -all'], MX: [{ priority: 10, exchange: 'out1.example.net' }] },
  '_dmarc.example.net': { TXT: ['v=DMARC1; p=reject'] },
  ...Object.fromEntries(addresses.map(n => [`${n}.2.0.192.in-addr.arpa`, { PTR: `out${n}.example.net` }])),
  ...Object.fromEntries(addresses.map(n => [`out${n}.example.net`, { A: `192.0.2.${n}` }])),
})

/** Another machine: it answers a turn later, and its round trips are counted. */
function far(inner: Store = memoryStore()) {
  const trips: (readonly Operation[])[] = []
  const store: Store = {
    run: async operations => {
      if (operations[0]?.key !== 'fallback:probe') trips.push(operations)
      await new Promise(resolve => setImmediate(resolve))
      return await inner.run(operations)
    },
  }
  return { store, trips }
}

const filters = (grey: GreylistOptions) => [lists(), ...countingFilters(), ...contentFilters(), greylist(grey)]

async function mailing(gateway: Gateway, client = (n: number) => n): Promise<readonly (string | undefined)[]> {
  const verdicts: (string | undefined)[] = []
  for (let n = 0; n < CLIENTS; n += 1) {
    const { decisions } = await send(gateway, { ip: `192.0.2.${client(n)}` })
    verdicts.push(decisions.at(-1)?.verdict)
  }
  return verdicts
}
/** What the last message leaves behind, and the counts of an author and of a domain that were not asked for lately. */
const ONCE = 3
const all = (verdict: string) => Array.from({ length: CLIENTS }, () => verdict)

describe('an ordinary message costs at most three round trips; what it leaves behind goes with the next one', () => {
  const gatewayOn = (store: Store, grey: GreylistOptions = {}) =>
    postern({ name: 'mx.example.org', filters: filters(grey), dns, store, clock: clock() })

  test('the first message of each client', async () => {
    const { store, trips } = far()
    const gateway = gatewayOn(store)
    expect(await mailing(gateway)).toEqual(all('accept'))
    await gateway.close()
    expect(trips.length).toBeLessThanOrEqual(3 * CLIENTS + ONCE)
  })

  test('messages of one client, one after the other', async () => {
    const { store, trips } = far()
    const gateway = gatewayOn(store)
    expect(await mailing(gateway, () => 1)).toEqual(all('accept'))
    await gateway.close()
    expect(trips.length).toBeLessThanOrEqual(3 * CLIENTS + ONCE)
  })

  test('a known sender', async () => {
    const { store, trips } = far()
    const gateway = gatewayOn(store)
    await gateway.recordSent({ from: 'bob@example.org', to: ['alice@example.net'] })
    const before = trips.length
    expect(await mailing(gateway)).toEqual(all('accept'))
    await gateway.close()
    expect(trips.length - before).toBeLessThanOrEqual(3 * CLIENTS + ONCE)
  })

  test('a message that greylisting looks at: when it is new, when it comes back, and from then on', async () => {
    const inner = memoryStore()
    const grey: GreylistOptions = { from: Number.NEGATIVE_INFINITY, wait: 0 }
    const { store, trips } = far(inner)
    const gateway = gatewayOn(store, grey)
    expect(await mailing(gateway)).toEqual(all('accept'))
    const first = trips.length
    // The one more makes the entry.
    expect(first).toBeLessThanOrEqual(3 * CLIENTS + ONCE + 1)
    expect(await mailing(gateway)).toEqual(all('accept'))
    await gateway.close()
    expect(trips.length - first).toBeLessThanOrEqual(3 * CLIENTS + ONCE)
  })
})

test('two nodes that share a store count what one node counts', async () => {
  const contents = async (nodes: number) => {
    const hand = clock()
    const inner = memoryStore({ clock: hand })
    const gateways = Array.from({ length: nodes }, () =>
      postern({ name: 'mx.example.org', filters: filters({}), dns, clock: hand, store: far(inner).store }),
    )
    for (let n = 0; n < 12; n += 1) await send(gateways[n % nodes] as Gateway, { ip: '192.0.2.1' })
    for (const gateway of gateways) await gateway.close()
    const keys = [
      'rate-limit:connections-per-network-within-1m:192.0.2.0/24',
      'rate-limit:transactions-per-network-within-1m:192.0.2.0/24',
      'rate-limit:recipients-per-ip-within-1m:192.0.2.1',
      'rate-limit:messages-per-ip-within-1h:192.0.2.1',
      'reputation:ip:192.0.2.1',
      'reputation:rdns:example.net',
      'reputation:author:example.net',
      'reputation:spf:example.net',
    ]
    return inner.run(keys.map(key => ({ op: 'get', key }) as const)).map(entry => entry?.value)
  }
  const one = await contents(1)
  expect(one.slice(0, 4)).toEqual(['12', '12', '12', '12'])
  expect(await contents(2)).toEqual(one)
})

describe('records of a session', () => {
  test('are read once, in one list with what else is missing, and by every filter', async () => {
    const { store, trips } = far()
    const records = new StoredRecords(store, defaultMemory)
    const [first, again] = await Promise.all([
      records.read(['ip:192.0.2.1', 'rdns:example.net'], ['known:client:192.0.2.1']),
      records.read(['ip:192.0.2.1']),
    ])
    expect([first.sums.length, first.marks, again.sums.length]).toEqual([4, [false], 2])
    await records.read(['spf:example.net', 'rdns:example.net'], ['known:client:192.0.2.1'])
    expect(trips.map(list => list.map(({ op, key }) => `${op} ${key}`))).toEqual([
      [
        'decayingAdd reputation:ip:192.0.2.1',
        'decayingAdd reputation-recent:ip:192.0.2.1',
        'decayingAdd reputation:rdns:example.net',
        'decayingAdd reputation-recent:rdns:example.net',
        'get known:client:192.0.2.1',
      ],
      ['decayingAdd reputation:spf:example.net', 'decayingAdd reputation-recent:spf:example.net'],
    ])
  })

  test('that could not be read are asked for again', async () => {
    let isDown = true
    const inner = memoryStore()
    const run = (operations: readonly Operation[]) => {
      if (isDown) throw new Error('down')
      return inner.run(operations)
    }
    const records = new StoredRecords({ run } as Store, defaultMemory)
    await expect(records.read(['ip:192.0.2.1'])).rejects.toThrow('down')
    isDown = false
    expect((await records.read(['ip:192.0.2.1'])).sums).toEqual([
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ])
  })
})
