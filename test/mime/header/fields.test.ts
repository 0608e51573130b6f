import { expect, test } from 'vitest'
import { headerOf } from '../../../src/mime/header/collect.ts'
import { fieldValue, readHeader } from '../../../src/mime/header/fields.ts'
import { growth } from '../../support/cpu.ts'
import { fc, runs } from '../../support/property.ts'

const read = (text: string, encoding: BufferEncoding = 'latin1') => readHeader(Buffer.from(text, encoding))

test('fields keep their order, their duplicates, their bytes and their places', () => {
  const text = 'Received: one\r\nFrom: a@example.org\r\nReceived: two\r\n three\r\n'
  const header = read(text)
  expect([...header].map(({ name, value, offset }) => [name, value, offset])).toEqual([
    ['Received', 'one', 0],
    ['From', 'a@example.org', 15],
    ['Received', 'two three', 36],
  ])
  expect([...header].map(({ raw }) => raw.toString()).join('')).toBe(text)
  expect(header.all('RECEIVED').map(({ value }) => value)).toEqual(['one', 'two three'])
  expect({
    count: header.count,
    body: header.bodyOffset,
    longest: header.longestLine,
    defects: header.defects,
  }).toEqual({
    count: 3,
    body: text.length + 2,
    longest: 19,
    defects: [],
  })
})

test('the ordinary section is not copied', () => {
  const section = Buffer.from('From: a@example.org\r\n')
  const [field] = readHeader(section)
  expect(readHeader(section).raw).toBe(section)
  expect(field?.raw.buffer).toBe(section.buffer)
})

test.for<[name: string, text: string, value: string]>([
  ['white space around', 'A: \t x \t\r\n', 'x'],
  ['white space that folds', 'A: x\r\n\t y\r\n', 'x\t y'],
  ['a fold after the colon', 'A:\r\n x\r\n', 'x'],
  ['a colon in the value', 'A: x: y\r\n', 'x: y'],
  ['no line end', 'A: x', 'x'],
  ['nothing', 'A:\r\n', ''],
])('a value with %s is unfolded and trimmed', ([, text, value]) => {
  expect(
    read(text)
      .all('a')
      .map(field => field.value),
  ).toEqual([value])
})

test('8-bit values are read as UTF-8, and invalid UTF-8 is a defect', () => {
  const header = read('A: größe\r\n', 'utf8')
  expect(header.get('a')).toBe('größe')
  expect(header.defects).toEqual([{ kind: 'eight-bit', offset: 5, count: 4 }])
  const broken = read('A: gr\xf6\xdfe\r\n')
  expect(broken.get('a')).toBe('gr\ufffd\ufffde')
  expect(broken.defects.map(({ kind }) => kind)).toEqual(['eight-bit', 'invalid-utf8'])
})

test.for<[kind: string, text: string, offset: number, count: number]>([
  ['nul', 'A: x\0y\0\r\n', 4, 2],
  ['control', 'A: \x07x\r\n', 3, 1],
  ['no-colon', 'A: x\r\nrubbish\r\n', 6, 1],
  ['bad-name', 'A b: x\r\n', 0, 1],
  ['bad-name', ': x\r\n', 0, 1],
  ['space-before-colon', 'From : x\r\n', 4, 1],
  ['leading-fold', ' From: x\r\n', 0, 1],
  ['empty-fold', 'A: x\r\n \t\r\nB: y\r\n', 6, 1],
])('a defect is listed with its place: %s in %j', ([kind, text, offset, count]) => {
  expect(read(text).defects).toContainEqual({ kind, offset, count })
})

test('W04 a bare CR or LF in the header section ends a line, is counted, and becomes CRLF in what is delivered', () => {
  const header = headerOf(Buffer.from('A: x\nB: y\rC: z\r\n\r\nbody'))
  expect([...header].map(({ name, value }) => [name, value])).toEqual([
    ['A', 'x'],
    ['B', 'y'],
    ['C', 'z'],
  ])
  expect(header.raw.toString()).toBe('A: x\r\nB: y\r\nC: z\r\n')
  expect(header.defects).toEqual([
    { kind: 'bare-cr', offset: 9, count: 1 },
    { kind: 'bare-lf', offset: 4, count: 1 },
  ])
})

test('M01 one field of 80,000 continuation lines is cut at the limit, at a cost that grows with its length alone', async () => {
  const flood = (lines: number) => Buffer.from(`Subject: x\r\n${' x\r\n'.repeat(lines)}\r\n`)
  const header = headerOf(flood(80_000))
  expect(header.raw.length).toBeLessThanOrEqual(131_072)
  expect(header.defects).toEqual([{ kind: 'too-large', offset: header.raw.length, count: 1 }])
  const read = (message: Buffer) => headerOf(message).get('subject')
  const [small, large, cut] = [flood(7500), flood(30_000), flood(80_000)]
  expect(await growth(read, { small, large, enough: 12 })).toBeLessThan(12)
  expect(await growth(read, { small: large, large: cut, enough: 3, floor: 3 })).toBeLessThan(3)
})

test('more fields than the limit are counted, not split', () => {
  const header = readHeader(Buffer.from('A: x\r\n'.repeat(1500)))
  expect(header.count).toBe(1000)
  expect(header.defects).toEqual([{ kind: 'too-many-fields', offset: 6000, count: 500 }])
})

test('a line beyond the limit is a defect', () => {
  const header = readHeader(Buffer.from(`A: ${'x'.repeat(70_000)}\r\n`))
  expect(header.defects).toEqual([{ kind: 'line-too-long', offset: 0, count: 1 }])
  expect(header.longestLine).toBe(70_003)
})

test('M16 fields named like members of Object are fields and nothing else', () => {
  const names = ['__proto__', 'constructor', 'hasOwnProperty', 'toString']
  const before = Object.getOwnPropertyNames(Object.prototype)
  const header = read(names.map(name => `${name}: polluted\r\n`).join(''))
  for (const name of names) expect(header.get(name)).toBe('polluted')
  expect(read('A: x\r\n').all('__proto__')).toEqual([])
  expect(read('A: x\r\n').get('constructor')).toBeUndefined()
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
})

test('a value is what the bytes of its field say, whatever stands around it', () => {
  const line = fc.constantFrom(
    'A: b',
    'From : a@b.example',
    ' c',
    '\t',
    ': d',
    'no field',
    'X:  é  ',
    'Y: \r z',
    'Z:\0',
    '',
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), fc.constantFrom('latin1', 'utf8'), (lines, encoding) => {
      const header = read(lines.map(text => `${text}\r\n`).join(''), encoding)
      for (const { name, offset, raw, value } of header) {
        const colon = name === '' && raw[0] !== COLON ? 0 : raw.indexOf(':') + 1
        expect(value).toBe(fieldValue(raw, colon))
        expect(raw).toEqual(header.raw.subarray(offset, offset + raw.length))
        expect(header.all(name)).toEqual([...header].filter(({ key }) => key === name.toLowerCase()))
      }
    }),
    { numRuns: runs(500) },
  )
})

const COLON = 58
