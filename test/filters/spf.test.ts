/** What SPF costs. */
import { describe, expect, test } from 'vitest'
import { type SpfOptions, spf } from '../../src/filters/spf.ts'
import { defer, type Finding, points, reject } from '../../src/model/finding.ts'
import { probe } from '../../src/testing/probe.ts'
import type { Probed } from '../../src/testing/probed.ts'
import { zone } from '../../src/testing/zone.ts'

/** As they are without a measurement. */
const costs: SpfOptions = { fail: 3, softfail: 1.5, neutral: 0.5, none: 0.5, permerror: 1, permissive: 1, heloFail: 3 }

const found = (record: string, options?: SpfOptions, greeting = 'v=spf1 +a ip4:192.0.2.1 -all') =>
  probe(spf({ ...costs, ...options }), {
    ip: '192.0.2.1',
    helo: 'mx.example.net',
    reversePath: 'alice@example.org',
    dns: zone({
      'example.org': record === 'timeout' ? 'timeout' : { TXT: [record] },
      'mx.example.net': { TXT: [greeting] },
    }),
  })

describe('spf', () => {
  test.for<[string, readonly Finding[]]>([
    ['v=spf1 ip4:192.0.2.0/24 -all', []],
    ['v=spf1 -all', [points(3, 'example.org does not allow 192.0.2.1 to send for it (all)', { rule: 'spf/fail' })]],
    [
      'v=spf1 ~all',
      [points(1.5, 'example.org probably does not allow 192.0.2.1 to send for it (all)', { rule: 'spf/softfail' })],
    ],
    ['v=spf1 ?all', [points(0.5, 'example.org says nothing about 192.0.2.1 (all)', { rule: 'spf/neutral' })]],
    ['nothing about it', [points(0.5, 'example.org publishes no SPF record', { rule: 'spf/none' })]],
    [
      'v=spf1 bananas -all',
      [
        points(1, 'the SPF record of example.org is in error: it has the malformed term bananas', {
          rule: 'spf/permerror',
        }),
      ],
    ],
    [
      'v=spf1 +all',
      [points(1, 'the SPF record of example.org allows half the Internet to send for it', { rule: 'spf/weak' })],
    ],
    ['timeout', []],
  ])('%s', async ([record, findings]) => {
    expect(await found(record)).toEqual(findings)
  })

  test('a domain that rejects can be taken at its word', async () => {
    expect(await found('v=spf1 -all', { fail: 'reject' })).toEqual([
      reject('5.7.23', 'example.org does not allow 192.0.2.1 to send for it (all)', { rule: 'spf/fail' }),
    ])
  })

  test('A15 an outage is deferred where asked for, and never refused', async () => {
    const every = {
      fail: 'reject',
      softfail: 'reject',
      none: 'reject',
      permerror: 'reject',
      temperror: 'defer',
    } as const
    expect(await found('timeout', every)).toEqual([
      defer('4.7.24', 'SPF of example.org could not be evaluated: example.org TXT', { rule: 'spf/temperror' }),
    ])
  })

  test('a greeting with a name that does not let the client use it costs three points', async () => {
    expect(await found('v=spf1 ip4:192.0.2.1 -all', {}, 'v=spf1 -all')).toEqual([
      points(3, 'mx.example.net does not allow 192.0.2.1 to send for it (all)', { rule: 'spf/helo-fail' }),
    ])
  })

  test('a price of 0 says nothing', async () => {
    expect(await found('v=spf1 ?all', { neutral: 0 })).toEqual([])
  })
})

describe('whether forwarding explains a failure', () => {
  const by = 'by mx.forwarder.example (Postfix) with ESMTPS id 1; Sun, 29 Nov 2026 12:00:00 +0000'
  const rules = async (record: string, received: readonly string[], world: Probed = {}) => {
    const message = `${received.map(value => `Received: ${value}\n`).join('')}From: alice@example.org\n\nHello\n`
    const found = await probe(spf(), {
      ...{ ip: '192.0.2.1', helo: 'mx.example.net', reversePath: 'alice@example.org', message },
      dns: record === 'timeout' ? zone({ 'example.org': 'timeout' }) : zone({ 'example.org': { TXT: [record] } }),
      ...world,
    })
    return found.map(({ rule, points }) => [rule, points])
  }

  test.for<[string, string, readonly string[]]>([
    ['no Received field', 'v=spf1 -all', []],
    ['a softfail', 'v=spf1 ~all', []],
    ['a local program', 'v=spf1 -all', ['by vps1 (Postfix, from userid 0) id 1; Sun, 29 Nov 2026 12:00:00 +0000']],
    ['the loopback', 'v=spf1 -all', [`from localhost (localhost [127.0.0.1]) ${by}`]],
    [
      'a user who hands it in',
      'v=spf1 -all',
      [`from [203.0.113.7] (a [203.0.113.7]) ${by.replace('ESMTPS', 'ESMTPSA')}`],
    ],
    ['a server of the same organisation', 'v=spf1 -all', [`from out.forwarder.example (a [203.0.113.7]) ${by}`]],
  ])('it does not with %s, and the failure costs a point more', async ([, record, received]) => {
    expect((await rules(record, received)).slice(1)).toEqual([['spf/unexplained', 1]])
  })

  test.for<[string, string, readonly string[], Probed]>([
    ['a server that may have forwarded it', 'v=spf1 -all', [`from mx.example.org (a [203.0.113.7]) ${by}`], {}],
    ['a server that gives an address', 'v=spf1 -all', [`from [203.0.113.7] ${by}`], {}],
    ['a pass', 'v=spf1 ip4:192.0.2.1 -all', [], {}],
    ['no record', 'no record', [], {}],
    ['an outage of DNS', 'timeout', [], {}],
    ['a client that is not known', 'v=spf1 -all', [], { ip: undefined }],
    ['a null reverse-path', 'v=spf1 -all', [], { reversePath: '', helo: 'example.org' }],
  ])('nothing more is charged with %s', async ([, record, received, world]) => {
    expect((await rules(record, received, world)).filter(([rule]) => rule === 'spf/unexplained')).toEqual([])
  })
})
