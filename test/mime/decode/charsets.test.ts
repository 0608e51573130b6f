/** Charsets that are read, those that are guessed, and where readers take different ones. */
import { expect, test } from 'vitest'
import { decodeCharset } from '../../../src/mime/decode/charsets.ts'
import { readTree } from '../../../src/mime/tree.ts'

const page = '<html><body><a href="http://evil.example/">open this</a></body></html>'
const swap = (bytes: Buffer) => Buffer.from(bytes).swap16()
const utf16le = (text: string) => Buffer.from(text, 'utf16le')
const utf32 = (text: string, big: boolean): Buffer => {
  const bytes = Buffer.alloc(4 * text.length)
  for (const [at, char] of [...text].entries()) {
    if (big) bytes.writeUInt32BE(char.charCodeAt(0), 4 * at)
    else bytes.writeUInt32LE(char.charCodeAt(0), 4 * at)
  }
  return bytes
}
const EBCDIC: Readonly<Record<string, number>> = Object.fromEntries(
  [
    [0x81, 'abcdefghi'],
    [0x91, 'jklmnopqr'],
    [0xa2, 'stuvwxyz'],
    [0x4b, '.<(+'],
    [0x60, '-/'],
    [0x6d, '_>?'],
    [0x7a, ':#@\'="'],
    [0x40, ' '],
  ].flatMap(([from, text]) => [...String(text)].map((char, index) => [char, Number(from) + index])),
)
const ebcdic = (text: string) => Buffer.from([...text].map(char => EBCDIC[char] ?? 0x6f))

const read = (bytes: Buffer, type: string) =>
  readTree(
    Buffer.from(
      `From: a@example.org\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: base64\r\n\r\n${bytes.toString('base64')}\r\n`,
    ),
  )

test.for<[what: string, bytes: Buffer, type: string]>([
  ['UTF-32 in the order of its label', utf32(page, true), 'text/html; charset=utf-32be'],
  ['UTF-32 in either order', utf32(page, false), 'text/html; charset=UTF-32'],
  ['UTF-32 in the other', utf32(page, true), 'text/html; charset="utf-32"'],
  ['UTF-32 that is called otherwise', utf32(page, false), 'text/html; charset=ucs-4'],
  ['UTF-32 by its mark', utf32(`\ufeff${page}`, false), 'text/html'],
  ['UTF-32 by its bytes', utf32(page, true), 'text/html'],
  ['UTF-16 without a mark', swap(utf16le(page)), 'text/html; charset=utf-16'],
  ['UTF-16 by its bytes', utf16le(page), 'text/html'],
  ['UTF-16 with a label in quotes', utf16le(page), "text/html; charset='utf-16'"],
  ['UTF-16 as some spell it', utf16le(page), 'text/html; charset=utf16'],
  ['EBCDIC', ebcdic(page), 'text/html; charset=IBM037'],
  ['EBCDIC of another number', ebcdic(page), 'text/html; charset=cp-500'],
])('a page in %s is read', ([, bytes, type]) => {
  const { parts, ambiguities, defects } = read(bytes, type)
  expect(parts.map(({ text }) => text?.replace('\ufeff', ''))).toEqual([page])
  expect([ambiguities, defects]).toEqual([[], []])
})

test.for<[what: string, bytes: Buffer, type: string]>([
  ['UTF-32', utf32(page, false), 'application/octet-stream'],
  ['UTF-32 in the other order', utf32(page, true), 'image/png'],
  ['UTF-16', swap(utf16le(page)), 'application/octet-stream'],
])('a page in %s is recognised, whatever its declared type', ([, bytes, type]) => {
  expect(read(bytes, type).parts).toMatchObject([{ detected: 'text/html', text: page }])
})

test.for<[what: string, bytes: Buffer, type: string]>([
  ['UTF-16 that is called UTF-8', utf16le(page), 'text/html; charset=utf-8'],
  ['UTF-32 that is called Latin-1', utf32(page, true), 'text/html; charset=iso-8859-1'],
  ['plain bytes that are called UTF-16', Buffer.from(page), 'text/html; charset=utf-16'],
  ['plain bytes that are called EBCDIC', Buffer.from(page), 'text/html; charset=cp037'],
  ['UTF-16 in the other order', utf16le(page), 'text/html; charset=utf-16be'],
  ['two charsets', ebcdic(page), 'text/html; charset=us-ascii; charset=ibm1047'],
])('%s has both readings and an ambiguity', ([, bytes, type]) => {
  const { parts, ambiguities } = read(bytes, type)
  expect(parts.map(({ text }) => text)).toContain(page)
  expect(parts.length).toBe(2)
  expect(ambiguities.map(({ kind }) => kind)).toContain('charset')
})

test.for<[what: string, text: string, type: string]>([
  ['UTF-8 and Latin-1 of the same letters', 'Hello', 'text/plain; charset=utf-8; charset=iso-8859-1'],
  ['text without a charset', 'Grüße', 'text/plain'],
  ['Chinese in UTF-8', '你好，世界', 'text/plain; charset=utf-8'],
])('readers agree about %s', ([, text, type]) => {
  const { parts, ambiguities } = read(Buffer.from(text), type)
  expect([parts.length, ambiguities.filter(({ kind }) => kind === 'charset')]).toEqual([1, []])
})

test('a page that declares UTF-7 inside itself is read in UTF-7, with an ambiguity', () => {
  const { ambiguities } = read(Buffer.from('<meta charset="utf-7"><body>+ADw-form+AD4-</body>'), 'text/html')
  expect(ambiguities.map(({ kind }) => kind)).toContain('charset')
})

test('an unknown charset is not a charset', () => {
  expect(decodeCharset(Buffer.from('x'), 'klingon')).toBeUndefined()
  expect(decodeCharset(Buffer.from('0000d800', 'hex'), 'utf-32be')).toBe('\ufffd')
})
