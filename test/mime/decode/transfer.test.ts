import { expect, test } from 'vitest'
import { Base64Decoder } from '../../../src/mime/decode/base64.ts'
import type { Encoding } from '../../../src/mime/decode/encoding.ts'
import { encodingOf, transferDecoder } from '../../../src/mime/decode/transfer.ts'
import { fc, runs } from '../../support/property.ts'

function decode(encoding: Encoding, text: string, size = text.length || 1): string {
  const decoder = transferDecoder(encoding)
  const source = Buffer.from(text, 'latin1')
  const out: Buffer[] = []
  for (let at = 0; at < source.length; at += size) out.push(Buffer.from(decoder.push(source.subarray(at, at + size))))
  return Buffer.concat([...out, decoder.end()]).toString('latin1')
}

test.for<[text: string, decoded: string]>([
  ['a=3Db', 'a=b'],
  ['one=\r\ntwo\r\n', 'onetwo\r\n'],
  ['one= \t\r\ntwo', 'onetwo'],
  ['=e4=E4', '\xe4\xe4'],
  ['a=zz=', 'a=zz='],
  ['=', '='],
])('quoted-printable %j is %j, however it is cut', ([text, decoded]) => {
  for (const size of [1, 2, 3, 100]) expect(decode('quoted-printable', text, size)).toBe(decoded)
})

test('base64 is decoded however its lines and chunks are cut, and other characters are skipped', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.integer({ min: 1, max: 90 }),
      fc.integer({ min: 1, max: 50 }),
      (bytes, width, size) => {
        const plain = Buffer.from(bytes)
        const lines = plain.toString('base64').replace(new RegExp(`.{${width}}`, 'g'), '$& \r\n*')
        expect(decode('base64', lines, size)).toBe(plain.toString('latin1'))
      },
    ),
  )
})

test('identity encodings change nothing, and only the exact registered names are known', () => {
  expect(decode('identity', 'a=3D\0\xff', 2)).toBe('a=3D\0\xff')
  for (const name of ['', '7bit', '8bit', 'binary']) expect(encodingOf(name)).toBe('identity')
  for (const name of ['base64 ', '"base64"', 'x-uuencode', 'base64;']) expect(encodingOf(name)).toBeUndefined()
})

test.for<[text: string, whole: string, first: string, odd: boolean]>([
  ['YWFh', 'aaa', 'aaa', false],
  ['YWE=\r\n', 'aa', 'aa', false],
  ['YQ==YWFh', 'aaaa', 'a', true],
  ['YQ==\r\nYQ==\r\n', 'aa', 'a', true],
  ['YW*Fh', 'aaa', 'aaa', true],
])(
  'base64 %j decodes to %j where decoders go on after padding, and to %j where they stop',
  ([text, whole, first, odd]) => {
    for (const size of [1, 3, 100]) {
      expect(decode('base64', text, size)).toBe(whole)
      expect(decode('base64-first', text, size)).toBe(first)
    }
    const decoder = transferDecoder('base64')
    decoder.push(Buffer.from(text))
    expect(decoder.ambiguous()).toBe(odd)
  },
)

test('a flood of paddings hides nothing after it, and its cost is proportional', () => {
  const text = `${'YQ=='.repeat(50_000)}YWFh`
  expect(decode('base64', text).slice(-3)).toBe('aaa')
})

test('the native reader of base64 finds what the exact one finds, whatever the lines, chunks and other bytes are', () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  const letters = fc.array(fc.constantFrom(...alphabet), { maxLength: 400 }).map(list => list.join(''))
  const odd = fc.constantFrom(
    '',
    '',
    '',
    '=',
    '==',
    '-',
    '_',
    ' ',
    '\t',
    '\f',
    '\v',
    '\0',
    '\xa0',
    '*',
    '\r',
    '\n',
    '\n\n',
  )
  const pieces = fc.array(fc.tuple(letters, odd, fc.constantFrom('\r\n', '\n', '')), { maxLength: 6 })
  fc.assert(
    fc.property(
      pieces,
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 500 }),
      fc.boolean(),
      (drawn, width, size, goesOn) => {
        const text = drawn.map(([run, other, end]) => run.replace(new RegExp(`.{${width}}`, 'g'), `$&${end}`) + other)
        const source = Buffer.from(text.join(''), 'latin1')
        const read = (isNative: boolean, target?: Buffer) => {
          const decoder = new Base64Decoder(goesOn, isNative)
          const out: Buffer[] = []
          for (let at = 0; at < source.length; at += size)
            out.push(Buffer.from(decoder.push(source.subarray(at, at + size), target)))
          out.push(decoder.end())
          return { bytes: Buffer.concat(out).toString('latin1'), odd: decoder.ambiguous(), cut: decoder.cut() }
        }
        const exact = read(false)
        expect(read(true)).toEqual(exact)
        expect(read(true, Buffer.alloc(300))).toEqual(exact)
      },
    ),
    { numRuns: runs(500) },
  )
})
