import { expect, test } from 'vitest'
import { type KnownClient, RefusalCache } from '../../../src/filters/recently-refused/refusal-cache.ts'
import type { Reply } from '../../../src/model/decision.ts'
import type { Level, LoadMeter } from '../../../src/model/load.ts'
import type { Notice } from '../../../src/model/services.ts'
import { clock, settled } from '../../../src/testing/clock.ts'

const TTL = 300_000
const MINUTE = 60_000
const reply: Reply = { code: 554, status: '5.7.1', text: 'Refused by policy ref=A', close: true }
const refused = { reply, reason: 'listed', announced: true }

function cache({ entries = 100, maxStrikes = 3 } = {}) {
  const hand = clock()
  const notices: Notice[] = []
  const load: { level: Level } = { level: 'green' }
  const held = new RefusalCache({ entries, ttl: TTL }, maxStrikes)
  const services = {
    clock: hand,
    notify: (notice: Notice) => void notices.push(notice),
    load: load as unknown as LoadMeter,
  }
  held.start(services)
  return { hand, notices, load, held, services }
}

/** A session of a client; `trust` is what is known of its address. */
const client = (ip: string, ref = 'A', trust: string | Error = 'unknown'): KnownClient =>
  ({
    ...{ ip, ref },
    ask: () => (trust instanceof Error ? Promise.reject(trust) : Promise.resolve(trust)),
  }) as unknown as KnownClient

test('a client that was refused is found for five minutes, with its reply and its reason', async () => {
  const { hand, held } = cache()
  expect(held.find('192.0.2.1')).toBeUndefined()
  held.remember(client('192.0.2.1'), refused)
  await settled()
  expect(held.find('192.0.2.1')).toEqual({ ...refused, since: 0 })
  hand.pass(TTL - 1)
  expect(held.find('192.0.2.1')).toBeDefined()
  hand.pass(1)
  expect(held.find('192.0.2.1')).toBeUndefined()
})

test('another address is another client; an IPv6 client is its /64', async () => {
  const { held } = cache()
  held.remember(client('192.0.2.1'), refused)
  held.remember(client('2001:db8:1:2::1'), refused)
  await settled()
  const found = ['192.0.2.2', '2001:db8:1:2:ffff::9', '2001:db8:1:3::1'].map(ip => held.find(ip) !== undefined)
  expect(found).toEqual([false, true, false])
  expect(held.size).toBe(2)
})

test.for([
  ['known', 0],
  ['unknown', 1],
  ['bad', 1],
  [new Error('the store is down'), 0],
] as const)('a client that is %s is remembered %i times', async ([trust, size]) => {
  const { held } = cache()
  held.remember(client('192.0.2.1', 'A', trust), refused)
  await settled()
  expect(held.size).toBe(size)
})

test.for([
  ['green', false],
  ['amber', true],
  ['red', true],
] as const)('a refusal that was not sent at connect is found at %s: %s', async ([level, isFound]) => {
  const { held, load } = cache()
  held.remember(client('192.0.2.1'), { ...refused, announced: false })
  await settled()
  load.level = level
  expect(held.find('192.0.2.1') !== undefined).toBe(isFound)
})

test('without a load meter only what was sent at connect is found', async () => {
  const { held, services } = cache()
  const { load: _, ...others } = services
  held.start(others)
  held.remember(client('192.0.2.1'), { ...refused, announced: false })
  held.remember(client('192.0.2.2'), refused)
  await settled()
  expect([held.find('192.0.2.1'), held.find('192.0.2.2')?.reason]).toEqual([undefined, 'listed'])
})

test('three refused sessions in a row are enough, two are not', async () => {
  const { held } = cache()
  for (const ref of ['A', 'B']) held.strike(client('192.0.2.1', ref))
  await settled()
  expect(held.find('192.0.2.1')).toBeUndefined()
  held.strike(client('192.0.2.1', 'C'))
  await settled()
  expect(held.find('192.0.2.1')).toMatchObject({
    reason: '3 sessions in a row ended in refusals, without an accepted message',
    reply: { code: 421, status: '4.7.0', text: 'Too many refusals, try again later ref=C', close: true },
    announced: true,
  })
})

