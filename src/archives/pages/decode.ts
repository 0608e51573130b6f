/** The text of a page: by its byte order mark, its wide characters, or the charset that it declares (HTML, XML). */
import { isAscii, isUtf8 } from 'node:buffer'
import { decodeCharset, detectWideEncoding } from '../../mime/decode/charsets.ts'

/** Bytes in which browsers look for a declaration; some look further than the 1024 of the standard. */
const MAX_PROLOGUE = 4096
const DECLARED =
  /<\?xml[^>]{0,200}?\bencoding\s{0,4}=\s{0,4}["']([\w.:-]{1,40})|<meta\b[^>]{0,400}?\bcharset\s{0,4}=\s{0,4}["']?([\w.:-]{1,40})/i

export function decodePage(bytes: Buffer): string {
  const wide = detectWideEncoding(bytes)
  if (wide) return withoutMark(decodeCharset(bytes, wide) ?? '')
  // ISO-2022 and the like switch charsets with an escape.
  if (isAscii(bytes) && !bytes.includes(0x1b)) return bytes.toString('latin1')
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return withoutMark(bytes.toString('utf8'))
  const [, xml, html] = DECLARED.exec(bytes.toString('latin1', 0, MAX_PROLOGUE)) ?? []
  const declared = (xml ?? html ?? '').toLowerCase()
  // A declaration is ASCII: a page that declares UTF-16 with it is none, and browsers take it for UTF-8.
  const charset =
    declared === '' || declared.startsWith('utf-16') ? (isUtf8(bytes) ? 'utf-8' : 'windows-1252') : declared
  return withoutMark(decodeCharset(bytes, charset) ?? bytes.toString('latin1'))
}

const withoutMark = (text: string): string => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)

/** The internal subset of a document type, its entities, and how far their values may make the text grow. */
const SUBSET = /<!DOCTYPE[^[>]{0,1024}\[([^\]]{0,65536})\]\s{0,64}>/i
const ENTITY = /<!ENTITY\s{1,16}([\w.:-]{1,64})\s{1,16}(?:"([^"]{0,8192})"|'([^']{0,8192})')/g
const MAX_GROWTH = 1_048_576

/** The text of an XML page with the entities that it declares itself (XML 1.0 §4.2) replaced by their values. */
export function expandEntities(xml: string): string {
  const subset = xml.slice(0, 131_072).match(SUBSET)
  if (!subset) return xml
  const values = new Map<string, string>()
  for (const [, name = '', quoted, single] of (subset[1] ?? '').matchAll(ENTITY)) {
    if (!values.has(name)) values.set(name, quoted ?? single ?? '')
  }
  const start = (subset.index ?? 0) + subset[0].length
  if (values.size === 0) return xml.slice(start)
  // A value may name other entities: two rounds are more than any honest picture needs.
  return expand(expand(xml.slice(start), values), values)
}

const MAX_EXPANSIONS = 10_000
const REFERENCE = /&([\w.:-]{1,64});/g

function expand(xml: string, values: ReadonlyMap<string, string>): string {
  const pieces: string[] = []
  let [from, left, count] = [0, MAX_GROWTH, 0]
  for (const { 0: reference, 1: name = '', index } of xml.matchAll(REFERENCE)) {
    const value = values.get(name)
    if (value === undefined) continue
    if (value.length > left || ++count > MAX_EXPANSIONS) break
    left -= value.length
    pieces.push(xml.slice(from, index), value)
    from = index + reference.length
  }
  return pieces.join('') + xml.slice(from)
}
