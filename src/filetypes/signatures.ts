/** The signatures of file types, each with its media type, its format and the specification that defines it. */

import { isDisk } from './disk-header.ts'
import type { FileFormat } from './file-format.ts'
import { isCompress, isFlash, isLzma } from './short-signatures.ts'
import { isTar } from './tar-header.ts'

export type { FileFormat } from './file-format.ts'

/** One row of the table: bytes at an offset, and the type that they stand for. */
export interface Signature {
  readonly type: string
  /** Absent for files that are not inspected. */
  readonly format?: FileFormat
  /** The offset of the bytes; a negative number counts from the end of the file. */
  readonly at: number
  /** In hex, `..` for any byte. */
  readonly bytes: string
  /** A further condition where two or three letters are not enough, because text may begin with them. */
  readonly check?: (bytes: Buffer) => boolean
  /**
   * The view that the row is for. `format`: the evidence is enough to inspect a file and too weak to contradict its
   * declared type, or it stands at the end of the file.
   */
  readonly only?: 'type' | 'format'
  readonly source: string
}

const ascii = (text: string): string => Buffer.from(text, 'latin1').toString('hex')

const ELF = 'System V ABI, "ELF Header"'
const MACH_O = 'Apple, mach-o/loader.h'
const SWF = 'Adobe SWF File Format 19'
const TIFF = 'Adobe TIFF 6.0 §2'
const ZIP = 'PKWARE APPNOTE.TXT 4.3.7, 4.3.16, 8.5.4'
const PE = 'Microsoft PE Format, "MS-DOS Stub"'
const CPIO = 'cpio(5): new portable and old character format'
const VHD = 'Microsoft VHD 1.0, "Hard Disk Footer Format"'

/**
 * In the order in which they are tried. A polyglot has the marks of two formats: programs and archives come before
 * marks further in, those before documents and pictures, and the weak evidence comes last.
 */
