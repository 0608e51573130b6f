/** What a script does and which texts it has, as far as its reader has come. */
import { MIN_ENCODED } from './encoded.ts'
import { DEEDS, type Deed, SECRET_NAMES } from './script-names.ts'
import { decodeValue, textOfCodes, type Value } from './script-values.ts'

/** Texts of any kind; as many again are kept of those that hold an address, markup or a file. */
const [MAX_TEXTS, MAX_MOVES] = [10_000, 200]
/** Shorter texts are names, words and signs. */
const MIN_TEXT = 8

/** A place where a script goes to another page, or sends data. */
export interface Move {
  readonly url: string
  /** The innermost function that has a name; '' outside of all. */
  readonly inside: string
}

/** A constant text of a script. */
export interface ScriptText {
  readonly text: string
  /** From how many constants it is made. */
  readonly pieces: number
  /** The property that it is assigned to, or ''. */
  readonly property: string
}

export class ScriptFindings {
  readonly deeds = new Set<Deed>()
  /** The first name that is built from pieces or hidden by escapes, and how it is written. */
  disguised: string | undefined
  readonly texts: ScriptText[] = []
  readonly moves: Move[] = []
  readonly sent: Move[] = []
  /** Places that send a form, or go to another page. */
  readonly acts: { readonly deed: Deed; readonly inside: string }[] = []
  /** Texts of lists of character codes. */
  readonly codes: string[] = []
  /** Escapes such as `\x41`, and numbers in lists. */
  escapes = 0
  /** The script has more texts than are kept. */
  cut = false

  /** @param how how the name is written where it is disguised, or '' */
  name(name: string, how: string): void {
    const deeds = DEEDS.get(name)
    if (deeds) for (const deed of deeds) this.deeds.add(deed)
    if (how !== '' && SECRET_NAMES.has(name)) this.disguise(name, how)
  }

  /** A literal that was written with escapes. */
  escaped(text: string, escapes: number): void {
    if (escapes === 0) return
    this.escapes += escapes
    if (text.length < 32 && SECRET_NAMES.has(text)) this.disguise(text, 'escapes')
  }

  disguise(name: string, how: string): void {
    this.disguised ??= `its code hides the name “${name}” in ${how}`
    for (const deed of DEEDS.get(name) ?? []) this.deeds.add(deed)
  }

  /** The whole code is written in signs: what it does cannot be read. */
  disguiseAll(): void {
    this.disguised ??= 'its code is written without letters'
    this.deeds.add('evaluates')
  }

  move(url: string, inside: string): void {
    if (this.moves.length < MAX_MOVES) this.moves.push({ url, inside })
    else this.cut = true
  }

  send(url: string, inside: string): void {
    if (this.sent.length < MAX_MOVES) this.sent.push({ url, inside })
    else this.cut = true
  }

  act(deed: Deed, inside: string): void {
    if (this.acts.length < MAX_MOVES) this.acts.push({ deed, inside })
  }

  /**
   * @param callee the function, `location` for its methods
   * @returns what a decoder makes of constants
   */
  call(callee: string, items: readonly (Value | undefined)[], inside: string): Value | undefined {
    if (callee === '') return undefined
    const [first, second] = items
    if (callee === 'location' && typeof first === 'string') this.move(first, inside)
    else if (callee === 'location') this.act('moves', inside)
    else if (callee === 'open' && typeof first === 'string' && ADDRESS.test(first)) this.move(first, inside)
    else if (callee === 'open' && typeof second === 'string') this.send(second, inside)
    else if ((callee === 'fetch' || callee === 'sendBeacon') && typeof first === 'string') this.send(first, inside)
    else if (callee === 'submit' || callee === 'requestSubmit') this.act('submits', inside)
    const isConstant = items.every(item => item !== undefined)
    return isConstant ? decodeValue(callee, items as readonly Value[]) : undefined
  }

  use(value: Value, pieces: number, property: string): void {
    if (typeof value === 'object') this.#useList(value)
    else if (typeof value === 'string') this.#useText(value, pieces, property)
  }

  #useText(text: string, pieces: number, property: string): void {
    if (text.length < 32 && SECRET_NAMES.has(text)) {
      if (pieces > 1) this.disguise(text, 'pieces')
      else for (const deed of DEEDS.get(text) ?? []) this.deeds.add(deed)
    }
    if (text.length < MIN_TEXT) return
    const isNotable = text.length >= MIN_ENCODED || text.includes('<') || text.includes('//')
    if (this.texts.length < (isNotable ? 2 * MAX_TEXTS : MAX_TEXTS)) this.texts.push({ text, pieces, property })
    else this.cut ||= isNotable
  }

  #useList(list: readonly (string | number)[]): void {
    if (list.length >= 4 && list.every(item => typeof item === 'number' && item >= 0 && item <= 0xffff)) {
      if (list.length >= 32) this.escapes += list.length
      if (this.codes.length < MAX_MOVES) this.codes.push(textOfCodes(list as readonly number[]))
      return
    }
    for (const item of list) if (typeof item === 'string') this.#useText(item, 1, '')
  }
}

const ADDRESS = /^\s*(?:https?:)?\/\//i
