/** What a file is by its first bytes, whatever its name and type say: the kinds that a mail gate must tell apart. */

import { decodeCharset, detectWideEncoding } from '../mime/decode/charsets.ts'

/** The bytes that a look takes: an ISO 9660 image has its mark at 32,769. */
export const LOOK = 33_000

/** A type of the kind `application/zip`, or undefined where the bytes tell nothing. */
export function detectType(head: Buffer): string | undefined {
  const signature = signatures.find(([, at, bytes]) => head.length > at && startsAt(head, at, bytes))
  if (signature) return refine(signature[0], head)
  return detectText(head)
}

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex')

/** Type, offset, bytes. From the specifications of the formats; those that contain another come first. */
const signatures: readonly (readonly [type: string, at: number, octets: Buffer])[] = [
  ['application/vnd.microsoft.portable-executable', 0, Buffer.from('MZ')],
  ['application/x-elf', 0, hex('7f 45 4c 46')],
  ['application/x-mach-binary', 0, hex('cf fa ed fe')],
  ['application/x-mach-binary', 0, hex('ce fa ed fe')],
  // Java classes and fat Mach-O programs.
  ['application/java-vm', 0, hex('ca fe ba be')],
  ['application/zip', 0, hex('50 4b 03 04')],
  ['application/zip', 0, hex('50 4b 05 06')],
  ['application/zip', 0, hex('50 4b 07 08')],
  ['application/vnd.rar', 0, hex('52 61 72 21 1a 07')],
  ['application/x-7z-compressed', 0, hex('37 7a bc af 27 1c')],
  ['application/gzip', 0, hex('1f 8b')],
  ['application/x-bzip2', 0, Buffer.from('BZh')],
  ['application/x-xz', 0, hex('fd 37 7a 58 5a 00')],
  ['application/zstd', 0, hex('28 b5 2f fd')],
  ['application/x-lz4', 0, hex('04 22 4d 18')],
  ['application/x-lzip', 0, Buffer.from('LZIP')],
  ['application/x-lzh-compressed', 2, Buffer.from('-lh')],
  ['application/x-arj', 0, hex('60 ea')],
  ['application/x-ace-compressed', 7, Buffer.from('**ACE**')],
  ['application/vnd.ms-cab-compressed', 0, Buffer.from('MSCF')],
  ['application/x-tar', 257, Buffer.from('ustar')],
  ['application/x-iso9660-image', 32_769, Buffer.from('CD001')],
  ['application/x-vhd', 0, Buffer.from('conectix')],
  ['application/x-vhdx', 0, Buffer.from('vhdxfile')],
  ['application/x-ole-storage', 0, hex('d0 cf 11 e0 a1 b1 1a e1')],
  ['application/onenote', 0, hex('e4 52 5c 7b 8c d8 a7 4d')],
  ['application/x-ms-shortcut', 0, hex('4c 00 00 00 01 14 02 00')],
  ['application/vnd.ms-tnef', 0, hex('78 9f 3e 22')],
  ['application/vnd.ms-htmlhelp', 0, Buffer.from('ITSF')],
  ['application/wasm', 0, hex('00 61 73 6d')],
  ['application/pdf', 0, Buffer.from('%PDF-')],
  ['application/postscript', 0, Buffer.from('%!PS')],
  ['application/rtf', 0, Buffer.from('{\\rt')],
  ['application/vnd.sqlite3', 0, Buffer.from('SQLite format 3\0')],
  ['application/pgp-encrypted', 0, Buffer.from('-----BEGIN PGP MESSAGE')],
  ['image/png', 0, hex('89 50 4e 47 0d 0a 1a 0a')],
  ['image/jpeg', 0, hex('ff d8 ff')],
  ['image/gif', 0, Buffer.from('GIF8')],
  ['image/bmp', 0, Buffer.from('BM')],
  ['image/tiff', 0, hex('49 49 2a 00')],
  ['image/tiff', 0, hex('4d 4d 00 2a')],
  ['image/x-icon', 0, hex('00 00 01 00')],
  ['image/x-emf', 40, Buffer.from(' EMF')],
  ['image/wmf', 0, hex('d7 cd c6 9a')],
  ['audio/mpeg', 0, Buffer.from('ID3')],
  ['application/ogg', 0, Buffer.from('OggS')],
  ['video/mp4', 4, Buffer.from('ftyp')],
  ['application/x-shockwave-flash', 0, Buffer.from('FWS')],
  ['application/x-shockwave-flash', 0, Buffer.from('CWS')],
  ['application/x-shockwave-flash', 0, Buffer.from('ZWS')],
]

