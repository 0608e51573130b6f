import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type HeaderFormOptions, headerForm } from '../../src/filters/header-form.ts'
import { PosternError } from '../../src/model/errors.ts'
import { type Finding, points, quarantine, reject } from '../../src/model/finding.ts'
import { probe } from '../../src/testing/probe.ts'

const ordinary = [
  'From: Alice <alice@example.org>',
  'To: bob@example.net',
  'Date: Mon, 23 Nov 2026 10:00:00 +0000',
  'Message-ID: <1@example.org>',
  'Subject: Hello',
]
const header = (...more: readonly string[]) => [...ordinary, ...more].map(line => `${line}\r\n`).join('')
const without = (name: string) => header().replace(new RegExp(`^${name}:.*\r\n`, 'm'), '')

/** As they are without a measurement. */
const costs = {
  unusableAuthor: 1,
  repeated: 4,
  missingDate: 1,
  missingMessageId: 1,
  control: 2,
  bareLineEnd: 2,
  overlong: 1,
  eightBit: 1,
  malformed: 1,
} as const

test('an ordinary header section has no finding', async () => {
  expect(await probe(headerForm(), { header: header() })).toEqual([])
})

test('W06 a NUL in the header section is refused before any parser', async () => {
  expect(await probe(headerForm(), { header: header('X-Note: a\0b') })).toEqual([
    reject('5.6.0', 'the author is unclear: there is a NUL in the header section', { rule: 'header-form/author' }),
    reject('5.6.0', `the header section has 1 NULs, first at byte ${header().length + 9}`, {
      rule: 'header-form/nul',
    }),
  ])
})

test.for<[text: string, finding: Finding]>([
  [
    header('Subject: Other'),
    points(4, 'fields that may occur once are repeated: Subject', { rule: 'header-form/repeated' }),
  ],
  [
    header('Reply-To: a@example.org', 'Reply-To: b@example.net', 'Content-Type: a/b', 'Content-Type: c/d'),
    points(4, 'fields that may occur once are repeated: Reply-To, Content-Type', { rule: 'header-form/repeated' }),
  ],
])('A08 fields that may occur once and occur twice are a finding: %j', async ([text, finding]) => {
  expect(await probe(headerForm(costs), { header: text })).toEqual([finding])
})

test('W25 8-bit bytes without SMTPUTF8 cost a point, since old honest programs send them, and can be refused', async () => {
  const text = header('X-Name: Größe')
  const reason = `the header section has 8-bit bytes without SMTPUTF8, first at byte ${header().length + 10}`
  const rule = 'header-form/eight-bit'
  expect(await probe(headerForm(costs), { header: text })).toEqual([points(1, reason, { rule })])
  expect(await probe(headerForm({ eightBit: 'reject' }), { header: text })).toEqual([reject('5.6.7', reason, { rule })])
})

test.for(['reversePath', 'forwardPath'] as const)('W25 an 8-bit %s without SMTPUTF8 is refused', async which => {
  const path = 'jürgen@example.org'
  const [reason, rule] = [`the path "${path}" has 8-bit bytes without SMTPUTF8`, 'header-form/eight-bit-path']
  const world = { header: header(), [which]: path }
  expect(await probe(headerForm(), world)).toEqual([reject('5.6.7', reason, { rule })])
  expect(await probe(headerForm({ eightBitPath: 2 }), world)).toEqual([points(2, reason, { rule })])
  expect(await probe(headerForm({ eightBitPath: 'off' }), world)).toEqual([])
  expect(await probe(headerForm(), { ...world, utf8: true })).toEqual([])
})

const end = header().length
test.for<[name: string, text: string, finding: Finding]>([
  ['no Date', without('Date'), points(1, 'there is no Date field', { rule: 'header-form/missing-date' })],
  [
    'no Message-ID',
    without('Message-ID'),
    points(1, 'there is no Message-ID field', { rule: 'header-form/missing-message-id' }),
  ],
  [
    'a control character',
    header('X: \x1b[31m'),
    points(2, `the header section has 1 control characters, first at byte ${end + 3}`, {
      rule: 'header-form/control',
    }),
  ],
  [
    'an overlong line',
    header(`X: ${'x'.repeat(1000)}`),
    points(1, 'a header line has 1003 bytes, more than 998', { rule: 'header-form/overlong' }),
  ],
  [
    'a line that is no field',
    header('rubbish'),
    points(1, `the header section is malformed (no-colon), first at byte ${end}`, { rule: 'header-form/malformed' }),
  ],
  [
    'a line beyond 64 KB',
    header(`X: ${'x'.repeat(70_000)}`),
    reject('5.6.0', `the header section is beyond the limits (line-too-long), first at byte ${end}`, {
      rule: 'header-form/too-large',
    }),
  ],
])('%s is a finding', async ([, text, finding]) => {
  expect(await probe(headerForm(costs), { header: text, reversePath: 'alice@example.org' })).toEqual([finding])
})

test('some servers write bounces without a Message-ID, and that is no finding', async () => {
  expect(await probe(headerForm(), { header: without('Message-ID'), reversePath: '' })).toEqual([])
})

