/** DMARC: alignment, policies in all spellings, and that a failed lookup is never a fail. */
import { describe, expect, test } from 'vitest'
import { author } from '../../src/facts/author.ts'
import { type Dkim, type DkimSignature, dkim } from '../../src/facts/dkim/dkim.ts'
import { dmarc } from '../../src/facts/dmarc.ts'
import { type Spf, type SpfResult, spf } from '../../src/facts/spf/spf.ts'
import type { FailureCause } from '../../src/model/resolver.ts'
import { contextAt, ask as find } from '../../src/testing/probe.ts'
import { type ZoneLiteral, zone } from '../../src/testing/zone.ts'

interface World {
  readonly from?: string
  readonly sender?: readonly [result: SpfResult, domain: string]
  readonly permissive?: boolean
  readonly signatures?: readonly Partial<DkimSignature>[]
  readonly dns?: ZoneLiteral
}

const policy = (text: string, name = 'example.org'): ZoneLiteral => ({ [`_dmarc.${name}`]: { TXT: [text] } })

async function ask({
  from = 'alice@example.org',
  sender = ['none', ''],
  permissive = false,
  signatures = [],
  dns = {},
}: World) {
  const resolver = zone(dns)
  const found = await find(dmarc, {
    dns: resolver,
    message: Buffer.from(`From: ${from}\r\n\r\n`, 'latin1'),
    facts: [
      [spf, senderOf(sender, permissive)],
      [dkim, dkimOf(signatures)],
    ],
  })
  return { found, asked: resolver.asked }
}

function senderOf([result, domain]: readonly [SpfResult, string], permissive: boolean): Spf {
  const check = {
    result,
    domain,
    identity: 'mailfrom',
    reason: '',
    permissive,
    lookups: { count: 0, void: 0 },
  } as const
  return { ...check, helo: { ...check, result: 'none', domain: '', identity: 'helo', permissive: false } }
}

function dkimOf(signatures: readonly Partial<DkimSignature>[]): Dkim {
  const full = signatures.map(
    (given): DkimSignature => ({
      domain: 'example.org',
      selector: 's',
      identity: '@example.org',
      algorithm: 'rsa-sha256',
      result: 'pass',
      reason: '',
      fields: ['from'],
      unsigned: [],
      b: 'AAAAAAAA',
      ...given,
    }),
  )
  return { result: full[0]?.result ?? 'none', signatures: full, ignored: 0 }
}

describe('alignment', () => {
  test('a signature of the author domain passes', async () => {
    const { found } = await ask({ signatures: [{}], dns: policy('v=DMARC1; p=reject') })
    expect(found).toEqual({
      result: 'pass',
      domain: 'example.org',
      policy: 'reject',
      policyDomain: 'example.org',
      inherited: false,
      testing: false,
      policyUnknown: false,
      alignedBy: [{ method: 'dkim', domain: 'example.org' }],
      permissiveSpf: false,
      reason: 'DKIM of example.org aligns with example.org',
    })
  })

  test.for<[string, World, 'pass' | 'fail']>([
    ['SPF of the same domain', { sender: ['pass', 'example.org'] }, 'pass'],
    ['SPF of a subdomain, relaxed', { sender: ['pass', 'bounce.example.org'] }, 'pass'],
    ['a signature of a subdomain, relaxed', { signatures: [{ domain: 'mail.example.org' }] }, 'pass'],
    ['SPF of another domain', { sender: ['pass', 'example.com'] }, 'fail'],
    ['SPF of a domain that only ends alike', { sender: ['pass', 'anexample.org'] }, 'fail'],
    ['SPF that fails', { sender: ['fail', 'example.org'] }, 'fail'],
    ['a signature that fails', { signatures: [{ result: 'fail' }] }, 'fail'],
    ['a signature of a part of the body', { signatures: [{ partial: { signed: 1, total: 9 } }] }, 'fail'],
    ['a signature too weak', { signatures: [{ result: 'policy' }] }, 'fail'],
    ['nothing', {}, 'fail'],
  ])('%s: %s', async ([, world, result]) => {
    const { found } = await ask({ ...world, dns: policy('v=DMARC1; p=reject') })
    expect(found).toMatchObject({ result, policy: 'reject' })
  })

  test.for<[string, World]>([
    ['aspf=s', { sender: ['pass', 'bounce.example.org'] }],
    ['adkim=s', { signatures: [{ domain: 'mail.example.org' }] }],
    ['aspf=S', { sender: ['pass', 'bounce.example.org'] }],
    [' adkim = S ', { signatures: [{ domain: 'mail.example.org' }] }],
  ])('A02 %s: a subdomain does not align', async ([tag, world]) => {
    const { found } = await ask({ ...world, dns: policy(`v=DMARC1; p=reject; ${tag}`) })
    expect(found).toMatchObject({ result: 'fail', alignedBy: [] })
  })

  test('A02 the same domain passes under strict alignment', async () => {
    const world = { sender: ['pass', 'example.org'], signatures: [{}] } as const
    const { found } = await ask({ ...world, dns: policy('v=DMARC1; p=reject; aspf=s; adkim=s') })
    expect(found).toMatchObject({ result: 'pass', alignedBy: [{ method: 'spf' }, { method: 'dkim' }] })
  })

  test('A18 a pass only by an SPF record that passes half the Internet is marked', async () => {
    const dns = policy('v=DMARC1; p=reject')
    const alone = await ask({ sender: ['pass', 'example.org'], permissive: true, dns })
    expect(alone.found).toMatchObject({ result: 'pass', permissiveSpf: true })
    const signed = await ask({ sender: ['pass', 'example.org'], permissive: true, signatures: [{}], dns })
    expect(signed.found).toMatchObject({ result: 'pass', permissiveSpf: false })
  })
})

