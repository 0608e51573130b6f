/** The limits of SPF, each exactly at and just beyond: RFC 7208 §4.6.4, §5, and what a permissive record is. */
import { describe, expect, test } from 'vitest'
import { evaluate } from '../../../src/facts/spf/evaluate.ts'
import { readRecord } from '../../../src/facts/spf/record.ts'
import { isPermissive } from '../../../src/facts/spf/strength.ts'
import { type ZoneLiteral, zone } from '../../../src/testing/zone.ts'
import { handClock } from '../../support/hand-clock.ts'

const client = { domain: 'example.org', local: 'alice', ip: '192.0.2.1', helo: 'mx.example.net' }
const list = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index)
const other = { A: '198.51.100.1' }

async function check(record: string, world: ZoneLiteral = {}) {
  const dns = zone({ '*.example': other, ...world, 'example.org': { TXT: [record] } })
  return await evaluate({ dns, signal: new AbortController().signal, clock: handClock() }, client, { purpose: 'spf' })
}

const tooMany = { result: 'permerror', problem: 'it asks for more than 10 lookups' }

describe('ten terms may ask DNS (RFC 7208 §4.6.4)', () => {
  const world: ZoneLiteral = {
    'include.example': { TXT: ['v=spf1 -all'] },
    'mx.example': { MX: [{ exchange: 'host.example', priority: 1 }] },
    '1.2.0.192.in-addr.arpa': { PTR: ['client.invalid'] },
    'client.invalid': { A: '192.0.2.1' },
  }
  const terms: Readonly<Record<string, (index: number) => string>> = {
    a: index => `a:a${index}.example`,
    mx: () => 'mx:mx.example',
    include: () => 'include:include.example',
    ptr: () => 'ptr:other.example',
  }

  test.for(['a', 'mx', 'include', 'ptr'])(
    'ten %s, and the client after them, pass; eleven are a permerror',
    async kind => {
      const record = (count: number) =>
        `v=spf1 ${list(count)
          .map(terms[kind] ?? String)
          .join(' ')} ip4:192.0.2.1 -all`
      expect(await check(record(10), world)).toMatchObject({ result: 'pass', lookups: { count: 10, void: 0 } })
      expect(await check(record(11), world)).toMatchObject({ ...tooMany, lookups: { count: 11 } })
    },
  )

  test('terms of an included record count with those of the record', async () => {
    const included = (count: number) => ({
      'in.example': {
        TXT: [
          `v=spf1 ${list(count)
            .map(terms.a ?? String)
            .join(' ')} -all`,
        ],
      },
    })
    const record = 'v=spf1 include:in.example ip4:192.0.2.1 -all'
    expect(await check(record, included(9))).toMatchObject({ result: 'pass', lookups: { count: 10 } })
    expect(await check(record, included(10))).toMatchObject(tooMany)
  })

  test('redirect= counts as a term', async () => {
    const record = (count: number) =>
      `v=spf1 ${list(count)
        .map(terms.a ?? String)
        .join(' ')} redirect=to.example`
    const target = { 'to.example': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] } }
    expect(await check(record(9), target)).toMatchObject({ result: 'pass', lookups: { count: 10 } })
    expect(await check(record(10), target)).toMatchObject(tooMany)
  })

  test('the macro p counts as its own term', async () => {
    const record = (count: number) =>
      `v=spf1 ${list(count)
        .map(terms.a ?? String)
        .join(' ')} exists:%{p}.example ip4:192.0.2.1 -all`
    expect(await check(record(8), world)).toMatchObject({ result: 'pass', lookups: { count: 10 } })
    expect(await check(record(9), world)).toMatchObject(tooMany)
  })

  test('terms after a match do not count', async () => {
    const after = list(20)
      .map(terms.a ?? String)
      .join(' ')
    expect(await check(`v=spf1 ip4:192.0.2.1 ${after} -all`)).toMatchObject({ result: 'pass', lookups: { count: 0 } })
  })

  test('all, ip4, ip6 and exp= do not count', async () => {
    const plain = list(30)
      .map(index => `ip4:198.51.100.${index} ip6:2001:db8::${index}`)
      .join(' ')
    const record = `v=spf1 ${plain} ${list(10)
      .map(terms.a ?? String)
      .join(' ')} -all exp=why.example`
    expect(await check(record)).toMatchObject({ result: 'fail', lookups: { count: 10 } })
  })
})

