/** Reads the values of PDF from text (ISO 32000-2 §7.2, §7.3). Never throws: what is no value ends it. */
import { type Dict, Keyword, Name, PdfString, Ref, type Value } from './values.ts'

/** Kinds of characters: white space, delimiters; others are regular. */
const [REGULAR, SPACE, DELIMITER] = [0, 1, 2]
const KINDS = new Uint8Array(256)
for (const code of [0, 9, 10, 12, 13, 32]) KINDS[code] = SPACE
for (const character of '()<>[]{}/%') KINDS[character.charCodeAt(0)] = DELIMITER

/** Arrays and dictionaries in each other. */
const MAX_DEPTH = 64
/** Values of one text, which are all in memory, and of one object, which is read at once. */
const [MAX_VALUES, MAX_OBJECT_VALUES] = [2_000_000, 150_000]
/** Characters of one string, and of one name or word. */
const MAX_STRING = 1_048_576
const MAX_WORD = 1024

/** The end of the text, or of the array or dictionary that is read. */
export const END = Symbol('end')
type End = typeof END

const NAMES = new Map<string, Name>()
const MAX_NAMES = 2000

/** Names repeat in a file and between files. */
function interned(name: string): Name {
  const known = NAMES.get(name)
  if (known) return known
  const made = new Name(name)
  if (NAMES.size < MAX_NAMES && name.length < 32) NAMES.set(name, made)
  return made
}

export class Lexer {
  readonly text: string
  readonly end: number
  at: number
  /** Something is larger or nested deeper than is read. */
  isTooLarge = false
  /** Dictionaries as they were before a key in them was written again. */
  readonly variants: Dict[] = []
  private count = 0
  private countBefore = 0
  /** Names that are written with hex escapes for ordinary letters, as they are written. */
  readonly disguised = new Map<string, string>()

  constructor(text: string, at = 0, end = text.length) {
    this.text = text
    this.at = at
    this.end = end
  }

  /** Skips white space and comments. */
  skip(): void {
    while (this.at < this.end) {
      const code = this.text.charCodeAt(this.at)
      if (code === 0x25) {
        while (this.at < this.end && !isLineEnd(this.text.charCodeAt(this.at))) this.at += 1
      } else if (KINDS[code] !== SPACE) return
      else this.at += 1
    }
  }

  /** The value at an offset, which is that of an object. */
  valueAt(at: number): Value | End {
    this.at = at
    this.countBefore = this.count
    return this.value()
  }

