/** Style sheets, as far as they hide text from a reader. Linear, and never throws. */
import { appliesToAll } from './css/conditions.ts'
import type { PageElement } from './css/page-element.ts'
import { type Budget, matches, parseSelector, type Selector, splitSelectors, unescapeCss } from './css/selector.ts'
import { mergeRules, parseStyle, type Style } from './style.ts'

/** Rules of one text that are read. */
export const MAX_RULES = 5000
/** Characters of a selector with what stands before it, and of the declarations of one rule. */
const [MAX_SELECTOR_LENGTH, MAX_RULE_LENGTH] = [8192, 32_768]
/** Blocks in each other. */
const MAX_BLOCKS = 16
/** Compound selectors that are compared with elements, for one text. */
const MAX_COMPARISONS = 500_000

/** A style, and how specific its selector is. */
export type WeightedStyle = readonly [specificity: number, style: Style]

/** A rule for elements in a place, or with several marks. */
export interface ComplexRule {
  readonly selector: Selector
  readonly style: Style
}

/** The rules of all sheets of a text. */
export class Sheet {
  /** For single classes, elements and ids: `.x`, `td`, `#y`, `td.x`. */
  readonly simple = new Map<string, Style>()
  /** The others, by a class, an id or a name that their elements have. */
  readonly #complex = new Map<string, ComplexRule[]>()
  /** Changes with each rule. */
  version = 0
  readonly #budget: Budget = { left: MAX_COMPARISONS }

  get isEmpty(): boolean {
    return this.simple.size === 0 && this.#complex.size === 0
  }

  /** More was to be compared than the limit allows. */
  get isExhausted(): boolean {
    return this.#budget.left < 0
  }

  /** @param written one selector, without a comma */
  add(written: string, style: Style): void {
    if (Object.keys(style).length === 0) return
    this.version++
    const name = written.trim()
    if (SIMPLE.test(name)) {
      const key = name.toLowerCase()
      const known = this.simple.get(key)
      this.simple.set(key, known ? mergeRules(known, style) : style)
      return
    }
    const selector = parseSelector(name)
    if (selector === undefined) return
    const rules = this.#complex.get(selector.key)
    if (rules) rules.push({ selector, style })
    else this.#complex.set(selector.key, [{ selector, style }])
  }

  /** The rules for more than a single class, element or id whose last part may fit the element. */
  complexFor(element: PageElement): readonly ComplexRule[] {
    if (this.#complex.size === 0) return NO_RULES
    const keys = [element.name, ...new Set(element.classes.map(one => `.${one}`)), `#${element.id ?? ''}`, '*']
    return keys.flatMap(key => this.#complex.get(key) ?? NO_RULES)
  }

  applies({ selector }: ComplexRule, element: PageElement): boolean {
    return matches(selector, element, this.#budget)
  }
}

const NO_RULES: readonly ComplexRule[] = []
const SIMPLE = /^(?::root|[a-z][a-z0-9]{0,20}|[a-z0-9]{0,20}[.#][a-z_-][\w-]{0,80})$/i

/**
 * Adds the rules of a text that can hide text. Rules in a block that depends on the width of the screen or the like
 * apply to some readers only, and are skipped.
 *
 * @returns how many rules were read, at most `max`
 */
export function parseSheet(written: string, sheet: Sheet, max: number): number {
  return new SheetParser(written.includes('/*') ? written.replace(COMMENTS, '') : written, sheet).parse(max)
}

const COMMENTS = /\/\*.*?(?:\*\/|$)/gs

class SheetParser {
  readonly #css: string
  readonly #sheet: Sheet
  /** The selectors of the open blocks; '' for blocks that have none, such as `@media`. */
  readonly #blocks: string[] = []

  constructor(css: string, sheet: Sheet) {
    this.#css = css
    this.#sheet = sheet
  }

  parse(max: number): number {
    const css = this.#css
    let count = 0
    for (let at = 0; at < css.length && count < max; count++) {
      const open = css.indexOf('{', at)
      if (open < 0) return count
      const prelude = this.#closeBlocks(css.slice(Math.max(at, open - MAX_SELECTOR_LENGTH), open))
      at = prelude.startsWith('@') ? this.#readAtRule(prelude, open) : this.#readRule(prelude, open)
    }
    return count
  }

  /** Ends the blocks that end before a selector, whose declarations may go on. Returns the selector. */
  #closeBlocks(text: string): string {
    let from = 0
    for (let at = text.indexOf('}'); at >= 0; at = text.indexOf('}', from)) {
      const outer = this.#blocks.pop() ?? ''
      if (outer !== '' && at > from) this.#add(outer, text.slice(from, at))
      from = at + 1
    }
    const selector = text.slice(from).replaceAll('<!--', '').trim()
    // `@charset "utf-8";` and declarations before a rule in a rule.
    return selector.slice(selector.lastIndexOf(';') + 1).trim()
  }

  /** Returns where the next rule may begin. */
  #readAtRule(prelude: string, open: number): number {
    if (appliesToAll(prelude)) {
      this.#blocks.push('')
      return open + 1
    }
    const close = /^@(?:font-face|page)/i.test(prelude) ? this.#css.indexOf('}', open) : closing(this.#css, open)
    return close < 0 ? this.#css.length : close + 1
  }

  #readRule(written: string, open: number): number {
    const css = this.#css
    const close = css.indexOf('}', open)
    const stop = close < 0 ? css.length : close
    const outer = this.#blocks.at(-1) ?? ''
    const selector = outer === '' ? written : nested(outer, written)
    const inner = css.indexOf('{', open + 1)
    if (inner < 0 || inner > stop || this.#blocks.length >= MAX_BLOCKS) {
      this.#add(selector, css.slice(open + 1, Math.min(stop, open + MAX_RULE_LENGTH)))
      return stop + 1
    }
    // A rule in a rule: declarations stand before it.
    const end = css.lastIndexOf(';', inner)
    if (end > open) this.#add(selector, css.slice(open + 1, Math.min(end, open + MAX_RULE_LENGTH)))
    this.#blocks.push(selector)
    return Math.max(end, open) + 1
  }

  #add(selectors: string, body: string): void {
    if (!RELEVANT.test(body) && !body.includes('\\')) return
    const style = parseStyle(body)
    for (const one of splitSelectors(selectors)) {
      const selector = one.includes('\\') && !/[[:]/.test(one) ? escapedSimple(one) : one
      this.#sheet.add(selector, style)
    }
  }
}

/** A simple selector without its escapes, where it stays one. */
const escapedSimple = (written: string): string => {
  const plain = unescapeCss(written)
  return SIMPLE.test(plain.trim()) ? plain : written
}

/** The selector of a rule in a rule: `& .b`, or `.b` below the outer one. */
function nested(outer: string, written: string): string {
  const list = splitSelectors(outer).length > 1 ? `:is(${outer})` : outer
  return splitSelectors(written)
    .map(one => (one.includes('&') ? one.replaceAll('&', list) : `${list} ${one.trim()}`))
    .join(',')
    .slice(0, MAX_SELECTOR_LENGTH)
}

const RELEVANT =
  /--|display|visibility|opacity|size|color|background|height|width|mso-hide|indent|left|top|right|bottom|font|transform|margin|inset|clip|mask|scale|translate|filter|zoom|spacing|direction|bidi|flex|float/i

function closing(css: string, open: number): number {
  const braces = /[{}]/g
  braces.lastIndex = open
  let depth = 0
  for (let match = braces.exec(css); match; match = braces.exec(css)) {
    depth += match[0] === '{' ? 1 : -1
    if (depth === 0) return match.index
  }
  return -1
}
