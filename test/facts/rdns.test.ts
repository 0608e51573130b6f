/** Reverse DNS as RFC 8601 §3 judges it. */
import { describe, expect, test } from 'vitest'
import { type Rdns, rdns } from '../../src/facts/rdns.ts'
import { ask } from '../../src/testing/probe.ts'
import { type ZoneLiteral, zone } from '../../src/testing/zone.ts'

const found = (ip: string, literal: ZoneLiteral) => ask(rdns, { ip, dns: zone(literal) })

const reverse = '1.2.0.192.in-addr.arpa'
const none: Pick<Rdns, 'names' | 'confirmed'> = { names: [], confirmed: [] }

describe('reverse DNS', () => {
  test.for<[string, ZoneLiteral, Rdns]>([
    [
      'a name that leads back passes, with its organisational domain',
      { [reverse]: { PTR: 'MX.mail.example.co.uk.' }, 'mx.mail.example.co.uk': { A: ['192.0.2.7', '192.0.2.1'] } },
      {
        result: 'pass',
        names: ['mx.mail.example.co.uk'],
        confirmed: ['mx.mail.example.co.uk'],
        organisation: 'example.co.uk',
      },
    ],
    [
      'of several names those count that lead back',
      {
        [reverse]: { PTR: ['www.bank.example', 'mx.example.org', 'gone.example.org'] },
        'www.bank.example': { A: '198.51.100.1' },
        'mx.example.org': { A: '192.0.2.1' },
      },
      {
        result: 'pass',
        names: ['gone.example.org', 'mx.example.org', 'www.bank.example'],
        confirmed: ['mx.example.org'],
        organisation: 'example.org',
      },
    ],
    [
      'a name that leads elsewhere fails',
      { [reverse]: { PTR: 'www.bank.example' }, 'www.bank.example': { A: '198.51.100.1' } },
      { result: 'fail', names: ['www.bank.example'], confirmed: [] },
    ],
    [
      'a name that does not exist fails',
      { [reverse]: { PTR: 'www.bank.example' } },
      { result: 'fail', names: ['www.bank.example'], confirmed: [] },
    ],
    [
      'a single label that leads back has no organisation',
      { [reverse]: { PTR: 'localhost' }, localhost: { A: '192.0.2.1' } },
      { result: 'pass', names: ['localhost'], confirmed: ['localhost'] },
    ],
    ['no name is a permanent error', {}, { result: 'permerror', ...none }],
    ['an empty answer is a permanent error', { [reverse]: { A: '192.0.2.1' } }, { result: 'permerror', ...none }],
    ['a dead server is a temporary error', { [reverse]: 'servfail' }, { result: 'temperror', ...none }],
    ['a silent server is a temporary error', { [reverse]: { PTR: 'timeout' } }, { result: 'temperror', ...none }],
    [
      'a name that cannot be followed makes it a temporary error',
      { [reverse]: { PTR: ['a.example', 'b.example'] }, 'a.example': 'timeout', 'b.example': { A: '198.51.100.1' } },
      { result: 'temperror', names: ['a.example', 'b.example'], confirmed: [] },
    ],
    [
      'S01 names with control characters are no names',
      { [reverse]: { PTR: ['evil\r\n.example', '\u001b[31m.example'] } },
      { result: 'permerror', ...none },
    ],
  ])('%s', async ([, literal, expected]) => {
    expect(await found('192.0.2.1', literal)).toEqual(expected)
  })

  test('an IPv6 client is confirmed by AAAA records in any text form', async () => {
    const dns = zone({
      [`1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`]: { PTR: 'mx.example.org' },
      'mx.example.org': { A: '192.0.2.1', AAAA: '2001:0DB8:0::1' },
    })
    expect(await ask(rdns, { ip: '2001:db8::1', dns })).toMatchObject({
      result: 'pass',
      confirmed: ['mx.example.org'],
    })
    expect(dns.asked[1]).toBe('mx.example.org AAAA')
  })

  test('A17 a thousand names cause eleven lookups', async () => {
    const PTR = Array.from({ length: 1_000 }, (_, index) => `n${index}.example`)
    const dns = zone({ [reverse]: { PTR } })
    const answer = await ask(rdns, { ip: '192.0.2.1', dns })
    expect([answer.result, answer.names.length, dns.asked.length]).toEqual(['fail', 10, 11])
  })

  test('equal records in another order give the same result', async () => {
    const PTR = Array.from({ length: 20 }, (_, index) => `n${index}.example`)
    const [one, other] = await Promise.all([
      found('192.0.2.1', { [reverse]: { PTR } }),
      found('192.0.2.1', { [reverse]: { PTR: PTR.toReversed() } }),
    ])
    expect(one).toEqual(other)
  })
})