describe('two lookups may find nothing (RFC 7208 §4.6.4)', () => {
  const record = (count: number) =>
    `v=spf1 ${list(count)
      .map(n => `a:none${n}.invalid`)
      .join(' ')} ip4:192.0.2.1 -all`

  test('two that find no name pass, three are a permerror', async () => {
    expect(await check(record(2))).toMatchObject({ result: 'pass', lookups: { count: 2, void: 2 } })
    expect(await check(record(3))).toMatchObject({
      result: 'permerror',
      problem: 'more than 2 of its lookups find nothing',
      lookups: { count: 3, void: 3 },
    })
  })

  test('names without a record of the type count as well', async () => {
    const empty = Object.fromEntries(list(3).map(n => [`none${n}.invalid`, { TXT: ['no address'] }]))
    expect(await check(record(2), empty)).toMatchObject({ result: 'pass', lookups: { void: 2 } })
    expect(await check(record(3), empty)).toMatchObject({ result: 'permerror', lookups: { void: 3 } })
  })
})

describe('ten hosts of an mx, ten names of a ptr', () => {
  const exchanges = (count: number) => ({
    MX: list(count).map(n => ({ exchange: n === count - 1 ? 'client.invalid' : `h${n}.example`, priority: n })),
  })
  const names = { 'client.invalid': { A: '192.0.2.1' } }

  test('the tenth host of an mx is compared, an eleventh is a permerror', async () => {
    expect(await check('v=spf1 mx:m.example -all', { ...names, 'm.example': exchanges(10) })).toMatchObject({
      result: 'pass',
    })
    expect(await check('v=spf1 mx:m.example -all', { ...names, 'm.example': exchanges(11) })).toMatchObject({
      result: 'permerror',
      problem: 'it has an mx of more than 10 hosts',
    })
  })

  test('an mx of eleven hosts passes when the tenth is the client, because the eleventh is not looked up', async () => {
    const MX = list(11).map(n => ({ exchange: n === 9 ? 'client.invalid' : `h${n}.example`, priority: n }))
    expect(await check('v=spf1 mx:m.example -all', { ...names, 'm.example': { MX } })).toMatchObject({ result: 'pass' })
  })

  test('a null MX is no host', async () => {
    const MX = [{ exchange: '', priority: 0 }, ...exchanges(10).MX]
    expect(await check('v=spf1 mx:m.example -all', { ...names, 'm.example': { MX } })).toMatchObject({ result: 'pass' })
  })

  test('the tenth name of a ptr is compared, an eleventh is ignored', async () => {
    const reverse = (count: number) => ({
      ...names,
      '1.2.0.192.in-addr.arpa': { PTR: [...list(count - 1).map(n => `h${n}.example`), 'client.invalid'] },
    })
    expect(await check('v=spf1 ptr:invalid.invalid ptr:client.invalid -all', reverse(10))).toMatchObject({
      result: 'pass',
    })
    expect(await check('v=spf1 ptr:client.invalid -all', reverse(11))).toMatchObject({ result: 'fail' })
  })
})

describe('five seconds', () => {
  test.for([
    [4_999, 'pass'],
    [5_000, 'temperror'],
  ] as const)('a lookup that would start after %i ms: %s', async ([ms, result]) => {
    const clock = handClock()
    const answers = zone({ 'example.org': { TXT: ['v=spf1 a -all'], A: '192.0.2.1' } })
    const dns: typeof answers = {
      ...answers,
      resolve: async (name, type) => {
        if (type === 'TXT') clock.pass(ms)
        return await answers.resolve(name, type)
      },
    }
    const found = await evaluate({ dns, signal: new AbortController().signal, clock }, client, { purpose: 'spf' })
    expect(found).toMatchObject({ result })
  })
})

