/** Lists of addresses in DNS: believed while they are healthy, and never when they answer nonsense. */
import { describe, expect, test } from 'vitest'
import { dnsbl } from '../../../src/filters/dnsbl/dnsbl.ts'
import type { DnsblPoints, DnsblZone } from '../../../src/filters/dnsbl/zones.ts'
import { PosternError } from '../../../src/model/errors.ts'
import { points } from '../../../src/model/finding.ts'
import type { Resolver } from '../../../src/model/resolver.ts'
import type { Notice, Services } from '../../../src/model/services.ts'
import { contextAt, probe } from '../../../src/testing/probe.ts'
import { servicesOf } from '../../../src/testing/services.ts'
import { type ZoneLiteral, zone } from '../../../src/testing/zone.ts'
import { type HandClock, handClock } from '../../support/hand-clock.ts'

const ip = '192.0.2.99'
const bl = 'bl.example.org'
/** A list with its test points, that holds the client under these codes. */
const list = (codes: string | readonly string[], name = bl): ZoneLiteral => ({
  [`2.0.0.127.${name}`]: { A: '127.0.0.2' },
  [`99.2.0.192.${name}`]: { A: codes },
})
const healthy = (name = bl): ZoneLiteral => ({ [`2.0.0.127.${name}`]: { A: '127.0.0.2' } })
const quiet = { notify: () => undefined }
const judged = (zones: readonly DnsblZone[], literal: ZoneLiteral, client = ip) =>
  probe(dnsbl({ zones }), { ip: client, dns: zone(literal), ...quiet })

describe('a listed client', () => {
  test('costs four points by default, and the reason names client, list and code', async () => {
    expect(await judged([{ zone: bl }], list('127.0.0.2'))).toEqual([
      points(4, '192.0.2.99 is listed by bl.example.org (127.0.0.2)', { rule: 'dnsbl/listed' }),
    ])
  })

  test('costs nothing when no list holds it', async () => {
    expect(await judged([{ zone: bl }], healthy())).toEqual([])
  })

  test('is paid by an allow list', async () => {
    expect(await judged([{ zone: bl, points: -3 }], list('127.0.10.2'))).toEqual([
      points(-3, '192.0.2.99 is allowed by bl.example.org (127.0.10.2)', { rule: 'dnsbl/allowed' }),
    ])
  })

  test.for<[string, DnsblPoints, readonly string[], number | undefined]>([
    ['a code weighs what it is worth', { '127.0.0.2': 6, '127.0.0.10': 1 }, ['127.0.0.10'], 1],
    ['of several codes the strongest counts', { '127.0.0.2': 6, '127.0.0.10': 1 }, ['127.0.0.10', '127.0.0.2'], 6],
    ['a code without weight counts nothing', { '127.0.0.2': 6 }, ['127.0.0.11'], undefined],
    ['an inherited property is no code', { '127.0.0.2': 6 }, ['127.0.0.3'], undefined],
    ['bits add up', { bits: { 2: 3, 4: 1.5, 64: 8 } }, ['127.0.0.6'], 4.5],
    ['bits of several codes count once', { bits: { 2: 3, 4: 1.5 } }, ['127.0.0.2', '127.0.0.6'], 4.5],
    ['no bit that weighs', { bits: { 2: 3 } }, ['127.0.0.8'], undefined],
  ])('%s', async ([, weights, codes, expected]) => {
    const found = await judged([{ zone: bl, points: weights }], list(codes))
    expect(found.map(finding => finding.points)).toEqual(expected === undefined ? [] : [expected])
  })

  test('an IPv6 client is asked of lists that hold IPv6, by its nibbles', async () => {
    const nibbles = `9.9.${'0.'.repeat(22)}8.b.d.0.1.0.0.2`
    const dns = zone({
      ...healthy(),
      ...healthy('six.example.org'),
      [`${nibbles}.six.example.org`]: { A: '127.0.0.2' },
    })
    const filter = dnsbl({ zones: [{ zone: bl }, { zone: 'six.example.org', ipv6: true }] })
    expect(await probe(filter, { ip: '2001:db8::99', dns })).toEqual([
      points(4, '2001:db8::99 is listed by six.example.org (127.0.0.2)', { rule: 'dnsbl/listed' }),
    ])
    expect(dns.asked.filter(asked => asked.startsWith('9.9.'))).toEqual([`${nibbles}.six.example.org A`])
  })

  test('findings stand in the order of the zones', async () => {
    const names = ['c.example', 'a.example', 'b.example']
    const literal = Object.assign({}, ...names.map(name => list('127.0.0.2', name)))
    const found = await judged(
      names.map(name => ({ zone: name })),
      literal,
    )
    expect(found.map(({ reason }) => reason)).toEqual(names.map(name => `${ip} is listed by ${name} (127.0.0.2)`))
  })
})

