/** What is proven, and nothing else. */
import { describe, expect, test } from 'vitest'
import { type DkimSignature, dkim } from '../../src/facts/dkim/dkim.ts'
import { identities, origin } from '../../src/facts/identities.ts'
import { ask } from '../../src/testing/probe.ts'
import { zone } from '../../src/testing/zone.ts'

const signature = (given: Partial<DkimSignature>): DkimSignature => ({
  domain: 'example.org',
  selector: 's',
  identity: '',
  algorithm: 'rsa-sha256',
  result: 'pass',
  reason: '',
  fields: ['from'],
  unsigned: [],
  b: '',
  ...given,
})

const signatures = [
  signature({}),
  signature({ domain: 'esp.example' }),
  signature({ domain: 'esp.example', selector: 't' }),
  signature({ domain: 'broken.example', result: 'fail' }),
  signature({ domain: 'partial.example', partial: { signed: 0, total: 9 } }),
]

const dns = zone({
  '1.2.0.192.in-addr.arpa': { PTR: 'mx.mail.example.net' },
  'mx.mail.example.net': { A: '192.0.2.1' },
  'bounce.example.org': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
  'open.example.org': { TXT: ['v=spf1 +all'] },
  '_dmarc.example.org': { TXT: ['v=DMARC1; p=reject'] },
})

describe('what is proven', () => {
  test('address, network, confirmed name, SPF domain, signers of the whole body and the author', async () => {
    const signed = [dkim, { result: 'pass', signatures, ignored: 0 }] as const
    expect(await ask(identities, { dns, reversePath: 'a@bounce.example.org', facts: [signed] })).toEqual({
      ip: '192.0.2.1',
      network: '192.0.2.0/24',
      rdns: 'example.net',
      spf: 'bounce.example.org',
      dkim: ['example.org', 'esp.example'],
      author: 'example.org',
    })
  })

  test('A18 an SPF pass that half the Internet gets proves neither sender nor author', async () => {
    expect(await ask(identities, { dns, reversePath: 'a@open.example.org' })).toEqual({
      ip: '192.0.2.1',
      network: '192.0.2.0/24',
      rdns: 'example.net',
      dkim: [],
    })
  })

  test('a forged message proves only the client', async () => {
    expect(await ask(identities, { dns, ip: '2001:db8:1:2:3::4', reversePath: 'a@bounce.example.org' })).toEqual({
      ip: '2001:db8:1:2:3::4',
      network: '2001:db8:1:2::/64',
      dkim: [],
    })
  })

  test('the client is known when it connects', async () => {
    expect(await ask(origin, { dns })).toEqual({
      ip: '192.0.2.1',
      network: '192.0.2.0/24',
      rdns: 'example.net',
    })
  })
})
