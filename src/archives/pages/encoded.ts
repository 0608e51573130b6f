/** Encoded texts in pages: how long they are, and which file they hold. */
import { formatOf } from '../../filetypes/format.ts'

/** Characters that show what a text is. */
const SAMPLE = 256
/** An encoded text of this length may be a file; shorter ones are keys and names. */
export const MIN_ENCODED = 160
/** Blanks within an encoded text are line ends. */
const ENCODED = /^[\w+/=%$!#@~^*-]+$/
const HEX = /^(?:[0-9a-f]{2})+$/i
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/
/** Texts that look encoded and are something else: one letter again and again, one kind of letters. */
const isVaried = (text: string): boolean => new Set(text).size >= 12 || HEX.test(text)

/** Whether a text of a script or an attribute is encoded: no words, no markup, no code. */
export function isEncoded(text: string): boolean {
  if (text.length < MIN_ENCODED) return false
  const start = text.slice(0, SAMPLE).replace(/\s+/g, '')
  if (start.length < SAMPLE * 0.6 || !ENCODED.test(start) || !isVaried(start)) return false
  const middle = text.slice(text.length >> 1, (text.length >> 1) + SAMPLE).replace(/\s+/g, '')
  return ENCODED.test(middle)
}

/** Whether the text is written with `%41` or `&#65;` throughout. */
export function isEscaped(text: string): boolean {
  if (text.length < 3 * MIN_ESCAPES) return false
  const sample = text.slice(0, 4096)
  const escapes = sample.match(/%u?[0-9a-f]{2}/gi)?.length ?? 0
  return escapes >= MIN_ESCAPES && escapes * 6 >= Math.min(sample.length, 4096) / 4
}
const MIN_ESCAPES = 32

/** Formats that a page has no honest reason to hold as text: archives, programs, disk images, pages, scripts. */
const FILES: ReadonlySet<string> = new Set(
  'zip ooxml ole rar 7z gzip bzip2 xz zstd tar cab ace arj lha iso9660 vhd vhdx dmg onenote chm lnk script pe elf mach-o java-class rtf html svg'.split(
    ' ',
  ),
)

/** The format of the file that the text holds in base64 or hex, forwards or backwards; undefined where it is none. */
export function fileIn(text: string): string | undefined {
  const start = text
    .slice(0, 2 * SAMPLE)
    .replace(/\s+/g, '')
    .slice(0, SAMPLE)
  if (start.length < 32) return undefined
  const end = text
    .slice(-2 * SAMPLE)
    .replace(/\s+/g, '')
    .slice(-SAMPLE)
  for (const piece of [start, [...end].reverse().join('')]) {
    const format = formatIn(piece)
    if (format !== undefined) return format
  }
  return undefined
}

function formatIn(text: string): string | undefined {
  const bytes = HEX.test(text) ? Buffer.from(text, 'hex') : BASE64.test(text) ? Buffer.from(text, 'base64') : undefined
  if (bytes === undefined || bytes.length < 24) return undefined
  const format = formatOf(bytes)
  if (format !== undefined) return FILES.has(format) ? format : undefined
  // Encoded twice.
  const inner = bytes.toString('latin1')
  return BASE64.test(inner) && inner.length >= 32 ? formatIn(inner) : undefined
}

/** The format of a file whose bytes are the characters of a text; undefined for anything else. */
export function fileOfBytes(text: string): string | undefined {
  if (text.length < 24) return undefined
  const format = formatOf(Buffer.from(text.slice(0, SAMPLE), 'latin1'))
  return format !== undefined && FILES.has(format) ? format : undefined
}

/** The format of the file that a `data:` URL (RFC 2397) of a script holds. Pictures and fonts are parts of the page. */
export function fileInDataUrl(text: string): string | undefined {
  const start = /^\s{0,20}data:(?!image\/|font\/)[\w.+/-]{0,80}(?:;[\w=.+-]{1,64}){0,4};base64,/i.exec(
    text.slice(0, 400),
  )?.[0]
  return start === undefined ? undefined : fileIn(text.slice(start.length))
}
