import { RateLimiterMemory } from 'rate-limiter-flexible'
import { describe, expect, test } from 'vitest'
import type { Limit } from '../../../src/filters/rate-limit/limit.ts'
import { rateLimit } from '../../../src/filters/rate-limit/rate-limit.ts'
import type { Decision } from '../../../src/model/decision.ts'
import { PosternError } from '../../../src/model/errors.ts'
import type { Filter } from '../../../src/model/filter.ts'
import { defer } from '../../../src/model/finding.ts'
import type { Notice } from '../../../src/model/services.ts'
import type { Connection } from '../../../src/model/stage.ts'
import type { Store } from '../../../src/model/store.ts'
import { memoryStore } from '../../../src/store/memory.ts'
import { probe } from '../../../src/testing/probe.ts'
import type { Probed } from '../../../src/testing/probed.ts'
import { handClock } from '../../support/hand-clock.ts'

const DAY = 86_400_000
const mail = { helo: 'client.test', reversePath: 'a@client.test' }
/** A clock, and a store that forgets by it. */
const shared = (entries = 10_000) => {
  const clock = handClock()
  return { clock, store: memoryStore({ clock, entries }) as Store }
}
const connections = { what: 'connections', per: 'ip', limit: 1, within: '1m' } as const satisfies Limit

test('the client that connects once too often learns why, and is hung up on', async () => {
  const filter = rateLimit({ limits: [{ ...connections, per: 'network', limit: 2 }] })
  const { clock, store } = shared()
  const connect = (ip: string) => probe(filter, { ip, clock, store })
  expect(await connect('192.0.2.1')).toEqual([])
  clock.pass(18_000)
  expect(await connect('192.0.2.2')).toEqual([])
  expect(await connect('192.0.3.1')).toEqual([])
  expect(await connect('192.0.2.3')).toEqual([
    defer('4.7.0', '192.0.2.0/24 has 3 connections within 1m; the limit is 2 and the window ends in 42 s', {
      rule: 'rate-limit/connections',
      replyText: 'Too many connections, try again later',
      close: true,
    }),
  ])
  clock.pass(42_000)
  expect(await connect('192.0.2.3')).toEqual([])
})

describe('each event is charged to its key', () => {
  const first = { ip: '2001:db8:1:2::1', ...mail, forwardPath: 'bob@example.org', body: 'x'.repeat(600) }
  const cases: readonly (readonly [Limit, Partial<typeof first>, string | undefined])[] = [
    [connections, {}, '2001:db8:1:2::1 has 2 connections'],
    [connections, { ip: '2001:db8:1:2::2' }, undefined],
    [{ ...connections, per: 'network' }, { ip: '2001:db8:1:2::2' }, '2001:db8:1:2::/64 has 2 connections'],
    [{ ...connections, per: 'network' }, { ip: '2001:db8:1:3::1' }, undefined],
    [
      { ...connections, what: 'connections', per: ({ ip }) => ip?.slice(0, 4) },
      { ip: '2001::' },
      '2001 has 2 connections',
    ],
    [{ ...connections, per: () => undefined }, {}, undefined],
    [
      { ...connections, what: 'transactions', per: 'domain' },
      { reversePath: 'b@CLIENT.test' },
      'client.test has 2 transactions',
    ],
    [{ ...connections, what: 'transactions', per: 'domain' }, { reversePath: 'a@other.test' }, undefined],
    [{ ...connections, what: 'transactions', per: async ({ helo }) => helo }, {}, 'client.test has 2 transactions'],
    [
      { ...connections, what: 'recipients', per: 'recipient' },
      { ip: '192.0.2.9', forwardPath: 'BOB@example.org' },
      'bob@example.org has 2 recipients',
    ],
    [{ ...connections, what: 'recipients', per: 'recipient' }, { forwardPath: 'eve@example.org' }, undefined],
    [{ ...connections, what: 'messages' }, {}, '2001:db8:1:2::1 has 2 messages'],
    [{ ...connections, what: 'bytes', limit: '1kb' }, {}, '2001:db8:1:2::1 has 1'],
    [{ ...connections, what: 'bytes', limit: '2kb' }, {}, undefined],
  ]
  test.for(cases)('%j, then %j: %s', async ([limit, change, reason]) => {
    const filter = rateLimit({ limits: [limit] })
    const world = shared()
    expect(await probe(filter, { ...first, ...world })).toEqual([])
    const found = await probe(filter, { ...first, ...change, ...world })
    expect(found.map(finding => finding.rule)).toEqual(reason ? [`rate-limit/${limit.what}`] : [])
    expect(found[0]?.reason ?? '').toContain(reason ?? '')
    expect(found[0]?.close).toBe(reason && limit.what === 'connections' ? true : undefined)
  })
})

