/** Cuts a script into tokens, in linear time and without a syntax tree. Comments are left out. */
import { MAX_ITEMS, unescapeLiteral } from './script-values.ts'

/** What reads the tokens. */
export interface TokenReader {
  /** A name that starts at `start`; `escaped` where it has escapes (`l\u006fcation`). */
  name(start: number, stop: number, escaped: boolean): void
  /** @returns where the code goes on, which is behind `stop` where methods of the text were applied */
  literal(text: string, stop: number, escaped: number): number
  /** A number; returns the same. */
  constant(value: number, stop: number): number
  punctuation(code: number, at: number): number
}

/** Characters of a literal whose escapes are read. */
const MAX_ESCAPED = 1_048_576
const [BLANK, LETTER, DIGIT, QUOTES, SLASH_CLASS, OTHER] = [0, 1, 2, 3, 4, 5]

const CLASSES = ((): Uint8Array => {
  const classes = new Uint8Array(128).fill(OTHER)
  for (const code of [9, 10, 11, 12, 13, 32]) classes[code] = BLANK
  for (let code = 48; code < 58; code++) classes[code] = DIGIT
  for (let code = 65; code < 91; code++) classes[code] = classes[code + 32] = LETTER
  classes[36] = classes[95] = classes[92] = LETTER
  classes[34] = classes[39] = classes[96] = QUOTES
  classes[47] = SLASH_CLASS
  return classes
})()

export class Lexer {
  at = 0
  /** Whether a value has just ended, so that `/` divides. */
  operand = false
  /** Characters that are neither literals nor comments. */
  codeLength = 0
  readonly #code: string
  readonly #reader: TokenReader

  constructor(code: string, reader: TokenReader) {
    this.#code = code
    this.#reader = reader
  }

  /** Reads tokens until one ends at `limit` or after it. Returns whether more follow. */
  readTo(limit: number): boolean {
    const code = this.#code
    const stop = Math.min(limit, code.length)
    while (this.at < stop) {
      const char = code.charCodeAt(this.at)
      switch (char < 128 ? CLASSES[char] : LETTER) {
        case BLANK:
          this.at++
          break
        case LETTER:
          this.#readName()
          break
        case DIGIT:
          this.#readNumber()
          break
        case QUOTES:
          this.#readLiteral(char)
          break
        case SLASH_CLASS:
          this.#readSlash()
          break
        default:
          this.codeLength++
          this.at = this.#reader.punctuation(char, this.at)
      }
    }
    return this.at < code.length
  }

  #readName(): void {
    const code = this.#code
    const start = this.at
    let at = start
    let escaped = false
    for (; at < code.length; at++) {
      const char = code.charCodeAt(at)
      if (char === 92) {
        escaped = true
        if (code.charCodeAt(at + 1) === 117 && code.charCodeAt(at + 2) === 123)
          at = Math.min(code.length, at + 10, this.#index('}', at))
        continue
      }
      const kind = char < 128 ? CLASSES[char] : LETTER
      if (kind !== LETTER && kind !== DIGIT) break
    }
    this.at = Math.max(at, start + 1)
    this.codeLength += this.at - start
    this.#reader.name(start, this.at, escaped)
  }

  #index(text: string, from: number): number {
    const at = this.#code.indexOf(text, from)
    return at < 0 ? this.#code.length : at
  }

  #readNumber(): void {
    const code = this.#code
    const start = this.at
    let at = start + 1
    for (; at < code.length; at++) {
      const char = code.charCodeAt(at)
      const kind = char < 128 ? CLASSES[char] : OTHER
      if (kind !== DIGIT && kind !== LETTER && char !== 46) break
    }
    this.codeLength += at - start
    const value = at - start > 12 ? Number.NaN : Number(code.slice(start, at))
    this.at = this.#reader.constant(value, at)
  }

  /** A literal ends at its quote. Without one a text ends with its line, and a template with the code. */
  #readLiteral(quote: number): void {
    const code = this.#code
    const mark = quote === 34 ? '"' : quote === 39 ? "'" : '`'
    const start = this.at + 1
    let stop = code.indexOf(mark, start)
    while (stop >= 0 && isEscaped(code, stop, start)) stop = code.indexOf(mark, stop + 1)
    if (stop < 0) stop = code.length
    const raw = code.slice(start, stop)
    if (quote !== 96 && stop - start < 4096 && raw.includes('\n') && !/\\\r?\n/.test(raw)) {
      // It was no literal but, for example, a quote in a regular expression.
      this.at = start + raw.indexOf('\n')
      this.operand = false
      return
    }
    let escapes = 0
    let text = raw
    if (raw.includes('\\') && raw.length <= MAX_ESCAPED) {
      escapes = countEscapes(raw)
      text = unescapeLiteral(raw)
    }
    this.operand = true
    this.at = this.#reader.literal(text, Math.min(code.length, stop + 1), escapes)
  }

  #readSlash(): void {
    const code = this.#code
    const next = code.charCodeAt(this.at + 1)
    if (next === 47) this.at = this.#index('\n', this.at + 2)
    else if (next === 42) this.at = Math.min(code.length, this.#index('*/', this.at + 2) + 2)
    else if (this.operand) this.at = this.#reader.punctuation(47, this.at)
    else {
      this.at = this.#endOfPattern()
      this.operand = true
    }
  }

  /** Behind the `/` that ends a regular expression; behind the first `/` where it does not end in its line. */
  #endOfPattern(): number {
    const code = this.#code
    let inClass = false
    const limit = Math.min(code.length, this.at + 4096)
    for (let at = this.at + 1; at < limit; at++) {
      const char = code.charCodeAt(at)
      if (char === 10) break
      if (char === 92) at++
      else if (char === 91) inClass = true
      else if (char === 93) inClass = false
      else if (char === 47 && !inClass) return at + 1
    }
    return this.at + 1
  }
}

/** Whether an odd number of backslashes stands before `at`. */
function isEscaped(code: string, at: number, start: number): boolean {
  let count = 0
  while (at - 1 - count >= start && code.charCodeAt(at - 1 - count) === 92) count++
  return count % 2 === 1
}

/** The number of escapes that stand for one character by its number, at most `MAX_ITEMS`. */
function countEscapes(raw: string): number {
  let count = 0
  for (let at = raw.indexOf('\\'); at >= 0 && count < MAX_ITEMS; at = raw.indexOf('\\', at + 2)) {
    const char = raw.charCodeAt(at + 1)
    if (char === 120 || char === 117 || (char >= 49 && char <= 55)) count++
  }
  return count
}

/** Whether a name that ends at `stop` is assigned to, not read. */
export function isAssigned(code: string, stop: number): boolean {
  let at = stop
  while (code.charCodeAt(at) === 32) at++
  const char = code.charCodeAt(at)
  const next = code.charCodeAt(at + 1)
  return (char === 61 && next !== 61) || (char === 43 && (next === 61 || next === 43))
}
