/** SPF: its identities, its budget, what a pass proves, and that an outage of DNS is never a fail. */
import { describe, expect, test } from 'vitest'
import { withBudget } from '../../../src/dns/budget.ts'
import { spf } from '../../../src/facts/spf/spf.ts'
import type { Answer, FailureCause, Records, RecordType, Resolver } from '../../../src/model/resolver.ts'
import { contextAt, ask as find } from '../../../src/testing/probe.ts'
import type { Probed } from '../../../src/testing/probed.ts'
import { type Zone, type ZoneLiteral, type ZoneNode, zone } from '../../../src/testing/zone.ts'

const ask = (world: Probed) => find(spf, world)
const record = (text: string): ZoneNode => ({ TXT: [text] })
const from = { reversePath: 'alice@example.org', ip: '192.0.2.1', helo: 'mx.example.net' }

describe('the identities', () => {
  test('the domain of the reverse-path and the name in the greeting are each checked', async () => {
    const dns = zone({ 'example.org': record('v=spf1 ip4:192.0.2.1 -all'), 'mx.example.net': record('v=spf1 -all') })
    expect(await ask({ dns, ...from })).toEqual({
      result: 'pass',
      domain: 'example.org',
      identity: 'mailfrom',
      reason: 'example.org allows 192.0.2.1 to send for it (ip4:192.0.2.1)',
      mechanism: 'ip4:192.0.2.1',
      record: 'v=spf1 ip4:192.0.2.1 -all',
      permissive: false,
      lookups: { count: 0, void: 0 },
      helo: {
        result: 'fail',
        domain: 'mx.example.net',
        identity: 'helo',
        reason: 'mx.example.net does not allow 192.0.2.1 to send for it (all)',
        mechanism: 'all',
        record: 'v=spf1 -all',
        permissive: false,
        lookups: { count: 0, void: 0 },
      },
    })
  })

  test('a null reverse-path is checked as the greeting, with one lookup', async () => {
    const dns = zone({ 'mx.example.net': record('v=spf1 a -all') })
    const found = await ask({ dns, ...from, reversePath: '' })
    expect(found).toMatchObject({ result: 'fail', domain: 'mx.example.net', identity: 'helo' })
    expect(found.helo).toMatchObject({ result: 'fail', lookups: { count: 1, void: 1 } })
    expect(dns.asked).toEqual(['mx.example.net TXT', 'mx.example.net A'])
  })

  test('a source route is ignored', async () => {
    const dns = zone({ 'example.org': record('v=spf1 -all') })
    const found = await ask({ dns, ...from, reversePath: '@relay.example,@b.example:alice@example.org' })
    expect(found).toMatchObject({ result: 'fail', domain: 'example.org' })
  })

  test('an internationalised domain is looked up by its A-labels', async () => {
    const dns = zone({ 'xn--bcher-kva.example': record('v=spf1 -all') })
    expect(await ask({ dns, ...from, reversePath: 'a@Bücher.example' })).toMatchObject({
      result: 'fail',
      domain: 'xn--bcher-kva.example',
    })
  })

  test('A01 an invisible character changes neither the name that is looked up nor the name that is reported', async () => {
    const dns = zone({ 'bank.example': record('v=spf1 -all'), 'xn--bank-tga.example': record('v=spf1 +all') })
    const found = await ask({ dns, ...from, reversePath: 'a@bank\u00ad.example' })
    expect(found).toMatchObject({ result: 'fail', domain: 'bank.example' })
  })

  test('a macro that makes an impossible name matches nothing, and the record goes on', async () => {
    const dns = zone({ 'example.org': record('v=spf1 exists:%{l}._spf.example.org ip4:192.0.2.1 -all') })
    expect(await ask({ dns, ...from, reversePath: 'bob+lists=x@example.org' })).toMatchObject({ result: 'pass' })
  })
})

describe('invalid names', () => {
  test.for([
    ['NUL', 'example.org\0.evil.example'],
    ['a control character', 'exa\x01mple.org'],
    ['a line end', 'example.org\r\nX: y'],
    ['a byte over 127 that is not a letter', 'exa\u0080mple.org'],
    ['a space', 'exa mple.org'],
    ['a tab', 'exa\tmple.org'],
    ['a line end alone', 'exa\nmple.org'],
    ['a byte in percent form', 'b\u00fccher%2eexample.org'],
    ['a label of 64', `${'a'.repeat(64)}.org`],
    ['an empty label', 'a..org'],
    ['254 bytes', `${'a.'.repeat(126)}org`],
    ['an address literal', '[192.0.2.1]'],
    ['a single label', 'localhost'],
    ['nothing', ''],
  ])('A01 %s in the domain gives none without a lookup', async ([, domain]) => {
    const dns = zone({})
    const found = await ask({ dns, ip: '192.0.2.1', reversePath: `alice@${domain}`, helo: domain ?? '' })
    expect(found).toMatchObject({ result: 'none', domain: '', helo: { result: 'none', domain: '' } })
    expect(dns.asked).toEqual([])
  })

  test('A01 a NUL in the local part does not reach DNS through a macro', async () => {
    const dns = zone({ 'example.org': record('v=spf1 exists:%{l}.example.org -all') })
    const found = await ask({ dns, ...from, reversePath: 'a\0b@example.org' })
    expect(found.result).not.toBe('pass')
    expect(dns.asked).toEqual(['example.org TXT', 'mx.example.net TXT'])
  })
})