test('the null reverse-path is charged to no domain', async () => {
  const filter = rateLimit({ limits: [{ what: 'transactions', per: 'domain', limit: 1, within: '1m' }] })
  const world = shared()
  for (const _ of 'three') expect(await probe(filter, { ...mail, ...world, reversePath: '' })).toEqual([])
})

test('once too many bytes have come, the next transaction is not begun', async () => {
  const filter = rateLimit({ limits: [{ what: 'bytes', per: 'ip', limit: '1kb', within: '1m' }] })
  const world = shared()
  const message = { ...mail, ip: '192.0.2.1', ...world, forwardPath: 'bob@example.org', body: 'x'.repeat(2_000) }
  expect(await probe(filter, message)).toMatchObject([{ rule: 'rate-limit/bytes', verdict: 'defer' }])
  expect(await probe(filter, { ...mail, ip: '192.0.2.1', ...world })).toMatchObject([{ rule: 'rate-limit/bytes' }])
})

describe('failures', () => {
  const limits: readonly Limit[] = [{ what: 'failures', per: 'network', limit: 2, within: '10m' }]
  const decide = async (filter: Filter, verdict: Decision['verdict'], context: Connection) => {
    filter.onDecision?.(
      { verdict, stage: 'connect', score: 0, findings: [], reply: { code: 550, status: '5.7.1', text: '' } },
      context,
    )
    await new Promise(setImmediate)
  }
  const contextFor = async (ip: string, world: Probed) => {
    let seen: Connection | undefined
    const connect = (connection: Connection) => {
      seen = connection
    }
    await probe({ name: 'eye', connect }, { ip, ...world })
    if (!seen) throw new Error('probe did not run the filter')
    return seen
  }

  test('a network that was refused too often is let in no more until the window ends', async () => {
    const filter = rateLimit({ limits })
    const world = shared()
    const context = await contextFor('192.0.2.7', world)
    for (const verdict of ['reject', 'accept', 'defer', 'discard', 'reject'] as const)
      await decide(filter, verdict, context)
    expect(await probe(filter, { ip: '192.0.2.9', ...world })).toEqual([])
    await decide(filter, 'reject', context)
    expect(await probe(filter, { ip: '192.0.2.9', ...world })).toEqual([
      defer('4.7.0', '192.0.2.0/24 has 3 failures within 10m; the limit is 2 and the window ends in 600 s', {
        rule: 'rate-limit/failures',
        replyText: 'Too many failures, try again later',
        close: true,
      }),
    ])
    expect(await probe(filter, { ip: '192.0.3.9', ...world })).toEqual([])
    world.clock.pass(600_000)
    expect(await probe(filter, { ip: '192.0.2.9', ...world })).toEqual([])
  })

  test('a store that hangs gathers no more than a thousand counts under way', async () => {
    let asked = 0
    const consume = () => {
      asked += 1
      return new Promise<never>(() => {})
    }
    const filter = rateLimit({ limits, limiter: () => ({ consume }) })
    const context = await contextFor('192.0.2.7', shared())
    for (let count = 0; count < 3_000; count += 1)
      filter.onDecision?.(
        {
          verdict: 'reject',
          stage: 'connect',
          score: 0,
          findings: [],
          reply: { code: 550, status: '5.7.1', text: '' },
        },
        context,
      )
    await new Promise(setImmediate)
    expect(asked).toBe(1_000)
  })

  test('a store that fails while counting refuses no mail', async () => {
    const filter = rateLimit({ limits, limiter: () => ({ consume: () => Promise.reject(new Error('down')) }) })
    await decide(filter, 'reject', await contextFor('192.0.2.7', { notify: () => undefined }))
  })
})

