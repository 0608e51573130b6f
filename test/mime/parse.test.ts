import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { type ParseOptions, parse } from '../../src/mime/parse.ts'
import type { PartDefect } from '../../src/mime/part.ts'
import { readTree } from '../../src/mime/tree.ts'
import { longestStretch } from '../support/cpu.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const open = (message: Buffer | string, size = 16_384) => {
  const bytes = Buffer.from(message)
  const count = Math.ceil(bytes.length / size)
  return Readable.from(Array.from({ length: count }, (_, i) => bytes.subarray(i * size, (i + 1) * size)))
}
const parseText = (message: string, options: Partial<ParseOptions> = {}) =>
  parse({ open: () => open(message), size: message.length }, { signal: new AbortController().signal, ...options })

const fixture = readFileSync(new URL('../../fixtures/messages/text-html-and-attachment.eml', import.meta.url), 'latin1')
const place = (content: string, encoding: string) => [
  { start: fixture.indexOf(content), stop: fixture.indexOf(content) + content.length, encoding },
]
const container = { names: [], filenames: [], encoding: '', size: 0 }
const parts = [
  { ...container, path: '', contentType: 'multipart/mixed' },
  { ...container, path: '1', contentType: 'multipart/alternative' },
  {
    path: '1.1',
    contentType: 'text/plain',
    names: [],
    filenames: [],
    charset: 'utf-8',
    encoding: 'quoted-printable',
    size: 21,
    sha256: sha256('Grüße aus  München'),
    text: 'Grüße aus  München',
    place: place('Gr=C3=BC=C3=9Fe aus=20=\r\n M=C3=BCnchen', 'quoted-printable'),
  },
  {
    path: '1.2',
    contentType: 'text/html',
    names: [],
    filenames: [],
    charset: 'iso-8859-1',
    encoding: '8bit',
    size: 14,
    sha256: sha256('<p>Gruesse</p>'),
    text: '<p>Gruesse</p>',
    place: place('<p>Gruesse</p>', 'identity'),
  },
  {
    path: '2',
    contentType: 'application/pdf',
    disposition: 'attachment',
    names: [
      { from: 'filename', text: 'new.pdf', tricks: [] },
      { from: 'filename', text: '=?utf-8?q?new=2Epdf?=', tricks: ['encoded-word'] },
      { from: 'name', text: 'old.pdf', tricks: [] },
    ],
    filenames: ['new.pdf', '=?utf-8?q?new=2Epdf?=', 'old.pdf'],
    encoding: 'base64',
    size: 13,
    sha256: sha256('Hello, World!'),
    place: place('SGVsbG8sIFdvcmxkIQ==', 'base64'),
  },
]

test.for([1_000_000, 0])(
  'text, html and attachments are found and decoded (in a thread beyond %i bytes)',
  async inline => {
    expect(await parseText(fixture, { inline })).toEqual({ kind: 'parsed', parts, ambiguities: [], defects: [] })
  },
)

test('it makes no difference how the message arrives', async () => {
  for (const size of [1, 2, 7, 100]) {
    const signal = new AbortController().signal
    const found = await parse({ open: () => open(fixture, size), size: fixture.length }, { signal })
    expect(found).toEqual({ kind: 'parsed', parts, ambiguities: [], defects: [] })
  }
})

const nested = (depth: number) =>
  Array.from({ length: depth }, (_, i) => `Content-Type: multipart/mixed; boundary="b${i}"\r\n\r\n--b${i}\r\n`).join('')

test.for<[defects: readonly PartDefect[], message: string]>([
  [['unclosed', 'too-deep'], `${nested(150)}\r\nx\r\n`],
  [['too-many-parts'], `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(1500)}--b--\r\n`],
  [['header-too-large'], `A: ${'x'.repeat(200_000)}\r\n\r\nx\r\n`],
  [['header-too-large'], `${'A: x\r\n'.repeat(1500)}\r\nx\r\n`],
  [['text-cut'], `A: x\r\n\r\n${'text\r\n'.repeat(300_000)}`],
  [['unknown-encoding'], 'Content-Transfer-Encoding: x-none\r\n\r\nwhat is it?\r\n'],
  [['unknown-charset'], 'Content-Type: text/plain; charset=x-none\r\n\r\nx\r\n'],
  [['unclosed'], 'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n'],
])('the defects %j are listed, not thrown', ([defects, message]) => {
  const parsed = readTree(Buffer.from(message))
  expect(parsed.defects).toEqual(defects)
  expect(parsed.parts.length).toBeLessThanOrEqual(1000)
  expect(parsed.parts.reduce((sum, { text = '' }) => sum + text.length, 0)).toBeLessThanOrEqual(1_048_576)
})

test('M16 header fields and parameters named like members of Object leave Object as it was', async () => {
  const before = Object.getOwnPropertyNames(Object.prototype)
  const message =
    '__proto__: polluted\r\nlist-__proto__: <x:y>\r\nconstructor: x\r\n' +
    'Content-Type: text/plain; __proto__=polluted; charset=utf-8; constructor="x"\r\n' +
    'Content-Disposition: attachment; __proto__*0*=utf-8\'\'polluted; filename="__proto__"\r\n\r\nx\r\n'
  const parsed = await parseText(message)
  expect(parsed).toMatchObject({ kind: 'parsed', parts: [{ contentType: 'text/plain', filenames: ['__proto__'] }] })
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
  expect('polluted' in {}).toBe(false)
})

test('M08 reading that takes longer than the deadline is ended, and the outcome is too-costly', async () => {
  const message = `A: x\r\n\r\n${'a\r\n'.repeat(4_000_000)}`
  expect(await parseText(message, { deadline: 5 })).toEqual({
    kind: 'too-costly',
    reason: 'the message was not parsed within 5 ms',
  })
})

const flood = (unit: string) =>
  `Content-Type: multipart/mixed; boundary=b\r\n\r\n${unit.repeat(Math.ceil(8_000_000 / unit.length))}`
const named = Array.from(
  { length: 12 },
  (_, index) => `Content-Disposition: x; filename="${`${index}=?utf-8?q?=41?= `.repeat(400)}"\r\n`,
)

test.for<[what: string, message: string]>([
  ['lines', `A: x\r\n\r\n${'a\r\n'.repeat(3_000_000)}`],
  ['parts in a small message', flood('--b\r\n\r\nx\r\n').slice(0, 250_000)],
  ['parts', flood('--b\r\n\r\nx\r\n')],
  ['names', flood(`--b\r\n${named.join('')}\r\nx\r\n`)],
])('M08 the event loop is not blocked for 50 ms of CPU while a flood of %s is read', async ([, message]) => {
  const bytes = Buffer.from(message)
  const chunks = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, i) =>
    bytes.subarray(i * 65_536, (i + 1) * 65_536),
  )
  const signal = new AbortController().signal
  const longest = await longestStretch(async () => {
    expect(
      (await parse({ open: () => Readable.from(chunks), size: bytes.length }, { signal, deadline: 20_000 })).kind,
    ).toBe('parsed')
  })
  expect(longest).toBeLessThan(50)
})

test('parsing stops when its signal aborts', async () => {
  const controller = new AbortController()
  const parsing = parseText(`A: x\r\n\r\n${'a\r\n'.repeat(1_000_000)}`, { signal: controller.signal })
  controller.abort(new Error('the client has left'))
  await expect(parsing).rejects.toThrow('the client has left')
})
