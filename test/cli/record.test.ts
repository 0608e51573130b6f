/** `postern record --redact`: a message or a recording that can be shared. */
import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { Pseudonyms } from '../../src/cli/record/pseudonyms.ts'
import { redactMessage } from '../../src/cli/record/redact-message.ts'
import { rdns } from '../../src/filters/index.ts'
import { postern } from '../../src/index.ts'
import { type Recording, record } from '../../src/testing/index.ts'
import { zone } from '../../src/testing/zone.ts'
import { growth } from '../support/cpu.ts'
import { scratch } from '../support/scratch.ts'

const MAIL = `Received: from mail.kowalski-gmbh.de (mail.kowalski-gmbh.de [185.3.2.1])
	by mx.kunde.example with ESMTPS id 4F7; Mon, 30 Nov 2026 10:00:00 +0000
From: "Anna Kowalski" <anna.kowalski@kowalski-gmbh.de>
To: =?utf-8?Q?J=C3=BCrgen_M=C3=BCller?= <li@kunde.example>
Subject: =?gb2312?B?1cXOsLXE16LKwA==?= Kowalski
Date: Mon, 30 Nov 2026 10:00:00 +0000
Message-ID: <20261130.kowalski@kowalski-gmbh.de>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b1"

Kowalski preamble
--b1
Content-Type: multipart/alternative; boundary=b2

--b2
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Lieber Herr M=C3=BCller, von Kow=
alski, +49 170 5551234. https://login.kowalski-gmbh.de/pay?user=3Dmueller%6Dax
--b2
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

${Buffer.from('<p style="color:red" title="Kowalski">M&#252;ller <a href="https://kowalski-gmbh.de">Kowalski</a></p><!-- Kowalski -->').toString('base64')}
--b2--
--b1
Content-Type: message/rfc822

From: kowalski@kowalski-gmbh.de
Subject: Kowalski again

张伟 Kowalski
--b1
Content-Type: application/pdf; name="Kowalski.pdf"
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename*=utf-8''Kowalski%20M%C3%BCller.pdf

${Buffer.from('%PDF-1.4\nKowalski Kowalski Kowalski\n').toString('base64')}
--b1--
Kowalski epilogue
`.replaceAll('\n', '\r\n')

/** What a reader of any kind finds: the text, and everything that is encoded in it. */
function visible(message: Buffer): string {
  const text = message.toString()
  const coded = text.match(/[A-Za-z0-9+/=\r\n]{24,}/g) ?? []
  const quoted = text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number(`0x${hex}`)))
  return [text, quoted, ...coded.map(one => Buffer.from(one, 'base64').toString())].join('\n')
}

