/** Authentication-Results as we write it, whatever the facts hold. */
import { describe, expect, test } from 'vitest'
import { arc } from '../../src/facts/arc/arc.ts'
import { readResults } from '../../src/facts/arc/results.ts'
import { type DkimSignature, dkim } from '../../src/facts/dkim/dkim.ts'
import { dmarc } from '../../src/facts/dmarc.ts'
import { rdns } from '../../src/facts/rdns.ts'
import { type Spf, spf } from '../../src/facts/spf/spf.ts'
import type { Decision } from '../../src/model/decision.ts'
import { PosternError } from '../../src/model/errors.ts'
import { contextAt } from '../../src/testing/probe.ts'
import { authenticationResults } from '../../src/trace/authentication-results.ts'
import { receivedSpf } from '../../src/trace/received-spf.ts'
import type { TraceInput } from '../../src/trace/tracer.ts'
import { fc } from '../support/property.ts'

const decision: Decision = {
  stage: 'message',
  verdict: 'accept',
  score: 0,
  findings: [],
  reply: { code: 250, status: '2.0.0', text: 'OK' },
}

const peek =
  (...known: readonly (readonly [fact: unknown, value: unknown])[]): TraceInput =>
  <T>(fact: unknown) =>
    known.find(([name]) => name === fact)?.[1] as T | undefined

const check = { result: 'pass', domain: 'example.org', identity: 'mailfrom', reason: '', permissive: false } as const
const lookups = { count: 0, void: 0 }
const sender: Spf = {
  ...check,
  lookups,
  helo: { ...check, lookups, result: 'none', domain: 'mx.example.org', identity: 'helo' },
}
const signature: DkimSignature = {
  domain: 'example.org',
  selector: 's2026',
  identity: '@example.org',
  algorithm: 'rsa-sha256',
  result: 'pass',
  reason: '',
  fields: ['from'],
  unsigned: [],
  b: 'dOdFEyhr/+k=',
}
const policy = { result: 'pass', domain: 'example.org', policy: 'reject', policyDomain: 'example.org' }
const chain = {
  result: 'pass',
  reason: '',
  unknown: false,
  sealers: [{ domain: 'lists.example', selector: 's' }],
}
const reverse = {
  result: 'pass',
  names: ['mx.example.org'],
  confirmed: ['mx.example.org'],
  organisation: 'example.org',
}

const tracer = authenticationResults({ id: 'MX.Example.NET.' })
const trace = (found: TraceInput, ip = '192.0.2.1') => tracer(contextAt('message', { ip }), decision, found)

describe('what is written', () => {
  test('all results are written on lines of at most 78 characters', () => {
    const found = peek(
      [rdns, reverse],
      [spf, sender],
      [dkim, { result: 'pass', signatures: [signature], ignored: 0 }],
      [dmarc, policy],
      [arc, chain],
    )
    expect(trace(found)).toEqual([
      [
        'Authentication-Results',
        [
          'mx.example.net;',
          'iprev=pass (mx.example.org) policy.iprev=192.0.2.1;',
          'spf=pass smtp.mailfrom=example.org;',
          'spf=none smtp.helo=mx.example.org;',
          'dmarc=pass header.from=example.org policy.dmarc=reject;',
          'arc=pass (i=1 lists.example) smtp.remote-ip=192.0.2.1;',
          'dkim=pass header.d=example.org header.s=s2026 header.b="dOdFEyhr/+k="',
        ].join('\r\n '),
      ],
    ])
  })

  test('missing facts are left out, and without any there is no field', () => {
    expect(trace(peek())).toEqual([])
    expect(trace(peek([dkim, { result: 'none', signatures: [], ignored: 0 }]))).toEqual([
      ['Authentication-Results', 'mx.example.net;\r\n dkim=none'],
    ])
  })

  test('an IPv6 address is quoted because of its colons', () => {
    expect(trace(peek([rdns, { ...reverse, confirmed: [], result: 'permerror' }]), '2001:db8::1')).toEqual([
      ['Authentication-Results', 'mx.example.net;\r\n iprev=permerror policy.iprev="2001:db8::1"'],
    ])
  })

  test('an internationalised name is written in A-labels', () => {
    const [[, value] = ['', '']] = authenticationResults({ id: 'Bücher.example' })(
      contextAt('message'),
      decision,
      peek([spf, sender]),
    )
    expect(value.startsWith('xn--bcher-kva.example;')).toBe(true)
  })

  test.for(['', 'mx example.org', 'a..b', 'mx.example.org; spf=pass', 'a\r\nb', `${'a'.repeat(64)}.org`])(
    'a name such as %j is a mistake of configuration',
    id => {
      expect(() => authenticationResults({ id })).toThrow(PosternError)
    },
  )
})

