/** Which sealer's word excuses a DMARC failure, at each of its conditions. */
import { expect, test } from 'vitest'
import type { Arc, MethodResult } from '../../../src/facts/arc/arc.ts'
import { forwarderEntry, readSealers, sealerEntry, trustedSealer } from '../../../src/filters/dmarc/override.ts'
import { checked, list, schemaOf } from '../../../src/model/options.ts'

const result = (method: string, said: string, properties: Readonly<Record<string, string>> = {}): MethodResult => ({
  ...{ method, result: said },
  properties: new Map(Object.entries(properties)),
})
const chain = (results: readonly MethodResult[], more: Partial<Arc> = {}): Arc =>
  ({
    ...{ result: 'pass', reason: '', unknown: false, unsigned: [] },
    sealers: [{ domain: 'old.example' }, { domain: 'list.example' }],
    reported: { results },
    ...more,
  }) as unknown as Arc
const trusted = readSealers(['list.example'])
const word = (results: readonly MethodResult[], more?: Partial<Arc>, by = trusted) =>
  trustedSealer(chain(results, more), by, 'example.org')
const pass = result('dmarc', 'pass', { 'header.from': 'example.org' })

test('the newest sealer that is trusted, and reported a pass for the author, is named', () => {
  expect(word([pass])).toBe('list.example')
})

test.for([
  ['a chain that fails', { result: 'fail' }],
  ['no chain', { result: 'none', sealers: [] }],
  ['a chain without results', { reported: undefined }],
  ['a trusted sealer that is not the newest', { sealers: [{ domain: 'list.example' }, { domain: 'other.example' }] }],
  ['a second field that no seal covers', { unsigned: [{ name: 'from', present: 2 }] }],
  ['a Subject that no seal covers', { unsigned: [{ name: 'subject', present: 1 }] }],
] as const)('%s has no word', ([, more]) => {
  expect(word([pass], more as unknown as Partial<Arc>)).toBeUndefined()
})

test('a field that may stand once, and does, is no addition', () => {
  const unsigned = [{ name: 'content-type', present: 1 }] as unknown as Arc['unsigned']
  expect(word([pass], { unsigned })).toBe('list.example')
})

test.for([
  ['a pass of DMARC that names no domain', [result('dmarc', 'pass')], true],
  ['a pass for an address of the author', [result('dmarc', 'pass', { 'header.from': 'ann@example.org' })], true],
  ['a pass for another domain', [result('dmarc', 'pass', { 'header.from': 'example.net' })], false],
  ['a pass for a domain below the author', [result('dmarc', 'pass', { 'header.from': 'a.example.org' })], false],
  ['a failure', [result('dmarc', 'fail', { 'header.from': 'example.org' })], false],
  ['two results of which one fails', [pass, result('dmarc', 'fail')], false],
  [
    'a failure beside an aligned signature',
    [result('dmarc', 'fail'), result('dkim', 'pass', { 'header.d': 'example.org' })],
    false,
  ],
  ['an aligned signature alone', [result('dkim', 'pass', { 'header.d': 'mail.example.org' })], true],
  ['an aligned signature by its identity', [result('dkim', 'pass', { 'header.i': '@example.org' })], true],
  ['d= before i=', [result('dkim', 'pass', { 'header.d': 'example.net', 'header.i': '@example.org' })], false],
  ['a signature of another', [result('dkim', 'pass', { 'header.d': 'example.net' })], false],
  ['a signature that fails', [result('dkim', 'fail', { 'header.d': 'example.org' })], false],
  ['one good signature of two', [result('dkim', 'fail'), result('dkim', 'pass', { 'header.d': 'example.org' })], true],
  ['an aligned SPF', [result('spf', 'pass', { 'smtp.mailfrom': 'bounce@mail.example.org' })], true],
  ['an aligned SPF by its short name', [result('spf', 'pass', { 'smtp.mfrom': 'example.org' })], true],
  ['an SPF of another', [result('spf', 'pass', { 'smtp.mailfrom': 'a@example.net' })], false],
  ['an SPF of no domain', [result('spf', 'pass')], false],
  ['a softfail', [result('spf', 'softfail', { 'smtp.mailfrom': 'a@example.org' })], false],
  ['another method', [result('iprev', 'pass', { 'policy.iprev': 'example.org' })], false],
  ['nothing', [], false],
] as const)('%s: %s', ([, results, expected]) => {
  expect(word(results)).toBe(expected ? 'list.example' : undefined)
})

interface Entries {
  readonly forwarders?: readonly string[]
  readonly sealers?: readonly string[]
}
const schema = schemaOf<Entries>('entries', {
  forwarders: list(forwarderEntry, 'forwarders'),
  sealers: list(sealerEntry, 'sealers'),
})

test.for(['192.0.2.1', '192.0.2.0/24', '2001:db8::/32', 'mx.example.org', '.example.org', 'a'.repeat(63) + '.example'])(
  '%s names a forwarder',
  entry => {
    expect(checked(schema, { forwarders: [entry] })).toEqual({ forwarders: [entry] })
  },
)

test.for(['', '1234', '192.0.2.0/33', 'a b', '192.0.2.256', `${'a.'.repeat(150)}example`])(
  '%j names no forwarder',
  entry => {
    expect(() => checked(schema, { forwarders: [entry] })).toThrow(/forwarders/)
  },
)

test.for(['.example.org', '', 'a b'])('%j names no sealer', entry => {
  expect(() => checked(schema, { sealers: [entry] })).toThrow(/sealers/)
})

test('sealers are known by their domains in lower case', () => {
  expect([...readSealers(['List.Example', 'bücher.example'])]).toEqual(['list.example', 'xn--bcher-kva.example'])
})
