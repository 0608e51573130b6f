/** What a greeting costs. */
import { describe, expect, test } from 'vitest'
import { helo } from '../../src/filters/helo.ts'
import { points, reject } from '../../src/model/finding.ts'
import { probe } from '../../src/testing/probe.ts'
import type { Probed } from '../../src/testing/probed.ts'
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

/** As they are without a measurement. */
const costs = { malformed: 3, bareAddress: 3, otherAddress: 3, unqualified: 2, unresolvable: 2 } as const

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
    expect(await probe(helo({ own, ...costs }), { ...sender, ip, helo: greeting, dns: zone(world) })).toEqual([
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
    expect(await probe(helo({ own, ...costs }), { ...sender, ip, helo: greeting, dns })).toEqual([
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

describe('a generic name', () => {
  const client = '203.0.113.45'
  const generic = 'vmi1158185.contaboserver.net'
  const dns = zone({ [generic]: { A: client }, '203-0-113-45.isp.example': { A: client } })

  test.for([generic, generic.toUpperCase(), '203-0-113-45.isp.example'])('%s costs a point and a half', async name => {
    expect(await probe(helo(), { ...sender, ip: client, helo: name, dns })).toEqual([
      points(1.5, `${client} greets with the generic name ${name.toLowerCase()}`, { rule: 'helo/generic' }),
    ])
  })

  test('a generic name that does not exist is charged once', async () => {
    const found = await probe(helo(), { ...sender, ip: client, helo: generic, dns: zone({}) })
    expect(found.map(({ rule }) => rule)).toEqual(['helo/unresolvable'])
  })

  test('what is also the reverse name is charged once, by rdns', async () => {
    const reverse = zone({ [generic]: { A: client }, '45.113.0.203.in-addr.arpa': { PTR: generic } })
    expect(await probe(helo(), { ...sender, ip: client, helo: generic, dns: reverse })).toEqual([])
  })

  test.for(['mx45.example.org', 'mail-out.contabo.example'])('%s is given by a person', async name => {
    const named = zone({ [name]: { A: client } })
    expect(await probe(helo(), { ...sender, ip: client, helo: name, dns: named })).toEqual([])
  })
})

describe('the name of another organisation', () => {
  const client = '203.0.113.45'
  const world = {
    'mx.bank.example': { A: '198.51.100.9' },
    '45.113.0.203.in-addr.arpa': { PTR: 'vps7.hosting.example' },
    'vps7.hosting.example': { A: client },
  } as const
  const message = 'From: a@bank.example\n\nHello\n'
  const probed = { ...sender, ip: client, helo: 'mx.bank.example', dns: zone(world), message }
  const by = 'by mx.bank.example with ESMTP id 1; Sun, 29 Nov 2026 12:00:00 +0000'
  const expected = [
    points(
      1,
      `${client} greets as mx.bank.example, which is another organisation's, and has written the message itself`,
      {
        rule: 'helo/other-organisation',
      },
    ),
  ]

  test('costs a point, with or without a reverse name', async () => {
    expect(await probe(helo(), probed)).toEqual(expected)
    expect(await probe(helo(), { ...probed, dns: zone({ 'mx.bank.example': world['mx.bank.example'] }) })).toEqual(
      expected,
    )
    expect(await probe(helo({ otherOrganisation: 0 }), probed)).toEqual([])
  })

  test.for<[string, Probed]>([
    ['an earlier server', { message: `Received: from pc7 (pc7 [10.0.0.7]) ${by}\n${message}` }],
    [
      'the same organisation',
      { helo: 'mx.hosting.example', dns: zone({ ...world, 'mx.hosting.example': { A: '198.51.100.9' } }) },
    ],
    ['a name that leads to the client', { dns: zone({ ...world, 'mx.bank.example': { A: client } }) }],
    ['a reverse name that is not known', { dns: zone({ ...world, '45.113.0.203.in-addr.arpa': 'timeout' }) }],
    ['addresses that are not known', { dns: zone({ ...world, 'mx.bank.example': 'timeout' }) }],
    ['a client that is not known', { ip: undefined }],
    ['a greeting that is not known', { helo: undefined }],
  ])('costs nothing with %s', async ([, more]) => {
    expect(await probe(helo(), { ...probed, ...more })).toEqual([])
  })
})
