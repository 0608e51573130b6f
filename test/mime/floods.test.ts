import { expect, test } from 'vitest'
import type { PartDefect } from '../../src/mime/part.ts'
import { readTree } from '../../src/mime/tree.ts'
import { cpuOf, growth } from '../support/cpu.ts'

const SIZE = 1_500_000
const latin1 = (text: string) => Buffer.from(text, 'latin1')
const fill = (unit: string, size = SIZE) => Buffer.alloc(Math.ceil(size / unit.length) * unit.length, latin1(unit))
const after = (head: string, ...rest: readonly (Buffer | string)[]) =>
  Buffer.concat([head, ...rest].map(part => (typeof part === 'string' ? latin1(part) : part)))
const mixed = (boundary: string) => `Content-Type: multipart/mixed; boundary="${boundary}"\r\n\r\n`
const name = (level: number) => `b${1000 + level}`
const nested = (depth: number) => Array.from({ length: depth }, (_, i) => `${mixed(name(i))}--${name(i)}\r\n`).join('')
const closed = (depth: number) => Array.from({ length: depth }, (_, i) => `\r\n--${name(depth - 1 - i)}--\r\n`).join('')
const base64 = `${'QUJD'.repeat(19)}\r\n`

/** A message of many parts, large ones and small ones: what a harmless message of that size costs. */
const ordinary = after(
  mixed('b'),
  '--b\r\n\r\n',
  fill('Some ordinary words of a text.\r\n', SIZE / 2),
  '\r\n--b\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n',
  fill(base64, SIZE / 2),
  '\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello'.repeat(990),
  '\r\n--b--\r\n',
)
readTree(ordinary)
const baseline = cpuOf(() => readTree(ordinary))

test.for<[what: string, message: Buffer, defects: readonly PartDefect[]]>([
  ['parts 64 deep', after(nested(64), fill('x\r\n'), closed(64)), ['text-cut']],
  ['parts 100 deep', after(nested(100), fill('x\r\n'), closed(100)), ['text-cut']],
  ['parts 1,000 deep', after(nested(1000), fill('x\r\n')), ['too-deep']],
  ['100,000 parts', after(mixed('b'), fill('--b\r\n\r\nx\r\n', 1_000_000)), ['too-many-parts']],
  ['a boundary of 900 KB', after(mixed('b'.repeat(900_000)), fill('x\r\n')), ['header-too-large']],
  ['a boundary of 100 KB', after(mixed('b'.repeat(100_000)), fill(`--${'b'.repeat(1000)}\r\n`)), ['text-cut']],
])('M06 the parts of %s end at a limit, at the cost of honest mail', ([, message, defects]) => {
  expect(readTree(message).defects).toEqual(expect.arrayContaining([...defects]))
  // Twice is the aim; the third part is for what else the machine is busy with.
  const bound = (3 * baseline * Math.max(message.length, SIZE)) / SIZE
  expect(cpuOf(() => readTree(message), bound)).toBeLessThan(bound)
})

const part = (fields: string) => `--b\r\n${fields}\r\n\r\nx\r\n`
const single = (fields: string, unit: string) => after(`${fields}\r\n\r\n`, fill(unit))
const many = (length: number, make: (index: number) => string) =>
  Array.from({ length }, (_, index) => make(index)).join('')

test.for<[what: string, message: Buffer]>([
  ['quoted-printable', single('Content-Transfer-Encoding: quoted-printable', '=41=42=43=\r\n')],
  [
    'quoted-printable that is cut everywhere',
    single('Content-Transfer-Encoding: quoted-printable', `=${' '.repeat(79)}`),
  ],
  ['base64 with padding everywhere', single('Content-Transfer-Encoding: base64', 'QQ==')],
  ['base64 with rubbish everywhere', single('Content-Transfer-Encoding: base64', `${'QUJD'.repeat(6)}!`)],
  ['Chinese', single('Content-Type: text/plain; charset=gb18030', '\xc4\xe3\xba\xc3')],
  ['Japanese that switches its charset', single('Content-Type: text/plain; charset=iso-2022-jp', '\x1b$B!!\x1b(B')],
  ['flowed quotes', single('Content-Type: text/plain; format=flowed', '> \r\n')],
  ['quotes', single('Content-Type: text/plain', '"')],
  ['beginnings of files', single('Content-Type: text/plain', 'begin 644 a\r\n')],
  ['lines of nothing', single('Content-Type: text/plain', '\r\n')],
  ['dashes', after(mixed('b'), fill('--\r\n'))],
  ['near boundaries', after(mixed('b'), fill('--bx\r\n'))],
  ['near boundaries 90 deep', after(nested(90), fill('--bx\r\n'), closed(90))],
  [
    'encoded words',
    after(mixed('b'), fill(part(`Content-Disposition: x; filename="${'=?utf-8?q?=41?= '.repeat(1000)}"`))),
  ],
  ['pieces of parameters', after(mixed('b'), fill(part(`Content-Type: a/b${many(900, i => `;\r\n name*${i}*=%41`)}`)))],
  ['parameters', after(mixed('b'), fill(part(`Content-Type: a/b;${'a=b;'.repeat(6000)}`)))],
  ['boundaries in one field', after(mixed('b'), fill(part(`Content-Type: multipart/x; ${'boundary= '.repeat(2000)}`)))],
  ['comments', after(mixed('b'), fill(part(`Content-Type: ${'('.repeat(20_000)}`)))],
  ['quotes that are escaped', after(mixed('b'), fill(part(`Content-Type: a/b;${'a="\\'.repeat(6000)}`)))],
  ['types that repeat', after(mixed('b'), fill(part(many(500, i => `Content-Type: text/${i}\r\n`).trimEnd())))],
  ['lines that are no fields', after(mixed('b'), fill(part('A\r\n \r\nContent-Type: a/b')))],
])('M07 the cost of a flood of %s is proportional', ([, message]) => {
  const bound = 3 * baseline + 100
  expect(cpuOf(() => readTree(message), bound)).toBeLessThan(bound)
})

test('M07 four times the flood costs at most twelve times as much', async () => {
  for (const unit of [
    '--bx\r\n',
    '--b\r\n',
    '\r\n--b\r\nA: b\r\n\r\n',
    'begin 644 a\r\n#AAAA\r\n',
    '=ybegin name=a\r\n',
  ]) {
    const flood = (size: number) => after(nested(40), fill(unit, size))
    const sizes = { small: flood(150_000), large: flood(600_000) }
    expect(await growth(readTree, { ...sizes, enough: 12, floor: 4 })).toBeLessThan(12)
  }
})

test('M05 ten megabytes of quotes or ampersands take no more than four times their size', () => {
  for (const type of ['plain', 'html']) {
    for (const unit of ['"', '&']) {
      const message = after(`Content-Type: text/${type}\r\n\r\n`, fill(unit, 10_000_000))
      const before = process.memoryUsage().rss
      const { parts } = readTree(message)
      expect(process.memoryUsage().rss - before).toBeLessThan(4 * message.length)
      expect(parts[0]?.text?.length).toBe(1_048_576)
    }
  }
})
