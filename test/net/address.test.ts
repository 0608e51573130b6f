import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, test } from 'vitest'
import { canonical, networkOf, readAddress, toOctets } from '../../src/net/address.ts'

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
  ] as const)('%s is %s', ([text, form]) => {
    expect(canonical(text)).toBe(form)
  })
})

describe('what other readers guess at is no address', () => {
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
    '[::1]',
    'localhost',
    `${'0'.repeat(100)}::1`,
  ])('%j', text => {
    expect(canonical(text)).toBeUndefined()
    expect(toOctets(text)).toEqual([])
  })
})

test('every IPv6 address is read as ipaddr.js reads it, in each of its forms', () => {
  const zeroes = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(0xffff) })
  fc.assert(
    fc.property(fc.array(zeroes, { minLength: 8, maxLength: 8 }), parts => {
      const judge = new ipaddr.IPv6(parts)
      for (const form of [judge.toRFC5952String(), judge.toNormalizedString(), judge.toString().toUpperCase()]) {
        const octets = judge.isIPv4MappedAddress() ? judge.toIPv4Address().toByteArray() : judge.toByteArray()
        expect(toOctets(form)).toEqual(octets)
      }
    }),
  )
})

test('whatever is read as an address, ipaddr.js reads too', () => {
  const soup = fc.string({ unit: fc.constantFrom(...'0019afg:::..%'), maxLength: 24 })
  const words = new Uint32Array(4)
  fc.assert(
    fc.property(soup, text => readAddress(text, words) === 0 || ipaddr.isValid(text.replace(/%[\w.-]+$/, ''))),
    { numRuns: 5_000 },
  )
})

test('every IPv4 address comes back from its text', () => {
  fc.assert(fc.property(fc.ipV4(), text => canonical(text) === text && toOctets(text).join('.') === text))
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
