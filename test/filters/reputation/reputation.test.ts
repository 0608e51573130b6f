/**
 * Records of those who send: what is charged to whom, what it says of the next message, and how little can be forged.
 */
import { describe, expect, test } from 'vitest'
import { type DkimSignature, dkim } from '../../../src/facts/dkim/dkim.ts'
import { decayingAdds, defaultMemory, type Identity } from '../../../src/facts/reputation.ts'
import { reputation } from '../../../src/filters/reputation/reputation.ts'
import {
  defer,
  type Filter,
  type Findings,
  PosternError,
  points,
  postern,
  quarantine,
  reject,
} from '../../../src/index.ts'
import type { Store } from '../../../src/model/store.ts'
import { memoryStore } from '../../../src/store/memory.ts'
import { clock } from '../../../src/testing/clock.ts'
import { probe } from '../../../src/testing/probe.ts'
import { zone } from '../../../src/testing/zone.ts'
import { type Sent, send } from '../../support/mail-flow.ts'

const DAY = 86_400_000
const dns = zone({
  '1.2.0.192.in-addr.arpa': { PTR: 'mx.example.net' },
  'mx.example.net': { A: '192.0.2.1' },
  'example.net': { TXT: ['v=spf1 ip4:192.0.2.1 ip4:198.51.100.1 -all'] },
  '_dmarc.example.net': { TXT: ['v=DMARC1; p=reject'] },
})
const everybody = [
  ...(['ip:192.0.2.1', 'network:192.0.2.0/24', 'rdns:example.net'] as const),
  ...(['author:example.net', 'spf:example.net'] as const),
]
const client = everybody.slice(0, 3)

/** A gateway with its own record; `others` say what they find by the subject. */
function world(others: Partial<Filter> = {}, options: Parameters<typeof reputation>[0] = {}) {
  const hand = clock()
  const store = memoryStore({ clock: hand })
  const filters = [{ name: 'others', ...others }, reputation(options)]
  return { gateway: postern({ filters, dns, clock: hand, store, name: 'mx.example.org' }), clock: hand, store }
}
const recordOf = (store: ReturnType<typeof memoryStore>, identity: Identity): readonly number[] =>
  store.run([decayingAdds(identity, defaultMemory)[0]])[0]

test('one message is charged once to each identity that it proves, however many recipients it has', async () => {
  const { gateway, store } = world()
  await send(gateway, { forwardPaths: ['a@example.org', 'b@example.org', 'c@example.org'] })
  for (const identity of everybody) expect([identity, recordOf(store, identity)]).toEqual([identity, [1, 0, 0, 0]])
})

test('signers of the whole body are charged by organisation, others are not', async () => {
  const signature: DkimSignature = {
    domain: 'r7.mail.example.com',
    selector: 's',
    identity: '',
    algorithm: 'rsa-sha256',
    result: 'pass',
    reason: '',
    fields: ['from'],
    unsigned: [],
    b: '',
  }
  const signatures = [
    signature,
    { ...signature, domain: 'partial.example', partial: { signed: 0, total: 9 } },
    { ...signature, domain: 'broken.example', result: 'fail' as const },
  ]
  const filter = reputation()
  const store = memoryStore({ clock: clock() })
  store.run(decayingAdds('dkim:example.com', defaultMemory, { ham: 40, spam: 0, deferred: 0, refused: 0 }))
  for (const domain of ['partial.example', 'broken.example'])
    store.run(decayingAdds(`dkim:${domain}`, defaultMemory, { ham: 0, spam: 99, deferred: 0, refused: 0 }))
  const facts = [[dkim, { result: 'pass', signatures, ignored: 0 }]] as const
  expect(await probe(filter, { store, clock: clock(), facts, body: 'Hello' })).toEqual([
    points(-1.2, 'example.com (DKIM): 40 good, 0 bad in a memory of 14 days: 96 % good, certain to 80 %', {
      rule: 'reputation/good',
    }),
  ])
})

