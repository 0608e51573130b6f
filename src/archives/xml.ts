/** Reads the tags, attributes and texts of XML that an Office program wrote or an attacker bent. Linear, no DOM. */

import type { Notes } from './inspection.ts'

/** Bytes of one XML part that are read. */
export const MAX_XML = 2_097_152
/** Bytes of a part that a person writes. */
const MAX_PART = 8_388_608

/** Tags after which a reader of a long part lets others run. */
export const TAGS_AT_ONCE = 2000

/** One tag, opening or closing. */
export interface XmlTag {
  /** Without its prefix. */
  readonly name: string
  readonly closing: boolean
  /** What stands between the name and the `>`. */
  readonly attributes: string
  /** Where the text after the tag begins. */
  readonly end: number
}

/**
 * The text of a part as far as it is read. What lies beyond is not examined where it has a mark of what would be looked
 * for; honest documents are long by their tables and pictures.
 *
 * @param marks what stands in everything that is looked for
 */
export function xmlPart(bytes: Buffer, marks: readonly string[], notes: Pick<Notes, 'beyond'>, max = MAX_PART): string {
  const rest = bytes.subarray(max)
  const encoding = bytes.subarray(0, 4).includes(0) ? 'utf16le' : 'utf8'
  if (marks.some(mark => rest.includes(mark, 0, encoding))) notes.beyond('it is longer than the limit')
  return xmlText(bytes, max)
}

/** The text of a part: UTF-8, or UTF-16 by its mark or its first letter. */
export function xmlText(bytes: Buffer, max = MAX_XML): string {
  const [first, second] = bytes
  const part = bytes.subarray(0, max)
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return part.toString('utf16le')
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c))
    return Buffer.from(part.subarray(0, part.length & ~1))
      .swap16()
      .toString('utf16le')
  return part.toString('utf8')
}

/** Characters of the name of a tag with its prefix, and of its attributes without repeated blanks. */
const [MAX_NAME, MAX_ATTRIBUTES] = [80, 65_536]

/** The tags with these local names, in order. Other tags are skipped by their first letters. */
export function* xmlTags(xml: string, wanted: ReadonlySet<string>): Generator<XmlTag> {
  for (let at = xml.indexOf('<'); at >= 0; at = xml.indexOf('<', at + 1)) {
    const closing = xml[at + 1] === '/'
    const from = at + (closing ? 2 : 1)
    let stop = from
    while (stop - from < MAX_NAME && isNameCharacter(xml.charCodeAt(stop))) stop += 1
    const full = xml.slice(from, stop)
    const name = full.slice(full.lastIndexOf(':') + 1)
    if (name === '' || !wanted.has(name)) continue
    const close = endOfTag(xml, stop)
    yield { name, closing, attributes: attributesOf(xml.slice(stop, close)), end: Math.min(close + 1, xml.length) }
    at = close
  }
}

/** Letters, digits, `:`, `.`, `_` and `-`. The end of the text is NaN and no such character. */
const isNameCharacter = (code: number): boolean =>
  ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a) ||
  (code >= 0x30 && code <= 0x3a) ||
  code === 0x2e ||
  code === 0x5f ||
  code === 0x2d

/** Blanks do not push a value out of what is read. */
const attributesOf = (text: string): string => text.replace(/\s+/g, ' ').slice(0, MAX_ATTRIBUTES)

/** A quoted value may hold a `>`. The tags after it are searched from its end, so that all of a text is linear. */
function endOfTag(xml: string, from: number): number {
  let quote = 0
  const stop = xml.length
  for (let at = from; at < stop; at += 1) {
    const code = xml.charCodeAt(at)
    if (quote !== 0) quote = code === quote ? 0 : quote
    else if (code === 0x22 || code === 0x27) quote = code
    else if (code === 0x3e) return at
  }
  return stop
}

/** The value of an attribute by its local name; undefined where the tag has none. */
export function xmlAttribute(attributes: string, name: string): string | undefined {
  for (const [, key = '', double, single] of attributes.matchAll(ATTRIBUTE))
    if (key.slice(key.indexOf(':') + 1).toLowerCase() === name.toLowerCase()) return unescapeXml(double ?? single ?? '')
  return undefined
}

const ATTRIBUTE = /(?<![\w:.-])([\w:.-]{1,80}) ?= ?(?:"([^"]{0,8192})"|'([^']{0,8192})')/g

/** The text from `from` to the next tag. Comments are left out, and CDATA is taken as it is. */
export function xmlContent(xml: string, from: number): string {
  let text = ''
  let at = from
  for (let pieces = 0; pieces < MAX_PIECES; pieces += 1) {
    const next = xml.indexOf('<', at)
    const stop = next < 0 ? xml.length : next
    text += unescapeXml(xml.slice(at, stop))
    if (next < 0) return text
    const [open, close] = xml.startsWith('<!--', next) ? ['<!--', '-->'] : ['<![CDATA[', ']]>']
    if (!xml.startsWith(open, next)) return text
    const end = xml.indexOf(close, next + open.length)
    if (end < 0) return text
    if (open === '<![CDATA[') text += xml.slice(next + open.length, end)
    at = end + close.length
  }
  return text
}

/** Comments and sections of CDATA in one text. */
const MAX_PIECES = 1000

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** Replaces the five names of XML, and numbers. */
const unescapeXml = (value: string): string =>
  value.includes('&')
    ? value.replace(/&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([\da-f]{1,6}));/gi, (all, name, decimal, hex) => {
        if (name !== undefined) return NAMED[String(name).toLowerCase()] ?? all
        const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
        return code <= 0x10ffff ? String.fromCodePoint(code) : ''
      })
    : value
