/** Each row of the table is found by both views, and by nothing less than its bytes. */
import { describe, expect, test } from 'vitest'
import { detectType } from '../../src/filetypes/detect.ts'
import { formatOf } from '../../src/filetypes/format.ts'
import { SIGNATURES, type Signature } from '../../src/filetypes/signatures.ts'

/** What the checks of the short signatures want to see behind them. */
const TAILS: Readonly<Record<string, string>> = {
  'application/vnd.microsoft.portable-executable': '90000300000004000000',
  'application/x-arj': '1e001e0b01000000020000',
  'application/x-mach-binary': '00000002',
  'application/java-vm': '00000034',
  'image/bmp': '36000c00000000003600000028000000640000006400000001001800',
  'application/x-compress': '90',
  'application/x-lzma': '8000ffffffffffffffff00',
  'image/x-icon': '01001010',
  'application/x-shockwave-flash': '0a',
}

/** A file that has the bytes of the row at their place, and nothing else that any row knows. */
function sample({ type, at, bytes, check }: Signature): Buffer {
  const length = at < 0 ? 1024 : at + 64
  const file = Buffer.alloc(length, '~')
  Buffer.from(bytes.replaceAll('..', '55') + (TAILS[type] ?? ''), 'hex').copy(file, at < 0 ? length + at : at)
  // ISO 32000-1 Annex H.3: the mark may stand further in.
  if (type === 'application/pdf' && check !== undefined) file.write('%PDF-', 40)
  return file
}

