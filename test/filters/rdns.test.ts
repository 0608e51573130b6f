/** What a client's reverse DNS costs. */
import { describe, expect, test } from 'vitest'
import { rdns } from '../../src/filters/rdns.ts'
import { points } from '../../src/model/finding.ts'
import { probe } from '../../src/testing/probe.ts'
import { zone } from '../../src/testing/zone.ts'

const named = (name: string, ip = '192.0.2.1') => zone({ [reverseOf(ip)]: { PTR: name }, [name]: { A: ip } })
/** Points are found at `mail`. */
const sender = { reversePath: 'alice@example.org' }
const reverseOf = (ip: string) => `${ip.split('.').reverse().join('.')}.in-addr.arpa`

describe('rdns', () => {
  test('a client whose name leads back to it costs nothing', async () => {
    expect(await probe(rdns(), { ...sender, ip: '192.0.2.1', dns: named('mx1.example.org') })).toEqual([])
  })

  test('a client without a name costs two points', async () => {
    expect(await probe(rdns({ missing: 2 }), { ...sender, ip: '192.0.2.1', dns: zone({}) })).toEqual([
      points(2, '192.0.2.1 has no reverse DNS name', { rule: 'rdns/missing' }),
    ])
  })

  test('a client whose name leads elsewhere costs two points', async () => {
    const dns = zone({ [reverseOf('192.0.2.1')]: { PTR: 'mx.bank.example' }, 'mx.bank.example': { A: '198.51.100.1' } })
    expect(await probe(rdns({ unconfirmed: 2 }), { ...sender, ip: '192.0.2.1', dns })).toEqual([
      points(2, '192.0.2.1 has the name mx.bank.example, which does not lead back to it', { rule: 'rdns/unconfirmed' }),
    ])
  })

  test.for(['timeout', 'servfail', 'refused', 'unreachable', 'malformed', 'budget'] as const)(
    'A15 DNS that fails by %s costs nothing',
    async cause => {
      expect(
        await probe(rdns(), { ...sender, ip: '192.0.2.1', dns: zone({ [reverseOf('192.0.2.1')]: cause }) }),
      ).toEqual([])
    },
  )

  test('each kind has its own price', async () => {
    const priced = rdns({ missing: 1, unconfirmed: 3, generic: 5 })
    expect(await probe(priced, { ...sender, ip: '192.0.2.1', dns: zone({}) })).toMatchObject([{ points: 1 }])
    expect(await probe(priced, { ...sender, ip: '192.0.2.1', dns: named('dyn7.isp.example') })).toMatchObject([
      { points: 5 },
    ])
  })
})

describe('a name made by a machine', () => {
  const ip = '203.0.113.45'
  test.for([
    '203-0-113-45.isp.example',
    '45.113.0.203.isp.example',
    'host-113-0-203.isp.example',
    'x0-113-45.isp.example',
    'cb00712d.isp.example',
    'ip203000113045.isp.example',
    'dsl7.isp.example',
    'dynamic.isp.example',
    'a.pool7.isp.example',
    'customer-9.isp.example',
    'vmi1158185.contaboserver.net',
    'localhost.members.linode.com',
    'abc.internal.cloudapp.net',
  ])('%s costs one point and a half', async name => {
    expect(await probe(rdns({ generic: 1.5 }), { ...sender, ip, dns: named(name, ip) })).toEqual([
      points(1.5, `${ip} has the name ${name}, which is generic and not a mail server's`, { rule: 'rdns/generic' }),
    ])
  })

  test.for([
    'mx45.example.org',
    'mail-113-45.example.org',
    'pool2.smtp.example.org',
    'mail.dynamic.example',
    'mail.dsl.example',
    'swimming.example.org',
    'contaboserver.net',
    'mail.contabo.example',
    'a48-39.smtp-out.amazonses.com',
  ])('%s is given by a person', async name => {
    expect(await probe(rdns(), { ...sender, ip, dns: named(name, ip) })).toEqual([])
  })

  test('one given name beside a generic one is enough', async () => {
    const dns = zone({
      [reverseOf(ip)]: { PTR: ['203-0-113-45.isp.example', 'mx.example.org'] },
      '203-0-113-45.isp.example': { A: ip },
      'mx.example.org': { A: ip },
    })
    expect(await probe(rdns(), { ...sender, ip, dns })).toEqual([])
  })

  test.for([
    ['an address in groups', '2001-db8-0-0-1c2-3d4-5-6.isp.example', 1],
    ['its last half, padded', 'x01c203d400050006.isp.example', 1],
    ['a given name', 'mx6.example.org', 0],
  ] as const)('IPv6: %s', async ([, name, count]) => {
    const address = '2001:db8::1c2:3d4:5:6'
    const reverse = `6.0.0.0.5.0.0.0.4.d.3.0.2.c.1.0.${'0.'.repeat(8)}8.b.d.0.1.0.0.2.ip6.arpa`
    const dns = zone({ [reverse]: { PTR: name }, [name]: { AAAA: address } })
    expect(await probe(rdns(), { ...sender, ip: address, dns })).toHaveLength(count)
  })
})
