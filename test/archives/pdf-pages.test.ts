/** The text, the links and the pictures of the first pages of a PDF. */
import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { inspector } from '../../src/archives/inspect.ts'
import type { Inspection } from '../../src/archives/inspection.ts'
import { fc, runs } from '../support/property.ts'
import { type PdfStream, packedPdf, page, pdf } from './pdf-build.ts'

const { signal } = new AbortController()

async function look(bytes: Buffer): Promise<Inspection> {
  const found = await inspector({ signal })('a.pdf', bytes)
  if (found === undefined) throw new Error('not inspected')
  return found
}

const FONTS = `/Resources << /Font << /F1 << /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>
  /F2 << /Subtype /Type0 /Encoding /Identity-H /ToUnicode 5 0 R /DescendantFonts [<< /W [1 [500 500] 3 9 600] >>] >>
  /F3 << /Subtype /Type1 /Encoding << /Differences [65 /Eacute /afii10017 /uni20AC /fi /A.alt] >> >>
  /F4 << /Subtype /Type0 /Encoding /UniGB-UCS2-H /DescendantFonts [<< >>] >>
  /F5 << /Subtype /TrueType /Encoding /MacRomanEncoding >> >> /XObject << /Form 6 0 R /Loop 7 0 R >> >>`
const MAP = `/CIDInit /ProcSet findresource begin 1 begincodespacerange <0000> <ffff> endcodespacerange
  2 beginbfchar <0001> <0041> <0002> <00660069> endbfchar
  2 beginbfrange <0003> <0005> <0061> <0006> <0007> [<0078> <d83dde00>] endbfrange`
const form = (data: string, dict = '') => ({ dict: `/Type /XObject /Subtype /Form ${dict}`, data })
const shown = async (content: string | PdfStream): Promise<string | undefined> => {
  const more = [
    { data: MAP, packed: true },
    form('BT /F1 9 Tf (in a form) Tj ET'),
    form('/Loop Do BT /F1 9 Tf (x) Tj ET'),
  ]
  return (await look(pdf(page(content, { page: FONTS, more })))).text
}

