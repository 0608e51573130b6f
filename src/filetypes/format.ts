/** What a file is, by its own bytes. */
import { isTar } from './tar-header.ts'

/** What a file is by its own bytes. */
export type Format =
  | 'zip'
  | 'ooxml'
  | 'ole'
  | 'pdf'
  | 'rtf'
  | 'rar'
  | '7z'
  | 'gzip'
  | 'bzip2'
  | 'xz'
  | 'zstd'
  | 'tar'
  | 'cab'
  | 'ace'
  | 'arj'
  | 'lha'
  | 'iso9660'
  | 'vhd'
  | 'vhdx'
  | 'dmg'
  | 'onenote'
  | 'chm'
  | 'tnef'
  | 'lnk'
  | 'html'
  | 'svg'
  | 'script'
  | 'pe'
  | 'elf'
  | 'mach-o'
  | 'java-class'
  | 'dex'

/** Bytes at a place, in hex; `..` stands for any byte. */
const magics: readonly (readonly [format: Format, at: number, octets: string])[] = [
  ['zip', 0, '504b0304'],
  ['zip', 0, '504b0506'],
  ['zip', 0, '504b0708'],
  ['ole', 0, 'd0cf11e0a1b11ae1'],
  ['rar', 0, '526172211a07'],
  ['7z', 0, '377abcaf271c'],
  ['gzip', 0, '1f8b08'],
  ['bzip2', 0, '425a68..314159265359'],
  ['xz', 0, 'fd377a585a00'],
  ['zstd', 0, '28b52ffd'],
  ['cab', 0, '4d534346'],
  ['ace', 7, '2a2a4143452a2a'],
  ['lha', 2, '2d6c68..2d'],
  ['tar', 257, '7573746172'],
  ['iso9660', 32_769, '4344303031'],
  // UDF without ISO 9660, which Windows opens as well.
  ['iso9660', 32_769, '4245413031'],
  ['vhd', 0, '636f6e6563746978'],
  ['vhdx', 0, '7668647866696c65'],
  ['onenote', 0, 'e4525c7b8cd8a74daeb15378d02996d3'],
  ['chm', 0, '49545346'],
  ['tnef', 0, '789f3e22'],
  ['lnk', 0, '4c0000000114020000000000c000000000000046'],
  ['elf', 0, '7f454c46'],
  ['mach-o', 0, 'cffaedfe'],
  ['mach-o', 0, 'cefaedfe'],
  ['dex', 0, '6465780a'],
  ['rtf', 0, '7b5c7274'],
]

/** A PDF may have bytes before it: readers look at the first thousand. */
const PDF_WITHIN = 1024

/** Undefined where the bytes tell nothing. `name` decides only between texts. */
export function formatOf(bytes: Buffer, name = ''): Format | undefined {
  const found = magics.find(([, at, octets]) => matches(bytes, at, octets))?.[0]
  if (found) return found
  if (bytes.length > 64 && bytes[0] === 0x4d && bytes[1] === 0x5a) return 'pe'
  if (isArj(bytes)) return 'arj'
  // Java's classes and Apple's fat binaries begin alike; the count that follows is small in the latter.
  if (bytes.length > 8 && bytes.readUInt32BE(0) === 0xcafebabe)
    return bytes.readUInt32BE(4) < 20 ? 'mach-o' : 'java-class'
  if (bytes.subarray(0, PDF_WITHIN).includes('%PDF-')) return 'pdf'
  // Disk images end with what names them.
  if (bytes.length >= 512 && bytes.toString('latin1', bytes.length - 512, bytes.length - 508) === 'koly') return 'dmg'
  if (bytes.length >= 512 && bytes.toString('latin1', bytes.length - 512, bytes.length - 504) === 'conectix')
    return 'vhd'
  if (isTar(bytes)) return 'tar'
  return textFormat(bytes, name) ?? (endsAsZip(bytes) ? 'zip' : undefined)
}

/** Two bytes are no mark: the length of the first header must make sense too, and the version that made it. */
const isArj = (bytes: Buffer): boolean =>
  bytes.length > 34 &&
  bytes.readUInt16BE(0) === 0x60ea &&
  bytes.readUInt16LE(2) >= 30 &&
  bytes.readUInt16LE(2) <= 2600 &&
  (bytes[5] ?? 255) <= 102 &&
  (bytes[10] ?? 255) === 2

function matches(bytes: Buffer, at: number, octets: string): boolean {
  if (bytes.length < at + octets.length / 2) return false
  for (let index = 0; index < octets.length; index += 2) {
    const byte = octets.slice(index, index + 2)
    if (byte !== '..' && bytes[at + index / 2] !== Number.parseInt(byte, 16)) return false
  }
  return true
}

const scripts =
  /\.(?:js|jse|mjs|vbs|vbe|wsf|wsh|wsc|ps1|psm1|bat|cmd|hta|sct|reg|url|scf|library-ms|search-ms|iqy|slk|sh|py|pl|rb|au3|ahk|applescript|jnlp|settingcontent-ms)[\s.]*$/i

function textFormat(bytes: Buffer, name: string): Format | undefined {
  const head = headText(bytes)
  if (
    /^\s*(?:<\?xml[^>]{0,256}>\s*)?(?:<!--[\s\S]{0,512}?-->\s*)?(?:<!DOCTYPE svg\b[^>]{0,512}>\s*)?<svg\b/i.test(
      head,
    ) ||
    /\.svgz?$/i.test(name)
  )
    return 'svg'
  if (/<(?:!doctype html|html|head|body|script|hta:application|iframe|meta|form)\b/i.test(head) && !scripts.test(name))
    return 'html'
  if (scripts.test(name) || head.startsWith('#!')) return 'script'
  if (/\.(?:x?html?|mht|mhtml|shtml)[\s.]*$/i.test(name)) return 'html'
  return undefined
}

const isBlank = (byte = 0): boolean => byte === 32 || (byte >= 9 && byte <= 13)

/** The beginning as text, whichever way it is encoded. */
function headText(bytes: Buffer): string {
  const head = bytes.subarray(0, 4096)
  if (head[0] === 0xff && head[1] === 0xfe) return head.toString('utf16le', 2)
  if (head[0] === 0xfe && head[1] === 0xff)
    return Buffer.from(head.subarray(2, 2 + ((head.length - 2) & ~1)))
      .swap16()
      .toString('utf16le')
  // Many blanks before it make a page no less a page.
  let at = head[0] === 0xef && head[1] === 0xbb ? 3 : 0
  while (at < bytes.length && isBlank(bytes[at])) at += 1
  return bytes.toString('latin1', at, at + 4096)
}

const LOCAL_ENTRY = Buffer.from('PK\x03\x04', 'latin1')
const END_OF_DIRECTORY = 'PK\x05\x06'
/** The end of the directory, and the longest comment behind it. */
const MAX_DIRECTORY_END = 65_557

/** Readers find the directory from the end, behind which a comment may stand. */
export const endsAsZip = (bytes: Buffer): boolean =>
  bytes.subarray(Math.max(0, bytes.length - MAX_DIRECTORY_END)).includes(END_OF_DIRECTORY, 0, 'latin1') &&
  bytes.includes(LOCAL_ENTRY)
