/** Files that make a reader begin anew at each step: the bounds hold, and it ends soon. */
import { describe, expect, test } from 'vitest'
import { inspector } from '../../src/archives/inspect.ts'
import type { FileTrait } from '../../src/archives/inspection.ts'
import { cpuOfAsync } from '../support/cpu.ts'

const { signal } = new AbortController()
const SIZE = 4_194_304

const repeated = (begin: string | Buffer, unit: string | Buffer, size = SIZE): Buffer =>
  Buffer.concat([Buffer.from(begin), Buffer.alloc(size, unit)])

const FILE_DATA = Buffer.from('e716e3bd65261145a4c48d4d0b7a9eac', 'hex')
const ONENOTE = Buffer.from('e4525c7b8cd8a74daeb15378d02996d3', 'hex')

/** Every record of every folder is a folder that reaches to the end of the image. */
function folders(size: number): Buffer {
  const image = Buffer.alloc(size)
  const volume = 16 * 2048
  image[volume] = 1
  image.write('CD001', volume + 1)
  image.writeUInt32LE(20, volume + 158)
  image.writeUInt32LE(size, volume + 166)
  image[volume + 2048] = 255
  for (let sector = 20, extent = 21; sector * 2048 < size; sector += 1) {
    for (let record = 0; record < 60; record += 1, extent += 1) {
      const at = sector * 2048 + record * 34
      image[at] = 34
      image.writeUInt32LE(21 + (extent % (size / 2048 - 21)), at + 2)
      image.writeUInt32LE(size, at + 10)
      image[at + 25] = 2
      image[at + 32] = 1
      image[at + 33] = 65
    }
  }
  return image
}

/** Each attached file reaches to the end of the notebook, so that each holds all that follow. */
function overlapping(count: number): Buffer {
  const length = Buffer.alloc(20)
  length.writeBigUInt64LE(1n << 40n)
  const one = Buffer.concat([FILE_DATA, length, Buffer.from('%PDF-1.4 ')])
  return Buffer.concat([ONENOTE, ...Array<Buffer>(count).fill(one), Buffer.alloc(SIZE, '/AAAA')])
}

/** One page with so much content, and a font. */
const pageOf = (unit: string): Buffer =>
  repeated(
    '%PDF-1.4 1 0 obj <</Type/Page/Contents 2 0 R/Resources<</Font<</F<</BaseFont/Helvetica>>>>>>>> 2 0 obj<<>>stream\n',
    unit,
  )

/** Each stream of objects begins in the one before, and reaches to the same end. */
function streamsInEachOther(count: number): Buffer {
  const empty = Buffer.concat([Buffer.from('7801', 'hex'), Buffer.alloc(SIZE, Buffer.from('000000ffff', 'hex'))])
  const one = Buffer.from('1 0 obj<</Type/ObjStm/Filter/FlateDecode>>stream\n')
  return Buffer.concat([Buffer.from('%PDF-1.4 '), ...Array<Buffer>(count).fill(one), empty])
}

describe('the cost of expensive files', () => {
  test.for<readonly [what: string, bytes: Buffer, trait: FileTrait | undefined]>([
    ['RTF objects in objects', repeated('{\\rtf1', '\\objdata '), 'unscannable'],
    ['RTF objects of one byte', repeated('{\\rtf1', '\\objdata 00}'), 'unscannable'],
    ['folders of a disk image that lie in each other', folders(SIZE), 'unscannable'],
    ['files of a notebook that are empty', repeated(ONENOTE, FILE_DATA), 'unscannable'],
    ['files of a notebook that hold each other', overlapping(99), 'embedded-file'],
    ['a PDF of streams', repeated('%PDF-1.4 ', 'stream'), 'unscannable'],
    ['a PDF of streams of objects', repeated('%PDF-1.4 ', ' obj /ObjStm /Fl stream\n'), 'unscannable'],
    ['a PDF of objects in each other', repeated('%PDF-1.4 ', '1 0 obj [<</A('), 'unscannable'],
    [
      'a PDF of objects with streams without an end',
      repeated('%PDF-1.4 ', '1 0 obj<</Type/ObjStm>>stream\n'),
      'unscannable',
    ],
    ['a PDF of brackets', repeated('%PDF-1.4 1 0 obj ', '['), 'unscannable'],
    ['a PDF of dictionaries', repeated('%PDF-1.4 ', '<</AA<<'), 'unscannable'],
    ['a PDF of texts without an end', repeated('%PDF-1.4 ', '1 0 obj('), 'unscannable'],
    ['a PDF of bytes in hex without an end', repeated('%PDF-1.4 ', '1 0 obj<'), 'unscannable'],
    ['a PDF of comments', repeated('%PDF-1.4 1 0 obj ', '% '), 'unscannable'],
    [
      'a PDF of pages',
      repeated('%PDF-1.4 1 0 obj <</Type/Catalog/Pages 2 0 R>> ', '2 0 obj<</Kids[2 0 R 2 0 R]>>'),
      'unscannable',
    ],
    ['a PDF of a page of operators', pageOf('/F Tf (a) Tj 9 9 Td '), 'unscannable'],
    ['a PDF of a page of rectangles', pageOf('1 1 9 9 re f '), 'unscannable'],
    ['a PDF of a page of pictures without an end', pageOf('ID EI'), 'unscannable'],
    ['a PDF of streams that hold each other', streamsInEachOther(3000), 'unscannable'],
    ['a PDF of names in hex', repeated('%PDF-1.4 ', '/A#41'), 'unscannable'],
    ['a PDF of actions', repeated('%PDF-1.4 ', '<</S/JavaScript>>'), 'script'],
    ['a page of numbers', repeated('<html><script>', `${'1,'.repeat(511)}x`), 'script'],
    ['a page of escapes', repeated('<html><script>', `${'%41'.repeat(255)}x`), 'script'],
    ['a winmail.dat of empty attributes', repeated(Buffer.from('789f3e220000', 'hex'), '\0'), 'unscannable'],
    ['a RAR 5 of empty blocks', repeated(Buffer.from('526172211a070100', 'hex'), '\x01'), 'unscannable'],
  ])('M13 %s: at most a second of CPU of the reference machine', async ([, bytes, trait]) => {
    const least = await cpuOfAsync(
      async () => expect((await inspector({ signal })('', bytes))?.traits).toContain(trait),
      1_000,
    )
    expect(least).toBeLessThan(1_000)
  })
})
