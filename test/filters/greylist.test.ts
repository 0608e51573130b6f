/** Suspicious clients are asked to come back; those that do are known for weeks. */
import { describe, expect, test } from 'vitest'
import { type DkimSignature, dkim } from '../../src/facts/dkim/dkim.ts'
import { decayingAdds, defaultMemory } from '../../src/facts/reputation.ts'
import { greylist } from '../../src/filters/greylist.ts'
import { recipients } from '../../src/filters/recipients.ts'
import { defer, type Filter, formatReply, PosternError, points, postern } from '../../src/index.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { clock } from '../../src/testing/clock.ts'
import { probe } from '../../src/testing/probe.ts'
import type { Probed } from '../../src/testing/probed.ts'
import { zone } from '../../src/testing/zone.ts'
import { type Sent, send } from '../support/mail-flow.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const dns = zone({
  'pool.example': { TXT: ['v=spf1 ip4:198.51.100.0/22 ip4:203.0.113.0/24 -all'] },
  '1.2.0.192.in-addr.arpa': { PTR: 'a.mx.example.net' },
  '1.3.0.192.in-addr.arpa': { PTR: 'b.mx.example.net' },
  'a.mx.example.net': { A: '192.0.2.1' },
  'b.mx.example.net': { A: '192.0.3.1' },
})
const first = { reversePath: 'alice@sender.example', forwardPath: 'bob@example.org', score: 2 }

/** One filter and what it remembers. `asks` tells whether it asks to come back. */
function world(options: Parameters<typeof greylist>[0] = {}) {
  const hand = clock()
  const store = memoryStore({ clock: hand })
  const filter = greylist(options)
  const find = (sent: Partial<Probed> = {}) => probe(filter, { dns, store, clock: hand, ...first, ...sent })
  const asks = async (sent: Partial<Probed> = {}) => (await find(sent)).some(({ verdict }) => verdict === 'defer')
  return { find, asks, clock: hand, store }
}

test('a new, suspicious client receives the time to come back, and passes then', async () => {
  const { find, clock: hand } = world()
  expect(await find()).toEqual([
    defer('4.7.1', 'example.net is new to this recipient, and may come back in 5 minutes', {
      rule: 'greylist',
      replyText: 'New sender for this recipient, try again in 5 minutes',
    }),
  ])
  await hand.advance(2 * MINUTE)
  expect(await find()).toMatchObject([{ replyText: 'New sender for this recipient, try again in 3 minutes' }])
  await hand.advance(2.5 * MINUTE)
  expect(await find()).toMatchObject([{ replyText: 'New sender for this recipient, try again in 30 seconds' }])
  await hand.advance(0.5 * MINUTE)
  expect(await find()).toEqual([])
})

describe('time', () => {
  test('who comes back before the window ends passes, who comes later is new', async () => {
    const { asks, clock: hand } = world()
    expect(await asks()).toBe(true)
    await hand.advance(2 * DAY - 1)
    expect(await asks()).toBe(false)
    expect(await asks({ reversePath: 'eve@sender.example' })).toBe(true)
    await hand.advance(2 * DAY)
    expect(await asks({ reversePath: 'eve@sender.example' })).toBe(true)
  })

  test('who has passed is known for 36 days after his last message, and no longer', async () => {
    const { asks, clock: hand } = world()
    await asks()
    await hand.advance(5 * MINUTE)
    expect(await asks()).toBe(false)
    for (let month = 0; month < 3; month += 1) {
      await hand.advance(34 * DAY)
      expect(await asks()).toBe(false)
    }
    await hand.advance(36 * DAY)
    expect(await asks()).toBe(true)
  })

  test.for([
    [1_000, '1 second'],
    [99_000, '99 seconds'],
    [100_000, '2 minutes'],
    [90 * MINUTE, '90 minutes'],
    [12 * HOUR, '12 hours'],
  ] as const)('a wait of %i ms is %s in words', async ([wait, words]) => {
    const { find } = world({ wait })
    expect(await find()).toMatchObject([{ replyText: `New sender for this recipient, try again in ${words}` }])
  })

  test.for([-HOUR, HOUR, -DAY, DAY])('D09 a wall clock that jumps by %i ms changes no client’s wait', async jump => {
    const { asks, clock: hand } = world()
    const jumping = { ...hand, now: () => hand.now() + jump }
    expect(await asks()).toBe(true)
    expect(await asks({ clock: jumping })).toBe(true)
    await hand.advance(5 * MINUTE)
    expect(await asks({ clock: jumping })).toBe(false)
    await hand.advance(35 * DAY)
    expect(await asks()).toBe(false)
    await hand.advance(36 * DAY)
    expect(await asks({ clock: jumping })).toBe(true)
  })
})

