/** IP addresses: every text form, judged by ipaddr.js and node:net, and the one form that is written. */
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { describe, expect, test } from 'vitest'
import { addressBytes, canonical, formatAddress, isAddress, isWithin, networkOf } from '../../src/net/address.ts'
import { fc, runs } from '../support/property.ts'

describe('an address is written in one form', () => {
  test.for([
    ['192.0.2.1', '192.0.2.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:0201', '192.0.2.1'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['fe80::1%eth0', 'fe80::1'],
    ['1:2:3:4:5:6:192.0.2.33', '1:2:3:4:5:6:c000:221'],
    ['::192.0.2.33', '::c000:221'],
    ['1::255.255.255.255', '1::ffff:ffff'],
    ['::ffff:192.0.2.1%eth0', '192.0.2.1'],
    ['0:0:1:0:0:1:1:1', '::1:0:0:1:1:1'],
    ['1:0:0:1:0:0:0:1', '1:0:0:1::1'],
    ['1:0:1:1:1:1:1:1', '1:0:1:1:1:1:1:1'],
    ['0:1:1:1:1:1:1:0', '0:1:1:1:1:1:1:0'],
  ] as const)('%s is %s', ([text, form]) => {
    expect(canonical(text)).toBe(form)
  })
})

describe('text that other readers guess at is not an address', () => {
  test.for([
    '',
    '1',
    '127.1',
    '0x7f.0.0.1',
    '010.0.0.1',
    '00.0.0.0',
    '1.2.3',
    '1.2.3.',
    '.1.2.3.4',
    '1..2.3',
    '1.2.3.4.5',
    '256.0.0.1',
    '1.2.3.4 ',
    '1.2.3.-4',
    '192.0.2.1\0',
    ':',
    ':::',
    ':1',
    '1:',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '::1:2:3:4:5:6:7:8',
    '12345::',
    'g::',
    '::ffff:010.0.0.1',
    '::ffff:192.0.2.256',
    '::ffff:192.0.2',
    'fe80::1%',
    'fe80::1%eth0%eth1',
    '192.0.2.1%eth0',
    '%eth0',
    '1:2:3:4:5:6:7:192.0.2.1',
    '1:2:3:4:5::6:192.0.2.1',
    '1:192.0.2.1:2:3:4:5:6',
    '::192.0.2.1:1',
    '::192.0.2.1::',
    '::a.0.2.1',
    '::1a.0.2.1',
    '[::1]',
    'localhost',
    `${'0'.repeat(100)}::1`,
  ])('%j', text => {
    expect(canonical(text)).toBeUndefined()
    expect(addressBytes(text)).toEqual([])
  })
})

const groups = fc.array(fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(0xffff) }), {
  minLength: 8,
  maxLength: 8,
})

test('every IPv6 address is read as ipaddr.js reads it, in each of its forms', () => {
  fc.assert(
    fc.property(groups, parts => {
      const judge = new ipaddr.IPv6(parts)
      const quad = `${parts
        .slice(0, 6)
        .map(part => part.toString(16))
        .join(':')}:${judge.toByteArray().slice(12).join('.')}`
      for (const form of [judge.toRFC5952String(), judge.toNormalizedString(), judge.toString().toUpperCase(), quad]) {
        const bytes = judge.isIPv4MappedAddress() ? judge.toIPv4Address().toByteArray() : judge.toByteArray()
        expect(addressBytes(form)).toEqual(bytes)
      }
    }),
  )
})

test('the written form is the shortest, and is read as the same address', () => {
  const words = new Uint32Array(4)
  fc.assert(
    fc.property(groups, parts => {
      const judge = new ipaddr.IPv6(parts)
      for (let index = 0; index < 4; index += 1)
        words[index] = (parts[2 * index] ?? 0) * 65_536 + (parts[2 * index + 1] ?? 0)
      const text = formatAddress(words, 4)
      expect(ipaddr.IPv6.parse(text).parts).toEqual(parts)
      // ipaddr.js prefers an inner run of zeros to one of equal length at the beginning, which is one character longer.
      expect(text.length).toBeLessThanOrEqual(judge.toRFC5952String().length)
    }),
  )
})

test('text without a zone is an address exactly if node:net takes it for one', () => {
  const soup = fc.string({ unit: fc.constantFrom(...'0019afg:::..'), maxLength: 24 })
  const pieces = fc.array(fc.constantFrom('1', 'ff', '0', ':', '::', '1.2.3.4', '.', '00', '12345'), { maxLength: 16 })
  const texts = fc.oneof(
    soup,
    pieces.map(list => list.join('')),
    pieces.map(list => list.join(':')),
  )
  fc.assert(
    fc.property(texts, text => isAddress(text) === isIP(text) > 0),
    { numRuns: runs(20_000) },
  )
})

test('text with a zone is an address exactly if it is one without the zone', () => {
  const soup = fc.string({ unit: fc.constantFrom(...'01af:::.'), maxLength: 12 })
  fc.assert(fc.property(soup, text => isAddress(`${text}%eth0`) === (text.includes(':') && isAddress(text))))
})

test('every IPv4 address comes back from its text', () => {
  fc.assert(fc.property(fc.ipV4(), text => canonical(text) === text && addressBytes(text).join('.') === text))
})

describe('a client is counted in its network', () => {
  test.for([
    ['192.0.2.77', {}, '192.0.2.0/24'],
    ['::ffff:192.0.2.77', {}, '192.0.2.0/24'],
    ['2001:db8:1:2:3:4:5:6', {}, '2001:db8:1:2::/64'],
    ['2001:db8:1:ff2:3:4:5:6', { v6: 56 }, '2001:db8:1:f00::/56'],
    ['255.255.255.255', { v4: 32 }, '255.255.255.255/32'],
    ['255.255.255.255', { v4: 0 }, '0.0.0.0/0'],
    ['unknown', {}, 'unknown'],
  ] as const)('%s with %j in %s', ([ip, prefixes, network]) => {
    expect(networkOf(ip, prefixes)).toBe(network)
  })
})

test('an address is within a network exactly if their leading bits agree', () => {
  const word = fc.integer({ min: 0, max: 0xffff_ffff })
  const four = fc.array(word, { minLength: 4, maxLength: 4 })
  fc.assert(
    fc.property(four, fc.integer({ min: 0, max: 127 }), (words, bit) => {
      const address = Uint32Array.from(words)
      const other = Uint32Array.from(words)
      other[bit >> 5] = (other[bit >> 5] ?? 0) ^ (1 << (31 - (bit & 31)))
      expect(isWithin(address, other, bit)).toBe(true)
      expect(isWithin(address, other, bit + 1)).toBe(false)
    }),
  )
})
