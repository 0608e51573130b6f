/** The signatures of file types, each with its media type and its format; a comment names the specification. */

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
}

const ascii = (text: string): string => Buffer.from(text, 'latin1').toString('hex')

/** A file that begins with these bytes, which alone decide. A type without a slash is below `application`. */
const begins = (type: string, bytes: string, format?: FileFormat): Signature => ({
  type: type.includes('/') ? type : `application/${type}`,
  ...(format && { format }),
  at: 0,
  bytes,
})

/**
 * In the order in which they are tried. A polyglot has the marks of two formats: programs and archives come before
 * marks further in, those before documents and pictures, and the weak evidence comes last.
 */
export const SIGNATURES: readonly Signature[] = [
  // Words that begin with MZ are text, which has no NUL.
  // Microsoft PE Format, "MS-DOS Stub"
  {
    type: 'application/vnd.microsoft.portable-executable',
    format: 'pe',
    at: 0,
    bytes: ascii('MZ'),
    check: bytes => bytes.subarray(2, 30).includes(0),
  },
  begins('x-elf', '7f454c46', 'elf'), // System V ABI, "ELF Header"
  begins('x-mach-binary', 'cffaedfe', 'mach-o'), // Apple, mach-o/loader.h
  begins('x-mach-binary', 'cefaedfe', 'mach-o'), // Apple, mach-o/loader.h
  // Fat Mach-O programs and Java classes begin alike; the number that follows is small in the former.
  // Apple, mach-o/fat.h
  {
    type: 'application/x-mach-binary',
    format: 'mach-o',
    at: 0,
    bytes: 'cafebabe',
    check: bytes => bytes.length > 8 && bytes.readUInt32BE(4) < 20,
  },
  begins('java-vm', 'cafebabe', 'java-class'), // JVM Specification §4.1
  begins('x-dex', '6465780a', 'dex'), // Android, Dalvik Executable format
  begins('zip', '504b0304', 'zip'), // PKWARE APPNOTE.TXT 4.3.7, 4.3.16, 8.5.4
  begins('zip', '504b0506', 'zip'), // PKWARE APPNOTE.TXT 4.3.7, 4.3.16, 8.5.4
  begins('zip', '504b0708', 'zip'), // PKWARE APPNOTE.TXT 4.3.7, 4.3.16, 8.5.4
  begins('vnd.rar', '526172211a07', 'rar'), // RARLAB, RAR 5.0 archive format
  begins('x-7z-compressed', '377abcaf271c', '7z'), // 7-Zip, 7zFormat.txt
  begins('gzip', '1f8b08', 'gzip'), // RFC 1952 §2.3.1
  begins('x-bzip2', '425a68..314159265359', 'bzip2'), // bzip2 1.0.8, compress.c
  begins('x-xz', 'fd377a585a00', 'xz'), // The .xz File Format 1.2.1 §2.1.1
  begins('zstd', '28b52ffd', 'zstd'), // RFC 8878 §3.1.1
  { ...begins('x-compress', '1f9d', 'compress'), check: isCompress }, // ncompress 4.2.4, compress42.c
  begins('x-archive', ascii('!<arch>\n'), 'ar'), // ar(5)
  begins('x-rpm', 'edabeedb', 'rpm'), // LSB 3.1 §22.2.1, "Lead Section"
  begins('x-cpio', ascii('070701'), 'cpio'), // cpio(5): new portable and old character format
  begins('x-cpio', ascii('070702'), 'cpio'), // cpio(5): new portable and old character format
  begins('x-cpio', ascii('070707'), 'cpio'), // cpio(5): new portable and old character format
  begins('x-xar', ascii('xar!'), 'xar'), // xar 1.6, xar.h
  begins('x-ms-wim', ascii('MSWIM\0\0\0'), 'wim'), // Microsoft WIM 2007
  begins('vnd.ms-cab-compressed', ascii('MSCF'), 'cab'), // MS-CAB §2.1
  begins('x-vhd', ascii('conectix'), 'vhd'), // Microsoft VHD 1.0, "Hard Disk Footer Format"
  begins('x-vhdx', ascii('vhdxfile'), 'vhdx'), // MS-VHDX §2.2.1
  begins('x-vmdk', ascii('KDMV'), 'disk'), // VMware, Virtual Disk Format 5.0
  begins('x-qcow', '514649fb', 'disk'), // QEMU, docs/interop/qcow2.txt
  { type: 'application/x-vdi', format: 'disk', at: 64, bytes: '7f10dabe' }, // VirtualBox, VDICore.h
  // The size of the first header, the version that made the file, and the type of the header.
  // ARJ technical information, April 1993
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
  },
  // A Compound File may have the mark of a disk image at 32 KB: it is inspected as the former and named the latter.
  { ...begins('x-ole-storage', 'd0cf11e0a1b11ae1', 'ole'), only: 'format' }, // MS-CFB §2.2
  // ACE 1.2 technical notes
  {
    type: 'application/x-ace-compressed',
    format: 'ace',
    at: 7,
    bytes: ascii('**ACE**'),
  },
  { type: 'application/x-lzh-compressed', format: 'lha', at: 2, bytes: '2d6c68..2d' }, // LHA, header.doc
  { type: 'application/x-tar', format: 'tar', at: 257, bytes: ascii('ustar') }, // POSIX.1-2017, pax
  // ECMA-119 §8.1.2
  {
    type: 'application/x-iso9660-image',
    format: 'iso9660',
    at: 32_769,
    bytes: ascii('CD001'),
  },
  // UDF without ISO 9660, which Windows opens as well.
  // ECMA-167 §2/9.2
  {
    type: 'application/x-iso9660-image',
    format: 'iso9660',
    at: 32_769,
    bytes: ascii('BEA01'),
  },
  { ...begins('x-ole-storage', 'd0cf11e0a1b11ae1', 'ole'), only: 'type' }, // MS-CFB §2.2
  begins('onenote', 'e4525c7b8cd8a74d', 'onenote'), // MS-ONESTORE §2.3.1
  begins('vnd.ms-htmlhelp', ascii('ITSF'), 'chm'), // Wise, CHM file format
  begins('vnd.ms-tnef', '789f3e22', 'tnef'), // MS-OXTNEF §2.1.3.1
  begins('x-ms-shortcut', '4c00000001140200', 'lnk'), // MS-SHLLINK §2.1
  begins('rtf', ascii('{\\rt'), 'rtf'), // Microsoft RTF 1.9.1
  begins('x-mso', ascii('ActiveMime'), 'mso'), // Microsoft Office 2000
  // Frames that decoders skip come first; files of LZ4 have them as well.
  {
    ...begins('zstd', '..2a4d18', 'zstd'), // RFC 8878 §3.1.2
    check: bytes => ((bytes[0] ?? 0) & 0xf0) === 0x50,
  },
  begins('x-lz4', '04224d18', 'other-archive'), // LZ4 Frame Format 1.6.3
  begins('x-lzip', ascii('LZIP'), 'other-archive'), // draft-diaz-lzip
  begins('wasm', '0061736d'), // WebAssembly Core 2.0 §5.5.16
  begins('pdf', ascii('%PDF-'), 'pdf'), // ISO 32000-1 §7.5.2
  begins('postscript', ascii('%!PS')), // Adobe DSC 3.0
  begins('vnd.sqlite3', ascii('SQLite format 3\0')), // SQLite, Database File Format
  begins('pgp-encrypted', ascii('-----BEGIN PGP MESSAGE')), // RFC 9580 §6.2.1
  begins('image/png', '89504e470d0a1a0a'), // W3C PNG §5.2
  begins('image/jpeg', 'ffd8ff'), // ITU-T T.81 §B.1.1.3
  begins('image/gif', ascii('GIF8')), // CompuServe GIF89a §17
  begins('image/webp', `${ascii('RIFF')}........${ascii('WEBP')}`), // RFC 9649 §2.4
  begins('image/tiff', '49492a00'), // Adobe TIFF 6.0 §2
  begins('image/tiff', '4d4d002a'), // Adobe TIFF 6.0 §2
  { type: 'image/x-emf', at: 40, bytes: ascii(' EMF') }, // MS-EMF §2.2.9
  begins('image/wmf', 'd7cdc69a'), // MS-WMF §2.3.2.3
  begins('audio/mpeg', ascii('ID3')), // ID3v2.4.0 §3.1
  begins('ogg', ascii('OggS')), // RFC 3533 §6
  { type: 'video/mp4', at: 4, bytes: ascii('ftyp') }, // ISO 14496-12 §4.3
  // Microsoft PE Format, "MS-DOS Stub"
  {
    type: 'application/vnd.microsoft.portable-executable',
    format: 'pe',
    at: 0,
    bytes: ascii('MZ'),
    check: bytes => bytes.length > 64,
    only: 'format',
  },
  // Microsoft, BITMAPFILEHEADER
  {
    type: 'image/bmp',
    at: 0,
    bytes: ascii('BM'),
    check: bytes => bytes.length > 26 && bytes.readUInt32LE(6) === 0,
  },
  // Microsoft, Icons in Win32
  {
    type: 'image/x-icon',
    at: 0,
    bytes: '00000100',
    check: bytes => bytes[5] === 0 && (bytes[4] ?? 0) > 0,
  },
  { type: 'application/x-shockwave-flash', at: 0, bytes: ascii('FWS'), check: isFlash }, // Adobe SWF File Format 19
  { type: 'application/x-shockwave-flash', at: 0, bytes: ascii('CWS'), check: isFlash }, // Adobe SWF File Format 19
  { type: 'application/x-shockwave-flash', at: 0, bytes: ascii('ZWS'), check: isFlash }, // Adobe SWF File Format 19
  // ISO 32000-1 Annex H.3, note 13
  {
    type: 'application/pdf',
    format: 'pdf',
    at: 0,
    bytes: '',
    // Readers search the first thousand bytes.
    check: bytes => bytes.subarray(0, 1024).includes('%PDF-'),
    only: 'format',
  },
  // UDIF
  {
    type: 'application/x-apple-diskimage',
    format: 'dmg',
    at: -512,
    bytes: ascii('koly'),
    only: 'format',
  },
  { type: 'application/x-vhd', format: 'vhd', at: -512, bytes: ascii('conectix'), only: 'format' }, // Microsoft VHD 1.0, "Hard Disk Footer Format"
  // LZMA without a container: properties of old encoders, a dictionary of whole kilobytes, a length or none.
  // LZMA SDK 24.09, lzma.txt
  {
    type: 'application/x-lzma',
    format: 'lzma',
    at: 0,
    bytes: '5d0000',
    check: isLzma,
    only: 'format',
  },
  // Microsoft FAT 1.03, "Boot Sector and BPB"; UEFI 2.10 §5.2.1
  {
    type: 'application/x-raw-disk-image',
    format: 'disk',
    at: 0,
    bytes: '',
    check: isDisk,
    only: 'format',
  },
  // Archives from before POSIX have no mark; the header has a checksum.
  { type: 'application/x-tar', format: 'tar', at: 0, bytes: '', check: isTar }, // POSIX.1-1988, ustar
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
