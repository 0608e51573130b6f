/** Whom to let in first when there is too much to do. */
import { describe, expect, test, vi } from 'vitest'
import { type Counts, decayingAdds, defaultMemory, type Identity } from '../../src/facts/reputation.ts'
import { addressMark, clientMark, senderTrust, trust, trustBy } from '../../src/facts/trust.ts'
import type { Operation, Store } from '../../src/model/store.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { clock } from '../../src/testing/clock.ts'
import { ask } from '../../src/testing/probe.ts'
import { zone } from '../../src/testing/zone.ts'

const DAY = 86_400_000
const dns = () =>
  zone({
    '1.2.0.192.in-addr.arpa': { PTR: 'mx.example.net' },
    'mx.example.net': { A: '192.0.2.1' },
    'example.net': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
    'open.example': { TXT: ['v=spf1 +all'] },
  })
const counts = (given: Partial<Counts>): Counts => ({ ham: 0, spam: 0, deferred: 0, refused: 0, ...given })

/** A store in which somebody has a record, or a mark. */
function stored(records: readonly (readonly [Identity, Partial<Counts>])[], marks: readonly string[] = []) {
  const hand = clock()
  const store = memoryStore({ clock: hand })
  for (const [identity, given] of records) store.run(decayingAdds(identity, defaultMemory, counts(given)))
  for (const key of marks) store.run([{ op: 'set', key, value: '', ttl: DAY }])
  return { store, clock: hand }
}

describe('the client', () => {
  test.for([
    ['nothing is known of it', [], [], 'unknown'],
    ['nine good messages are not enough', [['ip:192.0.2.1', { ham: 9 }]], [], 'unknown'],
    ['ten good messages are', [['ip:192.0.2.1', { ham: 10 }]], [], 'known'],
    ['ten bad messages are', [['ip:192.0.2.1', { spam: 10 }]], [], 'bad'],
    ['half of the messages are bad', [['ip:192.0.2.1', { ham: 30, spam: 30 }]], [], 'unknown'],
    ['its name is known', [['rdns:example.net', { ham: 10 }]], [], 'known'],
    ['its name is bad', [['rdns:example.net', { spam: 10 }]], [], 'bad'],
    [
      'it is a bad host of a good name',
      [
        ['ip:192.0.2.1', { spam: 10 }],
        ['rdns:example.net', { ham: 99 }],
      ],
      [],
      'bad',
    ],
    [
      'it is a good host of a bad name',
      [
        ['ip:192.0.2.1', { ham: 10 }],
        ['rdns:example.net', { spam: 99 }],
      ],
      [],
      'known',
    ],
    ['its network is bad throughout', [['network:192.0.2.0/24', { spam: 99 }]], [], 'bad'],
    ['its network has good neighbours, too', [['network:192.0.2.0/24', { ham: 20, spam: 99 }]], [], 'unknown'],
    ['a good network makes no client known', [['network:192.0.2.0/24', { ham: 999 }]], [], 'unknown'],
    ['it carried mail of a known sender', [], [clientMark('192.0.2.1')], 'known'],
    ['it did, and is bad', [['ip:192.0.2.1', { spam: 10 }]], [clientMark('192.0.2.1')], 'bad'],
    ['another client is known', [['ip:192.0.2.2', { ham: 99 }]], [clientMark('192.0.2.2')], 'unknown'],
  ] as const)('%s', async ([, records, marks, expected]) => {
    expect(await ask(trust, { dns: dns(), ...stored(records, marks) })).toBe(expected)
  })

  test('has the record of its IPv6 /64', async () => {
    const { store, clock } = stored([['ip:2001:db8:1:2::/64', { spam: 10 }]])
    expect(await ask(trust, { ip: '2001:db8:1:2::7', store, clock })).toBe('bad')
    expect(await ask(trust, { ip: '2001:db8:1:3::7', store, clock })).toBe('unknown')
  })

  test('whose address has a record costs one read of the store and no lookup', async () => {
    const asked = dns()
    const { store, clock } = stored([['ip:192.0.2.1', { ham: 10 }]])
    const run = vi.fn<Store['run']>(operations => store.run(operations))
    expect(await ask(trust, { dns: asked, store: { run } as Store, clock })).toBe('known')
    expect(run).toHaveBeenCalledTimes(1)
    expect(asked.asked).toEqual([])
  })

  test('is unknown again when its record has decayed', async () => {
    const { store, clock } = stored([['ip:192.0.2.1', { spam: 12 }]])
    expect(await ask(trust, { store, clock })).toBe('bad')
    clock.pass(14 * DAY)
    expect(await ask(trust, { store, clock })).toBe('unknown')
  })

  test('with a long good record and a bad recent one is bad', async () => {
    const { store, clock } = stored([['ip:192.0.2.1', { ham: 500 }]])
    clock.pass(14 * DAY)
    expect(await ask(trust, { store, clock })).toBe('known')
    store.run(decayingAdds('ip:192.0.2.1', defaultMemory, counts({ spam: 20 })))
    expect(await ask(trust, { store, clock })).toBe('bad')
  })

  test('is unknown while the store fails', async () => {
    const store = { run: () => Promise.reject(new Error('away')) }
    expect(await ask(trust, { dns: dns(), store })).toBe('unknown')
  })

  test('has the half-lives that trustBy is given', async () => {
    const memory = { halfLife: DAY, recent: DAY }
    const { store, clock } = stored([])
    store.run(decayingAdds('ip:192.0.2.1', memory, counts({ spam: 10 })))
    expect(await ask(trustBy(memory), { store, clock })).toBe('bad')
  })
})

