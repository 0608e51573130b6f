/** Reads `value; name=value; …` of Content-Type and Content-Disposition (RFC 2045 §5.1, RFC 2231). */

import type { HeaderField } from '../../model/header.ts'
import { decodeCharset } from '../decode/charsets.ts'
import { decodeWords } from './words.ts'

export interface Parameters {
  /** What stands before the first semicolon, without comments, in lower case. */
  readonly value: string
  /**
   * Every reading of the parameter of that name: plain, with encoded words decoded, extended (`name*=utf-8''…`), and in
   * continuations (`name*0=…; name*1=…`). More than one where programs may differ about it.
   */
  all(name: string): readonly string[]
  /** The field has more parameters than were read. */
  readonly cut: boolean
}

const pair = /;[ \t]*([^=; \t"()]{1,200})[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))/gsy
const other = /;?[^;]*/gsy

/** Characters of a field that are read. */
export const MAX_LENGTH = 8192

/** Linear; at most `limit` parameters are read. */
export function parseParameters(field: string, limit = 200): Parameters {
  const source = field.slice(0, MAX_LENGTH)
  const first = source.indexOf(';')
  const value = trimComments(first < 0 ? source : source.slice(0, first))
  const found = new Map<string, string[]>()
  const read = first < 0 ? source.length : readPairs(source, first, { found, limit })
  // Readers that drop a comment between parameters find more.
  if (first >= 0 && source.includes('(', first)) {
    const plain = withoutComments(source)
    readPairs(plain, Math.max(plain.indexOf(';'), 0), { found, limit })
  }
  return new FoundParameters(value.toLowerCase(), found, read < source.length || source.length < field.length)
}

const NONE: readonly string[] = []

class FoundParameters implements Parameters {
  readonly value: string
  readonly cut: boolean
  readonly #found: Found
  /** Every parameter is in the form of RFC 2045: what was found is the only reading. Saves 2 µs a part with names. */
  readonly #isPlain: boolean
  #known: Map<string, readonly string[]> | undefined

  constructor(value: string, found: Found, cut: boolean) {
    this.value = value
    this.cut = cut
    this.#found = found
    this.#isPlain = isPlain(found)
  }

  all(name: string): readonly string[] {
    if (this.#isPlain) return this.#found.get(name) ?? NONE
    this.#known ??= new Map()
    const before = this.#known.get(name)
    if (before) return before
    const readings = [plain, extended, continued, continuedWithGaps].flatMap(read =>
      read(this.#found, name).flatMap(withWords),
    )
    const distinct = [...new Set(readings)]
    this.#known.set(name, distinct)
    return distinct
  }
}

/** No extended or continued parameter, and no encoded word. */
function isPlain(found: Found): boolean {
  for (const [name, values] of found) {
    if (name.includes('*')) return false
    for (const value of values) if (value.includes('=?')) return false
  }
  return true
}

/** Returns where it stopped. A value that is known already is not added again. */
function readPairs(
  source: string,
  start: number,
  { found, limit }: { found: Map<string, string[]>; limit: number },
): number {
  let at = start
  for (let count = 0; at < source.length && count < limit; ) {
    pair.lastIndex = at
    const match = pair.exec(source)
    if (match) {
      count++
      const [, name = '', quoted, token = ''] = match
      const text = quoted === undefined ? trimComments(token) : quoted.replace(/\\(.)/gs, '$1')
      const key = name.toLowerCase()
      const values = found.get(key)
      if (!values) found.set(key, [text])
      else if (!values.includes(text)) values.push(text)
      at = pair.lastIndex
      continue
    }
    other.lastIndex = at
    other.test(source)
    at = Math.max(other.lastIndex, at + 1)
  }
  return at
}

// The type, the names, the boundary and the charset of a field are read in different places.
const parsed = new WeakMap<HeaderField, Parameters>()

/** The parameters of a field, read once. */
export function parametersOf(field: HeaderField): Parameters {
  const before = parsed.get(field)
  if (before) return before
  const parameters = parseParameters(field.value)
  parsed.set(field, parameters)
  return parameters
}

type Found = ReadonlyMap<string, readonly string[]>

const plain = (found: Found, name: string): readonly string[] => found.get(name) ?? []

/** RFC 2047 §5 forbids encoded words in parameters, and most programs decode them. */
const withWords = (text: string): readonly string[] => (text.includes('=?') ? [decodeWords(text), text] : [text])

const extended = (found: Found, name: string): readonly string[] => (found.get(`${name}*`) ?? []).map(decodeExtended)

interface Section {
  readonly text: string
  readonly coded: boolean
}

/** RFC 2231 §3: from 0 on, without a gap. */
function continued(found: Found, name: string): readonly string[] {
  const sections: Section[] = []
  for (let index = 0; ; index++) {
    const coded = found.get(`${name}*${index}*`)?.[0]
    const text = coded ?? found.get(`${name}*${index}`)?.[0]
    if (text === undefined) break
    sections.push({ text, coded: coded !== undefined })
  }
  return joined(sections)
}

/** The same for readers that accept gaps, other first numbers and repetitions. */
function continuedWithGaps(found: Found, name: string): readonly string[] {
  const numbered: (Section & { readonly number: number })[] = []
  for (const [key, values] of found) {
    if (!key.startsWith(`${name}*`)) continue
    const [, digits, star] = /^\*(\d{1,6})(\*?)$/.exec(key.slice(name.length)) ?? []
    if (digits === undefined) continue
    for (const text of values) numbered.push({ number: Number(digits), text, coded: star === '*' })
  }
  return joined(numbered.toSorted((a, b) => a.number - b.number))
}

function joined(sections: readonly Section[]): readonly string[] {
  let charset: string | undefined
  const parts = sections.map(({ text, coded }, index) => {
    const [label, , payload] = coded && index === 0 ? splitExtended(text) : [undefined, '', text]
    charset ??= label
    return coded ? unpercent(payload) : Buffer.from(text, 'utf8')
  })
  if (parts.length === 0) return []
  const bytes = Buffer.concat(parts)
  return [decodeCharset(bytes, charset || 'utf-8') ?? bytes.toString('latin1')]
}

/** RFC 2231 §4: charset, language and percent-encoded bytes, with two single quotes between them. */
function decodeExtended(text: string): string {
  const [charset, , payload] = splitExtended(text)
  const bytes = unpercent(payload)
  return decodeCharset(bytes, charset || 'utf-8') ?? bytes.toString('latin1')
}

function splitExtended(text: string): readonly [charset: string, language: string, payload: string] {
  const first = text.indexOf("'")
  const second = first < 0 ? -1 : text.indexOf("'", first + 1)
  if (second < 0) return ['', '', text]
  return [text.slice(0, first).toLowerCase(), text.slice(first + 1, second), text.slice(second + 1)]
}

const unpercent = (text: string): Buffer =>
  Buffer.from(
    Buffer.from(text, 'utf8')
      .toString('latin1')
      .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )

/** The same without its comments (RFC 2045 §5.1), which do not stand in quotes. */
function withoutComments(source: string): string {
  let depth = 0
  let quoted = false
  let out = ''
  for (let at = 0; at < source.length; at++) {
    const char = source.charAt(at)
    if (quoted || depth === 0) out += char
    if (char === '\\') {
      if (quoted) out += source.charAt(at + 1)
      at++
    } else if (char === '"' && depth === 0) quoted = !quoted
    else if (quoted) continue
    else if (char === '(') {
      if (depth++ === 0) out = out.slice(0, -1)
    } else if (char === ')' && depth > 0) depth--
  }
  return out
}

/** Without `(comments)` and white space around. */
function trimComments(text: string): string {
  if (!text.includes('(')) return text.trim()
  let depth = 0
  let out = ''
  for (const char of text) {
    if (char === '(') depth++
    else if (char === ')' && depth > 0) depth--
    else if (depth === 0) out += char
  }
  return out.trim()
}
