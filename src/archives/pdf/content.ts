/** Runs the operators of a page as far as they show text or pictures (ISO 32000-2 §8, §9.4). */

import { setImmediate } from 'node:timers/promises'
import type { PdfDocument } from './document.ts'
import type { DrawnCodes } from './drawn-codes.ts'
import { type Font, readFont } from './fonts.ts'
import { IDENTITY, type Matrix, matrixOf, multiply } from './geometry.ts'
import { END, isSpace, Lexer } from './lexer.ts'
import { Paths } from './paths.ts'
import type { TextLayout } from './text-layout.ts'
import {
  type Dict,
  isArray,
  isDict,
  Keyword,
  nameOf,
  numberOf,
  type PdfObject,
  PdfString,
  type Value,
} from './values.ts'

/** Operators of all pages that are read together. */
const MAX_OPERATORS = 100_000
/** Operators that are run before others run. */
const SLICE = 8192
/** Bytes of the content of one page or form. */
const MAX_CONTENT = 1_048_576
const MAX_FORMS = 200
const MAX_FORM_DEPTH = 5
const MAX_STATES = 64
const MAX_OPERANDS = 64

export interface PageSink {
  readonly layout: TextLayout
  readonly codes: DrawnCodes
  /** A picture that is drawn. */
  picture(object: PdfObject): void
}

interface State {
  readonly transform: Matrix
  readonly font: Font | undefined
  readonly size: number
  readonly characterSpace: number
  readonly wordSpace: number
  readonly scale: number
  readonly leading: number
  /** What is filled is nearer to black than to white. */
  readonly isDark: boolean
}

const START: State = {
  transform: IDENTITY,
  font: undefined,
  size: 1,
  characterSpace: 0,
  wordSpace: 0,
  scale: 1,
  leading: 0,
  isDark: true,
}

export class ContentReader {
  private readonly document: PdfDocument
  private readonly sink: PageSink
  private readonly fonts = new Map<Value, Font | undefined>()
  private readonly paths: Paths
  private operators = 0
  private forms = 0
  private state = START
  private text: Matrix = IDENTITY
  private line: Matrix = IDENTITY

  constructor(document: PdfDocument, sink: PageSink) {
    this.document = document
    this.sink = sink
    this.paths = new Paths(sink.codes)
  }

  get isDone(): boolean {
    return this.operators >= MAX_OPERATORS || this.sink.layout.isFull
  }

  async readPage(contents: Value | undefined, resources: Dict | undefined): Promise<void> {
    const { document } = this
    const found = document.resolve(contents)
    const pieces: Buffer[] = []
    for (const one of isArray(found) ? found.slice(0, MAX_FORMS) : [contents]) {
      const object = one === undefined ? undefined : document.object(one)
      const decoded = object && (await document.data(object, MAX_CONTENT))
      if (decoded && decoded.left === undefined) pieces.push(decoded.bytes)
    }
    this.state = START
    this.sink.codes.end()
    await this.run(Buffer.concat(pieces.flatMap(piece => [piece, LINE_END])), resources, 0)
  }

  private async run(bytes: Buffer, resources: Dict | undefined, depth: number): Promise<void> {
    const lexer = new Lexer(bytes.toString('latin1', 0, MAX_CONTENT))
    const states: State[] = []
    let operands: Value[] = []
    while (!this.isDone) {
      const value = lexer.value()
      if (value === END) {
        if (lexer.at >= lexer.end) return
        lexer.at += 1
      } else if (!(value instanceof Keyword)) {
        if (operands.length < MAX_OPERANDS) operands.push(value)
      } else {
        this.operators += 1
        if (this.operators % SLICE === 0) await setImmediate()
        const { word } = value
        if (word === 'q' && states.length < MAX_STATES) states.push(this.state)
        else if (word === 'Q') this.state = states.pop() ?? this.state
        else if (word === 'ID') skipPicture(lexer)
        else if (word === 'Tf') await this.setFont(operands, resources)
        else if (word === 'Do') await this.draw(nameOf(operands[0]), resources, depth)
        else if (!this.paths.operate(word, operands, this.state.transform, this.state.isDark))
          this.operate(word, operands)
        if (operands.length > 0) operands = []
      }
    }
  }