test('no name, address or text stays, in whatever part and encoding it stands', () => {
  const redacted = redactMessage(Buffer.from(MAIL), new Pseudonyms())
  expect(visible(redacted)).not.toMatch(
    /kowalski|anna|gmbh|j.{0,2}rgen|m(?:ü|&#252;|ue|.{1,2})ller|kunde|\bli@|张|伟|185\.3|5551234/i,
  )
})

test.for([
  ['an envelope line of mbox', 'From anna@kowalski.de Mon Nov 30 10:00:00 2026\r\nSubject: x\r\n\r\nx'],
  ['a field with a blank before its colon', 'Subject : Kowalski\r\n\r\nx'],
  ['a line of the header without a colon', 'Subject: x\r\nKowalski was here\r\n\r\nx'],
  ['a line behind a bare CR', 'Subject: x\rKowalski was here\r\n\r\nx'],
  [
    'what follows the date of Received',
    'Received: by x; Mon, 30 Nov 2026 10:00:00 +0000 for <anna@kowalski.de>\r\n\r\nx',
  ],
  ['a comment at the date of Received', 'Received: by x; Mon, 30 Nov 2026 10:00:00 +0000 (Kowalski)\r\n\r\nx'],
  ['a boundary that stands twice', 'Content-Type: a/b; boundary=x; c=boundary=x Kowalski boundary=x Kowalski\r\n\r\nx'],
  ...[
    'by <anna@kowalski.de>',
    'by <Anna Kowalski>',
    '<div kowalski>x</div>',
    '<p title="x" Kowalski=1>x',
    '<p style="background:url(https://kowalski.de/x.png)">x</p>',
    '<p style=\'font-family:"Kowalski"\'>x</p>',
    '<p style="color:red;/* Kowalski">x</p>',
    '<style title="Kowalski">p{background:url(//kowalski.de)} /* Kowalski */</style>',
    '<style>p::after{content:"Kowalski}</style>',
    '<style><b>Kowalski</b></style>',
    '<img src="https://kowalski.de/a>b" alt="Kowalski<"',
    '<!DOCTYPE Kowalski><![CDATA[Kowalski]]><?Kowalski?>',
  ].map(html => [html, `Content-Type: text/html\r\n\r\n${html}`] as const),
] as const)('nothing stays of a name in %s', ([, message]) => {
  expect(redactMessage(Buffer.from(message), new Pseudonyms()).toString()).not.toMatch(/kowalski|anna/i)
})

test('tags, flags and styles stay', () => {
  const html =
    '<p style="color:red;background:url(/x)" class=a><input checked><o:p>Hello</o:p></p><style>p{color:red}</style>'
  const redacted = redactMessage(Buffer.from(`Content-Type: text/html\r\n\r\n${html}`), new Pseudonyms()).toString()
  expect(redacted).toMatch(
    /<p style="color:red;background:url\(\/x\)" class=a><input checked><o:p>\w{5}<\/o:p><\/p><style>p\{color:red\}<\/style>$/,
  )
})

test('how it is built stays: fields, boundaries, types, dates, links, tags and the kind of a file', () => {
  const redacted = redactMessage(Buffer.from(MAIL), new Pseudonyms()).toString()
  const names = (text: string) => text.match(/^[A-Za-z-]+(?=:)/gm)
  expect(names(redacted)).toEqual(names(MAIL))
  expect(redacted.match(/^--b\d.*$/gm)).toEqual(MAIL.match(/^--b\d.*$/gm))
  expect(redacted).toMatch(/; Mon, 30 Nov 2026 10:00:00 \+0000\r\nFrom:/)
  expect(redacted).toMatch(/^Content-Type: application\/pdf; name="\w+\.pdf"/m)
  expect(redacted.replace(/=\r\n/g, '')).toMatch(/https:\/\/\w+\.[\w-]+\.de\/\w+\?\w+=3D/)
  expect(redacted).toMatch(/ filename\*=utf-8''\w+%20.*\.pdf\r\n/)
  expect(redacted).toContain(Buffer.from('%PDF-1.').toString('base64').slice(0, 8))
})

test('the same name is the same pseudonym, in an address as in a text, and another one in another run', () => {
  const { text } = new Pseudonyms()
  expect(text('Kowalski kowalski')).toMatch(/^([A-Z]\w+) (?!\1)\w+$/)
  expect(text('Kowalski').toLowerCase()).toBe(text('kowalski'))
  expect(text('192.168.0.1 8.8.8.8 8.8.8.8')).toMatch(/^192\.168\.0\.1 (192\.0\.2\.\d+) \1$/)
  expect(text('1.8.8.8.zen.example')).toContain(text('8.8.8.1').split('.').toReversed().join('.'))
  expect(new Pseudonyms(['Kowalski']).text('Kowalski')).toBe('Kowalski')
  expect(new Set(Array.from({ length: 5 }, () => new Pseudonyms().text('kowalski'))).size).toBeGreaterThan(1)
})

test('any bytes are redacted, in linear time', async () => {
  const redact = (size: number) => {
    const bytes = Buffer.from(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\na: "<x=\r\n'.repeat(size)}`)
    return redactMessage(bytes, new Pseudonyms())
  }
  expect(await growth(redact, { small: 2_000, large: 20_000, enough: 40, floor: 2 })).toBeLessThan(40)
  expect(() => redactMessage(Buffer.from([0, 255, 13, 10, 13, 10, 200]), new Pseudonyms())).not.toThrow()
})

test('the command writes the message, compares the rules before and after, and replaces no file', async () => {
  await using folder = await scratch()
  const [file, target] = [join(folder.path, 'mail.eml'), join(folder.path, 'redacted.eml')]
  await writeFile(file, MAIL)
  const lines: string[] = []
  const output = { out: (line: string) => lines.push(line), error: (line: string) => lines.push(line) }
  expect(await main(['record', file, '--redact', '--out', target], output)).toBeLessThan(2)
  expect(lines[0]).toMatch(/^before: score [\d.]+, accept; after: score [\d.]+, accept$/)
  expect(await readFile(target, 'utf8')).not.toMatch(/kowalski/i)
  expect(await main(['record', file, '--redact', '--out', target], output)).toBe(2)
  expect(await main(['record', file], output)).toBe(2)
  expect(await main(['record', '--help'], output)).toBe(0)
})

test('a recording keeps its decisions, and what was asked fits what was answered', async () => {
  await using folder = await scratch()
  const dns = zone({ '1.2.3.185.in-addr.arpa': { PTR: ['mail.kowalski-gmbh.de'] } })
  let made: Recording | undefined
  const gateway = record(postern({ filters: [rdns()], dns }), recording => {
    made = recording
  })
  const session = gateway.open({ ip: '185.3.2.1' })
  await session.connect()
  await session.helo('mail.kowalski-gmbh.de')
  await session.mail('anna@kowalski-gmbh.de')
  session.close()
  await gateway.close()
  await expect.poll(() => made).toBeDefined()
  const [file, target] = [join(folder.path, 'one.json'), join(folder.path, 'two.json')]
  await writeFile(file, JSON.stringify(made))
  const quiet = { out: () => undefined, error: () => undefined }
  expect(await main(['record', file, '--redact', '--out', target], quiet)).toBe(0)
  const text = readFileSync(target, 'utf8')
  expect(text).not.toMatch(/kowalski|anna|185\.3|3\.185/)
  const redacted = JSON.parse(text) as Recording
  expect(redacted.steps.map(({ verb, decision }) => [verb, decision?.verdict])).toEqual(
    made?.steps.map(({ verb, decision }) => [verb, decision?.verdict]),
  )
  const reversed = redacted.peer.ip?.split('.').toReversed().join('.')
  expect(redacted.dns.map(({ question }) => question)).toContain(`${reversed}.in-addr.arpa PTR`)
})
