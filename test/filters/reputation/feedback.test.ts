/** What people say about messages: counted once, bounded, and taken back without a trace. */
import { describe, expect, test } from 'vitest'
import { type DkimSignature, dkim } from '../../../src/facts/dkim/dkim.ts'
import { decayingAdds, defaultMemory, type Identity } from '../../../src/facts/reputation.ts'
import { reputation } from '../../../src/filters/reputation/reputation.ts'
import { PosternError, postern } from '../../../src/index.ts'
import { memoryStore } from '../../../src/store/memory.ts'
import { clock } from '../../../src/testing/clock.ts'
import { contextAt } from '../../../src/testing/probe.ts'
import { servicesOf } from '../../../src/testing/services.ts'
import { zone } from '../../../src/testing/zone.ts'
import { send } from '../../support/mail-flow.ts'
import { fc, runs } from '../../support/property.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const dns = zone({
  'example.net': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
  'other.example': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
})
const everybody = ['ip:192.0.2.1', 'network:192.0.2.0/24', 'spf:example.net'] as const
const domain = everybody[2]

function world(options: Parameters<typeof reputation>[0] = {}) {
  const hand = clock()
  const store = memoryStore({ clock: hand })
  const gateway = postern({ filters: [reputation(options)], dns, clock: hand, store, name: 'mx.example.org' })
  /** Good and bad, in the long memory and in the recent one. */
  const recordOf = (identity: Identity) =>
    store.run(decayingAdds(identity, defaultMemory)).map(([ham = 0, spam = 0]) => [ham, spam])
  return { gateway, clock: hand, store, recordOf }
}
const counted = (ham: number, spam: number) => [
  [ham, spam],
  [ham, spam],
]

test('a report is charged to all that the message proved, at twice the weight of our own guess', async () => {
  const { gateway, recordOf } = world()
  await send(gateway, { ref: 'M1' })
  await gateway.feedback({ ref: 'M1', label: 'spam', by: 'user:bob' })
  for (const identity of everybody) expect([identity, recordOf(identity)]).toEqual([identity, counted(1, 2)])
})

describe('one reporter', () => {
  test('who says it twice counts once', async () => {
    const { gateway, recordOf } = world()
    await send(gateway, { ref: 'M1' })
    for (const _ of [1, 2, 3]) await gateway.feedback({ ref: 'M1', label: 'spam', by: 'user:bob' })
    await Promise.all([1, 2, 3].map(() => gateway.feedback({ ref: 'M1', label: 'spam', by: 'user:eve' })))
    expect(recordOf(domain)).toEqual(counted(1, 4))
  })

  test('of a person who changes their mind, the last report counts', async () => {
    const { gateway, recordOf } = world()
    await send(gateway, { ref: 'M1' })
    for (const label of ['spam', 'ham', 'spam', 'ham'] as const)
      await gateway.feedback({ ref: 'M1', label, by: 'user:bob' })
    expect(recordOf(domain)).toEqual(counted(3, 0))
  })

  test('weighs what the host says of him, whatever number that is', async () => {
    const weights: Readonly<Record<string, number>> = { trap: 5, liar: 0, broken: Number.NaN, mad: -3 }
    const { gateway, recordOf } = world({ reporter: by => weights[by] ?? 1 })
    await send(gateway, { ref: 'M1' })
    for (const by of Object.keys(weights)) await gateway.feedback({ ref: 'M1', label: 'spam', by })
    expect(recordOf(domain)).toEqual(counted(1, 5))
  })

  test('who lies about everything a sender sends weighs no more than three of his words', async () => {
    const { gateway, recordOf } = world()
    for (let index = 0; index < 50; index += 1) {
      await send(gateway, { ref: `M${index}` })
      await gateway.feedback({ ref: `M${index}`, label: 'spam', by: 'user:liar' })
    }
    expect(recordOf(domain)).toEqual(counted(50, 6))
    const { decisions } = await send(gateway)
    expect(decisions.at(-1)?.score).toBeLessThan(0)
  })
})