describe('the sender', () => {
  const from = (reversePath: string) => ({ dns: dns(), reversePath })
  const known = stored([['spf:example.net', { ham: 10 }]], [addressMark('bob@open.example')])

  test.for([
    ['a domain with a good record', 'a@example.net', [['spf:example.net', { ham: 10 }]], [], 'known'],
    ['a domain with a bad record', 'a@example.net', [['spf:example.net', { spam: 10 }]], [], 'bad'],
    ['a domain of which nothing is known', 'a@example.net', [], [], 'unknown'],
    ['somebody our users write to', 'Bob@Example.Net', [], [addressMark('bob@example.net')], 'known'],
    ['somebody beside him', 'eve@example.net', [], [addressMark('bob@example.net')], 'unknown'],
    ['a forged known address', 'bob@forged.example', [], [addressMark('bob@forged.example')], 'unknown'],
    [
      'an address of a domain that lets everybody send',
      'bob@open.example',
      [],
      [addressMark('bob@open.example')],
      'unknown',
    ],
    [
      'a bad client with a known address',
      'bob@example.net',
      [['ip:192.0.2.1', { spam: 10 }]],
      [addressMark('bob@example.net')],
      'bad',
    ],
    ['a known client with a forged address', 'a@forged.example', [['ip:192.0.2.1', { ham: 10 }]], [], 'known'],
  ] as const)('%s', async ([, reversePath, records, marks, expected]) => {
    expect(await ask(senderTrust, { ...from(reversePath), ...stored(records, marks) })).toBe(expected)
  })

  test('a bounce is checked by the name in the greeting, and marks no address', async () => {
    const world = { ...from(''), helo: 'example.net', ...stored([], [addressMark('')]) }
    expect(await ask(senderTrust, world)).toBe('unknown')
    expect(await ask(senderTrust, { ...world, ...known })).toBe('known')
  })
})

test('reading a record adds nothing to the store', async () => {
  const operations: Operation[] = []
  const { store, clock } = stored([])
  const spied = {
    run: (list: readonly Operation[]) => {
      operations.push(...list)
      return store.run(list)
    },
  }
  await ask(senderTrust, { dns: dns(), reversePath: 'a@example.net', store: spied as Store, clock })
  expect(operations.length).toBeGreaterThan(0)
  expect(store.size).toBe(0)
})
