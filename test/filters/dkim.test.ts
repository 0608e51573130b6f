/** The dkim filter: signatures that say less than they seem to. */
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { dkim as reading } from '../../src/facts/dkim/dkim.ts'
import { type DkimOptions, dkim } from '../../src/filters/dkim.ts'
import { type Finding, points } from '../../src/model/finding.ts'
import type { Message } from '../../src/model/stage.ts'
import { probe } from '../../src/testing/probe.ts'
import type { Probed } from '../../src/testing/probed.ts'
import { type ZoneLiteral, zone } from '../../src/testing/zone.ts'
import { headerContext, NOW } from '../facts/dkim/messages.ts'
import { message, recordOf, rsa, signature, signed } from '../facts/dkim/signer.ts'

const fields = [
  'From: ann@example.org',
  'To: bob@example.net',
  'Subject: Lunch',
  'Date: Mon, 23 Nov 2026 09:00:00 +0000',
]
const body = 'Shall we?\r\n'
const names: ZoneLiteral = {
  'sel._domainkey.example.org': { TXT: [recordOf(rsa.publicKey)] },
  'try._domainkey.example.org': { TXT: [recordOf(rsa.publicKey, 'v=DKIM1; t=y; ')] },
  'slow._domainkey.example.org': 'timeout',
}

async function findings(bytes: Buffer, options?: DkimOptions): Promise<readonly Finding[]> {
  const context: Message = {
    ...headerContext(bytes, zone(names), NOW),
    size: bytes.length,
    open: () => Readable.from([bytes]),
    ask: fact => Promise.resolve(fact.find(context)),
  }
  const said = await dkim(options).message?.(context, { score: 0, findings: [] })
  return Array.isArray(said) ? said : []
}

const added = (...fresh: readonly string[]) => message([...fresh, signature({ fields, body }), ...fields], body)

test('the filter has the reading found while the message arrives', () => {
  expect(dkim()).toMatchObject({ name: 'dkim', reads: [reading] })
})

test('mail that is signed as it should be is no finding', async () => {
  expect(await findings(signed({ fields, body }))).toEqual([])
})

describe('mail without a signature', () => {
  const text = (extra: string) => `From: ann@example.org\n${extra}\nShall we?\n`
  const world = { reversePath: 'ann@example.org', message: text('') }
  const found = (dns: ZoneLiteral, more: Probed = {}) => probe(dkim(), { ...world, dns: zone(dns), ...more })
  const expected = [
    points(1, 'there is no signature, and SPF does not prove that example.org sent the message', {
      rule: 'dkim/unsigned',
    }),
  ]

  test.for<[string, ZoneLiteral, Probed]>([
    ['there is no SPF record', {}, {}],
    ['SPF fails', { 'example.org': { TXT: ['v=spf1 -all'] } }, {}],
    [
      'SPF proves another organisation',
      { 'host.example.com': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] } },
      { reversePath: 'www-data@host.example.com' },
    ],
    ['the record allows everybody', { 'example.org': { TXT: ['v=spf1 +all'] } }, {}],
    ['it names how to leave a list, and no list', {}, { message: text('List-Unsubscribe: <https://example.org/u>\n') }],
  ])('costs a point where %s', async ([, dns, more]) => {
    expect(await found(dns, more)).toEqual(expected)
  })

  test.for<[string, ZoneLiteral, Probed]>([
    [
      'SPF proves the author’s organisation',
      { 'b.example.org': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] } },
      { reversePath: 'x@b.example.org' },
    ],
    ['DNS fails', { 'example.org': 'timeout' }, {}],
    ['the client is not known', {}, { ip: undefined }],
    ['a trusted forwarder sent it', {}, { client: 'forwarder' }],
    ['a server bounces a message', {}, { reversePath: '' }],
    ['a list sent it', {}, { message: text('List-Id: <a.lists.example>\n') }],
    ['a program answers', {}, { message: text('Auto-Submitted: auto-replied\n') }],
    ['the author is unclear', {}, { message: text('From: eve@example.com\n') }],
  ])('costs nothing where %s', async ([, dns, more]) => {
    expect(await found(dns, more)).toEqual([])
  })
})

