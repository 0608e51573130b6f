/** The traits of a message: what the classifier weighs beside the text. */
import { expect, test } from 'vitest'
import { extract } from '../../../src/filters/classify/extract.ts'
import { fact } from '../../../src/model/fact.ts'
import { points } from '../../../src/model/finding.ts'
import { ask } from '../../../src/testing/probe.ts'
import type { Probed } from '../../../src/testing/probed.ts'

const traits = async (
  world: Probed,
  findings = [points(1, 'x', { rule: 'dmarc/reject' })],
): Promise<readonly string[]> =>
  (
    await ask(
      fact('seen', 'message', message => extract(message, findings)),
      world,
    )
  ).traits ?? []

const letter = `From: Alice <alice.b@shop.example.org>
To: bob@example.net
Reply-To: Desk <desk@other.example>
Subject: Hello
Message-ID: <20240101.5A6B7C8D9E@mail.shop.example.org>
MIME-Version: 1.0
Content-type: multipart/alternative; boundary="=_Part_77_ab"

--=_Part_77_ab
Content-Type: text/plain; charset=utf-8

Hello, see https://www.example.org/a and http://files.example.com/b
--=_Part_77_ab
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<html><body><table><tr><td>Hello</td></tr></table><div style=3D"display:none">secret words here</div></body></html>
--=_Part_77_ab--
`

test('rules, proofs, sender, links, order of fields, MIME and HTML structure and hidden text are traits', async () => {
  const found = await traits({ message: letter, ip: '192.0.2.1', reversePath: 'a@example.org' })
  expect(found).toEqual(
    expect.arrayContaining([
      'rule dmarc/reject',
      'author unproven',
      'dkim proves nothing',
      'author at shop.example.org',
      'author under .org',
      'author named like a.a',
      'replies to other.example',
      'Message-ID of the author',
      'Message-ID like 9.H',
      'links 2',
      'link to example.org',
      'link to host www.example.org',
      'link under .com',
      'link without TLS',
      'links to the author: some',
      'fields from, to',
      'fields mime-version, content-type',
      'field Content-type',
      'parts 1:multipart/alternative 1:text/plain 1:text/html',
      'part text/html utf-8 quoted-printable',
      'boundary like =_Aa_9_a',
      'tags  html body',
      'tags html body table',
      'hidden text of 16 characters',
      'hidden secret',
    ]),
  )
})

test('a message that no session has brought has no rules and no proofs, and asks no DNS', async () => {
  const asked: string[] = []
  const dns = { lookup: (name: string) => Promise.reject(new Error(name)) }
  const found = (
    await ask(
      fact('seen', 'message', message => extract(message)),
      { message: letter, dns: new Proxy(dns, { get: (_, key) => () => asked.push(String(key)) }) as never },
    )
  ).traits
  expect(found?.filter(trait => /^(?:rule|spf|dkim|author (?:un)?proven)\b/.test(trait))).toEqual([])
  expect(asked).toEqual([])
})

test('fields that mailboxes add are no traits, nor is what the classifier itself or opinion has found', async () => {
  const found = await traits({ message: `Delivered-To: bob@example.net\nX-Spam-Flag: YES\n${letter}` }, [
    points(6, 'x', { rule: 'classify/spam' }),
    points(1, 'x', { rule: 'opinion' }),
  ])
  expect(found.filter(trait => /delivered-to|x-spam|classify|opinion/i.test(trait))).toEqual([])
})

test('the traits of one message are bounded in number and length, in linear time', async () => {
  const many = (count: number) =>
    `From: ${'a'.repeat(60)}@example.org\n${Array.from({ length: count }, (_, index) => `X-F${index}: ${'y'.repeat(60)}\n`).join('')}` +
    `Content-Type: text/html\n\n<html>${'<div><p>'.repeat(count)}${Array.from({ length: count }, (_, index) => `<a href="http://h${index}.example.com/">x</a>`).join('')}`
  for (const count of [100, 900]) {
    const found = await traits({ message: many(count) })
    expect(found.length).toBeLessThanOrEqual(320)
    expect(Math.max(...found.map(({ length }) => length))).toBeLessThanOrEqual(96)
    expect(new Set(found).size).toBe(found.length)
  }
})

test('look-alike letters, styles and invisible characters in text, subject and name change nothing', async () => {
  const seen = async (name: string, subject: string, text: string) =>
    await ask(
      fact('seen', 'message', message => extract(message, [])),
      {
        message: `From: ${name} <a@example.org>\nSubject: ${subject}\nContent-Type: text/plain; charset=utf-8\n\n${text}\n`,
      },
    )
  const plain = await seen('paypal', 'verify your account', 'please verify your account now')
  const disguised = await seen(
    'p\u0430yp\u0430l',
    '\u{1d42f}\u{1d41e}\u{1d42b}\u{1d422}\u{1d41f}\u{1d432} y\u00ado\u00adur \u0430ccount',
    'pl\u0435ase v\u200ber\u200bify your \u0430cc\u043eunt now',
  )
  expect(disguised.text.trim()).toBe(plain.text.trim())
  const words = ({ traits = [] }: { readonly traits?: readonly string[] }) =>
    traits.filter(trait => /^(?:subject|name) /.test(trait))
  expect(words(disguised)).toEqual(words(plain))
  // Text in other scripts stays what it is.
  const greek = await seen('Maria', 'x', '\u03ba\u03b1\u03bb\u03b7\u03bc\u03ad\u03c1\u03b1 \u65e5\u672c\u8a9e')
  expect(greek.text).toMatch(/\u03ba.*\u65e5\u672c\u8a9e/)
})

test('white space in front of the text does not push it out', async () => {
  const message = `From: a@example.org\nSubject: x\n\n${' \n'.repeat(20_000)}winner casino\n${'word '.repeat(2_000)}`
  const { text } = await ask(
    fact('seen', 'message', one => extract(one, [])),
    { message },
  )
  expect(text.slice(0, 200)).toContain('winner casino')
  expect(text.length).toBeGreaterThan(10_000)
})

test('an empty message has traits too', async () => {
  expect(await traits({ message: 'Subject: x\n\n' })).toContain('no Message-ID')
})
