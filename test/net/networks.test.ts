/** Tables of networks: what is refused, which network wins, and what a search costs. */
import { BlockList } from 'node:net'
import { describe, expect, test } from 'vitest'
import {
  isTooBroad,
  type Network,
  type NetworkTable,
  networkTable,
  readNetwork,
  writeNetwork,
} from '../../src/net/networks.ts'
import { growth } from '../support/cpu.ts'
import { fc, runs } from '../support/property.ts'

const network = (text: string): Network => {
  const read = readNetwork(text)
  if ('expected' in read) throw new Error(`${text}: ${read.expected}`)
  return read
}
const table = (...texts: readonly string[]) => networkTable(texts.map(network))

describe('a network is written in one form', () => {
  test.for([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.0/24', '192.0.2.0/24'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['::ffff:192.0.2.0/120', '192.0.2.0/24'],
    ['::ffff:0:0/96', '0.0.0.0/0'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['::/0', '::/0'],
    ['::1', '::1'],
  ] as const)('%s is %s', ([text, form]) => {
    expect(writeNetwork(network(text))).toBe(form)
  })
})

describe('a typing error is refused with its remedy', () => {
  const anAddress = 'an IP address or network such as 192.0.2.0/24 or 2001:db8::/32'
  test.for([
    ['example.org', anAddress, 'correct or remove it'],
    ['192.0.2/24', anAddress, 'correct or remove it'],
    ['192.0.2.0/24/1', anAddress, 'correct or remove it'],
    ['192.0.2.0/33', 'a prefix length from 0 to 32', 'correct the number after the /'],
    ['192.0.2.0/', 'a prefix length from 0 to 32', 'correct the number after the /'],
    ['192.0.2.0/-1', 'a prefix length from 0 to 32', 'correct the number after the /'],
    ['2001:db8::/129', 'a prefix length from 0 to 128', 'correct the number after the /'],
    ['::ffff:192.0.2.0/24', 'a prefix length from 96 to 128', 'correct the number after the /'],
    ['198.51.100.0/2', 'no bit beyond the prefix, as in 192.0.0.0/2', 'correct the address or the prefix'],
    ['2001:db8::1/64', 'no bit beyond the prefix, as in 2001:db8::/64', 'correct the address or the prefix'],
  ] as const)('%s', ([text, expected, remedy]) => {
    expect(readNetwork(text)).toEqual({ expected, remedy })
  })
})

test('the more specific network wins, at any depth and either side of it', () => {
  const { find, size } = table('10.0.0.0/8', '10.1.0.0/16', '10.1.1.0/24', '10.1.1.7', '10.1.1.0/25')
  expect(size).toBe(5)
  expect(
    ['9.255.255.255', '10.0.0.0', '10.1.0.1', '10.1.1.6', '10.1.1.7', '10.1.1.8', '10.1.1.128', '10.1.2.0'].map(find),
  ).toEqual([-1, 0, 1, 4, 3, 4, 2, 1])
  expect(['10.2.0.0', '10.255.255.255', '11.0.0.0'].map(find)).toEqual([0, 0, -1])
})

test('of equal networks the first wins', () => {
  const { find, size } = table('192.0.2.0/24', '::ffff:192.0.2.0/120', '192.0.2.0/24')
  expect([find('192.0.2.9'), size]).toEqual([0, 1])
})

test('the first and the last address of each space are found', () => {
  const { find } = table('0.0.0.0/1', '255.255.255.255', '::/1', 'ffff::/16', '0.0.0.0/0')
  expect(['0.0.0.0', '200.0.0.1', '255.255.255.255', '::', 'ffff:ffff::1', 'fffe::'].map(find)).toEqual([
    0, 4, 1, 2, 3, -1,
  ])
})

test('an IPv4-mapped client is found among IPv4 networks, and no IPv6 network holds it', () => {
  expect(table('::/0', '192.0.2.0/24').find('::ffff:192.0.2.1')).toBe(1)
  expect(table('::/0').find('::ffff:192.0.2.1')).toBe(-1)
})

test('ten times as many networks make a table in about ten times the time', async () => {
  const networks = (count: number) =>
    Array.from({ length: count }, (_, index) => network(`10.${(index >> 8) & 255}.${index & 255}.${index >> 16}`))
  const [few, many] = [networks(20_000), networks(200_000)]
  expect(await growth(networkTable, { small: few, large: many, enough: 40 })).toBeLessThan(40)
})

test('a network is too broad exactly below /8 and /12', () => {
  expect(['10.0.0.0/8', '10.0.0.0/7', '2000::/12', '2000::/11'].map(text => isTooBroad(network(text)))).toEqual([
    ...[false, true, false, true],
  ])
})

test('nothing is found in an empty table, or for text that is not an address', () => {
  expect(table().find('192.0.2.1')).toBe(-1)
  expect(table('0.0.0.0/0', '::/0').find('unknown')).toBe(-1)
})

test('any table gives the answer of a search through all its networks', () => {
  const bits = fc.integer({ min: 0, max: 32 })
  // Few different addresses, so that networks often nest, touch and repeat.
  const byte = fc.constantFrom<number[]>(0, 1, 127, 128, 255)
  const address = fc.tuple(byte, byte, byte, byte)
  const v4 = fc.tuple(address, bits).map(([bytes, prefix]) => {
    const number = bytes.reduce((sum, value) => sum * 256 + value, 0)
    const start = prefix === 0 ? 0 : number - (number % 2 ** (32 - prefix))
    return { start, prefix, text: [24, 16, 8, 0].map(shift => (start >>> shift) & 255).join('.') }
  })
  fc.assert(
    fc.property(
      fc.array(v4, { maxLength: 40 }),
      fc.array(address, { minLength: 1, maxLength: 20 }),
      (list, clients) => {
        const four = table(...list.map(({ text, prefix }) => `${text}/${prefix}`))
        const six = table(...list.map(({ text, prefix }) => `2001:db8::${mapped(text)}:0:0/${64 + prefix}`))
        for (const bytes of clients) {
          const number = bytes.reduce((sum, value) => sum * 256 + value, 0)
          const holders = list.filter(({ start, prefix }) => number >= start && number - start < 2 ** (32 - prefix))
          const longest = Math.max(...holders.map(({ prefix }) => prefix))
          const winner = holders.find(({ prefix }) => prefix === longest)
          const place = winner
            ? list.findIndex(({ start, prefix }) => start === winner.start && prefix === longest)
            : -1
          expect(four.find(bytes.join('.'))).toBe(place)
          expect(six.find(`2001:db8::${mapped(bytes.join('.'))}:0:7`)).toBe(place)
        }
      },
    ),
    { numRuns: runs(300) },
  )
})

test('a hundred thousand networks cost little more to search than a thousand, and agree with net.BlockList', async () => {
  const texts = (count: number) =>
    Array.from({ length: count }, (_, index) => `${1 + (index % 200)}.${(index * 7) & 255}.${(index >> 8) & 255}.0/24`)
  const clients = Array.from({ length: 5_000 }, (_, index) => `${1 + (index % 223)}.${index & 255}.${index % 200}.9`)
  const small = table(...texts(1_000))
  const large = table(...texts(100_000))

  const list = new BlockList()
  for (const text of texts(2_000)) list.addSubnet(text.slice(0, -3), 24)
  const judged = table(...texts(2_000))
  for (const ip of clients.slice(0, 500)) expect(judged.find(ip) >= 0).toBe(list.check(ip))

  const search = ({ find }: NetworkTable) => {
    for (let round = 0; round < 20; round += 1) for (const ip of clients) find(ip)
  }
  expect(await growth(search, { small, large, enough: 8 })).toBeLessThan(8)
})

const mapped = (quad: string): string => {
  const [a = 0, b = 0, c = 0, d = 0] = quad.split('.').map(Number)
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
}