describe('who is who', () => {
  test.for([
    [
      'another address of a pool that SPF proves',
      { ip: '198.51.100.1', reversePath: 'a@pool.example' },
      { ip: '203.0.113.9' },
      true,
    ],
    ['another address of the organisation in DNS', { ip: '192.0.2.1' }, { ip: '192.0.3.1' }, true],
    ['another address of the /24', { ip: '203.0.113.1' }, { ip: '203.0.113.99' }, true],
    ['another address of the /64', { ip: '2001:db8:1:2::1' }, { ip: '2001:db8:1:2:ffff::9' }, true],
    ['another network', { ip: '203.0.113.1' }, { ip: '203.0.114.1' }, false],
    ['another /64', { ip: '2001:db8:1:2::1' }, { ip: '2001:db8:1:3::1' }, false],
    ['another reverse-path', {}, { reversePath: 'eve@sender.example' }, false],
    ['another forward-path', {}, { forwardPath: 'eve@example.org' }, false],
    ['the same in capitals', {}, { reversePath: 'ALICE@SENDER.example', forwardPath: 'Bob@EXAMPLE.org' }, true],
    [
      'the next number of a list (VERP)',
      { reversePath: 'b-12-7@l.example' },
      { reversePath: 'b-13-9@l.example' },
      true,
    ],
    ['another subaddress', { reversePath: 'b+x=y@l.example' }, { reversePath: 'b+z@l.example' }, true],
    [
      'the next tag of BATV',
      { reversePath: 'prvs=1234abcd=al@l.example' },
      { reversePath: 'prvs=9876ffff=al@l.example' },
      true,
    ],
    [
      'the next tag of SRS',
      { reversePath: 'SRS0=aB3=XY=o.example=al@l.example' },
      { reversePath: 'SRS0=cD9=XZ=o.example=al@l.example' },
      true,
    ],
    ['a forged name of the pool', { ip: '198.51.100.1', reversePath: 'a@pool.example' }, { ip: '192.0.5.1' }, false],
  ] as const)('%s', async ([, before, change, passes]) => {
    const { asks, clock: hand } = world()
    expect(await asks(before)).toBe(true)
    await hand.advance(5 * MINUTE)
    expect(await asks({ ...before, ...change })).toBe(!passes)
  })
})

describe('who is asked', () => {
  test.for([
    ['no client without points', {}, { score: 0.9 }, false],
    ['a client with a point', {}, { score: 1 }, true],
    ['everybody, if the host says so', { from: Number.NEGATIVE_INFINITY }, { score: -5 }, true],
    ['no client beyond the range', { from: 2, to: 6 }, { score: 6 }, false],
    ['no user who has authenticated', {}, { user: 'alice' }, false],
    ['bounces, like all else that is suspicious', {}, { reversePath: '' }, true],
  ] as const)('%s', async ([, options, sent, asked]) => {
    expect(await world(options).asks(sent)).toBe(asked)
  })

  test('no sender with a good record, as far as it is proven', async () => {
    const { asks, store } = world()
    const counts = { ham: 20, spam: 0, deferred: 0, refused: 0 }
    store.run(decayingAdds('spf:pool.example', defaultMemory, counts))
    expect(await asks({ ip: '203.0.113.9', reversePath: 'a@pool.example' })).toBe(false)
    expect(await asks({ ip: '192.0.5.1', reversePath: 'a@pool.example' })).toBe(true)
  })

  test('no client for a recipient that is not there: that costs no entry of the store', async () => {
    const hand = clock()
    const store = memoryStore({ clock: hand })
    const suspicious: Filter = { name: 'suspicious', mail: () => points(2, 'odd') }
    const valid = recipients({ valid: ['bob@example.org'] })
    const gateway = postern({ filters: [suspicious, valid, greylist()], dns, clock: hand, store })
    const { decisions } = await send(gateway, { ref: 'REF1', forwardPaths: ['x@example.org', 'bob@example.org'] })
    expect(decisions.slice(3).map(({ reply }) => formatReply(reply))).toEqual([
      '550 5.1.1 No such recipient here ref=REF1',
      '451 4.7.1 New sender for this recipient, try again in 5 minutes ref=REF1',
    ])
    expect(store.size).toBe(1)
  })
})

test('each recipient is asked for alone, and a recipient that passes gets the message', async () => {
  const hand = clock()
  const suspicious: Filter = { name: 'suspicious', mail: () => points(2, 'odd') }
  const gateway = postern({ filters: [suspicious, greylist()], dns, clock: hand })
  const verdicts = async (...forwardPaths: readonly string[]) =>
    (await send(gateway, { forwardPaths } satisfies Sent)).decisions.slice(3).map(({ verdict }) => verdict)
  expect(await verdicts('bob@example.org')).toEqual(['defer'])
  await hand.advance(5 * MINUTE)
  expect(await verdicts('eve@example.org', 'bob@example.org')).toEqual(['defer', 'accept', 'accept'])
})