export const SIGNATURES: readonly Signature[] = [
  // Words that begin with MZ are text, which has no NUL.
  {
    type: 'application/vnd.microsoft.portable-executable',
    format: 'pe',
    at: 0,
    bytes: ascii('MZ'),
    check: bytes => bytes.subarray(2, 30).includes(0),
    source: PE,
  },
  { type: 'application/x-elf', format: 'elf', at: 0, bytes: '7f454c46', source: ELF },
  { type: 'application/x-mach-binary', format: 'mach-o', at: 0, bytes: 'cffaedfe', source: MACH_O },
  { type: 'application/x-mach-binary', format: 'mach-o', at: 0, bytes: 'cefaedfe', source: MACH_O },
  // Fat Mach-O programs and Java classes begin alike; the number that follows is small in the former.
  {
    type: 'application/x-mach-binary',
    format: 'mach-o',
    at: 0,
    bytes: 'cafebabe',
    check: bytes => bytes.length > 8 && bytes.readUInt32BE(4) < 20,
    source: 'Apple, mach-o/fat.h',
  },
  { type: 'application/java-vm', format: 'java-class', at: 0, bytes: 'cafebabe', source: 'JVM Specification §4.1' },
  { type: 'application/x-dex', format: 'dex', at: 0, bytes: '6465780a', source: 'Android, Dalvik Executable format' },
  { type: 'application/zip', format: 'zip', at: 0, bytes: '504b0304', source: ZIP },
  { type: 'application/zip', format: 'zip', at: 0, bytes: '504b0506', source: ZIP },
  { type: 'application/zip', format: 'zip', at: 0, bytes: '504b0708', source: ZIP },
  {
    type: 'application/vnd.rar',
    format: 'rar',
    at: 0,
    bytes: '526172211a07',
    source: 'RARLAB, RAR 5.0 archive format',
  },
  { type: 'application/x-7z-compressed', format: '7z', at: 0, bytes: '377abcaf271c', source: '7-Zip, 7zFormat.txt' },
  { type: 'application/gzip', format: 'gzip', at: 0, bytes: '1f8b08', source: 'RFC 1952 §2.3.1' },
  {
    type: 'application/x-bzip2',
    format: 'bzip2',
    at: 0,
    bytes: '425a68..314159265359',
    source: 'bzip2 1.0.8, compress.c',
  },
  { type: 'application/x-xz', format: 'xz', at: 0, bytes: 'fd377a585a00', source: 'The .xz File Format 1.2.1 §2.1.1' },
  { type: 'application/zstd', format: 'zstd', at: 0, bytes: '28b52ffd', source: 'RFC 8878 §3.1.1' },
  {
    type: 'application/x-compress',
    format: 'compress',
    at: 0,
    bytes: '1f9d',
    check: isCompress,
    source: 'ncompress 4.2.4, compress42.c',
  },
  { type: 'application/x-archive', format: 'ar', at: 0, bytes: ascii('!<arch>\n'), source: 'ar(5)' },
  { type: 'application/x-rpm', format: 'rpm', at: 0, bytes: 'edabeedb', source: 'LSB 3.1 §22.2.1, "Lead Section"' },
  { type: 'application/x-cpio', format: 'cpio', at: 0, bytes: ascii('070701'), source: CPIO },
  { type: 'application/x-cpio', format: 'cpio', at: 0, bytes: ascii('070702'), source: CPIO },
  { type: 'application/x-cpio', format: 'cpio', at: 0, bytes: ascii('070707'), source: CPIO },
  { type: 'application/x-xar', format: 'xar', at: 0, bytes: ascii('xar!'), source: 'xar 1.6, xar.h' },
  { type: 'application/x-ms-wim', format: 'wim', at: 0, bytes: ascii('MSWIM\0\0\0'), source: 'Microsoft WIM 2007' },
  { type: 'application/vnd.ms-cab-compressed', format: 'cab', at: 0, bytes: ascii('MSCF'), source: 'MS-CAB §2.1' },
  { type: 'application/x-vhd', format: 'vhd', at: 0, bytes: ascii('conectix'), source: VHD },
  { type: 'application/x-vhdx', format: 'vhdx', at: 0, bytes: ascii('vhdxfile'), source: 'MS-VHDX §2.2.1' },
  // The size of the first header, the version that made the file, and the type of the header.
  {
    type: 'application/x-arj',
    format: 'arj',
    at: 0,
    bytes: '60ea',
    check: bytes =>
      bytes.length > 34 &&
      bytes.readUInt16LE(2) >= 30 &&
      bytes.readUInt16LE(2) <= 2600 &&
      (bytes[5] ?? 255) <= 102 &&
      bytes[10] === 2,
    source: 'ARJ technical information, April 1993',
  },
  // A Compound File may have the mark of a disk image at 32 KB: it is inspected as the former and named the latter.
  {
    type: 'application/x-ole-storage',
    format: 'ole',
    at: 0,
    bytes: 'd0cf11e0a1b11ae1',
    only: 'format',
    source: 'MS-CFB §2.2',
  },
  {
    type: 'application/x-ace-compressed',
    format: 'ace',
    at: 7,
    bytes: ascii('**ACE**'),
    source: 'ACE 1.2 technical notes',
  },
  { type: 'application/x-lzh-compressed', format: 'lha', at: 2, bytes: '2d6c68..2d', source: 'LHA, header.doc' },
  { type: 'application/x-tar', format: 'tar', at: 257, bytes: ascii('ustar'), source: 'POSIX.1-2017, pax' },
  {
    type: 'application/x-iso9660-image',
    format: 'iso9660',
    at: 32_769,
    bytes: ascii('CD001'),
    source: 'ECMA-119 §8.1.2',
  },
  // UDF without ISO 9660, which Windows opens as well.
  {
    type: 'application/x-iso9660-image',
    format: 'iso9660',
    at: 32_769,
    bytes: ascii('BEA01'),
    source: 'ECMA-167 §2/9.2',
  },
  {
    type: 'application/x-ole-storage',
    format: 'ole',
    at: 0,
    bytes: 'd0cf11e0a1b11ae1',
    only: 'type',
    source: 'MS-CFB §2.2',
  },
  { type: 'application/onenote', format: 'onenote', at: 0, bytes: 'e4525c7b8cd8a74d', source: 'MS-ONESTORE §2.3.1' },
  { type: 'application/vnd.ms-htmlhelp', format: 'chm', at: 0, bytes: ascii('ITSF'), source: 'Wise, CHM file format' },
  { type: 'application/vnd.ms-tnef', format: 'tnef', at: 0, bytes: '789f3e22', source: 'MS-OXTNEF §2.1.3.1' },
  { type: 'application/x-ms-shortcut', format: 'lnk', at: 0, bytes: '4c00000001140200', source: 'MS-SHLLINK §2.1' },
  { type: 'application/rtf', format: 'rtf', at: 0, bytes: ascii('{\\rt'), source: 'Microsoft RTF 1.9.1' },
  { type: 'application/x-mso', format: 'mso', at: 0, bytes: ascii('ActiveMime'), source: 'Microsoft Office 2000' },
  { type: 'application/x-lz4', at: 0, bytes: '04224d18', source: 'LZ4 Frame Format 1.6.3' },
  { type: 'application/x-lzip', at: 0, bytes: ascii('LZIP'), source: 'draft-diaz-lzip' },
  { type: 'application/wasm', at: 0, bytes: '0061736d', source: 'WebAssembly Core 2.0 §5.5.16' },
  { type: 'application/pdf', format: 'pdf', at: 0, bytes: ascii('%PDF-'), source: 'ISO 32000-1 §7.5.2' },
  { type: 'application/postscript', at: 0, bytes: ascii('%!PS'), source: 'Adobe DSC 3.0' },
  { type: 'application/vnd.sqlite3', at: 0, bytes: ascii('SQLite format 3\0'), source: 'SQLite, Database File Format' },
  { type: 'application/pgp-encrypted', at: 0, bytes: ascii('-----BEGIN PGP MESSAGE'), source: 'RFC 9580 §6.2.1' },
  { type: 'image/png', at: 0, bytes: '89504e470d0a1a0a', source: 'W3C PNG §5.2' },
  { type: 'image/jpeg', at: 0, bytes: 'ffd8ff', source: 'ITU-T T.81 §B.1.1.3' },
  { type: 'image/gif', at: 0, bytes: ascii('GIF8'), source: 'CompuServe GIF89a §17' },
  { type: 'image/tiff', at: 0, bytes: '49492a00', source: TIFF },
  { type: 'image/tiff', at: 0, bytes: '4d4d002a', source: TIFF },
  { type: 'image/x-emf', at: 40, bytes: ascii(' EMF'), source: 'MS-EMF §2.2.9' },
  { type: 'image/wmf', at: 0, bytes: 'd7cdc69a', source: 'MS-WMF §2.3.2.3' },
  { type: 'audio/mpeg', at: 0, bytes: ascii('ID3'), source: 'ID3v2.4.0 §3.1' },
  { type: 'application/ogg', at: 0, bytes: ascii('OggS'), source: 'RFC 3533 §6' },
  { type: 'video/mp4', at: 4, bytes: ascii('ftyp'), source: 'ISO 14496-12 §4.3' },
  {
    type: 'application/vnd.microsoft.portable-executable',
    format: 'pe',
    at: 0,
    bytes: ascii('MZ'),
    check: bytes => bytes.length > 64,
    only: 'format',
    source: PE,
  },
  {
    type: 'image/bmp',
    at: 0,
    bytes: ascii('BM'),
    check: bytes => bytes.length > 26 && bytes.readUInt32LE(6) === 0,
    source: 'Microsoft, BITMAPFILEHEADER',
  },
  {
    type: 'image/x-icon',
    at: 0,
    bytes: '00000100',
    check: bytes => bytes[5] === 0 && (bytes[4] ?? 0) > 0,
    source: 'Microsoft, Icons in Win32',
  },
  { type: 'application/x-shockwave-flash', at: 0, bytes: ascii('FWS'), check: isFlash, source: SWF },
  { type: 'application/x-shockwave-flash', at: 0, bytes: ascii('CWS'), check: isFlash, source: SWF },
  { type: 'application/x-shockwave-flash', at: 0, bytes: ascii('ZWS'), check: isFlash, source: SWF },
  {
    type: 'application/pdf',
    format: 'pdf',
    at: 0,
    bytes: '',
    // Readers search the first thousand bytes.
    check: bytes => bytes.subarray(0, 1024).includes('%PDF-'),
    only: 'format',
    source: 'ISO 32000-1 Annex H.3, note 13',
  },
  {
    type: 'application/x-apple-diskimage',
    format: 'dmg',
    at: -512,
    bytes: ascii('koly'),
    only: 'format',
    source: 'UDIF',
  },
  { type: 'application/x-vhd', format: 'vhd', at: -512, bytes: ascii('conectix'), only: 'format', source: VHD },
  // LZMA without a container: properties of old encoders, a dictionary of whole kilobytes, a length or none.
  {
    type: 'application/x-lzma',
    format: 'lzma',
    at: 0,
    bytes: '5d0000',
    check: isLzma,
    only: 'format',
    source: 'LZMA SDK 24.09, lzma.txt',
  },
  {
    type: 'application/x-raw-disk-image',
    format: 'disk',
    at: 0,
    bytes: '',
    check: isDisk,
    only: 'format',
    source: 'Microsoft FAT 1.03, "Boot Sector and BPB"; UEFI 2.10 §5.2.1',
  },
  // Archives from before POSIX have no mark; the header has a checksum.
  { type: 'application/x-tar', format: 'tar', at: 0, bytes: '', check: isTar, source: 'POSIX.1-1988, ustar' },
]