  private operate(operator: string, operands: readonly Value[]): void {
    const [first, second, third] = operands
    const number = numberOf(first)
    switch (operator) {
      case 'cm':
        this.change({ transform: multiply(matrixOf(operands), this.state.transform) })
        break
      case 'g':
      case 'rg':
      case 'k':
      case 'sc':
      case 'scn':
        this.change({ isDark: isDark(operands) })
        break
      case 'BT':
        this.moveTo(IDENTITY)
        break
      case 'Tm':
        this.moveTo(matrixOf(operands))
        break
      case 'Td':
        this.move(number, numberOf(second))
        break
      case 'TD':
        this.change({ leading: -numberOf(second) })
        this.move(number, numberOf(second))
        break
      case 'T*':
        this.move(0, -this.state.leading)
        break
      case 'TL':
        this.change({ leading: number })
        break
      case 'Tc':
        this.change({ characterSpace: number })
        break
      case 'Tw':
        this.change({ wordSpace: number })
        break
      case 'Tz':
        this.change({ scale: number / 100 })
        break
      case 'Tj':
        this.show(first)
        break
      case 'TJ':
        this.showAll(first)
        break
      case "'":
        this.move(0, -this.state.leading)
        this.show(first)
        break
      case '"':
        this.change({ wordSpace: number, characterSpace: numberOf(second) })
        this.move(0, -this.state.leading)
        this.show(third)
        break
    }
  }

  private change(change: Partial<State>): void {
    this.state = { ...this.state, ...change }
  }

  private moveTo(matrix: Matrix): void {
    this.text = matrix
    this.line = matrix
  }

  private move(x: number, y: number): void {
    this.moveTo(multiply([1, 0, 0, 1, x, y], this.line))
  }

  private async setFont([name, size]: readonly Value[], resources: Dict | undefined): Promise<void> {
    const { document, fonts } = this
    const value = document.dict(resources?.get('Font'))?.get(nameOf(name)) ?? null
    const key = document.resolve(value) ?? null
    if (!fonts.has(key)) fonts.set(key, await readFont(document, value))
    this.change({ font: fonts.get(key), size: numberOf(size, 1) })
  }

  private showAll(value: Value | undefined): void {
    if (!isArray(value)) return
    for (const item of value) {
      if (typeof item === 'number') this.advance((-item / 1000) * this.state.size * this.state.scale)
      else this.show(item)
    }
  }

  private show(value: Value | undefined): void {
    const { font, size, characterSpace, wordSpace, scale, transform } = this.state
    if (!(value instanceof PdfString) || font === undefined || this.sink.layout.isFull) return
    this.sink.codes.end()
    const { bytes } = value
    const { codeLength } = font
    let text = ''
    let width = 0
    for (let at = 0; at + codeLength <= bytes.length; at += codeLength) {
      let code = 0
      for (let byte = 0; byte < codeLength; byte += 1) code = code * 256 + bytes.charCodeAt(at + byte)
      text += font.text(code)
      width += (font.width(code) / 1000) * size + characterSpace + (codeLength === 1 && code === 32 ? wordSpace : 0)
    }
    this.sink.layout.add(text, width * scale, Math.abs(size), multiply(this.text, transform))
    this.advance(width * scale)
  }

  private advance(width: number): void {
    const [a, b, c, d, e, f] = this.text
    this.text = [a, b, c, d, e + a * width, f + b * width]
  }

  private async draw(name: string, resources: Dict | undefined, depth: number): Promise<void> {
    const { document } = this
    const object = document.object(document.dict(resources?.get('XObject'))?.get(name))
    if (object === undefined || !isDict(object.value) || this.forms > MAX_FORMS) return
    this.forms += 1
    const kind = nameOf(document.resolve(object.value.get('Subtype')))
    if (kind === 'Image') return this.sink.picture(object)
    if (kind !== 'Form' || depth >= MAX_FORM_DEPTH) return
    const decoded = await document.data(object, MAX_CONTENT)
    if (decoded === undefined || decoded.left !== undefined) return
    const before = this.state
    const matrix = document.resolve(object.value.get('Matrix'))
    if (isArray(matrix)) this.change({ transform: multiply(matrixOf(matrix), before.transform) })
    await this.run(decoded.bytes, document.dict(object.value.get('Resources')) ?? resources, depth + 1)
    this.state = before
  }
}

/** Of gray, of red, green and blue, or of four inks. */
function isDark(operands: readonly Value[]): boolean {
  const [first, second, third, black] = operands.map(value => numberOf(value))
  if (black !== undefined) return black > 0.5 || numberOf(first) + numberOf(second) + numberOf(third) > 1.5
  if (third !== undefined) return 0.3 * (first ?? 0) + 0.59 * (second ?? 0) + 0.11 * third < 0.5
  return (first ?? 0) < 0.5
}

const LINE_END = Buffer.from('\n')

/** The bytes of a picture inside the content end with `EI` between white space (§8.9.7). */
function skipPicture(lexer: Lexer): void {
  const { text } = lexer
  for (let at = text.indexOf('EI', lexer.at); at >= 0; at = text.indexOf('EI', at + 2)) {
    const isEnd = isSpace(text.charCodeAt(at - 1)) && (at + 2 >= lexer.end || isSpace(text.charCodeAt(at + 2)))
    if (!isEnd) continue
    lexer.at = at + 2
    return
  }
  lexer.at = lexer.end
}