describe('policies', () => {
  test.for<[string, string, string]>([
    ['v=DMARC1; p=Reject', 'fail', 'reject'],
    ['v=DMARC1;p= REJECT ;', 'fail', 'reject'],
    ['v=DMARC1 ; p = quarantine', 'fail', 'quarantine'],
    ['v=DMARC1; p=none', 'fail', 'none'],
    ['v=DMARC1; p=reject; pct=0', 'fail', 'reject'],
    ['v=DMARC1; p=reject; pct=banana', 'fail', 'reject'],
    ['v=DMARC1; p=reject; t=y', 'fail', 'quarantine'],
    ['v=DMARC1; p=quarantine; t=Y', 'fail', 'none'],
    ['v=DMARC1; p=reject; sp=none', 'fail', 'reject'],
    ['v=DMARC1', 'none', 'none'],
    ['v=DMARC1; rua=mailto:a@example.org', 'fail', 'none'],
    ['v=DMARC1; p=banana', 'none', 'none'],
    ['v=DMARC1; p=banana; rua=mailto:a@example.org', 'fail', 'none'],
    ['v=DMARC1; p=reject; p=none', 'none', 'none'],
    ['v=dmarc1; p=reject', 'none', 'none'],
    ['p=reject; v=DMARC1', 'none', 'none'],
    ['v=DMARC1; p=__proto__', 'none', 'none'],
  ])('A19 %s: %s, %s', async ([text, result, applied]) => {
    const { found } = await ask({ dns: policy(text) })
    expect(found).toMatchObject({ result, policy: applied })
  })

  test.for<[string, true | undefined]>([
    ['v=DMARC1; p=none; rua=mailto:a@example.org', true],
    ['v=DMARC1;p=none;RUA = https://x.example/, MAILTO:a@example.org!10m', undefined],
    ['v=DMARC1; p=none; rua=https://x.example/,mailto:a@example.org!10m', true],
    ['v=DMARC1; p=none; rua=https://x.example/; ruf=mailto:a@example.org', undefined],
    ['v=DMARC1; p=none', undefined],
  ])('%s asks for reports by mail: %s', async ([text, expected]) => {
    expect((await ask({ dns: policy(text) })).found.asksForReports).toBe(expected)
  })

  test('A19 two records are none', async () => {
    const { found } = await ask({ dns: { '_dmarc.example.org': { TXT: ['v=DMARC1; p=reject', 'v=DMARC1; p=none'] } } })
    expect(found).toMatchObject({ result: 'none', policy: 'none' })
  })

  test('A19 another text beside the record changes nothing', async () => {
    const { found } = await ask({ dns: { '_dmarc.example.org': { TXT: ['hello', 'v=DMARC1; p=reject'] } } })
    expect(found).toMatchObject({ result: 'fail', policy: 'reject' })
  })

  test.for<[string, ZoneLiteral, string]>([
    ['sp', { 'a.example.org': { A: '192.0.2.1' } }, 'quarantine'],
    ['np for a name that does not exist', {}, 'reject'],
  ])('A19 a subdomain has the policy of %s', async ([, names, applied]) => {
    const dns = { ...policy('v=DMARC1; p=none; sp=quarantine; np=reject'), ...names }
    const { found } = await ask({ from: 'x@a.example.org', dns })
    expect(found).toMatchObject({ result: 'fail', policy: applied, policyDomain: 'example.org', inherited: true })
  })
})

