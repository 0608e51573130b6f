/** SPF beside mailauth's, strict: made-up records in made-up zones come to the same. */
import { spf as mailauthSpf } from 'mailauth/lib/spf/index.js'
import { expect, test } from 'vitest'
import { resolverFor } from '../../../src/facts/mailauth.ts'
import { spf } from '../../../src/facts/spf/spf.ts'
import { contextAt } from '../../../src/testing/probe.ts'
import { type ZoneLiteral, zone } from '../../../src/testing/zone.ts'
import { fc, runs } from '../../support/property.ts'

const RUNS = runs(500)
const domains = ['example.org', 'a.example', 'b.example', 'c.example'] as const

const domain = fc.constantFrom(...domains, 'gone.example', 'silent.example')
const sound = (values: readonly string[], broken: readonly string[]) =>
  fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: fc.constantFrom(...broken) })
const macros = ['%{d}', '%{o}', '%{i}.b.example', '%{l}.a.example', '%{ir}.%{v}.c.example', '%{d2}', '%{p}', '%{h}']
const spec = fc.oneof(
  { weight: 4, arbitrary: domain },
  { weight: 2, arbitrary: sound([...macros, '%{l1r-}.b.example', '%%.b.example'], ['%{', '%{x}', 'org', 'a..b']) },
)
const prefix = sound(['', '', '', '/24', '/0', '//64', '/24//64'], ['/33', '/024', '//129', '/'])
const named = (names: readonly string[]) =>
  fc.tuple(fc.constantFrom(...names), spec).map(([name, to]) => `${name}:${to}`)
const mechanism = fc.oneof(
  sound(['all', 'ALL', 'a', 'mx', 'ptr'], ['all:x', 'include', 'bananas', '-']),
  named(['include', 'Include', 'include', 'exists', 'ptr']),
  fc.tuple(named(['a', 'mx']), prefix).map(([term, bits]) => `${term}${bits}`),
  fc.tuple(fc.constantFrom('a', 'mx'), prefix).map(([name, bits]) => `${name}${bits}`),
  fc
    .tuple(sound(['192.0.2.1', '192.0.2.0', '198.51.100.1'], ['1.2.3', '192.0.2.01', '']), sound(['', '/24'], ['/33']))
    .map(([ip, bits]) => `ip4:${ip}${bits}`),
  fc
    .tuple(sound(['2001:db8::1', '2001:db8::', '::ffff:192.0.2.1'], ['192.0.2.1']), sound(['', '/64'], ['/129']))
    .map(([ip, bits]) => `ip6:${ip}${bits}`),
)
const directive = fc.tuple(fc.constantFrom('', '', '+', '-', '~', '?'), mechanism).map(parts => parts.join(''))
const modifier = fc
  .tuple(sound(['redirect', 'redirect', 'Redirect', 'exp', 'x-unknown'], ['1x']), spec)
  .map(([name, to]) => `${name}=${to}`)
const record = fc
  .tuple(
    sound(['v=spf1', 'V=SPF1'], ['v=spf10']),
    fc.array(fc.oneof({ weight: 5, arbitrary: directive }, { weight: 1, arbitrary: modifier }), {
      minLength: 1,
      maxLength: 5,
    }),
  )
  .map(([version, terms]) => [version, ...terms].join(' '))
const addresses = fc.constantFrom([], ['192.0.2.1'], ['198.51.100.9', '192.0.2.7'])
const node = fc.record({
  TXT: fc.oneof(
    { weight: 20, arbitrary: record.map(text => [text]) },
    { weight: 1, arbitrary: fc.tuple(record, record) },
  ),
  A: addresses,
  AAAA: fc.constantFrom([], ['2001:db8::1']),
  MX: fc.constantFrom(
    [],
    [
      { exchange: 'a.example', priority: 2 },
      { exchange: 'b.example', priority: 1 },
    ],
  ),
})
const world = fc.record(Object.fromEntries(domains.map(name => [name, node])))
const client = fc.constantFrom('192.0.2.1', '192.0.2.77', '2001:db8::1', '203.0.113.9')
const sender = fc.constantFrom('alice@example.org', 'strong-bad@example.org', 'x+y@a.example')

test('mailauth and ours say the same of whatever is published', async () => {
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(world, client, sender, async (nodes, ip, reversePath) => {
      const literal: ZoneLiteral = {
        ...nodes,
        'silent.example': 'timeout',
        '1.2.0.192.in-addr.arpa': { PTR: ['a.example', 'x.b.example'] },
        '*.b.example': { A: ['192.0.2.1'] },
      }
      const context = contextAt('mail', { dns: zone(literal), ip, helo: 'c.example', reversePath })
      const ours = await context.ask(spf)
      const theirs = await mailauthSpf({
        sender: reversePath,
        ip,
        helo: 'c.example',
        mta: 'unknown',
        strict: true,
        resolver: resolverFor(context, { questions: 120 }),
      })
      expect(ours.result).toBe(theirs.status.result)
      seen.add(ours.result)
    }),
    { numRuns: RUNS },
  )
  // Records that only ever are in error would prove little.
  expect([...seen]).toEqual(expect.arrayContaining(['pass', 'neutral', 'permerror', 'none']))
})
