/** Senders who cannot be answered. */
import { describe, expect, test } from 'vitest'
import { senderDomain } from '../../src/filters/sender-domain.ts'
import { defer, reject } from '../../src/model/finding.ts'
import { probe } from '../../src/testing/probe.ts'
import { zone } from '../../src/testing/zone.ts'

const world = {
  'mx.example.org': { MX: { exchange: 'mx.example.org', priority: 10 } },
  'a.example.org': { A: '192.0.2.1' },
  'six.example.org': { AAAA: '2001:db8::1' },
  'text.example.org': { TXT: 'nothing else' },
  'null.example': { MX: { exchange: '', priority: 0 } },
  'dot.example': { MX: { exchange: '.', priority: 0 } },
  'odd.example': {
    MX: [
      { exchange: '', priority: 0 },
      { exchange: 'mx.example.org', priority: 10 },
    ],
  },
  'xn--bcher-kva.example': { A: '192.0.2.1' },
  'slow.example': 'timeout',
  'half.example': { AAAA: 'servfail' },
  'lucky.example': { A: '192.0.2.1', AAAA: 'servfail' },
} as const

const judged = (reversePath: string, options = {}) => probe(senderDomain(options), { reversePath, dns: zone(world) })

describe('the domain of the reverse-path', () => {
  test.for([
    ['ann@mx.example.org'],
    ['ann@MX.Example.org.'],
    ['ann@a.example.org'],
    ['ann@six.example.org'],
    ['ann@odd.example'],
    ['ann@lucky.example'],
    ['ann@b\u00fccher.example'],
    ['"a@b"@a.example.org'],
    ['@relay.example:ann@a.example.org'],
  ])('%s can be answered', async ([path = '']) => expect(await judged(path)).toEqual([]))

  test.for([[''], ['ann@[192.0.2.1]']])('<%s> asks nothing of DNS', async ([reversePath = '']) => {
    const dns = zone({})
    expect(await probe(senderDomain(), { reversePath, dns })).toEqual([])
    expect(dns.asked).toEqual([])
  })

  test.for([
    ['ann@gone.example', '5.1.8', 'nonexistent', "the sender's domain gone.example does not exist"],
    ['ann@text.example.org', '5.1.8', 'unreachable', "the sender's domain text.example.org has neither MX nor address"],
    ['ann@null.example', '5.7.27', 'null-mx', "the sender's domain null.example declares that it accepts no mail"],
    ['ann@dot.example', '5.7.27', 'null-mx', "the sender's domain dot.example declares that it accepts no mail"],
  ] as const)('%s is refused with %s', async ([path, status, rule, reason]) => {
    expect(await judged(path)).toEqual([reject(status, reason, { rule: `sender-domain/${rule}` })])
  })

  test.for([
    ['a NUL', 'ann@evil.example\0.a.example.org'],
    ['a space', 'ann@a b.example'],
    ['a long label', `ann@${'a'.repeat(64)}.example`],
    ['an empty label', 'ann@a..example'],
    ['no domain', 'ann'],
    ['an empty domain', 'ann@'],
  ])('A01 one with %s is refused and never asked', async ([, reversePath = '']) => {
    const dns = zone({})
    expect(await probe(senderDomain(), { reversePath, dns })).toEqual([
      reject('5.1.7', 'the reverse-path has no valid domain', { rule: 'sender-domain/malformed' }),
    ])
    expect(dns.asked).toEqual([])
  })

  test.for(['timeout', 'servfail', 'refused', 'unreachable', 'malformed', 'budget'] as const)(
    'A15 DNS that fails by %s defers and never refuses',
    async cause => {
      expect(
        await probe(senderDomain(), { reversePath: 'ann@out.example', dns: zone({ 'out.example': cause }) }),
      ).toEqual([
        defer('4.1.8', "DNS failed, so whether the sender's domain out.example exists is unknown", {
          rule: 'sender-domain/unknown',
        }),
      ])
    },
  )

  test('A15 half an answer is no answer', async () => {
    expect(await judged('ann@half.example')).toMatchObject([{ verdict: 'defer', status: '4.1.8' }])
  })

  test('what DNS could not tell can be let by', async () => {
    expect(await judged('ann@slow.example', { unknown: 'pass' })).toEqual([])
    expect(await judged('ann@gone.example', { unknown: 'pass' })).toMatchObject([{ verdict: 'reject' }])
  })

  test('an aborted filter has no finding', async () => {
    expect(
      await probe(senderDomain(), { reversePath: 'ann@x.example', dns: zone({ 'x.example': 'aborted' }) }),
    ).toEqual([])
  })
})
