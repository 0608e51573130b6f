import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Author, readAuthor } from '../../src/facts/author.ts'
import { headerOf } from '../../src/mime/collect.ts'
import { addressParsers, mailauthAuthors, mailparserAuthors } from '../support/authors.ts'

const messageFrom = (value: string) => Buffer.from(`Subject: x\r\nFrom: ${value}\r\nTo: z@example.org\r\n\r\nHello\r\n`)
const authorOf = (message: Buffer | string, utf8 = false) => readAuthor(headerOf(Buffer.from(message)), utf8)
const unclear = (reason: string): Author => ({ kind: 'unclear', reason })

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
])('A03 the author of "From: %s" is clear', ([value, display, local, domain]) => {
  expect(authorOf(messageFrom(value))).toEqual({ kind: 'clear', display, local, domain, address: `${local}@${domain}` })
})

test.for<[value: string, reason: string]>([
  ['', 'the From field names nobody'],
  ['a@example.org, b@example.org', 'the From field names 2 mailboxes'],
  ['Doe, John <a@example.org>', 'the From field names a mailbox without a domain'],
  ['Friends: a@example.org;', 'the From field holds a group'],
  ['<@r.example:a@example.org>', 'the address in the From field has a route'],
  ['a(x)@example.org', 'there is a comment in or around the address of the From field'],
  ['(b@example.net) <a@example.org>', 'there is a comment in or around the address of the From field'],
  ['<a@example.org> (x)', 'there is a comment in or around the address of the From field'],
  ['b@example.net <a@example.org>', 'an address stands unquoted in the display name of the From field'],
  ['=?utf-8?q?b=40example.net?=@example.org', 'there is an encoded word inside the address of the From field'],
  ['=?utf-8?q?=3Cb=40example.net=3E?=', 'there is an encoded word inside the address of the From field'],
  ['"a"@example.org', 'the local part of the address in the From field is quoted'],
  ['a@[192.0.2.1]', 'the address in the From field has a literal instead of a domain'],
  ['<a @example.org>', 'there is white space inside the address of the From field'],
  ['a@\r\n example.org', 'there is white space inside the address of the From field'],
  ['a@b@example.org', 'the address in the From field has several @'],
  ['<a@example.org> <b@example.net>', 'there is text after the address of the From field'],
  ['"A <a@example.org>', 'a quote, comment or bracket in the From field has no end'],
  ['a@example..org', 'the domain of the address in the From field is not a valid host name'],
  ['a@192.0.2.1', 'the domain of the address in the From field is not a valid host name'],
  ['a@-example.org', 'the domain of the address in the From field is not a valid host name'],
  ['a@exam_ple.org', 'the domain of the address in the From field is not a valid host name'],
  ['a@example.org.', 'the domain of the address in the From field is not a valid host name'],
  ['a@xn--a.example', 'the domain of the address in the From field is not a valid host name'],
  ['a@ｅxample.org', 'the domain of the address in the From field is not a valid host name'],
  ['a@example。org', 'the domain of the address in the From field is not a valid host name'],
  [`a@${'b'.repeat(64)}.org`, 'the domain of the address in the From field is not a valid host name'],
  ['a..b@example.org', 'the local part of the address in the From field has characters or dots that must not be there'],
  ['ä@example.org', 'the local part of the address in the From field has characters or dots that must not be there'],
  [`${'a'.repeat(65)}@example.org`, 'the local part of the address in the From field is longer than 64 characters'],
  ['a\0@example.org', 'there is a NUL in the header section'],
  ['a\x07 <a@example.org>', 'there is a control character in the From field'],
  ['A\r\n \r\n <a@example.org>', 'the From field is folded over an empty line'],
  ['a@example.org\r\nFrom: b@example.net', 'there are 2 From fields'],
  ['a@example.org\r\nFrom : b@example.net', 'there are 2 From fields'],
  ['a@example.org\r\n<b@example.net>', 'a line that is no field stands above or below the From field'],
  ['a@example.org\r\nX: y\r\n"From": b@example.net', 'a field has a name that some read as From'],
  ['a@example.org\r\nX: y\r\nFrom\u200b: b@example.net', 'a field has a name that some read as From'],
])('A03 the author of "From: %s" is unclear', ([value, reason]) => {
  expect(authorOf(messageFrom(value))).toEqual(unclear(reason))
})

test.for<[message: string, reason: string]>([
  ['To: b@example.org\r\n\r\n', 'there is no From field'],
  ['From : a@example.org\r\n\r\n', 'there is white space before the colon of the From field'],
  [' From: a@example.org\r\n\r\n', 'the header section begins with a folded line that belongs to no field'],
  ['A: x\r\nrubbish\r\nFrom: a@example.org\r\n\r\n', 'a line that is no field stands above or below the From field'],
])('A03 the author of the message %j is unclear', ([message, reason]) => {
  expect(authorOf(message)).toEqual(unclear(reason))
})

test('A03 bytes that are not UTF-8 in the From field make the author unclear', () => {
  const message = Buffer.from('From: Ren\xe9 <a@example.org>\r\n\r\n', 'latin1')
  expect(readAuthor(headerOf(message))).toEqual(unclear('the From field is not valid UTF-8'))
})

test('M02 a From field of 40,000 addresses is unclear within 50 ms', () => {
  const message = messageFrom('a@b.example,'.repeat(40_000))
  const times = Array.from({ length: 5 }, () => {
    const started = performance.now()
    expect(authorOf(message)).toEqual(unclear('the header section was too large to be read as a whole'))
    return performance.now() - started
  })
  expect(Math.min(...times)).toBeLessThan(50)
})

test('an internationalized local part is clear when SMTPUTF8 was asked for', () => {
  expect(authorOf(messageFrom('ä@example.org'), true)).toMatchObject({ kind: 'clear', address: 'ä@example.org' })
})

test('the mark of an mbox file above the header section does no harm', () => {
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
  ...["'x@y.example' <a@example.org>", 'a@example.org (Cron)'],
]
const trick = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...tricks) },
  { weight: 1, arbitrary: fc.string({ maxLength: 5 }) },
)
const mutated = fc.array(trick, { minLength: 1, maxLength: 6 }).map(pieces => pieces.join(''))

test('A04 in 100,000 mutated From fields no author is clear to us and another to a parser of addresses', () => {
  let clear = 0
  for (const value of fc.sample(mutated, 100_000)) {
    const header = headerOf(messageFrom(value))
    const author = readAuthor(header, true)
    if (author.kind === 'unclear') continue
    clear++
    const field = header.all('from')[0]?.value ?? ''
    for (const others of addressParsers(field)) expect([value, others]).toEqual([value, [author.address]])
  }
  expect(clear).toBeGreaterThan(1000)
})

test('A04 whoever is clear to us is the author that mailauth aligns and mailparser shows', async () => {
  let clear = 0
  for (const value of fc.sample(mutated, 15_000)) {
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