describe('an outage of DNS', () => {
  const causes: readonly FailureCause[] = ['timeout', 'servfail', 'refused', 'unreachable', 'malformed', 'budget']
  const worlds: Readonly<Record<string, (cause: FailureCause) => ZoneLiteral>> = {
    'the record': cause => ({ 'example.org': { TXT: cause } }),
    include: cause => ({ 'example.org': record('v=spf1 include:x.example -all'), 'x.example': cause }),
    'include in include': cause => ({
      'example.org': record('v=spf1 include:y.example -all'),
      'y.example': record('v=spf1 include:x.example -all'),
      'x.example': cause,
    }),
    redirect: cause => ({ 'example.org': record('v=spf1 redirect=x.example'), 'x.example': cause }),
    a: cause => ({ 'example.org': { ...record('v=spf1 a -all'), A: cause } }),
    mx: cause => ({ 'example.org': { ...record('v=spf1 mx -all'), MX: cause } }),
    'the address of an mx': cause => ({
      'example.org': { ...record('v=spf1 mx -all'), MX: { exchange: 'x.example', priority: 1 } },
      'x.example': cause,
    }),
    exists: cause => ({ 'example.org': record('v=spf1 exists:%{i}.x.example -all'), '*.x.example': cause }),
  }
  const cells = Object.entries(worlds).flatMap(([at, world]) => causes.map(cause => ({ at, cause, world })))
  test.for(cells)('A15 the failure $cause at $at is a temperror, never a fail', async ({ cause, world }) => {
    expect(await ask({ dns: zone(world(cause)), ...from })).toMatchObject({ result: 'temperror', permissive: false })
  })

  test('an aborted check has no result, so that none is remembered', async () => {
    const leaving = new AbortController()
    const dns = zone({ 'example.org': record('v=spf1 -all') })
    const asked = spf.find({ ...contextAt('mail', { ...from, dns }), signal: leaving.signal })
    leaving.abort(new Error('the client has left'))
    await expect(asked).rejects.toThrow('the client has left')
  })

  test('A17 after five seconds without an answer the result is a temperror', async () => {
    let now = 0
    const timers: (() => void)[] = []
    const clock = {
      now: () => now,
      monotonic: () => now,
      after: (ms: number, callback: () => void) => {
        timers.push(() => {
          now = Math.max(now, ms)
          callback()
        })
        return () => {}
      },
    }
    const asked = ask({ dns: { resolve: () => new Promise(() => {}) }, ...from, clock })
    await expect.poll(() => timers.length).toBe(2)
    for (const timer of timers) timer()
    expect(await asked).toMatchObject({ result: 'temperror', helo: { result: 'temperror' } })
    expect(now).toBeLessThanOrEqual(5_000)
  })
})