test('many who report one message weigh no more than ten', async () => {
  const { gateway, recordOf } = world()
  await send(gateway, { ref: 'M1' })
  for (let index = 0; index < 40; index += 1) await gateway.feedback({ ref: 'M1', label: 'spam', by: `user:${index}` })
  expect(recordOf(domain)).toEqual(counted(1, 20))
})

describe('what is taken back', () => {
  test('was never said, even after half of it is forgotten', async () => {
    const [told, silent] = [world(), world()]
    for (const { gateway } of [told, silent]) await send(gateway, { ref: 'M1' })
    await told.gateway.feedback({ ref: 'M1', label: 'spam', by: 'user:bob' })
    for (const { clock: hand } of [told, silent]) await hand.advance(14 * DAY)
    await told.gateway.feedback({ ref: 'M1', label: 'spam', by: 'user:bob', undo: true })
    for (const identity of everybody) {
      const expected = silent.recordOf(identity)
      for (const [memory, counts] of told.recordOf(identity).entries())
        for (const [index, count] of counts.entries()) expect(count).toBeCloseTo(expected[memory]?.[index] ?? -1, 9)
    }
  })

  test('twice is taken back once, and what was never said changes nothing', async () => {
    const { gateway, recordOf } = world()
    await send(gateway, { ref: 'M1' })
    const bob = { ref: 'M1', label: 'spam', by: 'user:bob' } as const
    await gateway.feedback({ ...bob, by: 'user:eve', undo: true })
    await gateway.feedback(bob)
    await Promise.all([1, 2].map(() => gateway.feedback({ ...bob, undo: true })))
    await gateway.feedback({ ...bob, undo: true })
    expect(recordOf(domain)).toEqual(counted(1, 0))
    await gateway.feedback(bob)
    expect(recordOf(domain)).toEqual(counted(1, 2))
  })
})

describe('which message', () => {
  test('is said by its bytes, and what it proved by the reference: two of one session count twice', async () => {
    const { gateway, recordOf } = world()
    await send(gateway, { ref: 'M1' })
    for (const text of ['one', 'two', 'two'])
      await gateway.feedback({
        ref: 'M1',
        message: Buffer.from(`Subject: ${text}\r\n\r\n`),
        label: 'ham',
        by: 'user:bob',
      })
    for (const identity of everybody) expect([identity, recordOf(identity)]).toEqual([identity, counted(5, 0)])
  })

  test('an unknown reference is a mistake, and says what to do', async () => {
    const { gateway } = world()
    const said = gateway.feedback({ ref: 'N0NE', label: 'spam', by: 'user:bob' })
    await expect(said).rejects.toThrow(PosternError)
    await expect(said).rejects.toThrow('ref: found "N0NE", expected the reference of a message that was received')
  })

  test('is remembered for thirty days and no longer', async () => {
    const { gateway, clock: hand } = world()
    await send(gateway, { ref: 'M1' })
    await hand.advance(30 * DAY - 1)
    await gateway.feedback({ ref: 'M1', label: 'ham', by: 'user:bob' })
    await hand.advance(1)
    await expect(gateway.feedback({ ref: 'M1', label: 'ham', by: 'user:eve' })).rejects.toThrow(PosternError)
  })

  test('of several in one session, only what all of them prove is charged', async () => {
    const { gateway, recordOf } = world()
    await send(gateway, { ref: 'M1' })
    await send(gateway, { ref: 'M1', reversePath: 'alice@other.example' })
    await gateway.feedback({ ref: 'M1', label: 'spam', by: 'user:bob' })
    expect(recordOf('ip:192.0.2.1')).toEqual(counted(2, 2))
    expect(recordOf(domain)).toEqual(counted(1, 0))
    expect(recordOf('spf:other.example')).toEqual(counted(1, 0))
  })

  test('given as bytes proves only its signatures: a forged author is not charged', async () => {
    const { gateway, store } = world()
    const before = store.size
    const message = Buffer.from('From: alice@example.net\nReceived: from mx.example.net [192.0.2.1]\n\nBuy!\n')
    await expect(gateway.feedback({ message, label: 'spam', by: 'user:bob' })).rejects.toThrow('a signed message')
    expect(store.size).toBe(before)
  })

  test('that is signed is charged to its signer, once for the same bytes', async () => {
    const signature = { domain: 'example.com', result: 'pass' } as DkimSignature
    const { store, recordOf } = world()
    const learn = reputation().onFeedback
    for (const _ of [1, 2]) {
      const message = contextAt('message', {
        facts: [[dkim, { result: 'pass', signatures: [signature], ignored: 0 }]],
        message: 'From: alice@example.com\n\nHello\n',
      })
      await learn?.({ label: 'spam', by: 'user:bob', undo: false, message, services: servicesOf({ store }) })
    }
    expect(recordOf('dkim:example.com')).toEqual(counted(0, 2))
  })

  test('a record that somebody else has spoilt in the store is not believed', async () => {
    const { gateway, store } = world()
    for (const value of ['', '{', '"ip:1"', '[1]', '["admin:root"]', 'null']) {
      store.run([{ op: 'set', key: 'reputation:ref:M1', value, ttl: DAY }])
      await expect(gateway.feedback({ ref: 'M1', label: 'spam', by: 'user:bob' })).rejects.toThrow(PosternError)
    }
  })
})