const compiled = SIGNATURES.map(signature => ({
  signature,
  at: signature.at,
  expected: (signature.bytes.match(/../g) ?? []).map(digits => (digits === '..' ? -1 : Number.parseInt(digits, 16))),
  forType: signature.only !== 'format',
  forFormat: signature.format !== undefined && signature.only !== 'type',
}))

type Row = (typeof compiled)[number]

/** The rows of each view that may match a file with this first byte, in their order: a few of sixty. */
const rowsByFirstByte = { type: new Map<number, readonly Row[]>(), format: new Map<number, readonly Row[]>() }

function rowsFor(view: 'type' | 'format', first: number): readonly Row[] {
  const before = rowsByFirstByte[view].get(first)
  if (before) return before
  const rows = compiled.filter(
    ({ at, expected: [wanted = -1], forType, forFormat }) =>
      (view === 'type' ? forType : forFormat) && (at !== 0 || wanted === -1 || wanted === first),
  )
  rowsByFirstByte[view].set(first, rows)
  return rows
}

/** The first row that matches, of those for this view. For formats `bytes` is the whole file. */
export function findSignature(bytes: Buffer, view: 'type' | 'format'): Signature | undefined {
  for (const { signature, at, expected } of rowsFor(view, bytes[0] ?? -1)) {
    const start = at < 0 ? bytes.length + at : at
    if (matches(bytes, start, expected) && (signature.check?.(bytes) ?? true)) return signature
  }
  return undefined
}

function matches(bytes: Buffer, start: number, expected: readonly number[]): boolean {
  for (let index = 0; index < expected.length; index++) {
    const byte = expected[index]
    if (byte !== bytes[start + index] && (byte !== -1 || start + index >= bytes.length)) return false
  }
  return true
}