describe('a list that answers nonsense', () => {
  test.for([
    ['127.255.255.254'],
    ['127.255.255.252'],
    ['127.255.255.255'],
    ['127.0.1.255'],
    ['127.0.0.1'],
    ['203.0.113.80'],
    ['0.0.0.0'],
  ])('D06 %s is an error and no listing', async ([code = '']) => {
    expect(await judged([{ zone: bl, points: 100 }], list(code))).toEqual([
      {
        rule: 'dnsbl/error',
        reason: `bl.example.org answers ${code}, which is an error and not a listing: it is disabled until it is healthy`,
      },
    ])
  })

  test('D06 a listing beside an error is not believed', async () => {
    const found = await judged([{ zone: bl, points: 100 }], list(['127.0.0.2', '127.255.255.254']))
    expect(found).toMatchObject([{ rule: 'dnsbl/error' }])
    expect(found[0]).not.toHaveProperty('points')
  })

  test.for(['timeout', 'servfail', 'refused', 'unreachable', 'malformed', 'budget'] as const)(
    'D06 a list that fails by %s says nothing',
    async cause => {
      const literal = { ...healthy(), [`99.2.0.192.${bl}`]: cause }
      expect(await judged([{ zone: bl }], literal)).toEqual([])
    },
  )

  test('D06 it is switched off for everybody, with one warning, and its neighbours go on', async () => {
    const { filter, told, dns, connect } = started(
      { ...list('127.255.255.254'), ...list('127.0.0.2', 'good.example') },
      [{ zone: bl }, { zone: 'good.example' }],
    )
    await filter.start?.(connect.world)
    await connect(ip)
    await connect(ip)
    expect(told).toEqual([off('it answers 127.255.255.254, which is an error and not a listing')])
    expect(dns.asked.filter(asked => asked.startsWith('99.'))).toEqual([
      '99.2.0.192.bl.example.org A',
      '99.2.0.192.good.example A',
      '99.2.0.192.good.example A',
    ])
  })
})

describe('the test points', () => {
  test.for<[string, ZoneLiteral, string]>([
    ['lists the world', { [`*.${bl}`]: { A: '127.0.0.2' } }, 'it lists 127.0.0.1, so it would list every client'],
    [
      'is dead',
      {},
      'it does not list 127.0.0.2, so it is empty, closed, or refuses our queries; use your own resolver',
    ],
    [
      'was parked',
      { [`*.${bl}`]: { A: '203.0.113.80' } },
      'it answers its test points with an error code, so it refuses our queries; use your own resolver',
    ],
    [
      'refuses us',
      { [`*.${bl}`]: { A: '127.255.255.254' } },
      'it answers its test points with an error code, so it refuses our queries; use your own resolver',
    ],
    ['cannot be reached', { [`1.0.0.127.${bl}`]: 'timeout' }, 'its test points could not be resolved'],
  ])('D06 a list that %s is disabled before any client is judged by it', async ([, literal, why]) => {
    const { filter, told, connect } = started(literal, [{ zone: bl, points: 100 }])
    await filter.start?.(connect.world)
    expect(told).toEqual([off(why)])
    expect(await connect(ip)).toEqual([])
    filter.stop?.()
  })

  test('D06 while the test points are being asked no client is judged', async () => {
    const { filter, dns, connect } = started(list('127.0.0.2'), [{ zone: bl }])
    const starting = filter.start?.(connect.world)
    expect(await connect(ip)).toEqual([])
    await starting
    expect(await connect(ip)).toHaveLength(1)
    expect(dns.asked.filter(asked => asked.startsWith('99.'))).toHaveLength(1)
  })

  test('a healthy list gives no warning, and is asked for its test points every hour', async () => {
    const { filter, told, dns, clock, connect } = started(healthy(), [{ zone: bl }])
    await filter.start?.(connect.world)
    await pass(clock, 3_600_000)
    await pass(clock, 3_600_000)
    expect([told, dns.asked.length]).toEqual([[], 6])
  })

  test('D06 a list that falls ill is found out within the hour, and is asked again when it is well', async () => {
    let literal: ZoneLiteral = list('127.0.0.2')
    const dns: Resolver = { resolve: (name, type) => zone(literal).resolve(name, type) }
    const clock = handClock()
    const told: Notice[] = []
    const filter = dnsbl({ zones: [{ zone: bl }] })
    await filter.start?.(servicesOf({ dns, clock, notify: notice => told.push(notice) }))
    literal = { [`*.${bl}`]: { A: '127.0.0.2' } }
    await pass(clock, 3_600_000)
    expect(told).toHaveLength(1)
    literal = list('127.0.0.2')
    await pass(clock, 300_000)
    expect(told).toEqual([
      off('it lists 127.0.0.1, so it would list every client'),
      { code: 'dnsbl/on', reason: 'bl.example.org is healthy again and used again', level: 'info' },
    ])
  })

  test('D06 a list that answers an error code is tried again after five minutes', async () => {
    let literal: ZoneLiteral = list('127.255.255.254')
    const dns: Resolver = { resolve: (name, type) => zone(literal).resolve(name, type) }
    const clock = handClock()
    const told: Notice[] = []
    const world = servicesOf({ dns, clock, notify: notice => told.push(notice) })
    const filter = dnsbl({ zones: [{ zone: bl }] })
    await filter.start?.(world)
    const connect = async () => filter.connect?.(contextAt('connect', { ...world, ip }), { score: 0, findings: [] })
    await connect()
    literal = list('127.0.0.2')
    expect(await connect()).toEqual([])
    await pass(clock, 300_000)
    expect(await connect()).toHaveLength(1)
    expect(told.map(({ code }) => code)).toEqual(['dnsbl/off', 'dnsbl/on'])
    filter.stop?.()
  })

  test('a gateway that closes asks no more', async () => {
    const { filter, dns, clock, connect } = started(healthy(), [{ zone: bl }])
    await filter.start?.(connect.world)
    filter.stop?.()
    await pass(clock, 7_200_000)
    expect(dns.asked).toHaveLength(2)
  })
})