/** The checksum of a header block without a mark. */
function oldTar(): Buffer {
  const block = Buffer.alloc(512)
  block.write('invoice.exe')
  block.write('        ', 148)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

const withBytes = SIGNATURES.filter(({ bytes }) => bytes !== '')

describe('a signature', () => {
  test.for(withBytes.filter(({ only }) => only !== 'format'))('$bytes at $at tells $type', row => {
    expect(detectType(sample(row))).toBe(row.type)
  })

  test.for(withBytes.filter(({ only, format }) => only !== 'type' && format))('$bytes at $at tells $format', row => {
    expect(formatOf(sample(row))).toBe(row.format)
  })

  test.for(withBytes.filter(({ bytes }) => bytes.length > 6))(
    '$bytes at $at is not found where a byte differs',
    row => {
      const file = sample(row)
      const last = (row.at < 0 ? file.length + row.at : row.at) + row.bytes.length / 2 - 1
      file[last] = (file[last] ?? 0) ^ 1
      expect(detectType(file)).not.toBe(row.type)
      if (row.format) expect(formatOf(file)).not.toBe(row.format)
    },
  )

  test('that a file is too short for is not found', () => {
    for (const row of withBytes.filter(({ at }) => at >= 0)) {
      const file = sample(row).subarray(0, row.at + row.bytes.length / 2 - 1)
      expect([row.type, detectType(file)]).not.toEqual([row.type, row.type])
    }
  })
})

describe('a polyglot', () => {
  test('that is a program is called a program, whatever marks stand further in', () => {
    const file = Buffer.alloc(40_000, '~')
    file.write('MZ\x90\0', 'latin1')
    file.write('ustar', 257)
    file.write('CD001', 32_769)
    expect([detectType(file), formatOf(file)]).toEqual(['application/vnd.microsoft.portable-executable', 'pe'])
  })

  test('of an Office file and a disk image is inspected as the former and named the latter', () => {
    const file = Buffer.alloc(40_000, '~')
    Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(file)
    file.write('CD001', 32_769)
    expect([detectType(file), formatOf(file)]).toEqual(['application/x-iso9660-image', 'ole'])
  })
})

test.for([
  ['MZ is a prefix of words', undefined, undefined],
  [`MZ is a prefix of words. ${'It is long. '.repeat(5)}`, undefined, 'pe'],
  ['BM and FWS and BZh and `\xea and \x1f\x8b are short', undefined, undefined],
  [`A text about %PDF-2.0 files`, undefined, 'pdf'],
  [`A text about %PDF-1.7 files`, 'application/pdf', 'pdf'],
] as const)('text that begins "%s" is no file of its first letters', ([text, type, format]) => {
  const bytes = Buffer.from(text, 'latin1')
  expect([detectType(bytes), formatOf(bytes)]).toEqual([type, format])
})

test('an archive from before POSIX is known by its checksum, and is none when the sum is wrong', () => {
  const tar = oldTar()
  expect([detectType(tar), formatOf(tar)]).toEqual(['application/x-tar', 'tar'])
  tar[20] = 1
  expect([detectType(tar), formatOf(tar)]).toEqual([undefined, undefined])
})

describe('text that a program renders', () => {
  const page = '<html><body>Hello</body></html>'
  const utf16be = Buffer.from(page, 'utf16le').swap16()
  test.for<[how: string, bytes: Buffer]>([
    ['as it stands', Buffer.from(page)],
    ['behind 30,000 blanks', Buffer.from(' \r\n'.repeat(10_000) + page)],
    ['behind a byte order mark', Buffer.from(`\ufeff${page}`)],
    ['in UTF-16', Buffer.from(page, 'utf16le')],
    ['in UTF-16 with a mark', Buffer.from(`\ufeff${page}`, 'utf16le')],
    ['in UTF-16 with its bytes swapped', utf16be],
  ])('is a page %s, for both views', ([, bytes]) => {
    expect([detectType(bytes), formatOf(bytes)]).toEqual(['text/html', 'html'])
  })
})

/** The main header of an ARJ archive with one byte, or two, replaced. */
function arj(at = 0, ...bytes: readonly number[]): Buffer {
  const file = Buffer.alloc(64)
  Buffer.from('60ea1e001e0b01000000020000', 'hex').copy(file)
  if (bytes.length > 0) Buffer.from(bytes).copy(file, at)
  return file
}

test.for<[what: string, file: Buffer, format: string | undefined]>([
  ['an ARJ header of 30 bytes', arj(2, 30, 0), 'arj'],
  ['an ARJ header of 29 bytes', arj(2, 29, 0), undefined],
  ['an ARJ header of 2,600 bytes', arj(2, 0x28, 0x0a), 'arj'],
  ['an ARJ header of 2,601 bytes', arj(2, 0x29, 0x0a), undefined],
  ['ARJ version 102', arj(5, 102), 'arj'],
  ['ARJ version 103', arj(5, 103), undefined],
  ['an ARJ header of another type', arj(10, 1), undefined],
  ['35 bytes of ARJ', arj().subarray(0, 35), 'arj'],
  ['34 bytes of ARJ', arj().subarray(0, 34), undefined],
  ['a fat program of 19 architectures', Buffer.from('cafebabe0000001300', 'hex'), 'mach-o'],
  ['a Java class of version 20', Buffer.from('cafebabe0000001400', 'hex'), 'java-class'],
  ['64 letters that begin with MZ', Buffer.from(`MZ${'a'.repeat(62)}`), undefined],
  ['65 letters that begin with MZ', Buffer.from(`MZ${'a'.repeat(63)}`), 'pe'],
])('%s has the right format', ([, file, format]) => {
  expect(formatOf(file)).toBe(format)
})

test.for<[what: string, file: Buffer, type: string | undefined]>([
  ['Flash of version 63', Buffer.from('FWS?', 'latin1'), 'application/x-shockwave-flash'],
  ['a word behind FWS', Buffer.from('FWS@', 'latin1'), undefined],
  ['an icon file with one icon', Buffer.from('000001000100', 'hex'), 'image/x-icon'],
  ['an icon file without icons', Buffer.from('000001000000', 'hex'), undefined],
  ['a bitmap of 27 bytes', Buffer.concat([Buffer.from('BM'), Buffer.alloc(25)]), 'image/bmp'],
  ['a bitmap of 26 bytes', Buffer.concat([Buffer.from('BM'), Buffer.alloc(24)]), undefined],
])('%s has the right type', ([, file, type]) => {
  expect(detectType(file)).toBe(type)
})

/** A first sector with a jump, 512 bytes a sector, two sectors a cluster. */
function boot(...changes: readonly (readonly [at: number, byte: number])[]): Buffer {
  const disk = Buffer.alloc(4096)
  Buffer.from('eb3c904d53444f53352e3000020201', 'hex').copy(disk)
  disk.writeUInt16BE(0x55aa, 510)
  for (const [at, byte] of changes) disk[at] = byte
  return disk
}

/** A partition of type 7 that begins in the second sector. */
function partitioned(...changes: readonly (readonly [at: number, byte: number])[]): Buffer {
  const disk = Buffer.alloc(4096)
  disk.writeUInt16BE(0x55aa, 510)
  disk[446] = 0x80
  disk[450] = 7
  disk[454] = 1
  for (const [at, byte] of changes) disk[at] = byte
  return disk
}

test.for<readonly [string, Buffer, string | undefined]>([
  ['a volume', boot(), 'disk'],
  ['a volume with another jump', boot([0, 0xe9]), 'disk'],
  ['a volume without a jump', boot([0, 0]), undefined],
  ['a volume with sectors of 513 bytes', boot([11, 1]), undefined],
  ['a volume with three sectors a cluster', boot([13, 3]), undefined],
  ['a volume without the mark', boot([511, 0]), undefined],
  ['a partition', partitioned(), 'disk'],
  ['a partition with another status', partitioned([446, 1]), undefined],
  ['a partition that begins behind the end', partitioned([454, 8]), undefined],
  ['no partition', partitioned([450, 0]), undefined],
])('%s', ([, bytes, format]) => {
  expect(formatOf(bytes)).toBe(format)
})
