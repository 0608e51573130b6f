/** The values of PDF (ISO 32000-2 §7.3). Strings are kept as latin1, one character a byte. */

/** `/Name`, with its hex escapes resolved. */
export class Name {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** `(text)` or `<hex>`. */
export class PdfString {
  readonly bytes: string
  constructor(bytes: string) {
    this.bytes = bytes
  }
}

/** `12 0 R`. */
export class Ref {
  readonly number: number
  constructor(number: number) {
    this.number = number
  }
}

/** A word that is none of these: an operator of a page, `obj`, `stream`. */
export class Keyword {
  readonly word: string
  constructor(word: string) {
    this.word = word
  }
}

export type Dict = ReadonlyMap<string, Value>
export type Value = number | boolean | null | Name | PdfString | Ref | Keyword | readonly Value[] | Dict

/** `12 0 obj … endobj`, wherever it stands. */
export interface PdfObject {
  readonly number: number
  readonly generation: number
  readonly value: Value
  /** Its offset in the file, or that of the stream of objects that has it. */
  readonly at: number
  /** The bytes of its stream in the file. */
  readonly stream?: { readonly start: number; readonly end: number }
  /** It is in a stream of objects, whose strings are not encrypted by themselves (§7.5.7). */
  readonly packed?: true
}

export const isDict = (value: Value | undefined): value is Dict => value instanceof Map
export const isArray = (value: Value | undefined): value is readonly Value[] => Array.isArray(value)
export const nameOf = (value: Value | undefined): string => (value instanceof Name ? value.name : '')
export const numberOf = (value: Value | undefined, otherwise = 0): number =>
  typeof value === 'number' ? value : otherwise

/** A text string (§7.9.2.2): UTF-16 or UTF-8 with a mark, else PDFDocEncoding, which is nearly Windows-1252. */
export function textOf(bytes: string): string {
  const raw = Buffer.from(bytes, 'latin1')
  if (bytes.startsWith('\xfe\xff')) return utf16be(raw.subarray(2))
  if (bytes.startsWith('\xff\xfe')) return raw.toString('utf16le', 2)
  if (bytes.startsWith('\xef\xbb\xbf')) return raw.toString('utf8', 3)
  return bytes
}

export const utf16be = (raw: Buffer): string =>
  Buffer.from(raw.subarray(0, raw.length & ~1))
    .swap16()
    .toString('utf16le')