describe('what is charged', () => {
  const message = (findings: Findings): Partial<Filter> => ({ order: 'late', message: () => findings })
  const cases: readonly (readonly [string, Partial<Filter>, charged: readonly number[], to: readonly Identity[]])[] = [
    ['an accepted message is good', {}, [1, 0, 0, 0], everybody],
    ['a message with more than a point is neither', message(points(2, 'odd')), [0, 0, 0, 0], everybody],
    ['a message quarantined for its points is spam', message(points(7, 'odd')), [0, 1, 0, 0], everybody],
    ['one refused for its points is spam', message(points(20, 'odd')), [0, 1, 0, 0], everybody],
    ['one refused for its content is spam', message(reject('5.7.1', 'a virus')), [0, 1, 0, 0], everybody],
    ['one refused before its senders are known', { message: () => reject('5.7.1', 'a virus') }, [0, 1, 0, 0], client],
    ['one whose author is not proven is refused', message(reject('5.7.26', 'DMARC')), [0, 0, 0, 1], everybody],
    ['a malformed message is refused', { header: () => reject('5.6.0', 'two From') }, [0, 0, 0, 1], client],
    ['a message that loops says nothing', message(reject('5.4.6', 'a loop')), [0, 0, 0, 0], everybody],
    ['a message quarantined for certain says nothing', message(quarantine('encrypted')), [0, 0, 0, 0], everybody],
    ['an unknown recipient is a refusal', { rcpt: () => reject('5.1.1', 'nobody') }, [0, 0, 0, 1], client],
    ['too much at once is a deferral', { rcpt: () => defer('4.7.0', 'too much') }, [0, 0, 1, 0], client],
    ['overload is our own trouble', { connect: () => defer('4.3.2', 'too busy') }, [0, 0, 0, 0], client],
    ['a full disk is our own trouble', message(defer('4.3.1', 'no space')), [0, 0, 0, 0], everybody],
    ['a failure of DNS is not the sender’s fault', { mail: () => defer('4.7.24', 'no answer') }, [0, 0, 0, 0], client],
    ['a connection refused is a refusal', { connect: () => reject('5.7.1', 'no') }, [0, 0, 0, 1], client.slice(0, 2)],
  ]
  test.for(cases)('%s', async ([, others, charged, to]) => {
    const { gateway, store } = world(others)
    await send(gateway)
    for (const identity of everybody)
      expect([identity, recordOf(store, identity)]).toEqual([identity, to.includes(identity) ? charged : [0, 0, 0, 0]])
  })

  test('greylisting is no guilt', async () => {
    const { gateway, store } = world({ name: 'greylist', rcpt: () => defer('4.7.1', 'come back') })
    await send(gateway)
    expect(recordOf(store, 'ip:192.0.2.1')).toEqual([0, 0, 0, 0])
  })

  test('a hundred refused recipients of one transaction are one refusal', async () => {
    const { gateway, store } = world({ rcpt: () => reject('5.1.1', 'nobody') })
    await send(gateway, { forwardPaths: Array.from({ length: 100 }, (_, index) => `${index}@example.org`) })
    expect(recordOf(store, 'ip:192.0.2.1')).toEqual([0, 0, 0, 1])
  })

  test('what shadow mode would have done is charged to no address, and what was accepted there is good', async () => {
    const hand = clock()
    const store = memoryStore({ clock: hand })
    const others: Filter = { name: 'others', message: () => reject('5.7.1', 'a virus') }
    const shadowed = { dns, clock: hand, store, mode: 'shadow' } as const
    await send(postern({ ...shadowed, filters: [others, reputation()] }))
    expect(recordOf(store, 'ip:192.0.2.1')).toEqual([0, 0, 0, 0])
    await send(postern({ ...shadowed, filters: [reputation()] }))
    expect(recordOf(store, 'ip:192.0.2.1')).toEqual([1, 0, 0, 0])
  })

  test('users who have authenticated have no record', async () => {
    const { gateway, store } = world()
    await send(gateway, { user: 'alice' })
    expect(store.size).toBe(0)
  })
})

describe('what a record says', () => {
  const recorded = async (good: number, bad: number, sent: Sent = {}) => {
    const { gateway, clock: hand, store } = world()
    const counts = { ham: good, spam: bad, deferred: 0, refused: 0 }
    for (const identity of everybody) store.run(decayingAdds(identity, defaultMemory, counts))
    const { decisions } = await send(gateway, sent)
    return { findings: decisions.at(-1)?.findings, hand, gateway }
  }

  test('a good one takes points away: half for the client, half for the senders', async () => {
    const { findings } = await recorded(120, 3)
    expect(findings).toEqual([
      points(-1.2, '192.0.2.1: 120 good, 3 bad in a memory of 14 days: 96 % good, certain to 92 %', {
        rule: 'reputation/good',
      }),
      points(-1.2, 'example.net (DMARC): 120 good, 3 bad in a memory of 14 days: 96 % good, certain to 92 %', {
        rule: 'reputation/good',
      }),
    ])
  })

  test('a bad one costs points, but never so many that it alone would refuse', async () => {
    const { findings } = await recorded(0, 10_000)
    expect(findings).toEqual([
      points(4, '192.0.2.1: 0 good, 10000 bad in a memory of 14 days: 0 % good, certain to 100 %', {
        rule: 'reputation/bad',
      }),
      points(4, 'example.net (DMARC): 0 good, 10000 bad in a memory of 14 days: 0 % good, certain to 100 %', {
        rule: 'reputation/bad',
      }),
    ])
  })

  test('none says nothing', async () => {
    expect((await recorded(0, 0)).findings).toEqual([])
  })

  test('a forged author, reverse-path and name gain nothing from the record of the one they pretend to be', async () => {
    const { findings } = await recorded(120, 0, { ip: '203.0.113.9', helo: 'mx.example.net' })
    expect(findings).toEqual([])
  })

  test('half of it is forgotten with each half-life', async () => {
    const { gateway, clock: hand, store } = world({}, { halfLife: '7d' })
    const memory = { ...defaultMemory, halfLife: 7 * DAY }
    store.run(decayingAdds('ip:192.0.2.1', memory, { ham: 0, spam: 80, deferred: 0, refused: 0 }))
    await hand.advance(14 * DAY)
    expect((await send(gateway)).decisions[0]?.findings).toEqual([
      points(2.7, '192.0.2.1: 0 good, 20 bad in a memory of 7 days: 27 % good, certain to 67 %', {
        rule: 'reputation/bad',
      }),
    ])
  })

  test('it does not feed on itself: what is quarantined for its record alone is charged nothing', async () => {
    const { gateway, store } = world()
    for (const identity of everybody)
      store.run(decayingAdds(identity, defaultMemory, { ham: 0, spam: 1_000, deferred: 0, refused: 0 }))
    expect((await send(gateway)).outcome).toMatchObject({ verdict: 'quarantine', score: 8 })
    expect(recordOf(store, 'ip:192.0.2.1')).toEqual([0, 1_000, 0, 0])
  })
})