test('A23 lists are asked together, and those that are late are not waited for', async () => {
  const clock = handClock()
  const names = ['slow.example', 'fast.example', 'slower.example']
  const quick = zone(list('127.0.0.2', 'fast.example'))
  let asked = 0
  const dns: Resolver = {
    resolve: (name, type) => {
      asked += 1
      return name.endsWith('fast.example') ? quick.resolve(name, type) : new Promise(() => undefined)
    },
  }
  const filter = dnsbl({ zones: names.map(name => ({ zone: name })), timeout: '2s' })
  const found = filter.connect?.(contextAt('connect', { ip, dns, clock }), { score: 0, findings: [] })
  expect(asked).toBe(3)
  await Promise.resolve()
  clock.pass(2_000)
  expect(await found).toEqual([points(4, `${ip} is listed by fast.example (127.0.0.2)`, { rule: 'listed' })])
})

describe('a key in the name of a zone', () => {
  const key = 'abcdefghij0123456789klmnop'
  const keyed = `${key}.zen.dq.example.net`

  test.for<[string, Partial<DnsblZone>, string]>([
    ['is hidden where nothing is said', {}, '….zen.dq.example.net'],
    ['is hidden behind a label', { label: 'zen' }, 'zen'],
  ])('S05 %s', async ([, zoneOptions, label]) => {
    expect(await judged([{ zone: keyed, ...zoneOptions }], list('127.0.0.2', keyed))).toEqual([
      points(4, `192.0.2.99 is listed by ${label} (127.0.0.2)`, { rule: 'dnsbl/listed' }),
    ])
  })

  test('S05 is in no finding, no warning and no complaint about the configuration', async () => {
    const { filter, told, connect } = started({ [`*.${keyed}`]: { A: '127.255.255.250' } }, [{ zone: keyed }])
    const before = await connect(ip)
    await filter.start?.(connect.world)
    const complaint = problemOf(() => dnsbl({ zones: [{ zone: `${keyed}..`, points: Number.NaN }] }))
    const said = JSON.stringify([before, told, complaint])
    expect(said).toContain('….zen.dq.example.net')
    expect(said).not.toContain(key)
  })
})

test('everything that is wrong with the zones is said at once', () => {
  const zones: readonly DnsblZone[] = [
    { zone: 'a b' },
    { zone: 'x'.repeat(300) },
    { zone: bl, label: '', points: { '127.0.0.1': 1 } },
    { zone: bl, points: { bits: { 3: 1, 2: Number.POSITIVE_INFINITY } } },
  ]
  const said = problemOf(() => dnsbl({ zones }))
  expect(said.split('\n').map(line => line.split(': found')[0])).toEqual([
    'dnsbl.zones[0].zone',
    'dnsbl.zones[1].zone',
    'dnsbl.zones[2].label',
    "dnsbl.zones[2].points['127.0.0.1']",
    'dnsbl.zones[3].points.bits.2',
    'dnsbl.zones[3].points.bits.3',
  ])
})

const off = (why: string): Notice => ({
  code: 'dnsbl/off',
  reason: `bl.example.org is disabled: ${why}`,
  level: 'warning',
})

function started(literal: ZoneLiteral, zones: readonly DnsblZone[]) {
  const dns = zone(literal)
  const clock = handClock()
  const told: Notice[] = []
  const world: Services = servicesOf({ dns, clock, notify: notice => told.push(notice) })
  const filter = dnsbl({ zones })
  const connect = Object.assign(
    async (client: string) =>
      filter.connect?.(contextAt('connect', { ...world, ip: client }), { score: 0, findings: [] }),
    {
      world,
    },
  )
  return { filter, told, dns, clock, connect }
}

/** Lets time pass, and what rings then find its answers. */
async function pass(clock: HandClock, ms: number): Promise<void> {
  clock.pass(ms)
  await new Promise(resolve => setImmediate(resolve))
}

function problemOf(build: () => unknown): string {
  try {
    build()
    return 'nothing was wrong'
  } catch (error) {
    return error instanceof PosternError ? error.message : 'another error'
  }
}
