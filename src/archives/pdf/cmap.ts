/** Character maps of fonts: from codes to Unicode (ISO 32000-2 §9.7.5, §9.10.3). */
import { END, Lexer } from './lexer.ts'
import { isArray, Keyword, PdfString, utf16be, type Value } from './values.ts'

/** Codes of one map. A range can claim to have all of them. */
const MAX_CODES = 65_536
const MAX_OPERANDS = 400

export interface CharacterMap {
  readonly texts: ReadonlyMap<number, string>
  /** Bytes of a code; undefined where the map does not say. */
  readonly codeLength?: number
}

export function readCharacterMap(text: string): CharacterMap {
  const lexer = new Lexer(text)
  const map = new MapReader()
  let operands: Value[] = []
  for (;;) {
    const value = lexer.value()
    if (value === END) {
      if (lexer.at >= text.length) break
      lexer.at += 1
    } else if (value instanceof Keyword) {
      map.run(value.word, operands)
      operands = []
    } else if (operands.length < MAX_OPERANDS) operands.push(value)
  }
  return { texts: map.texts, ...(map.codeLength > 0 && { codeLength: map.codeLength }) }
}

class MapReader {
  readonly texts = new Map<number, string>()
  codeLength = 0
  private left = MAX_CODES

  run(operator: string, operands: readonly Value[]): void {
    switch (operator) {
      case 'endcodespacerange': {
        const [from] = operands
        if (from instanceof PdfString) this.codeLength = Math.max(this.codeLength, Math.min(4, from.bytes.length))
        break
      }
      case 'endbfchar':
        for (let at = 0; at + 1 < operands.length; at += 2) this.set(code(operands[at]), operands[at + 1], 0)
        break
      case 'endbfrange':
        for (let at = 0; at + 2 < operands.length; at += 3)
          this.range(code(operands[at]), code(operands[at + 1]), operands[at + 2])
    }
  }

  private range(from: number, to: number, target: Value | undefined): void {
    for (let one = from; one <= to && this.left > 0; one += 1) {
      if (isArray(target)) this.set(one, target[one - from], 0)
      else this.set(one, target, one - from)
    }
  }

  /** The last character of a range counts up. */
  private set(from: number, target: Value | undefined, offset: number): void {
    if (!(target instanceof PdfString) || this.left <= 0 || from < 0) return
    this.left -= 1
    const text = utf16be(Buffer.from(target.bytes.slice(0, 64), 'latin1'))
    const last = text.charCodeAt(text.length - 1)
    this.texts.set(from, offset === 0 ? text : text.slice(0, -1) + String.fromCharCode(last + offset))
  }
}

/** -1 where it is no code. */
function code(value: Value | undefined): number {
  if (!(value instanceof PdfString) || value.bytes.length > 4) return -1
  let number = 0
  for (let at = 0; at < value.bytes.length; at += 1) number = number * 256 + value.bytes.charCodeAt(at)
  return number
}