describe('records that ask for much', () => {
  const hosts = Array.from({ length: 10 }, (_, index) => index)
  const tenMx: ZoneLiteral = {
    'example.org': record(`v=spf1 ${hosts.map(n => `mx:m${n}.example`).join(' ')} -all`),
    ...Object.fromEntries(
      hosts.map(n => [`m${n}.example`, { MX: hosts.map(m => ({ exchange: `h${m}.m${n}.example`, priority: m })) }]),
    ),
    ...Object.fromEntries(hosts.flatMap(n => hosts.map(m => [`h${m}.m${n}.example`, { A: '198.51.100.1' }]))),
  }
  const tenPtr: ZoneLiteral = {
    'example.org': record('v=spf1 ptr ptr:a.example ptr:b.example ptr:c.example -all'),
    '1.2.0.192.in-addr.arpa': { PTR: Array.from({ length: 200 }, (_, n) => `h${n}.example`) },
  }
  const manyExists: ZoneLiteral = {
    'example.org': record(`v=spf1 ${hosts.map(n => `exists:%{i}.${n}.example`).join(' ')} include:b.example -all`),
    '*.example': { A: '127.0.0.2' },
    'b.example': record('v=spf1 include:example.org -all'),
  }
  const loop: ZoneLiteral = { 'example.org': record('v=spf1 include:example.org -all') }

  /** As in a session: a budget for each transaction, and cached answers. */
  const caching = (dns: Zone) => {
    const held = new Map<string, Answer<unknown>>()
    const resolver: Resolver = {
      known: <T extends RecordType>(name: string, type: T) =>
        held.get(`${name} ${type}`) as Answer<Records[T]> | undefined,
      resolve: async (name, type) => {
        const answer = await dns.resolve(name, type)
        held.set(`${name} ${type}`, answer)
        return answer
      },
    }
    return withBudget(resolver)
  }

  test.for<[string, ZoneLiteral]>([
    ['ten mx of ten hosts', tenMx],
    ['four ptr of two hundred names', tenPtr],
    ['a record that includes itself', loop],
  ])('A17 %s never passes, and makes at most 30 lookups', async ([, world]) => {
    const dns = zone(world)
    const { result } = await ask({ dns: withBudget(dns), ...from })
    expect(['permerror', 'fail', 'temperror']).toContain(result)
    expect(dns.asked.filter(question => !question.startsWith('mx.example.net')).length).toBeLessThanOrEqual(30)
  })

  test('A17 ten mx of ten hosts are within RFC 7208 §4.6.4, so our own budget makes no permerror of them', async () => {
    const dns = zone(tenMx)
    const budget = caching(dns)
    const results: string[] = []
    for (let transaction = 0; transaction < 4; transaction += 1) {
      budget.renew()
      const { result, reason } = await ask({ dns: budget, ...from })
      results.push(result)
      if (transaction === 0)
        expect(reason).toBe(
          'SPF of example.org could not be evaluated: the transaction has asked its 30 questions for SPF',
        )
    }
    // Answers are cached, so each further attempt gets further: 111 lookups and one for the greeting.
    expect([results, dns.asked.length]).toEqual([['temperror', 'temperror', 'temperror', 'fail'], 112])
  })

  const mailers = (count: number): ZoneLiteral =>
    Object.fromEntries([
      ...hosts.slice(0, count).map(n => [`m${n}.example`, tenMx[`m${n}.example`]]),
      ...hosts.flatMap(n => hosts.map(m => [`h${m}.m${n}.example`, { A: '198.51.100.1' }])),
    ])
  test.for<[string, number, string]>([
    ['two mx of ten hosts before the address of the client', 2, 'mx:m0.example mx:m1.example ip4:192.0.2.1 -all'],
    [
      'five mx of ten hosts before the address of the client',
      5,
      `${hosts
        .slice(0, 5)
        .map(n => `mx:m${n}.example`)
        .join(' ')} ip4:192.0.2.1 -all`,
    ],
    ['ten hosts in an include', 1, 'include:in.example -all'],
  ])('%s: passes at the first attempt', async ([, count, terms]) => {
    const world = { ...mailers(count), 'in.example': record('v=spf1 mx:m0.example ip4:192.0.2.1 ?all') }
    const dns = withBudget(zone({ ...world, 'example.org': record(`v=spf1 ${terms}`) }))
    expect(await ask({ dns, ...from })).toMatchObject({ result: 'pass' })
  })

  test('a budget that ends before terms that disagree is a temperror, never a guess', async () => {
    const terms = `${hosts.map(n => `mx:m${n}.example`).join(' ')} ?ip4:192.0.2.1 -all`
    const dns = withBudget(zone({ ...tenMx, 'example.org': record(`v=spf1 ${terms}`) }))
    expect(await ask({ dns, ...from })).toMatchObject({ result: 'temperror' })
  })

  test('A17 exists: with macros asks no more than ten', async () => {
    const dns = zone(manyExists)
    await ask({ dns, ...from })
    expect(dns.asked.length).toBeLessThanOrEqual(12)
  })
})

describe('what a pass proves', () => {
  test.for<[string, boolean]>([
    ['v=spf1 +all', true],
    ['v=spf1 all', true],
    ['v=spf1 ip4:192.0.2.1 +all', true],
    ['v=spf1 ip4:0.0.0.0/0 -all', true],
    ['v=spf1 ip4:192.0.0.0/7 -all', true],
    ['v=spf1 ip4:192.0.0.0/8 ip4:10.0.0.0/8 -all', true],
    ['v=spf1 a/0 -all', true],
    ['v=spf1 mx/7 a -all', true],
    ['v=spf1 ip6:::/0 ip4:192.0.2.1 -all', true],
    ['v=spf1 exists:www.example.org -all', true],
    ['v=spf1 include:open.example -all', true],
    ['v=spf1 redirect=open.example', true],
    ['v=spf1 ip4:192.0.0.0/8 -all', false],
    ['v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all', false],
    ['v=spf1 a mx/24//64 ip4:192.0.2.1 ?all', false],
    ['v=spf1 exists:%{i}._spf.example.org -all', false],
  ])('A18 %s: permissive is %s', async ([text, permissive]) => {
    const dns = zone({
      'example.org': { ...record(text), A: '192.0.2.1', MX: { exchange: 'example.org', priority: 1 } },
      'www.example.org': { A: '192.0.2.9' },
      '*._spf.example.org': { A: '127.0.0.2' },
      'open.example': record('v=spf1 +all'),
    })
    expect(await ask({ dns, ...from })).toMatchObject({ result: 'pass', permissive })
  })

  test('A18 only a pass can be permissive', async () => {
    const dns = zone({ 'example.org': record('v=spf1 -ip4:192.0.2.1 +all') })
    expect(await ask({ dns, ...from })).toMatchObject({ result: 'fail', permissive: false })
  })
})
