/** Puts together the style of an element: attributes of HTML, the rules of the sheet, and the attribute `style`. */

import type { Sheet } from '../sheet.ts'
import { merge, NO_STYLE, parseStyle, parseStyleIn, type Style, variablesIn } from '../style.ts'
import { parseColour } from './colour.ts'
import type { PageElement } from './page-element.ts'
import { extended, type Variables } from './variables.ts'

const MAX_CACHED_STYLES = 200

export class Cascade {
  readonly #sheet: Sheet
  /** Styles by their text, since hundreds of elements have the same few. */
  readonly #styles = new Map<string, Style>()

  constructor(sheet: Sheet) {
    this.#sheet = sheet
  }

  /** Attributes first, then the rules of the sheet, then the style attribute; what is important wins. */
  styleOf(element: PageElement, variables?: Variables): Style {
    const { attributes } = element
    if (attributes.size === 0 && this.#sheet.isEmpty) return NO_STYLE
    let style = attributes.size === 0 ? NO_STYLE : attributeStyle(element)
    let hasImportant = false
    const rules = this.#rulesFor(element)
    for (const rule of rules) {
      const depends = variables !== undefined && rule.source !== undefined
      style = merge(style, depends ? parseStyleIn(rule.source, variables) : rule)
      hasImportant ||= rule.important !== undefined
    }
    if (hasImportant) for (const { important } of rules) if (important) style = merge(style, important)
    return style
  }

  variablesOf(element: PageElement, outer: Variables): Variables {
    let all = outer
    for (const { source } of [this.#sheet.simple.get(':root') ?? NO_STYLE, ...this.#rulesFor(element)])
      if (source !== undefined) all = extended(all, variablesIn(source))
    return all
  }

  /** What applies to an element, in the order in which the later one wins. */
  #rulesFor(element: PageElement): readonly Style[] {
    const { name, attributes } = element
    const written = attributes.size === 0 ? undefined : attributes.get('style')
    const { simple } = this.#sheet
    if (this.#sheet.isEmpty) return written === undefined ? NO_RULES : [this.#parse(written)]
    const { classes, id } = element
    const found: (readonly [specificity: number, style: Style])[] = []
    const add = (selector: string, specificity: number) => {
      const rule = simple.get(selector)
      if (rule !== undefined) found.push([specificity, rule])
    }
    add(name, 1)
    for (const one of classes) {
      add(`.${one}`, 10)
      add(`${name}.${one}`, 11)
    }
    if (id) add(`#${id}`, 100)
    if (this.#sheet.addMatching(element, found)) found.sort(([one], [other]) => one - other)
    const rules = found.map(([, style]) => style)
    if (written !== undefined) rules.push(this.#parse(written))
    return rules
  }

  #parse(text: string): Style {
    const known = this.#styles.get(text)
    if (known !== undefined) return known
    const style = parseStyle(text)
    if (this.#styles.size < MAX_CACHED_STYLES) this.#styles.set(text, style)
    return style
  }
}

const NO_RULES: readonly Style[] = []

/** The style that HTML attributes declare. */
function attributeStyle({ name, attributes }: PageElement): Style {
  const background = attributes.has('background') ? 'unknown' : parseColour(attributes.get('bgcolor') ?? '')
  const colour = parseColour(attributes.get(name === 'body' ? 'text' : 'color') ?? '')
  const fontSize = name === 'font' ? FONT_SIZES[Number(attributes.get('size'))] : undefined
  if (background === undefined && colour === undefined && fontSize === undefined) return NO_STYLE
  return {
    ...(background && { background }),
    ...(colour && { colour }),
    ...(fontSize !== undefined && { fontSize }),
  }
}

/** `<font size=0>` is displayed as size 1. */
const FONT_SIZES = [10, 10, 13, 16, 18, 24, 32, 48]