describe('for any reports in any order', () => {
  const said = fc.record({
    message: fc.integer({ min: 0, max: 2 }),
    by: fc.integer({ min: 0, max: 4 }),
    label: fc.constantFrom('ham', 'spam'),
    undo: fc.boolean(),
    wait: fc.integer({ min: 0, max: 5 }),
  })
  type Said = { message: number; by: number; label: 'ham' | 'spam'; undo: boolean; wait: number }
  const played = async (reports: readonly Said[], waits = true) => {
    const { gateway, clock: hand, recordOf } = world({ reporter: () => 1 })
    for (const index of [0, 1, 2]) await send(gateway, { ref: `M${index}` })
    for (const { message, by, wait, ...rest } of reports) {
      await gateway.feedback({ ref: `M${message}`, by: `user:${by}`, ...rest })
      if (waits) await hand.advance(wait * HOUR)
    }
    return { recordOf, gateway }
  }

  test('taking all of it back leaves what was there before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(said, { maxLength: 12 }), async reports => {
        const { recordOf, gateway } = await played(reports)
        for (const { message, by, label } of reports)
          await gateway.feedback({ ref: `M${message}`, by: `user:${by}`, label, undo: true })
        const hours = reports.reduce((sum, { wait }) => sum + wait, 0)
        const [long, recent] = recordOf(domain)
        expect(long?.[0]).toBeCloseTo(3 * 2 ** (-hours / (14 * 24)), 9)
        expect(recent?.[0]).toBeCloseTo(3 * 2 ** (-hours / 24), 9)
        expect(long?.[1]).toBeCloseTo(0, 9)
        expect(recent?.[1]).toBeCloseTo(0, 9)
      }),
      { numRuns: runs(40) },
    )
  })

  test('said at one moment, the order of different reporters is nothing to the record', async () => {
    const reports = fc.uniqueArray(said, { maxLength: 10, selector: ({ message, by }) => `${message} ${by}` })
    const shuffled = reports.chain(list =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length })),
    )
    await fc.assert(
      fc.asyncProperty(shuffled, async ([one, other]) => {
        const [a, b] = [await played(one, false), await played(other, false)]
        for (const identity of everybody) expect(a.recordOf(identity)).toEqual(b.recordOf(identity))
      }),
      { numRuns: runs(40) },
    )
  })
})

test('a store that fails in the middle leaves nothing said, so that it can be said again', async () => {
  const { gateway, store, recordOf } = world()
  await send(gateway, { ref: 'M1' })
  let trips = 0
  const filter = reputation()
  const failing = {
    run: (operations: Parameters<typeof store.run>[0]) => {
      trips += 1
      if (trips === 4) throw new Error('away')
      return store.run(operations)
    },
  } as typeof store
  const example = { label: 'spam', by: 'user:bob', undo: false, ref: 'M1' } as const
  await expect(filter.onFeedback?.({ ...example, services: { ...gateway.services, store: failing } })).rejects.toThrow(
    'away',
  )
  await filter.onFeedback?.({ ...example, services: gateway.services })
  expect(recordOf(domain)).toEqual(counted(1, 2))
})