  /** The next value; END at the end of the text or at a bracket that closes. */
  value(depth = 0): Value | End {
    this.skip()
    if (this.at >= this.end || this.isTooMany()) return END
    const code = this.text.charCodeAt(this.at)
    if (code === 0x2f) return this.name()
    if ((code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x2b || code === 0x2e) return this.number()
    if (code === 0x28) return this.literal()
    if (code === 0x5b) return this.array(depth)
    if (code === 0x3c) return this.text.charCodeAt(this.at + 1) === 0x3c ? this.dictionary(depth) : this.hex()
    if (code === 0x5d || code === 0x3e) return END
    return this.word()
  }

  private name(): Name {
    const start = this.at + 1
    this.at = start
    let hasEscape = false
    for (; this.at < this.end; this.at += 1) {
      const code = this.text.charCodeAt(this.at)
      if (KINDS[code] !== REGULAR) break
      if (code === 0x23) hasEscape = true
    }
    const raw = this.text.slice(start, Math.min(this.at, start + MAX_WORD))
    if (!hasEscape) return interned(raw)
    const name = raw.replace(/#([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    if (this.disguised.size < 1000 && /#(?:[46][1-9a-f]|[57][0-9a])/i.test(raw)) this.disguised.set(name, raw)
    return new Name(name)
  }

  private number(): Value {
    const start = this.at
    let isInteger = true
    for (; this.at < this.end; this.at += 1) {
      const code = this.text.charCodeAt(this.at)
      if (code >= 0x30 && code <= 0x39) continue
      if (KINDS[code] !== REGULAR) break
      isInteger = false
    }
    const raw = this.text.slice(start, Math.min(this.at, start + 32))
    if (!isInteger) {
      const number = Number.parseFloat(raw)
      return Number.isNaN(number) ? new Keyword(raw) : number
    }
    return this.isReference() ? new Ref(Number(raw)) : Number(raw)
  }

  /** Whether a generation and an `R` follow; they are skipped then. */
  private isReference(): boolean {
    const { text } = this
    let at = this.at
    const digits = skipSpaces(text, at, this.end)
    at = digits
    while (at < digits + 6 && isDigit(text.charCodeAt(at))) at += 1
    if (at === digits) return false
    const letter = skipSpaces(text, at, this.end)
    if (letter === at || text.charCodeAt(letter) !== 0x52 || letter >= this.end) return false
    if (letter + 1 < this.end && KINDS[text.charCodeAt(letter + 1)] === REGULAR) return false
    this.at = letter + 1
    return true
  }

  /** `(a (b) \( \101)` (§7.3.4.2). */
  private literal(): PdfString {
    const { text } = this
    const stop = Math.min(this.end, this.at + MAX_STRING)
    let read = ''
    let depth = 1
    let start = this.at + 1
    let at = start
    for (; at < stop; at += 1) {
      const code = text.charCodeAt(at)
      if (code === 0x28) depth += 1
      else if (code === 0x29) {
        depth -= 1
        if (depth === 0) break
      } else if (code === 0x5c) {
        read += text.slice(start, at)
        const { character, length } = unescapeAt(text, at + 1)
        read += character
        at += length
        start = at + 1
      }
    }
    read += text.slice(start, Math.min(at, stop))
    this.at = Math.min(at + 1, this.end)
    return new PdfString(read)
  }

  private hex(): PdfString {
    const close = this.text.indexOf('>', this.at)
    const stop = close < 0 || close > this.end ? this.end : close
    const digits = this.text.slice(this.at + 1, Math.min(stop, this.at + MAX_STRING)).replace(/[^0-9a-f]/gi, '')
    this.at = Math.min(stop + 1, this.end)
    return new PdfString(Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex').toString('latin1'))
  }

  private array(depth: number): readonly Value[] {
    this.at += 1
    const values: Value[] = []
    if (this.tooDeep(depth)) return values
    for (;;) {
      const value = this.value(depth + 1)
      if (value === END) break
      values.push(value)
      if (isEndOfObject(value)) return values
    }
    if (this.at < this.end) this.at += 1
    return values
  }

  private dictionary(depth: number): Dict {
    this.at += 2
    const dict = new Map<string, Value>()
    if (this.tooDeep(depth)) return dict
    for (;;) {
      const key = this.value(depth + 1)
      if (key === END) {
        if (this.text.charCodeAt(this.at) !== 0x5d) break
        this.at += 1
        continue
      }
      if (isEndOfObject(key)) return dict
      if (!(key instanceof Name)) continue
      const value = this.value(depth + 1)
      if (value === END) {
        if (this.text.charCodeAt(this.at) !== 0x5d) break
        continue
      }
      if (isEndOfObject(value)) return dict
      if (dict.has(key.name)) this.keepVariant(dict)
      dict.set(key.name, value)
    }
    if (this.at < this.end) this.at += this.text.startsWith('>>', this.at) ? 2 : 1
    return dict
  }

  /** Readers differ on a key that stands twice: what it meant before is read too. */
  private keepVariant(dict: Dict): void {
    if (dict.size <= 64 && this.variants.length < 1000) this.variants.push(new Map(dict))
    else this.isTooLarge = true
  }

  private isTooMany(): boolean {
    this.count += 1
    const isTooMany = this.count > MAX_VALUES || this.count - this.countBefore > MAX_OBJECT_VALUES
    if (isTooMany) this.isTooLarge = true
    return isTooMany
  }

  private tooDeep(depth: number): boolean {
    if (depth >= MAX_DEPTH) this.isTooLarge = true
    return depth >= MAX_DEPTH
  }

  private word(): Value {
    const start = this.at
    this.at += 1
    while (this.at < this.end && KINDS[this.text.charCodeAt(this.at)] === REGULAR) this.at += 1
    const word = this.text.slice(start, Math.min(this.at, start + MAX_WORD))
    return word === 'true' ? true : word === 'false' ? false : word === 'null' ? null : new Keyword(word)
  }
}

/** A dictionary that is not closed ends with its object. */
const isEndOfObject = (value: Value): boolean =>
  value instanceof Keyword && (value.word === 'endobj' || value.word === 'stream' || value.word === 'endstream')

const isLineEnd = (code: number): boolean => code === 10 || code === 13
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39
export const isSpace = (code: number): boolean => KINDS[code] === SPACE

function skipSpaces(text: string, from: number, end: number): number {
  let at = from
  while (at < end && KINDS[text.charCodeAt(at)] === SPACE) at += 1
  return at
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }

/** What follows a backslash, and its length. An escaped line end stands for nothing. */
function unescapeAt(text: string, at: number): { readonly character: string; readonly length: number } {
  const character = text.charAt(at)
  const octal = /^[0-7]{1,3}/.exec(text.slice(at, at + 3))?.[0]
  if (octal !== undefined)
    return { character: String.fromCharCode(Number.parseInt(octal, 8) & 255), length: octal.length }
  if (character === '\r') return { character: '', length: text.charAt(at + 1) === '\n' ? 2 : 1 }
  if (character === '\n') return { character: '', length: 1 }
  return { character: ESCAPES[character] ?? character, length: 1 }
}