describe('D07 windows beyond the 24.8 days of a timer', () => {
  test.for([25, 100, 400])('D07 a limit within %i days still limits on its last day, and ends', async days => {
    const filter = rateLimit({ limits: [{ ...connections, within: `${days}d` }] })
    const { clock, store } = shared()
    const connect = () => probe(filter, { ip: '192.0.2.1', clock, store })
    expect(await connect()).toEqual([])
    clock.pass(days * DAY - 1_000)
    expect(await connect()).toEqual([
      defer('4.7.0', `192.0.2.1 has 2 connections within ${days}d; the limit is 1 and the window ends in 1 s`, {
        rule: 'rate-limit/connections',
        replyText: 'Too many connections, try again later',
        close: true,
      }),
    ])
    clock.pass(1_000)
    expect(await connect()).toEqual([])
  })
})

test.for([1, 24])('D09 a wall clock that jumps %i hours to and fro changes nothing', async hours => {
  const filter = rateLimit({ limits: [connections] })
  const { clock: steady, store } = shared()
  const connect = (jump: number) => {
    const clock = { ...steady, now: () => steady.now() + jump * 3_600_000 }
    return probe(filter, { ip: '192.0.2.1', clock, store })
  }
  expect(await connect(0)).toEqual([])
  for (const jump of [hours, -hours, hours]) expect(await connect(jump)).toMatchObject([{ verdict: 'defer' }])
  steady.pass(60_000)
  expect(await connect(-hours)).toEqual([])
})

test('D08 a client over its limit stays so through a flood of other keys, within the bound', async () => {
  const filter = rateLimit({ limits: [{ ...connections, within: '1h' }] })
  const world = shared(100)
  const over = () => probe(filter, { ip: '192.0.2.1', ...world })
  await over()
  await over()
  for (let index = 0; index < 1_000; index += 1)
    await probe(filter, { ip: `10.0.${index >> 8}.${index & 255}`, ...world })
  expect(await over()).toMatchObject([{ rule: 'rate-limit/connections' }])
})

test('two gateways on one store hold a limit between them', async () => {
  const gateways = [1, 2].map(() => rateLimit({ limits: [{ ...connections, limit: 2 }] }))
  const world = shared()
  const found = await Promise.all([...gateways, ...gateways].map(filter => probe(filter, { ...world })))
  expect(found.filter(findings => findings.length > 0)).toHaveLength(2)
})

test.for([
  ['pass', undefined],
  ['defer', 'defer'],
] as const)('a store without fallback that fails means %s, as configured', async ([failure, verdict]) => {
  const store: Store = { run: () => Promise.reject(new Error('down')) }
  const found = await probe(rateLimit({ limits: [connections], failure }), { store })
  expect(found.map(finding => [finding.rule, finding.verdict])).toEqual([['rate-limit/failed', verdict]])
})