describe('the text of a PDF', () => {
  test.for<readonly [what: string, content: string, text: string]>([
    ['in WinAnsi', '(Gr\\374\\337e \\226 \\200 5) Tj', 'Grüße – € 5'],
    ['in hex', '<48656c6c6f> Tj', 'Hello'],
    ['in MacRoman', '/F5 9 Tf (caf\\216) Tj', 'café'],
    ['by a map to Unicode', '/F2 9 Tf <000100020003000400050006> Tj', 'Afiabcx'],
    ['by a map to more than one unit', '/F2 9 Tf <0007> Tj', '😀'],
    ['by names of glyphs', '/F3 9 Tf (ABCDE) Tj', 'ÉА€fiA'],
    ['by a map that viewers have', '/F4 9 Tf <4f60597d> Tj', '你好'],
    ['whose letters are moved together', '[(C) 20 (a) -15 (ll) -300 (now)] TJ', 'Call now'],
    ['in pieces', '(+1 (888) ) Tj (555) Tj (-0142) Tj', '+1 (888) 555-0142'],
    ['in pieces with a gap', '(Call) Tj 60 0 Td (now) Tj', 'Call now'],
    ['on lines', "14 TL (one) Tj T* (two) Tj (three) ' 0 -14 Td (four) Tj", 'one\ntwo\nthree\nfour'],
    ['on a line that is turned', '0 1 -1 0 300 300 Tm (up) Tj 60 0 Td (there) Tj', 'up there'],
    ['on letters that are placed one by one', '(p) Tj 5 0 Td (a) Tj 5 0 Td (y) Tj 15 0 Td (me) Tj', 'pay me'],
    ['in a form', 'ET q 1 0 0 1 9 9 cm /Form Do Q BT', 'in a form'],
    ['in a form that draws itself', 'ET /Loop Do BT', 'x\nx\nx\nx\nx'],
    ['behind a picture in the content', 'ET BI /W 1 /H 1 ID (\x00EI( EI BT /F1 9 Tf (after) Tj', 'after'],
  ])('%s', async ([, content, text]) => {
    const lines = content.includes('/Loop') ? text.replaceAll('\n', '') : text
    const found = await shown(`BT /F1 12 Tf 72 700 Td ${content} ET`)
    expect(content.includes('/Loop') ? found?.replaceAll(/\s/g, '') : found).toBe(lines)
    expect(await shown({ data: `BT /F1 12 Tf 72 700 Td ${content} ET`, packed: true })).toBe(found)
  })

  test('stands in the order of the pages, from several contents, with inherited fonts', async () => {
    const fonts = '/Resources << /Font << /F1 << /BaseFont /Helvetica >> >> >>'
    const found = await look(
      pdf([
        '<< /Type /Catalog /Pages 2 0 R >>',
        `<< /Type /Pages /Kids [5 0 R 3 0 R 2 0 R] ${fonts} >>`,
        '<< /Type /Page /Parent 2 0 R /Contents [4 0 R 6 0 R] >>',
        { data: 'BT /F1 9 Tf (Second' },
        '<< /Type /Page /Parent 2 0 R /Contents 7 0 R >>',
        { data: ') Tj ET BT /F1 9 Tf 0 50 Td (page) Tj ET' },
        { data: 'BT /F1 9 Tf (First page) Tj ET' },
      ]),
    )
    expect(found.text).toBe('First page\nSecond\n\npage')
  })

  test('M13 is read of the first pages alone, and at most 64 KB of it', async () => {
    const kids = Array.from({ length: 9 }, (_, index) => `${index + 3} 0 R`)
    const fonts = '/Resources << /Font << /F1 << /BaseFont /Helvetica >> >> >>'
    const pages = kids.map(() => `<< /Type /Page /Parent 2 0 R /Contents 12 0 R >>`)
    const tree = [
      '<< /Type /Catalog /Pages 2 0 R >>',
      `<< /Type /Pages ${fonts} /Kids [${kids.join(' ')}] >>`,
      ...pages,
    ]
    const few = await look(pdf([...tree, { data: 'BT /F1 9 Tf (page) Tj ET' }]))
    expect(few.text).toBe('page\npage\npage\npage\npage')
    const long = await look(
      pdf([...tree, { data: `BT /F1 9 Tf ${'(words and words ) Tj '.repeat(9000)} ET`, packed: true }]),
    )
    expect(long.text?.length).toBeLessThanOrEqual(65_536)
    expect(long.text?.length).toBeGreaterThan(65_000)
    expect(long.traits).toEqual([])
  })

  test('has addresses, which are links as well', async () => {
    const content = 'BT /F1 9 Tf (Visit https://pay.example.net/x or www.example.com, see notes.txt) Tj ET'
    const { links } = await look(pdf(page(content, { page: FONTS })))
    expect(links.map(({ url }) => url)).toEqual(['https://pay.example.net/x', 'http://www.example.com'])
  })
})

describe('what the links of a PDF show', () => {
  const content = (text: string) => `BT /F1 12 Tf 72 700 Td (Please see ) Tj (${text}) Tj ( now) Tj ET`
  const link = '/Subtype /Link /A << /S /URI /URI (https://evil.example.net/) >>'

  test.for<readonly [what: string, rect: string, text: string | undefined]>([
    ['where the text is inside of the rectangle', '134 696 239 712', 'www.bank.example'],
    ['where the corners are turned', '239 712 134 696', 'www.bank.example'],
    ['not where half of it is', '134 696 185 712', undefined],
    ['not where nothing is', '134 96 210 112', undefined],
  ])('is told %s', async ([, rect, text]) => {
    const more = [{ data: MAP }]
    const annotations = `/Annots [<< ${link} /Rect [${rect}] >>]`
    const objects = page(content('www.bank.example'), { page: `${FONTS} ${annotations}`, more })
    const { links } = await look(pdf(objects))
    const url = 'https://evil.example.net/'
    expect(links.find(one => one.url === url)).toEqual({ url, ...(text !== undefined && { shown: text }) })
  })
})

/** A pattern of 24 × 24 with one dark column on the left. */
const SIDE = 24
const isDark = (x: number) => x < 2
const pixels = (paint: (x: number) => readonly number[]): Buffer =>
  Buffer.from(Array.from({ length: SIDE * SIDE }, (_, at) => paint(at % SIDE)).flat())