describe('attacks', () => {
  test('who takes another IPv6 address of his /64 for each message is one client', async () => {
    const { gateway, store } = world({ message: () => points(9, 'spam') })
    for (let index = 1; index <= 5; index += 1) await send(gateway, { ip: `2001:db8:1:2::${index}` })
    expect(recordOf(store, 'ip:2001:db8:1:2::/64')).toEqual([0, 5, 0, 0])
    expect(recordOf(store, 'network:2001:db8:1::/48')).toEqual([0, 5, 0, 0])
  })

  test('who farms a good record and then turns is neutral after ten spams and pays after twenty', async () => {
    let isSpam = false
    const { gateway, clock: hand } = world({ message: () => isSpam && points(9, 'spam') })
    for (let day = 0; day < 20; day += 1) {
      for (let count = 0; count < 10; count += 1) await send(gateway)
      await hand.advance(DAY)
    }
    const scores: number[] = []
    isSpam = true
    for (let count = 0; count < 25; count += 1) scores.push((await send(gateway)).outcome?.score ?? 0)
    expect(scores[0]).toBeCloseTo(9 - 2.8, 5)
    expect(scores[10]).toBeGreaterThan(8.9)
    expect(scores[24]).toBeGreaterThan(11)
    // At no time was a spam worth less than the threshold at which it is quarantined.
    expect(Math.min(...scores)).toBeGreaterThanOrEqual(6)
  })

  test('D08 the identities of two thousand sprayed messages stay within the bound of the store', async () => {
    const hand = clock()
    const store = memoryStore({ clock: hand, entries: 500 })
    const gateway = postern({ filters: [reputation()], dns, clock: hand, store })
    for (let index = 0; index < 2_000; index += 1)
      await send(gateway, { ip: `10.${index >> 8}.${index & 255}.7`, reversePath: `${index}@r${index}.example` })
    expect(store.size).toBeLessThanOrEqual(500)
  })

  test('a store that hangs gathers no more than a thousand charges under way', async () => {
    let asked = 0
    const store: Store = {
      run: operations => {
        asked += operations.filter(({ key }) => key !== 'fallback:probe').length
        return new Promise<never>(() => {})
      },
    }
    const filter = reputation()
    const refuse: Filter = { name: 'others', connect: () => reject('5.7.1', 'no') }
    const listening: Filter = { name: 'listening', ...(filter.onDecision && { onDecision: filter.onDecision }) }
    const hand = clock()
    const gateway = postern({ filters: [refuse, listening], dns, clock: hand, store })
    for (let index = 0; index < 1_500; index += 1) await gateway.open({ ip: '192.0.2.1' }).connect()
    await hand.advance(500)
    // The address and its network, two memories each.
    expect(asked).toBe(4 * 1_000)
  })

  test('a store that fails lets mail pass and is named', async () => {
    const store: Store = { run: () => Promise.reject(new Error('away')) }
    expect(await probe(reputation(), { dns, store, reversePath: 'a@example.net', body: 'Hello' })).toEqual([
      { rule: 'reputation/failed', reason: 'reputation failed: away' },
      { rule: 'reputation/failed', reason: 'reputation failed: away' },
    ])
  })
})

test('all identities of a message are looked up in one round trip, and charged in another', async () => {
  const hand = clock()
  const inner = memoryStore({ clock: hand })
  const trips: number[] = []
  const store = {
    run: (operations: Parameters<Store['run']>[0]) => {
      trips.push(operations.length)
      return inner.run(operations)
    },
  } as Store
  await send(postern({ filters: [reputation()], dns, clock: hand, store }))
  await hand.advance(500)
  await new Promise(resolve => setImmediate(resolve))
  // The client's three identities and its mark, the senders' two, two memories each, and when store and author were
  // first seen; then all with the reference.
  expect(trips).toEqual([7, 6, 13])
})

test.for([
  [{ good: -1 }, 'good: found -1'],
  [{ bad: Number.NaN }, 'bad: found NaN'],
  [{ halfLife: 'soon' as '1d' }, 'halfLife: found "soon"'],
  [{ halfLife: 0, keep: 0 }, 'halfLife: found 0, expected a duration'],
] as const)('%j is a mistake of configuration', ([options, words]) => {
  expect(() => reputation(options)).toThrow(PosternError)
  expect(() => reputation(options)).toThrow(words)
})