describe('records', () => {
  test('one SPF record among other texts is evaluated, two are a permerror', async () => {
    const world = (...TXT: readonly string[]) => zone({ 'example.org': { TXT } })
    const services = { signal: new AbortController().signal, clock: handClock() }
    const run = (...texts: readonly string[]) =>
      evaluate({ ...services, dns: world(...texts) }, client, { purpose: 'spf' })
    expect(await run('v=spf10 +all', 'v=spf1-all', 'note', 'V=SPF1 ip4:192.0.2.1 -all')).toMatchObject({
      result: 'pass',
    })
    expect(await run('v=spf1', 'v=spf1 +all')).toMatchObject({
      result: 'permerror',
      problem: 'example.org publishes more than one',
    })
    expect(await run('v=spf1')).toMatchObject({ result: 'neutral', mechanism: 'default' })
    expect(await run('note')).toMatchObject({ result: 'none', records: [] })
  })

  test.for([
    ['ip4:192.0.2.0/32', true],
    ['ip4:192.0.2.0/33', false],
    ['ip4:192.0.2.0/0', true],
    ['ip4:192.0.2.0/00', false],
    ['ip4:192.0.2.0/024', false],
    ['ip4:192.0.2.0/', false],
    ['ip4:192.0.2.0/24/8', false],
    ['ip4:192.0.2', false],
    ['ip4:2001:db8::1', false],
    ['ip4:', false],
    ['ip4', false],
    ['ip6:2001:db8::/128', true],
    ['ip6:2001:db8::/129', false],
    ['ip6:192.0.2.1', false],
    ['ip6:fe80::1%eth0', false],
    ['ip6:::ffff:192.0.2.0/120', true],
    ['a/32//128', true],
    ['a/33', false],
    ['a//129', false],
    ['a:example.org/0//0', true],
    ['mx/24/64', false],
    ['all:x.example', false],
    ['include', false],
    ['exists:', false],
    ['ptr:', false],
    ['ptr', true],
    ['ptr/24', false],
  ] as const)('the term %s is well-formed: %s', ([term, isWellFormed]) => {
    expect('problem' in readRecord(`v=spf1 ${term} -all`)).toBe(!isWellFormed)
  })

  test('an ip6 network that is written as a mapped address holds no IPv4 client', async () => {
    expect(await check('v=spf1 ip6:::ffff:192.0.2.1 -all')).toMatchObject({ result: 'fail' })
  })

  test.for(['redirect=a.example redirect=b.example', 'exp=a.example exp=b.example'])(
    '%s: only one is allowed',
    terms => {
      expect(readRecord(`v=spf1 ${terms}`)).toHaveProperty('problem')
    },
  )

  test('redirect= is ignored in a record with all', () => {
    expect(readRecord('v=spf1 redirect=a.example -all')).not.toHaveProperty('redirect')
    expect(readRecord('v=spf1 redirect=a.example')).toHaveProperty('redirect')
  })
})

test.for([
  ['v=spf1 ip4:10.0.0.0/8 -all', false],
  ['v=spf1 ip4:10.0.0.0/8 ip4:192.0.2.1 -all', true],
  ['v=spf1 ip4:10.0.0.0/9 ip4:11.0.0.0/9 -all', false],
  ['v=spf1 ip4:10.0.0.0/7 -all', true],
  ['v=spf1 -ip4:0.0.0.0/0 ~all', false],
  ['v=spf1 ip6:2001::/19 -all', false],
  ['v=spf1 ip6:2001::/18 -all', true],
  ['v=spf1 a/8 -all', false],
  ['v=spf1 a/7 -all', true],
  ['v=spf1 a//19 -all', false],
  ['v=spf1 a//18 -all', true],
  ['v=spf1 mx:x.example/8//19 -all', false],
  ['v=spf1 mx:x.example/7//19 -all', true],
  ['v=spf1 exists:%{i}.x.example -all', false],
  ['v=spf1 exists:%{h}.x.example -all', true],
  ['not SPF +all', false],
] as const)('A18 %s is permissive: %s', ([record, permissive]) => {
  expect(isPermissive([record])).toBe(permissive)
})
