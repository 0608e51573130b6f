/** What a record says: the arithmetic, for any counts. */
import { describe, expect, test } from 'vitest'
import type { Identities } from '../../src/facts/identities.ts'
import {
  type Counts,
  clientIdentities,
  decayingAdds,
  defaultMemory,
  describeStanding,
  senderIdentities,
  standingsOf,
} from '../../src/facts/reputation.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { clock } from '../../src/testing/clock.ts'
import { fc } from '../support/property.ts'

const DAY = 86_400_000
const count = fc.double({ min: 0, max: 1e6, noNaN: true })
const anySums = fc.tuple(count, count, count, count)
type Sums = readonly [number, number, number, number]
const tendency = (long: Sums, recent: Sums = [0, 0, 0, 0]): number =>
  standingsOf(['dkim:example.net'], [long, recent], defaultMemory)[0]?.tendency ?? Number.NaN

describe('a tendency', () => {
  test('is between -1 and 1, whatever the store returns', () => {
    const anything = fc.double()
    fc.assert(
      fc.property(fc.tuple(anything, anything, anything, anything), anySums, (wild, tame) => {
        for (const found of [tendency(tame), tendency(tame, tame)]) {
          expect(found).toBeGreaterThanOrEqual(-1)
          expect(found).toBeLessThanOrEqual(1)
        }
        const [standing] = standingsOf(['dkim:example.net'], [wild, []], defaultMemory)
        expect(Math.abs(standing?.tendency ?? 2)).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('never gets worse by good messages nor better by bad ones', () => {
    fc.assert(
      fc.property(anySums, anySums, count, fc.integer({ min: 1, max: 3 }), (long, recent, more, kind) => {
        const [ham, ...bad] = long
        expect(tendency([ham + more, bad[0], bad[1], bad[2]], recent)).toBeLessThanOrEqual(
          tendency(long, recent) + 1e-12,
        )
        const worse = long.map((sum, index) => (index === kind ? sum + more : sum)) as unknown as Sums
        expect(tendency(worse, recent)).toBeGreaterThanOrEqual(tendency(long, recent) - 1e-12)
      }),
    )
  })

  test('is 0 without a record, and returns to 0 as the record decays', () => {
    expect(tendency([0, 0, 0, 0])).toBe(0)
    const hand = clock()
    const store = memoryStore({ clock: hand })
    const counts: Counts = { ham: 0, spam: 500, deferred: 0, refused: 0 }
    store.run(decayingAdds('ip:192.0.2.1', defaultMemory, counts))
    const seen: number[] = []
    for (let week = 0; week < 17; week += 1) {
      seen.push(
        standingsOf(['ip:192.0.2.1'], store.run(decayingAdds('ip:192.0.2.1', defaultMemory)), defaultMemory)[0]
          ?.tendency ?? -1,
      )
      hand.pass(7 * DAY)
    }
    expect(seen).toEqual(seen.toSorted((a, b) => b - a))
    expect(seen[0]).toBeGreaterThan(0.97)
    expect(seen.at(-1)).toBe(0)
  })
})

test.for([
  [[120, 3, 0, 0], 'example.net (DKIM): 120 good, 3 bad in a memory of 14 days: 96 % good, certain to 92 %'],
  [[0, 0, 0, 0], 'example.net (DKIM): 0 good, 0 bad in a memory of 14 days: 80 % good, certain to 0 %'],
  [[1, 0, 4, 7], 'example.net (DKIM): 1 good, 2.5 bad in a memory of 14 days: 67 % good, certain to 26 %'],
] as const)('%j is said as: %s', ([long, words]) => {
  expect(standingsOf(['dkim:example.net'], [long, [0, 0, 0, 0]], defaultMemory).map(describeStanding)).toEqual([words])
})

test('the recent record counts when it is worse', () => {
  const sums = [
    [400, 0, 0, 0],
    [2, 20, 0, 0],
  ]
  expect(standingsOf(['ip:192.0.2.1'], sums, defaultMemory).map(describeStanding)).toEqual([
    '192.0.2.1: 2 good, 20 bad in a memory of 24 hours: 31 % good, certain to 69 %',
  ])
})

describe('identities', () => {
  const proven: Identities = {
    ...{ ip: '2001:db8:1:2::3', network: '2001:db8:1:2::/64', rdns: 'example.net' },
    ...{ spf: 'bounce.r7.example.co.uk', dkim: ['a.example.co.uk', 'b.example.co.uk', 'alice.github.io'] },
    author: 'example.co.uk',
  }

  test('of a client are its address, its network and its name', () => {
    expect(clientIdentities({ ip: '192.0.2.1' })).toEqual(['ip:192.0.2.1', 'network:192.0.2.0/24'])
    expect(clientIdentities(proven)).toEqual(['ip:2001:db8:1:2::/64', 'network:2001:db8:1::/48', 'rdns:example.net'])
  })

  test('of senders are organisations, each once for each proof', () => {
    expect(senderIdentities(proven)).toEqual([
      'author:example.co.uk',
      'dkim:example.co.uk',
      'dkim:alice.github.io',
      'spf:example.co.uk',
    ])
    expect(senderIdentities({ ip: '192.0.2.1', network: '192.0.2.0/24', dkim: [] })).toEqual([])
  })
})
