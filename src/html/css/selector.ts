/**
 * Selectors (Selectors 4), as far as a style sheet hides text with them: compound ones, all combinators, attributes,
 * `:not()`, `:is()`, `:where()` and the place among siblings. What depends on the reader (`:hover`) matches nothing.
 */
import { attributeTest } from './attribute-selector.ts'
import type { PageElement } from './page-element.ts'

/** Tests of one compound selector, and compound selectors of one selector. */
const [MAX_TESTS, MAX_COMPOUNDS] = [20, 20]
/** Selectors in each other. */
const MAX_DEPTH = 4

type Test = (element: PageElement) => boolean
type Combinator = ' ' | '>' | '+' | '~'

interface Compound {
  readonly tests: readonly Test[]
  /** How the compound selector before it is reached. */
  readonly combinator: Combinator | undefined
}

export interface Selector {
  /** The last compound first. */
  readonly compounds: readonly Compound[]
  /** A class (`.x`), an id (`#x`) or a name that the element has; `*` where none is needed. */
  readonly key: string
  readonly specificity: number
}

/** What the search for a match may still cost, in compound selectors that are tried. */
export interface Budget {
  left: number
}

const TOKEN =
  /([ \t\r\n\f]*[>+~][ \t\r\n\f]*|[ \t\r\n\f]+)|([.#]?)((?:[\w-]|[^\0-\x7f]|\\[0-9a-f]{1,6} ?|\\[^\n0-9a-f])+)|(\*)|\[([^\]]{0,200})\]|(::?)([\w-]{1,40})/iy

/** Undefined for a selector that cannot be read, or that matches no element. */
export function parseSelector(text: string, depth = 0): Selector | undefined {
  const parser = new SelectorParser(text.trim(), depth)
  return parser.parse() ? parser : undefined
}

/** Resolves escapes: `\78`, `\.`. */
export const unescapeCss = (text: string): string =>
  text.replace(
    /\\(?:([0-9a-f]{1,6})[ \t\r\n\f]?|([^\n]))/gi,
    (_, hex: string | undefined, plain: string | undefined) => {
      const code = hex === undefined ? 0 : Number.parseInt(hex, 16)
      return plain ?? (code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd')
    },
  )

/** Cuts a list at commas that stand in no parentheses, brackets or quotes. */
export function splitSelectors(list: string): readonly string[] {
  if (!/[([]/.test(list)) return list.split(',')
  const found: string[] = []
  let [from, depth] = [0, 0]
  for (let at = 0; at < list.length; at++) {
    const char = list[at] ?? ''
    if ('(['.includes(char)) depth++
    else if (')]'.includes(char)) depth--
    else if (char === ',' && depth <= 0) {
      found.push(list.slice(from, at))
      from = at + 1
    }
  }
  found.push(list.slice(from))
  return found
}

class SelectorParser implements Selector {
  readonly compounds: Compound[] = []
  key = '*'
  specificity = 0
  readonly #text: string
  readonly #depth: number
  readonly #token = new RegExp(TOKEN)
  #tests: Test[] = []

  constructor(text: string, depth: number) {
    this.#text = text
    this.#depth = depth
  }

  parse(): boolean {
    const text = this.#text
    if (text === '' || this.#depth > MAX_DEPTH) return false
    let combinator: Combinator | undefined
    for (let at = 0; at < text.length; at = this.#token.lastIndex) {
      this.#token.lastIndex = at
      const token = this.#token.exec(text)
      if (token === null) return false
      if (token[1] === undefined) {
        if (!this.#addTest(token) || this.#tests.length > MAX_TESTS) return false
        continue
      }
      if (this.#tests.length === 0 || this.compounds.length === MAX_COMPOUNDS) return false
      this.compounds.unshift({ tests: this.#tests, combinator })
      combinator = (token[1].trim() || ' ') as Combinator
      this.#tests = []
      this.key = '*'
    }
    this.compounds.unshift({ tests: this.#tests, combinator })
    return this.#tests.length > 0 && (this.#depth > 0 || !this.compounds.some(({ tests }) => tests.includes(NEVER)))
  }

  #addTest([, , mark, written, any, attribute, colons, pseudo = '']: RegExpExecArray): boolean {
    if (written !== undefined) this.#addName(mark ?? '', unescapeCss(written).toLowerCase())
    else if (any !== undefined) this.#tests.push(() => true)
    else if (attribute !== undefined) {
      const test = attributeTest(unescapeCss(attribute))
      if (test === undefined) return false
      this.#add(10, ({ attributes }) => test(attributes))
    } else return colons === ':' && this.#addPseudo(pseudo.toLowerCase())
    return true
  }

  #addName(mark: string, name: string): void {
    if (mark !== '' || this.key === '*') this.key = mark + name
    if (mark === '.') this.#add(10, element => element.classes.includes(name))
    else if (mark === '#') this.#add(100, element => element.id === name)
    else this.#add(1, element => element.isNamed(name))
  }

  #add(specificity: number, test: Test): void {
    this.specificity += specificity
    this.#tests.push(test)
  }

  #addPseudo(name: string): boolean {
    const inner = this.#argument()
    if (inner === undefined) {
      const test = PLAIN.get(name) ?? (BY_READER.has(name) ? NEVER : undefined)
      if (test !== undefined) this.#add(10, test)
      return test !== undefined
    }
    if (name === 'nth-child') return this.#addNth(inner.trim().toLowerCase())
    if (!LISTS.has(name)) return false
    const selectors = splitSelectors(inner).flatMap(one => parseSelector(one, this.#depth + 1) ?? [])
    // A list with what cannot be read says nothing.
    if (selectors.length < splitSelectors(inner).length) return false
    const isAny: Test = element => selectors.some(selector => matches(selector, element, { left: 200 }))
    const weight = name === 'where' ? 0 : Math.max(0, ...selectors.map(({ specificity }) => specificity))
    this.#add(weight, name === 'not' ? element => !isAny(element) : isAny)
    return true
  }

  /** What stands in the parentheses that follow; undefined without any. */
  #argument(): string | undefined {
    const text = this.#text
    const start = this.#token.lastIndex
    if (text[start] !== '(') return undefined
    let depth = 0
    for (let at = start; at < text.length; at++) {
      if (text[at] === '(') depth++
      else if (text[at] === ')' && --depth === 0) {
        this.#token.lastIndex = at + 1
        return text.slice(start + 1, at)
      }
    }
    this.#token.lastIndex = text.length
    return text.slice(start + 1)
  }

  /** `2n+1`, `odd`, `3`. */
  #addNth(written: string): boolean {
    const plain = written === 'odd' ? '2n+1' : written === 'even' ? '2n' : written.replace(/\s+/g, '')
    const [, step, sign, more] = /^([+-]?\d{0,5})n(?:([+-])(\d{1,5}))?$/.exec(plain) ?? []
    if (step === undefined) {
      if (!/^\+?\d{1,5}$/.test(plain)) return false
      this.#add(10, ({ index }) => index === Number(plain))
      return true
    }
    const every = step === '' || step === '+' ? 1 : step === '-' ? -1 : Number(step)
    const offset = Number(more ?? 0) * (sign === '-' ? -1 : 1)
    this.#add(10, ({ index }) => {
      const rest = index - offset
      return every === 0 ? rest === 0 : rest % every === 0 && rest / every >= 0
    })
    return true
  }
}

const NEVER: Test = () => false
const LISTS: ReadonlySet<string> = new Set(['not', 'is', 'where', 'matches', '-webkit-any', '-moz-any'])

const isLink: Test = ({ name, attributes }) => (name === 'a' || name === 'area') && attributes.has('href')
const PLAIN: ReadonlyMap<string, Test> = new Map<string, Test>([
  ['root', element => element.isNamed('html')],
  ['link', isLink],
  ['any-link', isLink],
  ['first-child', ({ index }) => index === 1],
  ['defined', () => true],
  ['read-only', ({ name }) => name !== 'input' && name !== 'textarea'],
])
/** What a person does, or did before. */
const BY_READER: ReadonlySet<string> = new Set(
  'hover focus active visited checked target focus-within focus-visible disabled indeterminate'.split(' '),
)

/** Whether the element fits. What costs too much fits nothing. */
export const matches = ({ compounds }: Selector, element: PageElement, budget: Budget): boolean =>
  fits(compounds, 0, element, budget)

function fits(compounds: readonly Compound[], at: number, element: PageElement, budget: Budget): boolean {
  const compound = compounds[at]
  if (compound === undefined || --budget.left < 0 || !compound.tests.every(test => test(element))) return false
  const { combinator } = compound
  if (combinator === undefined) return true
  const isSibling = combinator === '+' || combinator === '~'
  const isNear = combinator === '+' || combinator === '>'
  const next = (one: PageElement): PageElement | undefined => (isSibling ? one.before : one.outer)
  for (let other = next(element); other && budget.left > 0; other = isNear ? undefined : next(other))
    if (fits(compounds, at + 1, other, budget)) return true
  return false
}
