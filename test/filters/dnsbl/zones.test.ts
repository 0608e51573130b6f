import { expect, test } from 'vitest'
import { type DnsblPoints, type DnsblZone, readZones } from '../../../src/filters/dnsbl/zones.ts'

const read = (zone: Partial<DnsblZone> = {}) => {
  const [list] = readZones([{ zone: 'bl.example.org', ...zone }], 'addresses')
  if (list === undefined) throw new Error('there is no list')
  return list
}
const weigh = (points: DnsblPoints, ...codes: readonly string[]) => read({ points }).weigh(codes)

test('a zone has four points, no IPv6 and its name as label', () => {
  const { weigh: weight, ...list } = read()
  expect(list).toEqual({
    ...{ zone: 'bl.example.org', label: 'bl.example.org', ipv6: false, holds: 'addresses', secrets: [] },
  })
  expect(weight(['127.0.0.2'])).toBe(4)
})

test('points without codes are those of every code', () => {
  expect([weigh(2.5, '127.0.0.2'), weigh(2.5, '127.0.0.2', '127.0.0.9'), weigh(-3, '127.1.2.3')]).toEqual([
    2.5, 2.5, -3,
  ])
})

test.for([
  [['127.0.0.2'], 6],
  [['127.0.0.4'], 3],
  [['127.0.0.9'], 0],
  [['127.0.0.4', '127.0.0.2'], 6],
  [['127.0.0.2', '127.0.0.10'], -7],
  [['127.0.0.9', '127.0.0.4'], 3],
  [[], 0],
] as const)('by code %j weighs %d: the strongest counts', ([codes, expected]) => {
  expect(weigh({ '127.0.0.2': 6, '127.0.0.4': 3, '127.0.0.10': -7 }, ...codes)).toBe(expected)
})

test('of two that are equally strong the first one counts', () => {
  expect(weigh({ '127.0.0.2': 3, '127.0.0.3': -3 }, '127.0.0.2', '127.0.0.3')).toBe(3)
  expect(weigh({ '127.0.0.2': 3, '127.0.0.3': -3 }, '127.0.0.3', '127.0.0.2')).toBe(-3)
})

test.for([
  [['127.0.0.2'], 3],
  [['127.0.0.64'], 1.5],
  [['127.0.0.66'], 4.5],
  [['127.0.0.2', '127.0.0.64'], 4.5],
  [['127.0.0.2', '127.0.0.2'], 3],
  [['127.0.0.1'], 0],
  [['127.0.2.0'], 0],
  [['127.0.0.255'], 4.5],
] as const)('by bits %j weighs %d: all that are set add up', ([codes, expected]) => {
  expect(weigh({ bits: { 2: 3, 64: 1.5 } }, ...codes)).toBe(expected)
})

test('a label of 16 characters may be a key, and is shown nowhere; one of 15 is a name', () => {
  const key = 'abcdefghijklmnop'
  expect(read({ zone: `${key}.bl.example.org` })).toMatchObject({ label: '….bl.example.org', secrets: [key] })
  expect(read({ zone: `${key.slice(1)}.bl.example.org` })).toMatchObject({
    label: `${key.slice(1)}.bl.example.org`,
    secrets: [],
  })
})

test('a label of the options is shown as it is, and the key stays secret', () => {
  const key = 'abcdefghijklmnopq'
  expect(read({ zone: `${key}.bl.example.org`, label: 'ours' })).toMatchObject({ label: 'ours', secrets: [key] })
})

test('what a list holds is said by the zone, or by the filter', () => {
  const zones = [{ zone: 'a.example.org' }, { zone: 'b.example.org', holds: 'addresses' as const }]
  expect(readZones(zones, 'domains').map(({ holds }) => holds)).toEqual(['domains', 'addresses'])
})
