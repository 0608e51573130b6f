/** Entries of zip archives whose contents contradict what the archive declares, and archives that are only damaged. */
import { crc32, deflateRawSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { inspector } from '../../src/archives/inspect.ts'
import type { FileTrait, Inspection } from '../../src/archives/inspection.ts'
import { growth } from '../support/cpu.ts'
import { pack } from '../support/seven-zip.ts'
import { zip } from './build.ts'

const { signal } = new AbortController()
const look = (bytes: Buffer): Promise<Inspection | undefined> => inspector({ signal })('order.zip', bytes)
const formats = (found: Inspection | undefined): readonly string[] =>
  found?.inside.flatMap(({ inspection }) => [inspection.format, ...formats(inspection)]) ?? []
const traits = (found: Inspection | undefined): readonly FileTrait[] => [
  ...(found?.traits ?? []),
  ...(found?.inside.flatMap(({ inspection }) => traits(inspection)) ?? []),
]

const program = Buffer.concat([Buffer.from('MZ\0'), Buffer.alloc(3000, 'program ')])
const text = 'The minutes of the meeting. '.repeat(20)
const declare = (bytes: Buffer, plain: Buffer) => ({ bytes, size: plain.length, crc: crc32(plain) })
/** The archive with another method in all its headers. */
function withMethod(archive: Buffer, method: number): Buffer {
  const changed = Buffer.from(archive)
  for (let at = changed.indexOf('PK\x03\x04'); at >= 0; at = changed.indexOf('PK\x03\x04', at + 4))
    changed.writeUInt16LE(method, at + 8)
  for (let at = changed.indexOf('PK\x01\x02'); at >= 0; at = changed.indexOf('PK\x01\x02', at + 4))
    changed.writeUInt16LE(method, at + 10)
  return changed
}

describe('rare compressions', () => {
  test.for(['Deflate64', 'BZip2', 'LZMA', 'PPMd'])('M13 a program packed with %s is examined', async method => {
    const found = await look(await pack('a.zip', { 'order.exe': program }, [`-mm=${method}`]))
    expect(found).toMatchObject({ members: [{ name: 'order.exe' }], traits: [] })
    expect(formats(found)).toEqual(['pe'])
  })

  test('M13 a program packed with zstd is examined', async () => {
    const packed = declare(zstdCompressSync(program), program)
    expect(formats(await look(withMethod(zip([{ name: 'order.exe', packed }]), 93)))).toEqual(['pe'])
  })

  test('M13 a compression that does not exist is not examined', async () => {
    const found = await look(withMethod(zip([{ name: 'order.exe', data: program }]), 77))
    expect(found?.beyond).toBe('order.exe has a compression that is not supported (method 77)')
  })
})

describe('contradictions', () => {
  test('M13 an entry that is declared as stored and is deflated is examined, and is a contradiction', async () => {
    const bytes = zip([{ name: 'order.pdf', packed: declare(deflateRawSync(program), program) }])
    const found = await look(withMethod(bytes, 0))
    expect(found?.evidence).toEqual(['order.pdf is declared as stored, and is deflated'])
    expect(traits(found)).toEqual(['directory-mismatch', 'executable'])
  })

  test('M13 an entry that is declared as deflated and is stored is examined, and is a contradiction', async () => {
    const found = await look(withMethod(zip([{ name: 'order.pdf', data: program, stored: true }]), 8))
    expect(found?.evidence).toEqual(['order.pdf is declared as compressed, and is stored'])
    expect(traits(found)).toEqual(['directory-mismatch', 'executable'])
  })

  test('M13 an entry with another checksum is examined, and is unscannable', async () => {
    for (const stored of [true, false]) {
      const bytes = stored ? program : deflateRawSync(program)
      const archive = zip([{ name: 'order.pdf', packed: { bytes, size: program.length, crc: 1 } }])
      const found = await look(stored ? withMethod(archive, 0) : archive)
      expect(found?.evidence).toEqual(['order.pdf has another checksum than the archive declares'])
      expect(traits(found)).toEqual(['unscannable', 'executable'])
    }
  })

  test('M13 two entries with one name and different contents are examined and noted, equal ones are not', async () => {
    const different = await look(
      zip([
        { name: 'order.pdf', data: 'a text' },
        { name: 'Order.PDF', data: program },
      ]),
    )
    expect(traits(different)).toEqual(['duplicate-name', 'executable'])
    expect(
      traits(
        await look(
          zip([
            { name: 'a.txt', data: text },
            { name: 'a.txt', data: text },
          ]),
        ),
      ),
    ).toEqual([])
  })

  test('M13 two archives, one behind the other, are both examined', async () => {
    const [letter, evil] = [zip([{ name: 'a.txt', data: text }]), zip([{ name: 'order.exe', data: program }])]
    for (const archive of [Buffer.concat([letter, evil]), Buffer.concat([evil, letter])])
      expect(traits(await look(archive))).toEqual(expect.arrayContaining(['directory-mismatch', 'executable']))
  })
})

describe('damage', () => {
  const whole = zip([
    { name: 'a.txt', data: text },
    { name: 'photo.jpg', data: Buffer.alloc(3000, '\xff\xd8\xff'), stored: true },
    { name: 'b.txt', data: text },
  ])

  test('an archive that is cut off is unscannable and nothing else, wherever it is cut', async () => {
    for (let length = 60; length < whole.length; length += 37) {
      const found = await look(whole.subarray(0, length))
      expect([length, found?.traits]).toEqual([length, ['unscannable']])
      expect(found?.beyond).toBeUndefined()
    }
  })

  test('M13 a program in an archive that is cut off is found', async () => {
    const archive = zip([
      { name: 'a.txt', data: text },
      { name: 'order.exe', data: program },
    ])
    const found = await look(archive.subarray(0, archive.indexOf('PK\x01\x02')))
    expect(found?.members.map(({ name }) => name)).toEqual(['a.txt', 'order.exe'])
    expect(formats(found)).toEqual(['pe'])
  })

  test('M13 entries without a directory cost time that grows with their number', async () => {
    const entry = zip([{ name: 'a', data: 'x' }]).subarray(0, 34)
    const read = (count: number) => look(Buffer.concat(Array.from({ length: count }, () => entry)))
    expect(await growth(read, { small: 1000, large: 4000, enough: 20 })).toBeLessThan(20)
  })
})

test('M13 names that a file system reads as one are noted', async () => {
  for (const [one, other] of [
    ['./order.pdf', 'order.pdf'],
    ['a//order.pdf', 'A/./Order.pdf'],
  ] as const) {
    const found = await look(
      zip([
        { name: one, data: 'x' },
        { name: other, data: 'y' },
      ]),
    )
    expect(found?.traits).toEqual(['duplicate-name'])
  }
})

test('M13 a folder that has content is examined as a file', async () => {
  const found = await look(zip([{ name: 'order/', data: program }]))
  expect(found?.inside).toMatchObject([{ inspection: { format: 'pe' } }])
})