describe('hostile facts', () => {
  const evil = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.string({
      unit: fc.constantFrom('\r', '\n', '\0', '"', '\\', '(', ')', ';', ' ', '\u202e', '\xff', 'a', '='),
      maxLength: 400,
    }),
  )

  test('S02 A14 whatever the facts hold is one field of printable lines, at most 4 KB, and says no more than it should', () => {
    fc.assert(
      fc.property(fc.array(evil, { minLength: 6, maxLength: 6 }), fc.integer({ min: 0, max: 60 }), (texts, count) => {
        const [a = '', b = '', c = '', d = '', e = '', ip = ''] = texts
        const signatures = Array.from({ length: count }, () => ({
          ...signature,
          domain: c,
          selector: d,
          b: e,
          result: 'fail',
        }))
        const found = peek(
          [rdns, { ...reverse, confirmed: [a] }],
          [spf, { ...sender, result: 'fail', domain: b }],
          [dkim, { result: 'fail', signatures, ignored: 0 }],
          [dmarc, { ...policy, result: 'fail', domain: a }],
          [arc, { ...chain, result: 'fail', sealers: [{ domain: e, selector: '' }] }],
        )
        const [[name, value] = ['', ''], ...more] = trace(found, ip)
        expect(more).toEqual([])
        expect(`${name}: ${value}`).toMatch(/^Authentication-Results: mx\.example\.net;(?:[ -~]|\r\n [!-~])+$/)
        expect(name.length + value.length).toBeLessThanOrEqual(4096)
        expect(Math.max(...value.split('\r\n').map(line => line.length))).toBeLessThan(998)
        const read = readResults(value)
        expect(read.id).toBe('mx.example.net')
        const passing = read.results.filter(({ result }) => result === 'pass').map(({ method }) => method)
        expect(passing).toEqual(['iprev'])
      }),
    )
  })

  test('S02 Received-SPF is one field of printable lines too', () => {
    fc.assert(
      fc.property(evil, evil, (helo, reversePath) => {
        const message = contextAt('message', { helo, reversePath })
        const [[name, value] = ['', ''], ...more] = receivedSpf({ receiver: 'mx.example.net' })(
          message,
          decision,
          peek([spf, sender]),
        )
        expect([name, more]).toEqual(['Received-SPF', []])
        expect(value).toMatch(/^pass(?:[ -~]|\r\n [!-~])+$/)
        expect(value.length).toBeLessThan(4096)
      }),
    )
  })
})

describe('Received-SPF', () => {
  test('gives the identity that was checked and the mechanism (RFC 7208 §9.1)', () => {
    const message = contextAt('message', { helo: 'mx.example.org', reversePath: 'alice@example.org' })
    expect(receivedSpf({ receiver: 'mx.example.net' })(message, decision, peek([spf, sender]))).toEqual([
      [
        'Received-SPF',
        'pass receiver=mx.example.net; identity=mailfrom;\r\n client-ip=192.0.2.1; helo=mx.example.org; envelope-from="alice@example.org";',
      ],
    ])
  })

  test('gives the mechanism that matched, quoted when it is not a token', () => {
    const message = contextAt('message', { helo: 'mx.example.org', reversePath: '' })
    const [[, value] = ['', '']] = receivedSpf({ receiver: 'mx.example.net' })(
      message,
      decision,
      peek([spf, { ...sender, mechanism: 'ip4:192.0.2.0/24' }]),
    )
    expect(value).toContain('mechanism="ip4:192.0.2.0/24";')
  })

  test('is left out when no filter asked for SPF', () => {
    expect(receivedSpf({ receiver: 'mx.example.net' })(contextAt('message'), decision, peek())).toEqual([])
  })
})
