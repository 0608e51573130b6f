/** What a greeting costs. */
import { describe, expect, test } from 'vitest'
import { helo } from '../../src/filters/helo.ts'
import { points, reject } from '../../src/model/finding.ts'
import { probe } from '../../src/testing/probe.ts'
import { zone } from '../../src/testing/zone.ts'

const ip = '192.0.2.1'
/** Whether the name exists is judged at `mail`. */
const sender = { reversePath: 'alice@example.org' }
const world = {
  'mx.example.org': { A: '198.51.100.9' },
  'six.example.org': { AAAA: '2001:db8::9' },
  'mail-only.example': { MX: { exchange: 'mx.example.org', priority: 10 } },
  'text.example': { TXT: 'nothing else' },
  'slow.example': 'timeout',
  'half.example': { A: [], AAAA: 'servfail' },
} as const
const own = ['mx.postern.example', '203.0.113.25', '2001:db8::25']

describe('a greeting', () => {
  test.for([
    ['mx.example.org'],
    ['MX.Example.ORG.'],
    ['six.example.org'],
    ['mail-only.example'],
    ['[192.0.2.1]'],
    ['[IPv6:::ffff:192.0.2.1]'],
  ])('%s costs nothing', async ([greeting = '']) => {
    expect(await probe(helo({ own }), { ...sender, ip, helo: greeting, dns: zone(world) })).toEqual([])
  })

  test.for([['[IPv6:2001:db8::1]'], ['[ipv6:2001:DB8:0:0::1]']])(
    '%s is the address of an IPv6 client',
    async ([greeting = '']) => {
      expect(await probe(helo(), { ...sender, ip: '2001:db8::1', helo: greeting, dns: zone({}) })).toEqual([])
    },
  )

  test.for([
    ['mx.postern.example', 'mx.postern.example'],
    ['MX.POSTERN.example.', 'mx.postern.example'],
    ['203.0.113.25', '203.0.113.25'],
    ['[203.0.113.25]', '203.0.113.25'],
    ['[IPv6:2001:db8:0::25]', '2001:db8::25'],
  ])('%s is ours, and refused to others', async ([greeting = '', given]) => {
    expect(await probe(helo({ own }), { ...sender, ip, helo: greeting, dns: zone(world) })).toEqual([
      reject('5.7.1', `192.0.2.1 greets as ${given}, which is this server's own`, { rule: 'helo/impostor' }),
    ])
  })

  test.for(['127.0.0.1', '::1', '203.0.113.25', '2001:db8::25'])(
    'our own name from %s is no imposture',
    async client => {
      const dns = zone({ 'mx.postern.example': { A: '203.0.113.25' } })
      expect(await probe(helo({ own }), { ...sender, ip: client, helo: 'mx.postern.example', dns })).toEqual([])
    },
  )

  test.for([
    ['198.51.100.7', 3, 'bare-address', '192.0.2.1 greets with the bare address 198.51.100.7'],
    ['192.0.2.1', 3, 'bare-address', '192.0.2.1 greets with the bare address 192.0.2.1'],
    ['[198.51.100.7]', 3, 'other-address', '192.0.2.1 greets with the address of 198.51.100.7'],
    ['localhost', 2, 'unqualified', '192.0.2.1 greets as localhost, which is not a full host name'],
    ['gone.example', 2, 'unresolvable', '192.0.2.1 greets as gone.example, which has neither address nor MX'],
    ['text.example', 2, 'unresolvable', '192.0.2.1 greets as text.example, which has neither address nor MX'],
  ] as const)('%s costs %d points', async ([greeting, value, rule, reason]) => {
    expect(await probe(helo({ own }), { ...sender, ip, helo: greeting, dns: zone(world) })).toEqual([
      points(value, reason, { rule: `helo/${rule}` }),
    ])
  })

  test.for([
    ['nothing', ''],
    ['markup', '<script>alert(1)</script>'],
    ['a byte 0xFF', '\u00ff.example'],
    ['300 characters', 'a.'.repeat(150)],
    ['a NUL', 'evil\0.example'],
    ['a line end', 'mx.example.org\r\nMAIL FROM:<>'],
    ['an escape sequence', '\u001b[31mred.example'],
    ['a bidi override', '\u202egro.elpmaxe'],
    ['an empty label', 'mx..example'],
    ['a broken literal', '[192.0.2.300]'],
    ['an open literal', '[192.0.2.1'],
    ['digits', '1.2.3'],
    ['one number', '3221225985'],
  ])('S01 %s is malformed, asked of nobody, and not repeated in the reason', async ([, greeting = '']) => {
    const dns = zone({})
    expect(await probe(helo({ own }), { ...sender, ip, helo: greeting, dns })).toEqual([
      points(3, '192.0.2.1 greets with neither a host name nor an address literal', {
        rule: 'helo/malformed',
      }),
    ])
    expect(dns.asked).toEqual([])
  })

  test.for(['slow.example', 'half.example'])(
    'A15 a name that DNS could not tell of costs nothing: %s',
    async greeting => {
      expect(await probe(helo(), { ...sender, ip, helo: greeting, dns: zone(world) })).toEqual([])
    },
  )

  test('every kind can be priced or made certain', async () => {
    const strict = helo({ malformed: 'reject', unqualified: 7 })
    expect(await probe(strict, { ...sender, ip, helo: '!', dns: zone({}) })).toMatchObject([
      { verdict: 'reject', status: '5.7.1' },
    ])
    expect(await probe(strict, { ...sender, ip, helo: 'pc', dns: zone({}) })).toMatchObject([{ points: 7 }])
  })

  test('what is no name cannot be our own', () => {
    expect(() => helo({ own: ['mx.example.org', 'a b', ''] })).toThrow(/helo\.own\[1\].*\n.*helo\.own\[2\]/)
  })
})