describe('a limiter that is handed in', () => {
  test("the library's own counts as ours does, by keys that name the limit", async () => {
    const made: string[] = []
    const filter = rateLimit({
      limits: [connections, { ...connections, per: 'network', limit: 1, name: 'nets' }],
      limiter: spec => {
        made.push(`${spec.keyPrefix} ${spec.points} ${spec.duration}`)
        return new RateLimiterMemory(spec)
      },
    })
    expect(await probe(filter, { ip: '192.0.2.1' })).toEqual([])
    expect(await probe(filter, { ip: '192.0.2.2' })).toMatchObject([
      { reason: expect.stringMatching(/^192\.0\.2\.0\/24 has 2/) },
    ])
    expect(await probe(filter, { ip: '192.0.2.2' })).toMatchObject([
      { reason: expect.stringMatching(/^192\.0\.2\.2 has 2/) },
      { reason: expect.stringMatching(/^192\.0\.2\.0\/24 has 3/) },
    ])
    expect(made).toEqual(['connections-per-ip-within-1m 1 60', 'nets 1 60'])
  })

  test('a key that the limiter itself blocks is over its limit, though nothing is counted', async () => {
    const blocked = { consumedPoints: 0, msBeforeNext: 4_200 }
    const filter = rateLimit({ limits: [connections], limiter: () => ({ consume: () => Promise.reject(blocked) }) })
    expect(await probe(filter, { ip: '192.0.2.1' })).toEqual([
      defer(
        '4.7.0',
        '192.0.2.1 has more connections than it may within 1m; the limit is 1 and the window ends in 5 s',
        {
          rule: 'rate-limit/connections',
          replyText: 'Too many connections, try again later',
          close: true,
        },
      ),
    ])
  })

  test.for([
    ['an Error', new Error('down'), 'fails: down'],
    ['nothing', undefined, 'fails: it answered with something that is no result'],
    ['a text', 'no', 'fails: it answered with something that is no result'],
  ] as const)(
    'D05 that rejects with %s is answered for by memory, and asked again a second later',
    async ([, refusal, cause]) => {
      let asked = 0
      let is: 'down' | 'up' = 'down'
      const consume = async () => {
        asked += 1
        if (is === 'down') throw refusal
        return { consumedPoints: 1, msBeforeNext: 60_000 }
      }
      const filter = rateLimit({ limits: [connections], limiter: () => ({ consume }) })
      const { clock, store } = shared()
      const notices: Notice[] = []
      const connect = () => probe(filter, { clock, store, notify: notice => notices.push(notice) })
      expect(await connect()).toEqual([])
      expect(await connect()).toMatchObject([{ rule: 'rate-limit/connections' }])
      expect(asked).toBe(1)
      const reason = `the limiter ${cause}; counts go on in memory`
      expect(notices).toEqual([{ code: 'rate-limit/down', reason, level: 'warning' }])
      is = 'up'
      clock.pass(1_000)
      expect(await connect()).toEqual([])
      expect(notices.map(({ code }) => code)).toEqual(['rate-limit/down', 'rate-limit/up'])
    },
  )

  test('D05 that hangs costs one client 100 ms, and the next none', async () => {
    const limiter = () => ({ consume: () => new Promise<never>(() => {}) })
    const filter = rateLimit({ limits: [connections], limiter })
    const { clock, store } = shared()
    const first = probe(filter, { clock, store, notify: () => undefined })
    await clock.advance(100)
    expect(await first).toEqual([])
    expect(await probe(filter, { clock, store })).toMatchObject([{ rule: 'rate-limit/connections' }])
  })

  test('that cannot be made is made again for the next client', async () => {
    let tries = 0
    const filter = rateLimit({
      limits: [connections],
      limiter: spec => {
        tries += 1
        if (tries === 1) throw new Error('not yet')
        return new RateLimiterMemory(spec)
      },
    })
    expect(await probe(filter, {})).toMatchObject([{ rule: 'rate-limit/failed' }])
    expect(await probe(filter, {})).toEqual([])
  })
})

test('two limits of one name would share their counts', () => {
  const limits: readonly Limit[] = [
    { what: 'messages', per: 'ip', limit: 1, within: '1m' },
    { what: 'messages', per: 'ip', limit: 2, within: '1m' },
  ]
  expect(() => rateLimit({ limits })).toThrow('rateLimit.limits[1].name: found "messages-per-ip-within-1m"')
})

test('every mistake in every limit is named with its remedy', () => {
  const limits = [
    { what: 'conections', per: 'ip', limit: 1, within: '1m' },
    { what: 'connections', per: 'domain', limit: 0, within: '1 minute' },
    { what: 'bytes', per: 'ip', limit: '1 mb', within: 0 },
  ] as unknown as readonly Limit[]
  const caught = (() => {
    try {
      return rateLimit({ limits, networks: { v4: 33, v6: 48 } })
    } catch (error) {
      return error
    }
  })()
  expect(caught).toBeInstanceOf(PosternError)
  expect((caught as PosternError).problems.map(({ path, found }) => [path, found])).toEqual([
    ['rateLimit.limits[0].what', 'conections'],
    ['rateLimit.limits[1].per', 'domain'],
    ['rateLimit.limits[1].limit', 0],
    ['rateLimit.limits[1].within', '1 minute'],
    ['rateLimit.limits[2].limit', '1 mb'],
    ['rateLimit.limits[2].within', 0],
    ['rateLimit.networks.v4', 33],
  ])
})
