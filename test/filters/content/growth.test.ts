/** The worst inputs of the content rules: a message of eight times the size takes about eight times the time. */
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { contentFilters } from '../../../src/filters/content/content-filters.ts'
import { postern } from '../../../src/index.ts'
import { zone } from '../../../src/testing/zone.ts'
import { growth } from '../../support/cpu.ts'

/** Bytes of the larger message; the smaller has an eighth. Above 256 KB a thread with a deadline reads the message. */
const MAX_TEXT = 200_000
/** Of a field, which header sections bound. */
const MAX_FIELD = 48_000
const GROWTH = 8

const gateway = postern({ name: 'mx.example.org', filters: contentFilters({}), dns: zone({}) })

const fill = (unit: string, size: number): string => unit.repeat(Math.ceil(size / Buffer.byteLength(unit)))
/** Lines below the bound of SMTP. */
const lines = (text: string): string => text.replace(/[^\n]{1,300}/gu, '$&\r\n')
/** A field in lines. */
const folded = (unit: string, size: number): string => fill(`${fill(unit, 60)}\r\n `, size)

const FIELDS = { from: '"Alice Example" <alice@example.com>', to: 'bob@example.org', subject: 'Hello' }

function mail(
  body: string,
  type = 'text/plain',
  fields: Partial<typeof FIELDS> & { readonly more?: string } = {},
): string {
  const { from, to, subject, more = '' } = { ...FIELDS, ...fields }
  return `From: ${from}\r\nTo: ${to}\r\nSubject: ${subject}\r\nDate: Mon, 30 Nov 2026 08:00:00 +0000\r\nMessage-ID: <a.1@example.com>\r\n${more}MIME-Version: 1.0\r\nContent-Type: ${type}; charset=utf-8; boundary=b\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${body}`
}

const page = (unit: string) => (size: number) => mail(lines(fill(unit, size)), 'text/html')
const text = (unit: string) => (size: number) => mail(lines(fill(unit, size)))
const alternative = (plain: string, html: string) => (size: number) =>
  mail(
    `--b\r\nContent-Type: text/plain\r\n\r\n${lines(fill(plain, size / 2))}\r\n--b\r\nContent-Type: text/html\r\n\r\n${lines(fill(html, size / 2))}\r\n--b--`,
    'multipart/alternative',
  )
const numbered = (line: (index: number) => string, size: number): string =>
  Array.from({ length: Math.ceil(size / line(1000).length) }, (_, index) => line(index)).join('')
const hex = (index: number): string => `${index}`.padStart(40, '9a')

test.for<readonly [what: string, make: (size: number) => string]>([
  ['hidden text', page('<p style="font-size:0">hidden words</p><span style="display:none">x</span>y ')],
  ['hidden letters', page('<span style="color:#fff;background:#fff">ab</span>c')],
  ['words cut by comments', page('acc<!-- x -->ount ')],
  ['elements in elements', page('<div style="color:#fefefe">')],
  ['cells of a code', page('<td bgcolor=#000 style="width:5px">&nbsp;</td>')],
  ['pictures with links', page('<a href="https://x.example.net"><img src="https://i.imgur.com/a.png"></a>')],
  ['a page of one character', size => mail('<'.repeat(size), 'text/html')],
  ['parts that differ', alternative('lorem ipsum dolor amet consectetur ', '<p>quite other words there</p>')],
  ['parts of one letter', alternative('x', 'y')],
  ['phrases with gaps', text('your a your b your account c will be your d ')],
  ['claims and requests', text('your account is suspended verify your account you won the prize claim it bank fund ')],
  ['phrases of Thai', text('บัญชีของคุณถูกระงับ')],
  ['phrases of Chinese', text('账户账户您的冻结')],
  ['phrases of Korean', text('귀하의계정이정지')],
  ['look-alike letters', text('раypal ассоunt ')],
  ['a body of one character', size => mail('a'.repeat(size))],
  ['combining marks', text('\u0301')],
  ['zero-width characters', text('\u200b')],
  ['calls to a number', text('charged your account order 1-800 555 12 (888) l00 call to cancel ')],
  [
    'links with addresses',
    size =>
      mail(numbered(index => `https://h${index}.example.net/626f6240/${hex(index)}?e=bob%40example.org\r\n`, size)),
  ],
  ['a link of hexadecimal digits', size => mail(lines(`https://h.example.net/${'40'.repeat(size / 2)}`))],
  [
    'links that show others',
    size =>
      mail(
        numbered(index => `<a href="https://h${index}.example.net/">www.paypal${index}.com</a>\r\n`, size),
        'text/html',
      ),
  ],
])('the time for %s is linear', async ([, make]) => {
  await expectLinear(make, MAX_TEXT)
})

test.for<readonly [what: string, make: (size: number) => string]>([
  ['comments in From', size => mail('', 'text/plain', { from: `${folded('(c)', size)} <alice@example.com>` })],
  [
    'a display name with signs',
    size => mail('', 'text/plain', { from: `"${folded('P a y.P-a_l rn vv 1I0 ', size)}" <a@example.com>` }),
  ],
  ['a subject with signs', size => mail('', 'text/plain', { subject: folded('* - P_a y ~ | rn vv @0$1 ', size) })],
  ['a subject of marks', size => mail('', 'text/plain', { subject: folded('\u0301', size) })],
  ['a subject of zero-width characters', size => mail('', 'text/plain', { subject: folded('a\u200b', size) })],
  ['a local part', size => mail('', 'text/plain', { from: `${fill('x7q9z', size)}@example.com` })],
  ['encoded words', size => mail('', 'text/plain', { subject: fill('=?utf-8?B?YQ==?=\r\n ', size) })],
  [
    'encoded words of a name',
    size => mail('', 'text/plain', { from: `${fill('=?utf-8?B?YQ==?=\r\n ', size)} <a@example.com>` }),
  ],
  ['undeclared bytes', size => mail('', 'text/plain', { more: fill('X-A: ééé\r\n', size) })],
  ['recipients', size => mail('', 'text/plain', { to: `${fill('a@b.example,\r\n ', size)}c@d.example` })],
  [
    'Received fields',
    size =>
      mail('', 'text/plain', {
        more: fill('Received: from a.b.c (d.e [203.0.113.9]) by f.g; Mon, 30 Nov 2026 08:00:00 +0000\r\n', size),
      }),
  ],
  [
    'addresses of Reply-To',
    size => mail('', 'text/plain', { more: `Reply-To: ${fill('a@b.example,\r\n ', size)}c@d.example\r\n` }),
  ],
])('the time for %s is linear', async ([, make]) => {
  await expectLinear(make, MAX_FIELD)
})

async function expectLinear(make: (size: number) => string, size: number): Promise<void> {
  const sizes = { small: make(size / GROWTH), large: make(size) }
  // What grows with the square takes 64 times as long. Half of what each message costs is the same for any size.
  expect(await growth(judge, { ...sizes, enough: 3 * GROWTH, floor: 2 })).toBeLessThan(3 * GROWTH)
}

async function judge(message: string): Promise<void> {
  const session = gateway.open({ ip: '203.0.113.10' })
  await session.connect()
  await session.helo('mx.example.com')
  await session.mail('alice@example.com')
  await session.rcpt('bob@example.org')
  const { findings } = await session.data(Readable.from([Buffer.from(message)]))
  session.close()
  expect(findings).toBeInstanceOf(Array)
}
