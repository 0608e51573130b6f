/** What may be asked, and what never leaves the building. */
import { describe, expect, test } from 'vitest'
import { queryName } from '../../src/dns/name.ts'
import { organisationalDomain } from '../../src/dns/organisation.ts'
import { reverseLabels, reverseName } from '../../src/dns/reverse.ts'
import { fc, runs } from '../support/property.ts'

const label63 = 'a'.repeat(63)
const name253 = `${`${label63}.`.repeat(3)}${'b'.repeat(61)}`

describe('a name that may be asked', () => {
  test.for([
    ['example.org', 'example.org'],
    ['Example.ORG.', 'example.org'],
    ['_dmarc.example.org', '_dmarc.example.org'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['com', 'com'],
    [`${label63}.example`, `${label63}.example`],
    [name253, name253],
    [`${name253}.`, name253],
  ] as const)('%s is asked as %s', ([name, query]) => expect(queryName(name)).toBe(query))
})

test.for([
  ['nothing', ''],
  ['the root', '.'],
  ['an empty label', 'a..b'],
  ['a leading dot', '.example.org'],
  ['two dots at the end', 'example.org..'],
  ['a NUL', 'evil.example\0.victim.example'],
  ['a line end', 'example.org\r\n'],
  ['a tab', 'exam\tple.org'],
  ['DEL', 'exam\x7fple.org'],
  ['a space', 'exa mple.org'],
  ['8-bit', 'b\u00fccher.example'],
  ['the Kelvin sign, which is k in lower case', '\u212aelvin.example'],
  ['a soft hyphen', 'exam\u00adple.org'],
  ['an escape', 'exam\\046ple.org'],
  ['a slash', 'a/b.example'],
  ['an address literal', '[192.0.2.1]'],
  ['a wildcard', '*.example.org'],
  ['a label of 64', `a${label63}.example`],
  ['254 bytes', `c${name253}`],
  ['a megabyte', 'a.'.repeat(500_000)],
])('A01 a name with %s is no name', ([, name]) => expect(queryName(name ?? '')).toBeUndefined())

describe('the organisational domain', () => {
  test.for([
    ['mail.example.co.uk', 'example.co.uk'],
    ['EXAMPLE.com.', 'example.com'],
    ['_dmarc.example.org', 'example.org'],
    ['b\u00fccher.example.de', 'example.de'],
    ['www.b\u00fccher.de', 'xn--bcher-kva.de'],
    ['a.xn--a.com', 'xn--a.com'],
  ] as const)('A20 of %s is %s', ([name, domain]) => expect(organisationalDomain(name)).toBe(domain))

  test.for([
    ['localhost'],
    ['com'],
    ['co.uk'],
    ['192.0.2.1'],
    ['[192.0.2.1]'],
    ['[IPv6:2001:db8::1]'],
    ['2001:db8::1'],
    ['1.2.3.4.5'],
    ['\uff11.\uff12.\uff13.\uff14'],
    ['a..b'],
    ['.example.org'],
    [''],
    ['example.org\0'],
    ['a b.example'],
    [`${'\u00fc'.repeat(70)}.de`],
    ['\u202eexample.org'],
  ])('A20 %s has none', ([name]) => expect(organisationalDomain(name ?? '')).toBeUndefined())

  test.for([
    ['github.io', undefined],
    ['alice.github.io', 'alice.github.io'],
    ['www.alice.github.io', 'alice.github.io'],
    ['s3.amazonaws.com', undefined],
    ['bucket.s3.amazonaws.com', 'bucket.s3.amazonaws.com'],
    ['www.example.unlisted', 'example.unlisted'],
    ['unlisted', undefined],
    ['c.kobe.jp', undefined],
    ['b.c.kobe.jp', 'b.c.kobe.jp'],
    ['www.city.kobe.jp', 'city.kobe.jp'],
  ] as const)('A21 with private and unknown suffixes: of %s it is %s', ([name, domain]) =>
    expect(organisationalDomain(name)).toBe(domain),
  )
})

describe('an address back to front', () => {
  const nibbles = `${'1.'}${'0.'.repeat(23)}8.b.d.0.1.0.0.2`
  test.for([
    ['192.0.2.1', '1.2.0.192', '1.2.0.192.in-addr.arpa'],
    ['255.255.255.255', '255.255.255.255', '255.255.255.255.in-addr.arpa'],
    ['2001:db8::1', nibbles, `${nibbles}.ip6.arpa`],
    ['::ffff:192.0.2.1', '1.2.0.192', '1.2.0.192.in-addr.arpa'],
    ['example.org', undefined, undefined],
    ['', undefined, undefined],
  ] as const)('%s', ([ip, labels, name]) => expect([reverseLabels(ip), reverseName(ip)]).toEqual([labels, name]))
})

test('any name may be asked, or not, as by a pattern for each label', () => {
  const slowly = (name: string): string | undefined => {
    const query = (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase()
    if (query.length > 253 || !/^[\0-\x7f]*$/.test(name)) return undefined
    return query.split('.').every(label => /^[a-z0-9_-]{1,63}$/.test(label)) ? query : undefined
  }
  const piece = fc.oneof(
    fc.constantFrom(
      '.',
      '..',
      'a',
      'Z',
      '-',
      '_',
      '9',
      label63,
      'a'.repeat(62),
      '\0',
      ' ',
      '\u212a',
      'é',
      '@',
      '[',
      '`',
      '{',
    ),
    fc.string({ maxLength: 2, unit: 'binary' }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
      expect(queryName(pieces.join(''))).toBe(slowly(pieces.join('')))
    }),
    { numRuns: runs(5000) },
  )
})

test('a name has the same organisation when it is asked again, after thousands of others', () => {
  const names = Array.from({ length: 2500 }, (_, index) => `mail.a${index}.co.uk`)
  const expected = names.map((_, index) => `a${index}.co.uk`)
  for (let round = 0; round < 2; round += 1) expect(names.map(name => organisationalDomain(name))).toEqual(expected)
  for (let round = 0; round < 2; round += 1) {
    expect(organisationalDomain('co.uk')).toBeUndefined()
    expect(organisationalDomain('bücher.example')).toBe('xn--bcher-kva.example')
    expect(organisationalDomain('192.0.2.1')).toBeUndefined()
  }
})