test('a broken signature is a small matter, never a refusal', async () => {
  const bytes = Buffer.concat([signed({ fields, body }), Buffer.from('footer of a list\r\n')])
  expect(await findings(bytes, { broken: 0.5 })).toEqual([
    {
      rule: 'broken',
      points: 0.5,
      reason: 'no signature passes: the body does not match the signature of example.org',
    },
  ])
})

test('a broken signature beside a valid one is no finding', async () => {
  const own = [signature({ fields, body, b: 'AAAA' }), signature({ fields, body })]
  expect(await findings(message([...own, ...fields], body))).toEqual([])
})

test('a key that cannot be asked for is reported, and costs nothing', async () => {
  expect(await findings(signed({ fields, body, tags: { s: 'slow' } }))).toEqual([
    { rule: 'unknown', reason: 'the lookup of the key at slow._domainkey.example.org failed: timeout' },
  ])
})

test('A07 text after l= is named, and how much of it', async () => {
  const bytes = Buffer.concat([signed({ fields, body, tags: { l: '11' } }), Buffer.from('Buy pills.\r\n')])
  const reason = 'the signature of example.org ends at byte 11 of 23: the rest may be from anybody'
  expect(await findings(bytes)).toEqual([{ rule: 'partial', points: 2, reason }])
  expect(await findings(bytes, { partial: 9 })).toEqual([{ rule: 'partial', points: 9, reason }])
})

test('A07 text after l= is no finding when another signature covers all of it', async () => {
  const whole = `${body}Buy pills.\r\n`
  const own = [signature({ fields, body, tags: { l: '11' } }), signature({ fields, body: whole })]
  expect(await findings(message([...own, ...fields], whole))).toEqual([])
})

test.for([
  ['Subject: Pills', 'added-field', 5, 'subject may have been added after signing'],
  ['From: eve@example.com', 'added-field', 5, 'from may have been added after signing'],
  ['Reply-To: eve@example.com', 'uncovered', 0.5, 'reply-to is covered by no passing signature of the author'],
  ['Content-Type: text/html', 'uncovered', 0.5, 'content-type is covered by no passing signature of the author'],
] as const)('A08 %s put on top of signed mail is dkim/%s', async ([field, rule, points, reason]) => {
  expect(await findings(added(field))).toEqual([{ rule, points, reason }])
})

test('A08 a second Reply-To and Content-Type on top of signed ones are added fields', async () => {
  const more = ['Reply-To: ann@example.org', 'Content-Type: text/plain', ...fields]
  const own = signature({ fields: more, body, tags: { h: 'From:To:Subject:Date:Reply-To:Content-Type' } })
  const bytes = message(['Reply-To: eve@example.com', 'Content-Type: text/html', own, ...more], body)
  expect(await findings(bytes)).toEqual([
    { rule: 'added-field', points: 5, reason: 'reply-to, content-type may have been added after signing' },
  ])
})

test('A08 a field that one of two passing signatures covers is no finding', async () => {
  const list = ['Reply-To: list@example.org', ...fields]
  const own = [signature({ fields: list, body, tags: { h: 'From:Reply-To' } }), signature({ fields, body })]
  expect(await findings(message([...own, ...list], body))).toEqual([])
})

test('a domain that is only trying DKIM out is reported, and costs nothing', async () => {
  expect(await findings(signed({ fields, body, tags: { s: 'try' } }))).toEqual([
    { rule: 'testing', reason: 'example.org says that it is only testing DKIM (t=y)' },
  ])
})

test('more signatures than are looked at are reported', async () => {
  const own = Array.from({ length: 9 }, () => signature({ fields, body }))
  expect(await findings(message([...own, ...fields], body))).toEqual([
    { rule: 'too-many', points: 1, reason: 'there are 9 signatures, and only 5 were verified' },
  ])
})
