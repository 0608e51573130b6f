/** The author of a message: every trick by which readers could see another one. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Author, readAuthor } from '../../src/facts/read-author.ts'
import { parseAddresses } from '../../src/mime/header/addresses.ts'
import { headerOf } from '../../src/mime/header/collect.ts'
import { addressParsers, mailauthAuthors, mailparserAuthors } from '../support/authors.ts'
import { growth } from '../support/cpu.ts'
import { fc, runs } from '../support/property.ts'

const messageFrom = (value: string) => Buffer.from(`Subject: x\r\nFrom: ${value}\r\nTo: z@example.org\r\n\r\nHello\r\n`)
const authorOf = (message: Buffer | string, utf8 = false) => readAuthor(headerOf(Buffer.from(message)), utf8)
const unclear = (reason: string, trouble: (Author & { kind: 'unclear' })['trouble'] = 'differs'): Author => ({
  kind: 'unclear',
  trouble,
  reason,
})

test.for<[value: string, display: string, local: string, domain: string]>([
  ['a@example.org', '', 'a', 'example.org'],
  ['Alice <a.b+c@Example.ORG>', 'Alice', 'a.b+c', 'example.org'],
  ['"victim@bank.example" <a@example.org>', 'victim@bank.example', 'a', 'example.org'],
  ['=?utf-8?q?victim=40bank.example?= <a@example.org>', 'victim@bank.example', 'a', 'example.org'],
  ['[ticket] <a@example.org>', '[ticket]', 'a', 'example.org'],
  ['root@example.org (Cron Daemon)', 'Cron Daemon', 'root', 'example.org'],
  ['\r\n "A"\r\n\t<a@example.org>', 'A', 'a', 'example.org'],
  ['root@localhost', '', 'root', 'localhost'],
  ['Größe <a@münchen.example>', 'Größe', 'a', 'xn--mnchen-3ya.example'],
  ['Jane Doe (Sales) <a@example.org>', 'Jane Doe', 'a', 'example.org'],
  ['Jane Doe (Sales: EU, UK; first) <a@example.org>', 'Jane Doe', 'a', 'example.org'],
  ['Jane Doe <a@example.org> (Sales)', 'Jane Doe', 'a', 'example.org'],
  ['Jane Doe (Sales (EU)) <a@example.org>', 'Jane Doe', 'a', 'example.org'],
  ['Jane Doe <a@example.org> (Sales (EU))', 'Jane Doe', 'a', 'example.org'],
  ['(Sales) a@example.org', '', 'a', 'example.org'],
  ['Jane <a@example.org (work)>', 'Jane', 'a', 'example.org'],
  ['a(x)@example.org', '', 'a', 'example.org'],
  ['root@example.org (Cron: daily, 1)', 'Cron: daily, 1', 'root', 'example.org'],
  ['a@example.org <a@example.org>', 'a@example.org', 'a', 'example.org'],
  ["'a@example.org' <A@example.org>", "'a@example.org'", 'A', 'example.org'],
  ['a@example.org (A@Example.org)', '', 'a', 'example.org'],
  ['a@example.org (Sales) <a@example.org>', 'a@example.org', 'a', 'example.org'],
  ['Anna @ Larch <a@example.org>', 'Anna @ Larch', 'a', 'example.org'],
  ['Anna@Larch & Co. <a@example.org>', 'Anna@Larch & Co.', 'a', 'example.org'],
  ['@larch <a@example.org>', '@larch', 'a', 'example.org'],
  ['Larch: Sales <a@example.org>', 'Sales', 'a', 'example.org'],
  ['Jane < a@example.org >', 'Jane', 'a', 'example.org'],
  ['Jane <a@example.org> via Forum', 'Jane', 'a', 'example.org'],
  ['Jane <a@example.org>,', 'Jane', 'a', 'example.org'],
  ['a@example.org, <a@example.org>', '', 'a', 'example.org'],
  ['Hana <hana..ko@example.org>', 'Hana', 'hana..ko', 'example.org'],
  ['.hana.@example.org', '', '.hana.', 'example.org'],
  ['Hana <"hana..ko"@example.org>', 'Hana', 'hana..ko', 'example.org'],
  [`${'a'.repeat(200)}@example.org`, '', 'a'.repeat(200), 'example.org'],
  ['root <root@web_01.example.org>', 'root', 'root', 'web_01.example.org'],
  ['a@example.org.', '', 'a', 'example.org'],
])('A03 the author of "From: %s" is clear', ([value, display, local, domain]) => {
  expect(authorOf(messageFrom(value))).toEqual({ kind: 'clear', display, local, domain, address: `${local}@${domain}` })
})

const ODD_COMMENT = 'a comment in the From field contains or divides what could be an address'
const OTHER_ADDRESS = 'the display name of the From field contains another address without quotes'

test.for<[value: string, reason: string]>([
  ['', 'the From field names no mailbox'],
  ['a@example.org, b@example.org', 'the From field names 2 mailboxes'],
  ['Doe <>, John <a@example.org>', 'the address in the From field has no local part'],
  ['a@example.org, Doe', 'the From field names a mailbox without a domain'],
  ['=?utf-8?q?b=40x?=, John <a@example.org>', 'there is an encoded word inside the address of the From field'],
  ['Doe, John <a@localhost>', 'the From field names a mailbox without a domain'],
  ['Doe, b@example.net, John <a@example.org>', 'the From field names a mailbox without a domain'],
  ['Friends: a@example.org;', 'the From field holds a group'],
  ['<@r.example:a@example.org>', 'the address in the From field has a route'],
  ['(b@example.net) <a@example.org>', ODD_COMMENT],
  ['Bank (service@bank.example) <a@example.org>', ODD_COMMENT],
  ['<a@example.org> (<b@example.net>)', ODD_COMMENT],
  ['A (=?utf-8?q?b=40example.net?=) <a@example.org>', ODD_COMMENT],
  ['A ("b") <a@example.org>', ODD_COMMENT],
  ['a@example.org (a@example.org.evil.example)', ODD_COMMENT],
  ['a@example.org (a@example.org) (b@example.net)', ODD_COMMENT],
  ['a@exam(x)ple.org', ODD_COMMENT],
  ['(Sales (EU))a@example.org', ODD_COMMENT],
  ['Jane <(Sales)a@example.org>', ODD_COMMENT],
  ['Jane <a@example.org(Sales)>', ODD_COMMENT],
  ['Jane <a@(Sales)example.org>', ODD_COMMENT],
  ['a@example.org (Cron (daily)x)', ODD_COMMENT],
  ['Larch:x"Jane;" <a@example.org>', 'there is a special character out of place in the From field'],
  ['Jane <(Sales (EU))a@example.org>', ODD_COMMENT],
  ['Jane <a@example.org> (\\) : Sales)', ODD_COMMENT],
  ['b@example.net <a@example.org>', OTHER_ADDRESS],
  ['b@example.org <a@example.org>', OTHER_ADDRESS],
  ['b @ example.net <a@example.org>', OTHER_ADDRESS],
  ['b @ example . net <a@example.org>', OTHER_ADDRESS],
  ["'b@example.net' <a@example.org>", OTHER_ADDRESS],
  ['Anna @ b@example.net Larch <a@example.org>', OTHER_ADDRESS],
  ['=?utf-8?q?b=40example.net?=@example.org', 'there is an encoded word inside the address of the From field'],
  ['=?utf-8?q?=3Cb=40example.net=3E?=', 'there is an encoded word inside the address of the From field'],
  ['<a @example.org>', 'there is white space inside the address of the From field'],
  ['a@\r\n example.org', 'there is white space inside the address of the From field'],
  ['a@b@example.org', 'the address in the From field has several @'],
  ['<a@example.org> <b@example.net>', 'there is a special character out of place in the From field'],
  ['b@example.net: A <a@example.org>', 'the From field holds a group'],
  ['"A <a@example.org>', 'a quote, comment or bracket in the From field has no end'],
  ['a@ｅxample.org', 'the domain of the address in the From field is not a valid host name'],
  ['a@example。org', 'the domain of the address in the From field is not a valid host name'],
  ['ä@example.org', 'the local part of the address in the From field has invalid characters'],
  [`${'a'.repeat(400)}@example.org`, 'the address in the From field is too long'],
  ['a\0@example.org', 'there is a NUL in the header section'],
  ['a\x07 <a@example.org>', 'there is a control character in the From field'],
  ['A\r\n \r\n <a@example.org>', 'the From field is folded over an empty line'],
  ['a@example.org\r\nFrom: b@example.net', 'there are 2 From fields'],
  ['a@example.org\r\nFrom : b@example.net', 'there are 2 From fields'],
  ['a@example.org\r\n<b@example.net>', 'a line above or below the From field is not a header field'],
  ['a@example.org\r\nX: y\r\n"From": b@example.net', 'a field has a name that some read as From'],
  ['a@example.org\r\nX: y\r\nFrom\u200b: b@example.net', 'a field has a name that some read as From'],
])('A03 the author of "From: %s" is unclear', ([value, reason]) => {
  expect(authorOf(messageFrom(value))).toEqual(unclear(reason))
})

test.for([
  'Doe, John <a@example.org>',
  'Jane Roe, Roe & Son <a@example.org>',
  '=?utf-8?q?D=C3=B6?=, Jo <a@example.org>',
])(
  'A03 a comma without quotes in the name makes the author of "From: %s" unclear, and hides no other address',
  value => {
    const reason = 'the name before the address in the From field has a comma without quotes'
    expect(authorOf(messageFrom(value))).toEqual(unclear(reason, 'unquoted-name'))
  },
)

test.for<[message: string, reason: string]>([
  ['To: b@example.org\r\n\r\n', 'there is no From field'],
  ['From : a@example.org\r\n\r\n', 'there is white space before the colon of the From field'],
  [' From: a@example.org\r\n\r\n', 'the header section begins with a folded line that belongs to no field'],
  ['A: x\r\nrubbish\r\nFrom: a@example.org\r\n\r\n', 'a line above or below the From field is not a header field'],
])('A03 the author of the message %j is unclear', ([message, reason]) => {
  expect(authorOf(message)).toEqual(unclear(reason))
})

test.for<[value: string, why: string]>([
  ['a@[192.0.2.1]', 'domain'],
  ['a@192.0.2.1', 'domain'],
  ['a@example..org', 'domain'],
  ['a@-example.org', 'domain'],
  ['a@xn--a.example', 'domain'],
  [`a@${'b'.repeat(64)}.org`, 'domain'],
  ['"a b"@example.org', 'local part'],
])('A03 every reader sees the author of "From: %s", and no domain vouches for them', ([value, why]) => {
  const [author, reason] = [authorOf(messageFrom(value)), new RegExp(`^the ${why} of the address`)]
  expect(author).toEqual({ kind: 'unclear', trouble: 'unusable', reason: expect.stringMatching(reason) })
})

test.for<[name: string, value: Buffer]>([
  ['Latin-1', Buffer.from('Jürgen <a@example.org>', 'latin1')],
  ['Shift_JIS', Buffer.concat([Buffer.from('83418343', 'hex'), Buffer.from(' <a@example.org>')])],
  ['Shift_JIS in quotes', Buffer.concat([Buffer.from('228341834322', 'hex'), Buffer.from(' <a@example.org>')])],
  ['Shift_JIS with the byte of an @', Buffer.concat([Buffer.from('8340', 'hex'), Buffer.from(' <a@example.org>')])],
])('A03 a name in raw %s leaves the author clear', ([, value]) => {
  const message = Buffer.concat([Buffer.from('From: '), value, Buffer.from('\r\n\r\n')])
  expect(readAuthor(headerOf(message))).toMatchObject({ kind: 'clear', address: 'a@example.org' })
})

test.for([
  ['an address', Buffer.from('From: Ren\xe9 <\xe9@example.org>\r\n\r\n', 'latin1')],
  ['a domain', Buffer.from('From: a@m\xfcnchen.example\r\n\r\n', 'latin1')],
  [
    'a domain that is UTF-8, beside a name that is not',
    Buffer.from('From: \xe9 <a@m\xc3\xbcnchen.example>\r\n\r\n', 'latin1'),
  ],
] as const)('A03 raw Latin-1 in %s makes the author unclear', ([, message]) => {
  expect(readAuthor(headerOf(message), true)).toEqual(unclear('the From field is not valid UTF-8'))
})

test.for<[from: string, sender: string, expected: object]>([
  ['A <a@example.org>, b@example.org', 'A <a@example.org>', { kind: 'clear', display: 'A', address: 'a@example.org' }],
  ['a@example.org, b@example.net', 'b@example.net', { kind: 'unclear', trouble: 'coauthors' }],
  ['a@example.org, b@example.org', 'c@example.org', { kind: 'unclear', trouble: 'differs' }],
  ['a@example.org, b@example.org', 'a@example.org, b@example.org', { kind: 'unclear', trouble: 'differs' }],
  ['a@example.org, b@example.org', 'a@example.org\r\nSender: b@example.org', { kind: 'unclear', trouble: 'differs' }],
])('A03 two authors "%s" with the Sender "%s"', ([from, sender, expected]) => {
  expect(authorOf(`From: ${from}\r\nSender: ${sender}\r\n\r\n`)).toMatchObject(expected)
})

test('M02 a From field of 40,000 addresses is unclear, in time that grows linearly', async () => {
  const message = (count: number) => messageFrom('a@b.example,'.repeat(count))
  const [tooLong, longer] = [message(40_000), message(160_000)]
  expect(authorOf(tooLong)).toEqual(unclear('the header section was too large to be read as a whole'))
  expect(await growth(authorOf, { small: tooLong, large: longer, enough: 12 })).toBeLessThan(12)
})

test('an internationalized local part is clear when SMTPUTF8 was requested', () => {
  expect(authorOf(messageFrom('ä@example.org'), true)).toMatchObject({ kind: 'clear', address: 'ä@example.org' })
})

test('the separator of an mbox file above the header section is ignored', () => {
  const message = 'From a@b.example Mon Nov 23 10:00:00 2026\r\nFrom: a@example.org\r\n\r\n'
  expect(authorOf(message)).toMatchObject({ kind: 'clear', address: 'a@example.org' })
})

test('A03 every message in the fixtures whose name says so has an unclear author', () => {
  const folder = new URL('../../fixtures/messages/', import.meta.url)
  const named = readdirSync(folder).filter(name => name.includes('from'))
  expect(named.length).toBeGreaterThan(5)
  for (const name of named)
    expect([name, authorOf(readFileSync(new URL(name, folder))).kind]).toEqual([name, 'unclear'])
})

const tricks = [
  ...['a@example.org', '<b@victim.example>', '<a@example.org>', '"x@victim.example"', '"', '<', '>', '(', ')', '(c)'],
  ...['(x@y.example)', ',', ';', ':', '\\', '\\"', '\t', ' ', '\r\n ', '\r\n', '\0', '@', '.', '..', 'Group:', 'é'],
  ...['=?utf-8?q?a=40victim.example?=', '=?utf-8?b?PGFAdmljdGltLmV4YW1wbGU+?=', '=?utf-8?q?=3Ca=40b=3E?='],
  ...[
    'münchen.example',
    'xn--mnchen-3ya.example',
    '[1.2.3.4]',
    '<@r.example:a@example.org>',
    'Alice',
    'Bob ',
    "O'Neil",
  ],
  ...[
    '\u200b',
    '\u3002',
    'ａ',
    '%',
    '!',
    '\r',
    '\n',
    '\x0b',
    '\x80',
    'Alice <a@example.org>',
    '"A, B" <a@example.org>',
  ],
  ...[
    '"q\\"q" <a@example.org>',
    '[x] <a@example.org>',
    'mailto:',
    '"<x@y.example>" <a@example.org>',
    '"a b"@example.org',
  ],
  ...['(Sales) ', 'a@example.org <a@example.org>', 'Anna @ Larch ', 'hana..ko@example.org', ' via Forum'],
  ...["'x@y.example' <a@example.org>", 'a@example.org (Cron)'],
]
const trick = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...tricks) },
  { weight: 1, arbitrary: fc.string({ maxLength: 5 }) },
)
const mutated = fc.array(trick, { minLength: 1, maxLength: 6 }).map(pieces => pieces.join(''))

test('A04 in many mutated From fields no clear author differs from that of another parser', () => {
  let clear = 0
  let careless = 0
  for (const value of fc.sample(mutated, runs(100_000))) {
    const header = headerOf(messageFrom(value))
    const author = readAuthor(header, true)
    if (author.kind === 'unclear') continue
    clear++
    const field = header.all('from')[0]?.value ?? ''
    for (const others of addressParsers(field)) expect([value, others]).toEqual([value, [author.address]])
    if (parseAddresses(field).defects.size > 0) careless++
  }
  expect([clear > 1000, careless > 100]).toEqual([true, true])
})

test('A04 a clear author is the author that mailauth aligns and mailparser shows', async () => {
  let clear = 0
  for (const value of fc.sample(mutated, runs(15_000))) {
    const header = headerOf(messageFrom(value))
    const author = readAuthor(header, true)
    if (author.kind === 'unclear') continue
    clear++
    const delivered = Buffer.concat([header.raw, Buffer.from('\r\nHello\r\n')])
    expect([value, await mailauthAuthors(delivered)]).toEqual([value, [author.address]])
    expect([value, await mailparserAuthors(delivered)]).toEqual([value, [author.address]])
  }
  expect(clear).toBeGreaterThan(100)
})
