/**
 * Reads what a script does without running it: which functions it uses, by whatever name they are written, and which
 * texts it has. Constants are folded in one pass over the tokens: concatenations, escapes, lists that are joined or
 * reversed, character codes, decoders of a constant, variables that hold a constant.
 */

import { ScriptFindings } from './script-findings.ts'
import { isAssigned, Lexer, type TokenReader } from './script-lexer.ts'
import { isKeyword, nameAt } from './script-names.ts'
import { BLOCK, CALL, Frame, LIST, MEMBER, PAREN, resultOf, Variables } from './script-state.ts'
import { applyMethods, MAX_ITEMS, unescapeLiteral, type Value } from './script-values.ts'

const MAX_DEPTH = 512

export class ScriptReader implements TokenReader {
  readonly found = new ScriptFindings()
  readonly #code: string
  readonly lexer: Lexer
  readonly #variables: Variables
  readonly #frames: Frame[] = [new Frame()]
  #depth = 0
  #frame = this.#frames[0] as Frame
  #pending = this.#frame.pending
  /** The name that was read last, while nothing has followed it. */
  #name = ''
  #nameStart = 0
  #nameStop = 0
  #afterDot = false
  /** `location` is among the names since the last operand began. */
  #location = false
  #isFunction = false
  #function = ''
  #inside = ''

  constructor(code: string) {
    this.#code = code
    this.lexer = new Lexer(code, this)
    this.#variables = new Variables(this.found)
  }

  /** Reads tokens until one ends at `limit` or after it. Returns whether more follow. */
  readTo(limit: number): boolean {
    if (this.lexer.readTo(limit)) return true
    this.#finish()
    this.#variables.end()
    return false
  }

