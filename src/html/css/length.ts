/** Lengths of CSS in pixels, calculated ones among them (CSS Values 4 §10). */

/** Pixels of a unit; relative ones as in a column of 600 pixels with a font of 16. */
const UNITS: Readonly<Record<string, number>> = {
  px: 1,
  pt: 4 / 3,
  pc: 16,
  em: 16,
  rem: 16,
  ex: 8,
  ch: 8,
  vw: 6,
  vh: 6,
  vmin: 6,
  vmax: 6,
  '%': 0.16,
  '': 1,
  cm: 38,
  mm: 3.8,
  q: 0.95,
  in: 96,
}

/** Undefined for a word, and for what is not a length. */
export function pixels(value: string): number | undefined {
  if (value === '') return undefined
  if (FUNCTION.test(value)) return new Calculation(value).result()
  const [, digits, unit = ''] = LENGTH.exec(value) ?? []
  return digits === undefined ? undefined : inPixels(digits, unit)
}

const LENGTH = /^([+-]?[\d.]{1,10}(?:e[+-]?\d{1,2})?)\s*([a-z%]{0,4})/
const FUNCTION = /^(?:-webkit-|-moz-)?(?:calc|min|max|clamp)\(/

function inPixels(digits: string, unit: string): number | undefined {
  const factor = UNITS[unit]
  const number = Number(digits)
  return factor === undefined || Number.isNaN(number) ? undefined : number * factor
}

/** Parentheses in each other. */
const MAX_DEPTH = 8
const TOKEN =
  /\s*(?:((?:-webkit-|-moz-)?(?:calc|min|max|clamp)\(|\()|([+-]?(?:\d{1,10}(?:\.\d{0,10})?|\.\d{1,10})(?:e[+-]?\d{1,2})?)([a-z]{1,4}|%)?|([-+*/,)]))/y

/** Evaluates one expression, from left to right. What it does not know makes the result undefined. */
class Calculation {
  readonly #text: string
  readonly #token = new RegExp(TOKEN)
  #next: RegExpExecArray | null = null
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  result(): number | undefined {
    this.#advance()
    const value = this.#operand()
    return Number.isFinite(value) ? value : undefined
  }

  #advance(): void {
    this.#next = this.#token.exec(this.#text)
  }

  #sign(): string {
    return this.#next?.[4] ?? ''
  }

  #sum(): number {
    let value = this.#product()
    while (this.#sign() === '+' || this.#sign() === '-') {
      const factor = this.#sign() === '+' ? 1 : -1
      this.#advance()
      value += factor * this.#product()
    }
    return value
  }

  #product(): number {
    let value = this.#operand()
    while (this.#sign() === '*' || this.#sign() === '/') {
      const isProduct = this.#sign() === '*'
      this.#advance()
      const other = this.#operand()
      value = isProduct ? value * other : value / other
    }
    return value
  }

  #operand(): number {
    const [, open, digits, unit = ''] = this.#next ?? []
    if (open !== undefined) return this.#call(open)
    this.#advance()
    return digits === undefined ? Number.NaN : (inPixels(digits, unit) ?? Number.NaN)
  }

  #call(open: string): number {
    this.#depth += 1
    if (this.#depth > MAX_DEPTH) return Number.NaN
    const values: number[] = []
    do {
      this.#advance()
      values.push(this.#sum())
    } while (this.#sign() === ',')
    if (this.#sign() !== ')') return Number.NaN
    this.#advance()
    this.#depth -= 1
    if (open.includes('min')) return Math.min(...values)
    if (open.includes('max')) return Math.max(...values)
    const [first = Number.NaN, second = Number.NaN, third = Number.NaN] = values
    return open.includes('clamp') ? Math.max(first, Math.min(second, third)) : first
  }
}