describe('at the message', () => {
  const signed = (domain: string) => {
    const signature = { domain, result: 'pass' } as DkimSignature
    return { facts: [[dkim, { result: 'pass', signatures: [signature], ignored: 0 }]] as const, body: 'Hello' }
  }

  test('the signer is the organisation: a retry from another network passes', async () => {
    const { asks, clock: hand } = world({ at: 'message' })
    expect(await asks({ ...signed('r1.mail.example.com'), ip: '203.0.113.1' })).toBe(true)
    await hand.advance(5 * MINUTE)
    expect(await asks({ ...signed('r2.mail.example.com'), ip: '198.51.100.7' })).toBe(false)
    expect(await asks({ ...signed('forged.example'), ip: '198.51.100.7' })).toBe(true)
  })

  test('one new recipient holds back the message for all, and then all are known', async () => {
    const { asks, clock: hand } = world({ at: 'message' })
    const both = { body: 'Hello', forwardPaths: ['bob@example.org', 'eve@example.org'] }
    expect(await asks({ body: 'Hello' })).toBe(true)
    await hand.advance(3 * MINUTE)
    expect(await asks(both)).toBe(true)
    await hand.advance(2 * MINUTE)
    expect(await asks({ body: 'Hello' })).toBe(false)
    expect(await asks(both)).toBe(true)
    await hand.advance(3 * MINUTE)
    expect(await asks(both)).toBe(false)
  })
})

describe('at both stages', () => {
  const bounds = (path: string) => (path.startsWith('strict') ? { from: 5, to: 6 } : undefined)

  test('a message that only its content makes suspicious is deferred once, and its score is still that', async () => {
    const { asks, clock: hand } = world({ at: 'both', from: 1, to: 6 })
    expect(await asks({ score: 0, body: 'Hello' })).toBe(false)
    expect(await asks({ body: 'Hello' })).toBe(true)
    await hand.advance(5 * MINUTE)
    expect(await asks({ body: 'Hello' })).toBe(false)
  })

  test('a client that has come back at RCPT does not come back for the content', async () => {
    const { find, clock: hand } = world({ at: 'both' })
    expect(await find({})).toHaveLength(1)
    await hand.advance(5 * MINUTE)
    expect(await find({ body: 'Hello' })).toEqual([])
  })

  test('a recipient has its own bounds, and none waits for what another one has', async () => {
    const { asks } = world({ at: 'message', bounds, to: 6 })
    const strict = 'strict@example.org'
    expect(await asks({ body: 'Hello', forwardPath: strict })).toBe(false)
    expect(await asks({ body: 'Hello', forwardPath: strict, score: 5 })).toBe(true)
    expect(await asks({ body: 'Hello', forwardPaths: ['bob@example.org', strict] })).toBe(false)
    expect(await asks({ body: 'Hello', forwardPaths: ['bob@example.org', strict], score: 5 })).toBe(true)
    expect(await asks({ body: 'Hello', forwardPath: strict, score: 6 })).toBe(false)
  })
})

describe('attacks', () => {
  test('D08 five thousand sprayed senders take no more than the store has room for, and push out no known client', async () => {
    const hand = clock()
    const store = memoryStore({ clock: hand, entries: 1_000 })
    const filter = greylist()
    const find = (sent: Partial<Probed>) => probe(filter, { dns, store, clock: hand, ...first, ...sent })
    await find({})
    await hand.advance(5 * MINUTE)
    expect(await find({})).toEqual([])
    expect(await find({})).toEqual([])
    for (let index = 0; index < 5_000; index += 1)
      await find({ ip: `10.${index >> 8}.${index & 255}.1`, reversePath: `${'x'.repeat(200)}@s${index}.example` })
    expect(store.size).toBe(1_000)
    expect(await find({})).toEqual([])
  })

  test('who hammers does not pass any sooner', async () => {
    const { asks, clock: hand } = world()
    for (let second = 0; second < 299; second += 1) {
      expect(await asks()).toBe(true)
      await hand.advance(1_000)
    }
    expect(await asks()).toBe(true)
    await hand.advance(1_000)
    expect(await asks()).toBe(false)
  })

  test('a store that fails defers no client', async () => {
    const store = { run: () => Promise.reject(new Error('away')) }
    expect(await world().find({ store })).toEqual([{ rule: 'greylist/failed', reason: 'greylist failed: away' }])
  })
})

test.for([
  [{ wait: '3d' }, 'wait: found "3d", expected less than window'],
  [{ from: 5, to: 5 }, 'from: found 5, expected less than to, which is 5'],
  [{ at: 'connect' as 'rcpt' }, "at: found \"connect\", expected 'rcpt', 'message', 'both'"],
  [{ known: 0 }, 'known: found 0'],
] as const)('%j is a mistake of configuration', ([options, words]) => {
  expect(() => greylist(options)).toThrow(PosternError)
  expect(() => greylist(options)).toThrow(words)
})