  name(start: number, stop: number, escaped: boolean): void {
    const pending = this.#pending
    if (this.#afterDot) this.#afterDot = false
    else {
      this.#location = false
      if (pending.value !== undefined && pending.operator === 0) this.#finish()
    }
    const wasDot = this.#code.charCodeAt(start - 1) === 46
    this.#nameStart = start
    this.#nameStop = stop
    this.#name = ''
    this.lexer.operand = true
    if (escaped) {
      this.#named(unescapeLiteral(this.#code.slice(start, stop)), 'escapes')
      return
    }
    const first = this.#code.charCodeAt(start)
    if (first < 128 && !this.#variables.mayHave(first, stop - start)) {
      if (isKeyword(this.#code, start, stop)) this.lexer.operand = false
      else if (pending.operator !== 0) pending.held = true
      return
    }
    const name = nameAt(this.#code, start, stop)
    const known = wasDot ? undefined : this.#variables.get(name)
    if (known !== undefined) {
      this.#name = name
      if (isAssigned(this.#code, stop)) return
      this.lexer.at = this.constant(known.value, stop, known.pieces)
      return
    }
    if (isKeyword(this.#code, start, stop)) {
      this.lexer.operand = false
      if (name === 'function') this.#isFunction = true
      return
    }
    if (pending.operator !== 0) pending.held = true
    this.#named(name, '')
  }

  literal(text: string, stop: number, escapes: number): number {
    this.found.escaped(text, escapes)
    const filled = text.includes('${') ? this.#variables.fill(text) : text
    return this.constant(filled, stop, filled === text && escapes < 8 ? 1 : 2)
  }

  punctuation(code: number, at: number): number {
    const pending = this.#pending
    const next = this.#code.charCodeAt(at + 1)
    switch (code) {
      case 46: // .
        this.#afterDot = true
        this.lexer.operand = false
        return at + 1
      case 43: // +
        return this.#plus(next, at)
      case 45: // - * ^
      case 42:
      case 94:
        if (typeof pending.value !== 'number' || next === 61 || next === code) break
        pending.operator = code
        this.lexer.operand = false
        return at + 1
      case 61: // =
        return this.#equals(next, at)
      case 40: // (
        this.#open(this.lexer.operand ? CALL : PAREN)
        return at + 1
      case 91: // [
        this.#open(this.lexer.operand ? MEMBER : LIST)
        return at + 1
      case 123: // {
        this.#open(BLOCK)
        return at + 1
      case 41: // ) ] }
      case 93:
      case 125:
        return this.#close(at)
      case 44: // ,
        this.#item()
    }
    this.#finish()
    this.#name = ''
    this.#location = false
    this.lexer.operand = false
    return next === 61 && (code === 33 || code === 60 || code === 62) ? at + 2 : at + 1
  }

  #named(name: string, how: string): void {
    this.#name = name
    if (name === 'location') this.#location = true
    this.found.name(name, how)
  }

  /** A constant that ends at `stop`; methods that follow it are applied. */
  constant(start: Value, stop: number, count = 1): number {
    const { value, at } = typeof start === 'number' ? { value: start, at: stop } : applyMethods(this.#code, stop, start)
    const pieces = at === stop ? count : count + 1
    const pending = this.#pending
    this.lexer.operand = true
    this.#name = ''
    if (pending.value === undefined || pending.operator === 0 || pending.held) {
      if (pending.value !== undefined) this.#finish()
      pending.value = value
      pending.pieces = pieces
    } else pending.combine(value, pieces)
    pending.operator = 0
    return at
  }

  #plus(next: number, at: number): number {
    const pending = this.#pending
    if (next === 43 || next === 61) {
      if (next === 43) this.#finish()
      else this.#assign(true)
      return at + 2
    }
    this.lexer.operand = false
    this.#location = false
    if (pending.value !== undefined && !pending.held) pending.operator = 43
    else this.#finish(false)
    return at + 1
  }

  #equals(next: number, at: number): number {
    if (next === 61 || next === 62) {
      if (next === 62) this.#function = this.#pending.assigned
      this.#finish()
      this.lexer.operand = false
      return this.#code.charCodeAt(at + 2) === 61 ? at + 3 : at + 2
    }
    this.#assign(false)
    return at + 1
  }

  #assign(appends: boolean): void {
    const name = this.#name
    this.#finish()
    const isMember = this.#code.charCodeAt(this.#nameStart - 1) === 46 || this.#code.charCodeAt(this.#nameStop) === 93
    const toLocation = this.#location && (name === 'location' || name === 'href')
    const assigned = isMember ? name : nameAt(this.#code, this.#nameStart, this.#nameStop)
    this.#pending.assign(assigned, appends, isMember, toLocation)
    if (toLocation) this.found.act('moves', this.#inside)
    if (!isMember && !appends) this.#variables.delete(assigned)
    this.lexer.operand = false
    this.#name = ''
    this.#location = false
  }

  #open(kind: number): void {
    const callee = kind === CALL ? this.#name : ''
    if (this.#isFunction && kind !== BLOCK) {
      this.#function = this.lexer.operand ? nameAt(this.#code, this.#nameStart, this.#nameStop) : this.#pending.assigned
      this.#isFunction = false
    } else if (kind === BLOCK || (kind === LIST && this.#pending.operator === 0)) this.#finish(kind === BLOCK)
    const moves = this.#location && (callee === 'replace' || callee === 'assign')
    this.#depth++
    if (this.#depth < MAX_DEPTH) {
      this.#frames[this.#depth] ??= new Frame()
      this.#enter()
      this.#frame.open(kind, moves ? 'location' : callee, this.#inside, this.#location)
    }
    if (kind === BLOCK && this.#function !== '') {
      this.#inside = this.#function
      this.#function = ''
    }
    this.#afterDot = false
    this.lexer.operand = false
    this.#location = false
    this.#name = ''
  }

  #enter(): void {
    this.#frame = this.#frames[Math.min(this.#depth, MAX_DEPTH - 1)] as Frame
    this.#pending = this.#frame.pending
  }

  #leave(): void {
    this.#depth--
    this.#enter()
  }

  #item(): void {
    const { kind, items } = this.#frame
    if (kind === BLOCK || items.length >= MAX_ITEMS) return
    const { value, held } = this.#pending
    // What is not constant matters only in calls, and beside constants.
    if (
      value === undefined &&
      (items.length === 0 || kind === MEMBER) &&
      (kind !== CALL || this.#frame.callee === '')
    ) {
      if (kind === LIST) this.#pending.clear(true)
      return
    }
    items.push(held ? undefined : value)
    if (kind === LIST) this.#pending.clear(true)
  }

  #close(at: number): number {
    const frame = this.#frame
    if (this.#depth === 0 || this.#depth >= MAX_DEPTH) {
      this.#finish()
      if (this.#depth > 0) this.#leave()
      return at + 1
    }
    if (frame.kind === BLOCK) {
      this.#finish()
      this.#leave()
      this.#inside = frame.inside
      this.#finish()
      this.lexer.operand = false
      return at + 1
    }
    this.#item()
    const { kind, items } = frame
    const { pieces } = this.#pending
    if (kind === CALL || (kind === PAREN && (items.length > 1 || this.#pending.assigned !== ''))) this.#finish()
    this.#leave()
    this.lexer.operand = true
    if (kind === MEMBER) return this.#member(frame, pieces, at)
    const result = resultOf(frame, this.found, this.#inside)
    if (result !== undefined) {
      this.#pending.held = false
      return this.constant(result, at + 1, kind === PAREN ? Math.max(1, pieces) : 2)
    }
    this.#name = ''
    return at + 1
  }

  /** What stands in brackets after a name: `window['at' + 'ob']`. */
  #member({ items, location }: Frame, pieces: number, at: number): number {
    const [name] = items
    if (typeof name === 'string' && name.length < 64) {
      this.#named(name, pieces > 1 ? 'pieces' : '')
      this.#location ||= location
      this.#nameStart = this.#nameStop = at
    } else this.#name = ''
    return at + 1
  }

  /** @param ends whether what was assigned is complete */
  #finish(ends = true): void {
    const pending = this.#pending
    const { value, pieces, assigned, toMember } = pending
    if (value !== undefined) {
      if (pending.toLocation && typeof value === 'string') this.found.move(value, this.#inside)
      if (assigned !== '' && !toMember) this.#variables.assign(assigned, value, pieces, pending.appends)
      else this.found.use(value, pieces, toMember ? assigned : '')
    }
    pending.clear(ends || value !== undefined)
  }
}