describe('authors', () => {
  test('A03 an unclear author makes any result a permerror, with the reason', async () => {
    const message = 'From: a@example.org\nFrom: b@example.org\n\n'
    expect(await find(dmarc, { message, dns: zone(policy('v=DMARC1; p=none')) })).toMatchObject({
      result: 'permerror',
      domain: '',
      reason: 'there are 2 From fields',
      alignedBy: [],
    })
  })

  test.for([
    '',
    'a@example.org, b@example.org',
    'group: a@example.org;',
    '<@route.example:a@example.org>',
    'a@example.org (comment) b@example.com',
    '=?utf-8?q?a=40example=2Eorg?=',
    '"a@example.org"',
    'a@[192.0.2.1]',
    'a@a..b',
    'a@xn--\u00ff',
    'a@exa mple.org',
    'a@example.org\0.example.com',
    'a@ex\u00e4mple.org',
    '<>',
    'undisclosed',
    'a@b@example.org',
  ])('A03 From: %j has a defined result, and never a pass of another', async from => {
    const { found } = await ask({ from, signatures: [{}], dns: policy('v=DMARC1; p=reject') })
    expect(['permerror', 'none', 'fail', 'pass']).toContain(found.result)
    if (found.result === 'pass') expect(found.domain).toBe('example.org')
  })

  test.for(['localhost', 'com', '[192.0.2.1]', 'a..b', 'xn--a', '-', '.', 'null'])(
    'A20 @%s is a defined result, and asks for no policy',
    async domain => {
      const { found, asked } = await ask({ from: `a@${domain}`, signatures: [{}] })
      expect(['none', 'permerror']).toContain(found.result)
      expect(found).toMatchObject({ policy: 'none', alignedBy: [] })
      expect(asked).toEqual([])
    },
  )

  test('A20 an internationalised author is asked for by A-labels', async () => {
    const known = [
      author,
      { kind: 'clear', display: '', local: 'a', domain: 'xn--bcher-kva.example', address: '' },
    ] as const
    const dns = zone(policy('v=DMARC1; p=reject', 'xn--bcher-kva.example'))
    const found = await find(dmarc, { dns, facts: [known, [spf, senderOf(['none', ''], false)]] })
    expect(found).toMatchObject({ result: 'fail', policy: 'reject', domain: 'xn--bcher-kva.example' })
    expect(dns.asked.every(question => /^_dmarc\.[a-z0-9.-]+ TXT$/.test(question))).toBe(true)
  })

  test('a name of a hundred labels costs eight questions', async () => {
    const { found, asked } = await ask({ from: `a@${'a.'.repeat(100)}example` })
    expect(found.result).toBe('none')
    expect(asked.length).toBeLessThanOrEqual(8)
  })
})

describe('an outage of DNS', () => {
  const reject = policy('v=DMARC1; p=reject')

  test('A16 a key whose lookup fails is a temperror, with the policy', async () => {
    const { found } = await ask({ signatures: [{ result: 'temperror' }], dns: reject })
    expect(found).toMatchObject({
      result: 'temperror',
      policy: 'reject',
      policyUnknown: false,
      reason: 'a failed lookup hides whether SPF or DKIM aligns with example.org; its policy is reject',
    })
  })

  test.for<[string, World, string]>([
    ['SPF of the author', { sender: ['temperror', 'example.org'] }, 'temperror'],
    ['SPF of a subdomain', { sender: ['temperror', 'bounce.example.org'] }, 'temperror'],
    ['SPF of a stranger', { sender: ['temperror', 'example.com'] }, 'fail'],
    ['a key of a stranger', { signatures: [{ domain: 'example.com', result: 'temperror' }] }, 'fail'],
    [
      'a key of a partial signature',
      { signatures: [{ result: 'temperror', partial: { signed: 1, total: 2 } }] },
      'fail',
    ],
    ['SPF, while a signature passes', { sender: ['temperror', 'example.org'], signatures: [{}] }, 'pass'],
  ])('A16 unknown is %s: %s', async ([, world, result]) => {
    expect((await ask({ ...world, dns: reject })).found).toMatchObject({ result })
  })

  test('A16 under strict alignment what is unknown of a subdomain could not have spoken', async () => {
    const dns = policy('v=DMARC1; p=reject; aspf=s')
    expect((await ask({ sender: ['temperror', 'a.example.org'], dns })).found).toMatchObject({ result: 'fail' })
  })

  test.for<FailureCause>(['timeout', 'servfail', 'refused', 'unreachable', 'malformed', 'budget'])(
    'A16 a policy whose lookup fails by %s is a temperror',
    async cause => {
      const { found } = await ask({ dns: { '_dmarc.example.org': cause } })
      expect(found).toMatchObject({
        result: 'temperror',
        policy: 'none',
        policyUnknown: true,
        alignedBy: [],
        reason: 'the lookup of the DMARC policy of example.org failed',
      })
    },
  )

  test('A16 an unknown policy does not hide that the author domain itself is aligned', async () => {
    const { found } = await ask({ signatures: [{}], dns: { '_dmarc.example.org': 'timeout' } })
    expect(found).toMatchObject({ result: 'temperror', alignedBy: [{ method: 'dkim', domain: 'example.org' }] })
  })

  test('SPF, DKIM and the policy are looked up at the same time', async () => {
    const dns = zone(reject)
    const { promise: opened, resolve: open } = Promise.withResolvers<void>()
    const base = contextAt('message', {
      dns,
      facts: [
        [spf, opened.then(() => senderOf(['none', ''], false))],
        [dkim, opened.then(() => dkimOf([{}]))],
      ],
    })
    const begun: string[] = []
    const found = dmarc.find({
      ...base,
      signal: base.signal,
      ask: question => {
        begun.push(question.name)
        return base.ask(question)
      },
    })
    await expect
      .poll(() => [...begun, ...dns.asked])
      .toEqual(expect.arrayContaining(['spf', 'dkim', '_dmarc.example.org TXT']))
    open()
    expect(await found).toMatchObject({ result: 'pass' })
  })
})