test('one session is one strike, however often it is refused', async () => {
  const { held } = cache()
  for (let count = 0; count < 5; count += 1) held.strike(client('192.0.2.1', 'A'))
  for (let count = 0; count < 5; count += 1) held.strike(client('192.0.2.1', 'B'))
  await settled()
  expect(held.size).toBe(0)
})

test('a message that is accepted begins the row anew, and so does a client that is remembered', async () => {
  const { held } = cache()
  for (const ref of ['A', 'B']) held.strike(client('192.0.2.1', ref))
  held.clearStrikes(client('192.0.2.1'))
  for (const ref of ['C', 'D']) held.strike(client('192.0.2.1', ref))
  await settled()
  expect(held.size).toBe(0)
  for (const ref of ['E', 'F', 'G']) held.strike(client('192.0.2.1', ref))
  await settled()
  expect(held.find('192.0.2.1')?.reply.text).toContain('ref=E')
})

test('strikes of five minutes ago count no more, and those of another client do not count', async () => {
  const { hand, held } = cache()
  for (const ref of ['A', 'B']) held.strike(client('192.0.2.1', ref))
  hand.pass(TTL)
  held.strike(client('192.0.2.1', 'C'))
  for (const ref of ['D', 'E']) held.strike(client('192.0.2.2', ref))
  await settled()
  expect(held.size).toBe(0)
})

test('closed connections are counted, and reported a minute later, each once', async () => {
  const { hand, held, notices } = cache()
  held.remember(client('192.0.2.1'), refused)
  await settled()
  expect(held.close('192.0.2.9')).toBeUndefined()
  for (let count = 0; count < 3; count += 1) expect(held.close('192.0.2.1')).toMatchObject(refused)
  expect([held.closed, notices]).toEqual([3, []])
  hand.pass(MINUTE - 1)
  expect(notices).toEqual([])
  hand.pass(1)
  expect(notices).toEqual([
    {
      code: 'recently-refused/closed',
      level: 'info',
      reason: '3 connections of recently refused clients were closed at once; 1 clients are remembered',
    },
  ])
  held.close('192.0.2.1')
  hand.pass(MINUTE)
  expect(notices.map(({ reason }) => reason.slice(0, 13))).toEqual(['3 connections', '1 connections'])
})

test('without closed connections no timer runs, and no notice is sent', async () => {
  const { hand, held, notices } = cache()
  held.remember(client('192.0.2.1'), refused)
  await settled()
  expect(hand.next()).toBeUndefined()
  held.close('192.0.2.1')
  hand.pass(10 * MINUTE)
  expect([notices.length, hand.next()]).toEqual([1, undefined])
})

test('a cache that is stopped sends no notice; started again it is empty', async () => {
  const { hand, held, notices, services } = cache()
  held.remember(client('192.0.2.1'), refused)
  await settled()
  held.close('192.0.2.1')
  held.stop()
  hand.pass(MINUTE)
  expect([notices, hand.next()]).toEqual([[], undefined])
  for (const ref of ['A', 'B']) held.strike(client('192.0.2.2', ref))
  held.start(services)
  held.strike(client('192.0.2.2', 'C'))
  await settled()
  expect(held.size).toBe(0)
})

test('the age of an entry is in whole seconds', async () => {
  const { hand, held } = cache()
  held.remember(client('192.0.2.1'), refused)
  await settled()
  const entry = held.find('192.0.2.1')
  if (entry === undefined) throw new Error('nothing is remembered')
  hand.pass(1_499)
  expect(held.age(entry)).toBe(1)
  hand.pass(1)
  expect(held.age(entry)).toBe(2)
})

test('no more clients are remembered than the table holds', async () => {
  const { held } = cache({ entries: 2 })
  for (const last of [1, 2, 3]) held.remember(client(`192.0.2.${last}`), refused)
  await settled()
  expect([1, 2, 3].map(last => held.find(`192.0.2.${last}`) !== undefined)).toEqual([false, true, true])
})