const from = (author: string) => header().replace('Alice <alice@example.org>', author)

test.for([
  'MAILER-DAEMON <>',
  'Mail Delivery Subsystem <MAILER-DAEMON>',
  'Mail Delivery System <postmaster>',
  'MAILER-DAEMON',
  '<>',
])('a bounce from “%s” has an author without an address, and is not refused', async author => {
  const found = await probe(headerForm({ unusableAuthor: 1 }), { header: from(author), reversePath: '' })
  expect(found.map(({ rule, points }) => [rule, points])).toEqual([['header-form/unusable-author', 1]])
})

test.for([
  ['a person in a bounce', 'PayPal <>', ''],
  ['an address in the name', 'Mail Delivery service@bank.example <>', ''],
  ['an address beside it', 'MAILER-DAEMON <>, a@example.org', ''],
  ['mail that is no bounce', 'MAILER-DAEMON <>', 'alice@example.org'],
])('A03 an author without an address is refused: %s', async ([, author = '', reversePath = '']) => {
  const found = await probe(headerForm(), { header: from(author), reversePath })
  expect(found.map(({ rule, verdict }) => [rule, verdict])).toEqual([['header-form/author', 'reject']])
})

test.for<[ending: string, kind: string]>([
  ['\n', 'bare lf'],
  ['\r', 'bare cr'],
])('W04 a bare line end in the header section is a finding: %j', async ([ending, kind]) => {
  const found = await probe(headerForm(), { header: `${header()}X: x${ending}Y: y\r\n` })
  expect(found).toEqual([
    points(2, `the header section has a ${kind}, first at byte ${end + 4}`, { rule: 'header-form/bare-line-end' }),
  ])
})

test('M01 a header section beyond the limits is refused', async () => {
  const found = await probe(headerForm(), { header: `${header()}X: x\r\n${' y\r\n'.repeat(80_000)}` })
  expect(found.map(({ rule, verdict, status }) => [rule, verdict, status])).toEqual([
    ['header-form/author', 'reject', '5.6.0'],
    ['header-form/too-large', 'reject', '5.6.0'],
  ])
})

test('A03 a message with two From fields is refused, or quarantined where that is asked for', async () => {
  const text = readFileSync(new URL('../../fixtures/messages/two-from-fields.eml', import.meta.url), 'utf8')
  const section = text.slice(0, text.indexOf('\r\n\r\n') + 2)
  const reason = 'the author is unclear: there are 2 From fields'
  const rule = 'header-form/author'
  expect(await probe(headerForm(), { header: section })).toEqual([reject('5.6.0', reason, { rule })])
  expect(await probe(headerForm({ author: 'quarantine' }), { header: section })).toEqual([quarantine(reason, { rule })])
  expect(await probe(headerForm({ author: 3 }), { header: section })).toEqual([points(3, reason, { rule })])
  expect(await probe(headerForm({ author: 'off' }), { header: section })).toEqual([])
})

test.for<[what: string, lines: readonly string[], finding: Finding | undefined]>([
  ['a comment in the name', ['From: Jane Doe (Sales) <a@example.org>'], undefined],
  ['the address in the name', ['From: a@example.org <a@example.org>'], undefined],
  ['a machine with an underscore', ['From: root@web_01.example.org'], undefined],
  [
    'two authors of one domain and their Sender',
    [`From: a@example.org, b@example.org`, 'Sender: b@example.org'],
    undefined,
  ],
  [
    'two authors of two domains and their Sender',
    ['From: a@example.org, b@example.net', 'Sender: b@example.net'],
    quarantine('the author is unclear: the From field names 2 mailboxes', { rule: 'header-form/coauthors' }),
  ],
  [
    'an IP address for a domain',
    ['From: scanner@[192.0.2.1]'],
    points(1, 'the author is unclear: the domain of the address in the From field is not a valid host name', {
      rule: 'header-form/unusable-author',
    }),
  ],
  [
    'a name with a comma without quotes',
    ['From: Doe, Alice <a@example.org>'],
    reject('5.6.0', 'the author is unclear: the name before the address in the From field has a comma without quotes', {
      rule: 'header-form/unquoted-name',
    }),
  ],
  [
    'another address in the name',
    ['From: b@example.net <a@example.org>'],
    reject(
      '5.6.0',
      'the author is unclear: the display name of the From field contains another address without quotes',
      {
        rule: 'header-form/author',
      },
    ),
  ],
])('A03 %s', async ([, lines, finding]) => {
  const found = await probe(headerForm(costs), { header: [...lines, 'Date: x', 'Message-ID: x', ''].join('\r\n') })
  expect(found).toEqual(finding ? [finding] : [])
})

test('an option that does not exist, or a consequence that makes no sense, is named when the filter is built', () => {
  const wrong = { mising: 1, repeated: 'perhaps', control: Number.NaN } as unknown as HeaderFormOptions
  expect(() => headerForm(wrong)).toThrow(PosternError)
  expect(() => headerForm(wrong)).toThrow(/headerForm\.repeated: .*\nheaderForm\.control: .*\nheaderForm\.mising: /)
})