const bits = (dark: 0 | 1): Buffer =>
  Buffer.concat(
    Array<Buffer>(SIDE).fill(Buffer.of(dark === 1 ? 0xc0 : 0x3f, dark === 1 ? 0 : 255, dark === 1 ? 0 : 255)),
  )
const predicted = Buffer.concat(
  Array.from({ length: SIDE }, (_, y) =>
    Buffer.from([y === 0 ? 1 : 2, ...(y === 0 ? [0, 0, 255] : []), ...Array(SIDE - (y === 0 ? 3 : 0)).fill(0)]),
  ),
)

describe('the pictures of a PDF', () => {
  test.for<readonly [what: string, dict: string, data: Buffer, mask?: Buffer]>([
    ['in gray', '/ColorSpace /DeviceGray /BitsPerComponent 8', pixels(x => [isDark(x) ? 0 : 255])],
    ['in colors', '/ColorSpace /DeviceRGB /BitsPerComponent 8', pixels(x => (isDark(x) ? [0, 0, 0] : [255, 255, 255]))],
    [
      'in colors of a profile',
      '/ColorSpace [/ICCBased 8 0 R] /BitsPerComponent 8',
      pixels(x => Array(3).fill(isDark(x) ? 0 : 255)),
    ],
    ['in inks', '/ColorSpace /DeviceCMYK /BitsPerComponent 8', pixels(x => [0, 0, 0, isDark(x) ? 255 : 0])],
    [
      'of a table',
      '/ColorSpace [/Indexed /DeviceRGB 1 <ffffff000000>] /BitsPerComponent 8',
      pixels(x => [isDark(x) ? 1 : 0]),
    ],
    ['of bits', '/ColorSpace /DeviceGray /BitsPerComponent 1', bits(0)],
    ['of bits that are turned', '/ColorSpace /DeviceGray /BitsPerComponent 1 /Decode [1 0]', bits(1)],
    ['of a stencil', '/ImageMask true', bits(0)],
    [
      'of a mask alone',
      '/ColorSpace /DeviceGray /BitsPerComponent 8 /SMask 7 0 R',
      pixels(() => [0]),
      pixels(x => [isDark(x) ? 255 : 0]),
    ],
    [
      'of predicted lines',
      '/ColorSpace /DeviceGray /BitsPerComponent 8 /DecodeParms << /Predictor 15 /Columns 24 >>',
      predicted,
    ],
  ])('%s have their pixels', async ([what, dict, data, mask = pixels(() => [255])]) => {
    const size = `/Type /XObject /Subtype /Image /Width ${SIDE} /Height ${SIDE}`
    const draws = '/Resources << /XObject << /Im 5 0 R >> >>'
    const more = [
      { dict: `${size} ${dict}`, data, packed: true },
      { data: 'never drawn', dict: `${size} /ColorSpace /DeviceGray` },
      { dict: `${size} /ColorSpace /DeviceGray /BitsPerComponent 8`, data: mask, packed: true },
      '<< /N 3 >>',
    ]
    const { pictures = [] } = await look(pdf(page('q /Im Do Q', { page: draws, more })))
    expect(pictures.map(({ format, width, height }) => [format, width, height])).toEqual([['gray', SIDE, SIDE]])
    const first = [...(pictures[0]?.bytes.subarray(0, SIDE) ?? [])]
    const expected = Array.from({ length: SIDE }, (_, x) => (isDark(x) ? 0 : 255))
    expect(what === 'of predicted lines' ? first.slice(0, 3) : first).toEqual(
      what === 'of predicted lines' ? [0, 0, 255] : expected,
    )
  })

  test('that are files are given as files', async () => {
    const jpeg = Buffer.from('ffd8ffe000104a464946', 'hex')
    const dict = '/Subtype /Image /Width 99 /Height 99 /Filter /DCTDecode'
    const draws = '/Resources << /XObject << /Im 5 0 R >> >>'
    const found = await look(pdf(page('/Im Do', { page: draws, more: [{ dict, data: jpeg }] })))
    expect(found.pictures).toEqual([{ format: 'jpeg', bytes: jpeg }])
  })

  /** A field of 25 modules, dark where the sum is odd, and all around the edge. */
  const modules = Array.from({ length: 625 }, (_, at) => [at % 25, Math.floor(at / 25)] as const)
  const dark = modules.filter(([x, y]) => (x + y) % 2 === 0 || x % 24 === 0 || y % 24 === 0)
  const draw = (module: (x: number, y: number) => string) =>
    dark.map(([x, y]) => module(90 + 3 * x, 600 - 3 * y)).join(' ')

  test.for<readonly [what: string, content: string, found: boolean]>([
    ['rectangles', draw((x, y) => `${x} ${y} 3 3 re f`), true],
    [
      'one path',
      `0.1 0.2 0.3 rg ${draw((x, y) => `${x} ${y} m ${x + 3} ${y} l ${x + 3} ${y + 3} l ${x} ${y + 3} l h`)} f`,
      true,
    ],
    ['rectangles on a page that is scaled', `q .5 0 0 -.5 0 800 cm ${draw((x, y) => `${x} ${y} 3 3 re f`)} Q`, true],
    ['white rectangles', `1 g ${draw((x, y) => `${x} ${y} 3 3 re f`)}`, false],
    ['the lines of a table', Array.from({ length: 60 }, (_, row) => `50 ${700 - 9 * row} 480 1 re f`).join(' '), false],
  ])('drawn with %s are codes where they are square', async ([, content, found]) => {
    const { pictures = [] } = await look(pdf(page({ data: content, packed: true })))
    expect(pictures.map(({ format, width, height }) => [format, width, height])).toEqual(
      found ? [['gray', 33 * 4, 33 * 4]] : [],
    )
    const [picture] = pictures
    if (picture === undefined) return
    const at = (x: number, y: number) => picture.bytes[(4 * (y + 4) + 2) * 132 + 4 * (x + 4) + 2]
    expect(modules.filter(([x, y]) => at(x, y) === 0)).toEqual(dark)
  })
})