const startsAt = (head: Buffer, at: number, bytes: Buffer): boolean =>
  head.subarray(at, at + bytes.length).equals(bytes)

/** Signatures of two or three letters are not enough: text may begin with them. */
function refine(type: string, head: Buffer): string | undefined {
  switch (type) {
    case 'application/vnd.microsoft.portable-executable':
      // Any program for DOS or Windows; words that begin with MZ are text, which has no NUL.
      return head.subarray(2, 30).includes(0) ? type : undefined
    case 'application/gzip':
      return head[2] === 8 ? type : undefined
    case 'application/x-bzip2':
      return /^BZh[1-9]1AY&SY/.test(head.toString('latin1', 0, 10)) ? type : undefined
    case 'image/bmp':
      return head.length > 26 && head.readUInt32LE(6) === 0 ? type : undefined
    case 'application/x-arj':
      return head.length > 10 && head.readUInt16LE(2) <= 2600 && (head[8] ?? 99) <= 11 ? type : undefined
    case 'image/x-icon':
      return (head[5] ?? 1) === 0 && (head[4] ?? 0) > 0 ? type : undefined
    case 'application/x-shockwave-flash':
      return (head[3] ?? 99) < 64 ? type : undefined
    case 'application/zip':
      return refineZip(head)
    default:
      return type
  }
}

/** Office documents and Java archives are ZIP archives: the names that come first tell. */
function refineZip(head: Buffer): string {
  const text = head.toString('latin1', 0, 8192)
  if (text.includes('META-INF/MANIFEST.MF')) return 'application/java-archive'
  if (text.includes('AndroidManifest.xml')) return 'application/vnd.android.package-archive'
  if (text.includes('AppxManifest.xml')) return 'application/appx'
  const open = /mimetype(application\/[a-z0-9.+-]{1,80}?)PK/.exec(text)?.[1]
  if (open) return open
  if (!text.includes('[Content_Types].xml') && !text.includes('_rels/.rels')) return 'application/zip'
  if (text.includes('word/')) return `${OOXML}.wordprocessingml.document`
  if (text.includes('xl/')) return `${OOXML}.spreadsheetml.sheet`
  if (text.includes('ppt/')) return `${OOXML}.presentationml.presentation`
  return OOXML
}

const OOXML = 'application/vnd.openxmlformats-officedocument'

/** Many blanks before it make a page no less a page. */
function fromFirstLetter(head: Buffer): string {
  const text = head.toString('latin1', 0, 1024)
  return text.trimStart().length < 600 ? head.toString('latin1').trimStart().slice(0, 1024) : text
}

/** Text that some program would run or render, found where such text begins. */
function detectText(head: Buffer): string | undefined {
  const wide = detectWideEncoding(head)
  const beginning = wide ? decodeCharset(head.subarray(0, 4096), wide)?.slice(0, 1024) : fromFirstLetter(head)
  const text = (beginning ?? '').replace(/^(?:\xef\xbb\xbf|\ufeff)/, '')
  const start = text.trimStart().slice(0, 600).toLowerCase()
  if (start.startsWith('#!')) return 'text/x-script'
  if (/^\[internetshortcut\]/.test(start)) return 'application/x-mswinurl'
  if (/^%pdf-/.test(start) || text.slice(0, 1024).includes('%PDF-1.')) return 'application/pdf'
  if (/^<(?:!doctype html|html|head|body|script|iframe|meta|title|table|div|style|a\s|img\s|form\s|hta:)/.test(start))
    return start.includes('<hta:application') ? 'application/hta' : 'text/html'
  if (/^<svg[\s>]/.test(start) || (start.startsWith('<?xml') && /<svg[\s>]/.test(start))) return 'image/svg+xml'
  if (start.startsWith('<?xml')) return start.includes('<html') ? 'application/xhtml+xml' : 'application/xml'
  if (start.startsWith('begin:vcalendar')) return 'text/calendar'
  if (start.startsWith('begin:vcard')) return 'text/vcard'
  return /^<!--/.test(start) && /<(?:html|script|body|meta)[\s>]/.test(start) ? 'text/html' : undefined
}
