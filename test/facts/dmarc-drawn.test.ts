/** Our DMARC evaluation and mailauth's give the same result for drawn records, domains, identifiers and failures. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Dkim, type DkimResult, dkim } from '../../src/facts/dkim/dkim.ts'
import { dmarcOf } from '../../src/facts/dmarc-evaluation.ts'
import { type Spf, type SpfResult, spf } from '../../src/facts/spf/spf.ts'
import type { Message } from '../../src/model/stage.ts'
import { contextAt } from '../../src/testing/probe.ts'
import { type ZoneLiteral, type ZoneNode, zone } from '../../src/testing/zone.ts'
import { runs, seed } from '../support/random.ts'
import { dmarcByMailauth } from './dmarc-oracle.ts'

const DOMAINS = [
  'example.org',
  'a.example.org',
  'b.a.example.org',
  'c.b.a.example.org',
  'x.example.org',
  '1.2.3.4.5.6.a.example.org',
  'example.net',
  'org',
  'co.example',
  'bank.co.example',
  'pay.bank.co.example',
  'other.co.example',
]

const value = fc.constantFrom('none', 'quarantine', 'reject', 'REJECT', 'Quarantine', 'nothing', '', 'reject x')
const tag = fc.oneof(
  fc.tuple(fc.constantFrom('p', 'sp', 'np', 'P', 'p ', ' sp'), value).map(([name, text]) => `${name}=${text}`),
  fc.tuple(fc.constantFrom('adkim', 'aspf', 'ADKIM'), fc.constantFrom('r', 's', 'S', 'x')).map(pair => pair.join('=')),
  fc.tuple(fc.constantFrom('t', 'psd'), fc.constantFrom('y', 'n', 'u', 'Y')).map(pair => pair.join('=')),
  fc.constantFrom(
    'rua=mailto:a@example.org',
    'rua=a@example.org',
    'rua=mailto:a@example.org!10m, https://x/%zz',
    'rua=',
  ),
  fc.constantFrom('p', 'sp', '=x', ' ', 'unknown=1', 'pct=20', 'v=DMARC1', 'rr=x', '__proto__=x', 'p=reject'),
)
const version = fc.constantFrom('v=DMARC1', 'v=DMARC1', 'v=DMARC1', 'V = DMARC1', 'v=DMARC2', 'v=dmarc1', ' v=DMARC1')
const record = fc
  .tuple(version, fc.array(tag, { maxLength: 5 }), fc.constantFrom(';', '; ', ' ; '))
  .map(([first, tags, between]) => [first, ...tags].join(between))
const texts = fc.oneof(
  { arbitrary: record.map((text): ZoneNode => ({ TXT: [text] })), weight: 6 },
  { arbitrary: fc.tuple(record, record).map((two): ZoneNode => ({ TXT: two })), weight: 1 },
  {
    arbitrary: fc.constantFrom<ZoneNode>({ TXT: ['v=spf1 -all'] }, { TXT: 'servfail' }, { TXT: 'timeout' }),
    weight: 1,
  },
)
const host = fc.constantFrom<ZoneNode>({ A: '192.0.2.1' }, { A: 'servfail' }, { MX: [] }, { CNAME: 'gone.example' })
const domain = fc.constantFrom(...DOMAINS)
const names = fc.array(
  fc.oneof(
    {
      arbitrary: fc.tuple(
        domain.map(name => `_dmarc.${name}`),
        texts,
      ),
      weight: 3,
    },
    { arbitrary: fc.tuple(domain, host), weight: 1 },
  ),
  { maxLength: 7 },
)
const results = fc.constantFrom<SpfResult | 'unknown'>('pass', 'pass', 'fail', 'temperror', 'unknown')
const signature = fc.record({
  result: fc.constantFrom<DkimResult>('pass', 'pass', 'fail', 'temperror'),
  domain,
  isPartial: fc.constantFrom(false, false, true),
})
const world = fc.record({
  author: domain.filter(name => name.includes('.')),
  names,
  sender: fc.record({ result: results, domain: fc.oneof(domain, fc.constant('')), permissive: fc.boolean() }),
  signatures: fc.array(signature, { maxLength: 5 }),
})

type World = typeof world extends fc.Arbitrary<infer W> ? W : never

function messageOf({ names, sender, signatures }: World): Message {
  const check = { ...sender, identity: 'mailfrom', reason: '', lookups: { count: 0, void: 0 } } as const
  const found: Spf = { ...check, helo: { ...check, identity: 'helo' } }
  const dkimFound: Dkim = {
    result: 'pass',
    ignored: 0,
    signatures: signatures.map(({ result, domain, isPartial }) => ({
      ...{ result, domain, selector: 's', identity: `@${domain}`, algorithm: 'rsa-sha256', reason: '', b: '' },
      ...{ fields: ['from'], unsigned: [], ...(isPartial && { partial: { signed: 1, total: 2 } }) },
    })),
  }
  const literal: ZoneLiteral = Object.fromEntries(names)
  return contextAt('message', {
    dns: zone(literal),
    facts: [
      [spf, found],
      [dkim, dkimFound],
    ],
  })
}

test('our evaluation and mailauth’s agree', async () => {
  await fc.assert(
    fc.asyncProperty(world, async drawnWorld => {
      const message = messageOf(drawnWorld)
      const { reason, ...found } = await dmarcOf(drawnWorld.author, message)
      expect(found).toEqual(await dmarcByMailauth(drawnWorld.author, message))
      expect(reason).not.toBe('')
    }),
    { numRuns: runs(2_000), seed },
  )
})