test('M13 pages of any operators and fonts of any maps never throw', async () => {
  const operator = fc.constantFrom(
    ...[
      'BT',
      'ET',
      'q',
      'Q',
      'cm',
      'Tm',
      'Td',
      'Tj',
      'TJ',
      "'",
      '"',
      'Tf',
      'Do',
      're',
      'm',
      'l',
      'c',
      'f',
      'ID',
      'BI',
      'g',
      'rg',
    ],
  )
  const operand = fc.constantFrom(
    '0',
    '-1',
    '1e9',
    '.5',
    '(a)',
    '<0001>',
    '[(a) -9 (b)]',
    '/F1',
    '/F2',
    '/Form',
    '/Loop',
    '<<',
    '[',
    ']',
  )
  const content = fc.array(fc.oneof(operator, operand), { maxLength: 60 })
  const map = fc.array(
    fc.constantFrom(
      '<0001>',
      '<ffff>',
      '<00>',
      '[',
      ']',
      '<0041>',
      'beginbfrange',
      'endbfrange',
      'endbfchar',
      'endcodespacerange',
      '5',
    ),
    { maxLength: 40 },
  )
  await fc.assert(
    fc.asyncProperty(content, map, async (words, codes) => {
      const more = [{ data: codes.join(' ') }, form(words.join(' ')), form('/Loop Do')]
      const found = await look(pdf(page(words.join(' '), { page: FONTS, more })))
      expect(found.evidence.filter(sentence => sentence.startsWith('it is damaged'))).toEqual([])
    }),
    { numRuns: runs(200) },
  )
})

test('pages in streams of objects, and data that is packed twice, are read', async () => {
  const hex = (data: Buffer) => `${data.toString('hex')}>`
  const content = deflateSync('BT /F1 9 Tf (packed twice) Tj ET')
  const twice = pdf(page({ dict: '/Filter [/ASCIIHexDecode /FlateDecode]', data: hex(content) }, { page: FONTS }))
  expect((await look(twice)).text).toBe('packed twice')
  const objects = page('', { page: FONTS.replaceAll('\n', ' ') }).map(object =>
    typeof object === 'string' ? object : 'null',
  )
  const both = Buffer.concat([
    packedPdf(objects),
    Buffer.from('4 0 obj << /Length 30 >> stream\nBT /F1 9 Tf (in a stream) Tj ET\nendstream endobj\n%%EOF'),
  ])
  expect((await look(both)).text).toBe('in a stream')
})
