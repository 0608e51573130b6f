/** Puts together the style of an element: attributes of HTML, the rules of the sheet, and the attribute `style`. */

import type { ComplexRule, Sheet, WeightedStyle } from '../sheet.ts'
import { merge, NO_STYLE, parseStyle, parseStyleIn, type Style, variablesIn } from '../style.ts'
import { parseColour } from './colour.ts'
import type { PageElement } from './page-element.ts'
import { extended, type Variables } from './variables.ts'

const MAX_CACHED_STYLES = 200

/** What elements of one name, one list of classes and one id have in common. */
interface Known {
  readonly simple: readonly WeightedStyle[]
  /** The simple rules as one style, what is important in them included. */
  readonly style: Style
  readonly important: Style
  readonly complex: readonly ComplexRule[]
}

export class Cascade {
  readonly #sheet: Sheet
  /** Styles by their text, since hundreds of elements have the same few. */
  readonly #styles = new Map<string, Style>()
  readonly #known = new Map<string, Known>()
  /** The version of the sheet that `#known` was made from. */
  #version = 0

  constructor(sheet: Sheet) {
    this.#sheet = sheet
  }

  /** Attributes first, then the rules of the sheet, then the style attribute; what is important wins. */
  styleOf(element: PageElement, variables?: Variables): Style {
    const { attributes } = element
    const own = attributes.size === 0 ? NO_STYLE : attributeStyle(element)
    const written = attributes.size === 0 ? undefined : attributes.get('style')
    const inline = written === undefined ? NO_STYLE : this.#parse(written)
    if (this.#sheet.isEmpty && variables === undefined) return withImportant(merge(own, inline), inline.important)
    const known = this.#knownOf(element)
    const rules = this.#matching(known, element)
    if (rules === undefined && variables === undefined) {
      const style = merge(merge(own, known.style), inline)
      return known.important === NO_STYLE && inline.important === undefined
        ? style
        : withImportant(merge(style, known.important), inline.important)
    }
    let style = own
    const all = [...(rules ?? known.simple), [0, inline] as const]
    for (const [, rule] of all) {
      const depends = variables !== undefined && rule.source !== undefined
      style = merge(style, depends ? parseStyleIn(rule.source, variables) : rule)
    }
    for (const [, { important }] of all) style = withImportant(style, important)
    return style
  }

  variablesOf(element: PageElement, outer: Variables): Variables {
    const known = this.#knownOf(element)
    const rules = (this.#matching(known, element) ?? known.simple).map(([, style]) => style)
    const inline = this.#parse(element.attributes.get('style') ?? '')
    let all = outer
    for (const { source } of [this.#sheet.simple.get(':root') ?? NO_STYLE, ...rules, inline])
      if (source !== undefined) all = extended(all, variablesIn(source))
    return all
  }

  /** The rules in the order in which the later one wins; undefined where none but simple ones apply. */
  #matching({ simple, complex }: Known, element: PageElement): readonly WeightedStyle[] | undefined {
    let found: WeightedStyle[] | undefined
    for (const rule of complex) {
      if (!this.#sheet.applies(rule, element)) continue
      found ??= [...simple]
      found.push([rule.selector.specificity, rule.style])
    }
    return found?.sort(([one], [other]) => one - other)
  }

  #knownOf(element: PageElement): Known {
    if (this.#version !== this.#sheet.version) {
      this.#known.clear()
      this.#version = this.#sheet.version
    }
    const { name, attributes } = element
    const key = attributes.size === 0 ? name : `${name} ${attributes.get('class') ?? ''}#${attributes.get('id') ?? ''}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const { classes, id } = element
    const simple: WeightedStyle[] = []
    const add = (selector: string, specificity: number) => {
      const rule = this.#sheet.simple.get(selector)
      if (rule !== undefined) simple.push([specificity, rule])
    }
    add(name, 1)
    for (const one of classes) {
      add(`.${one}`, 10)
      add(`${name}.${one}`, 11)
    }
    if (id) add(`#${id}`, 100)
    const style = simple.reduce((under, [, over]) => merge(under, over), NO_STYLE)
    const important = simple.reduce((under, [, over]) => merge(under, over.important ?? NO_STYLE), NO_STYLE)
    const found = { simple, style, important, complex: this.#sheet.complexFor(element) }
    if (this.#known.size < MAX_CACHED_STYLES) this.#known.set(key, found)
    return found
  }

  #parse(text: string): Style {
    const known = this.#styles.get(text)
    if (known !== undefined) return known
    const style = parseStyle(text)
    if (this.#styles.size < MAX_CACHED_STYLES) this.#styles.set(text, style)
    return style
  }
}

const withImportant = (style: Style, important: Style | undefined): Style =>
  important === undefined ? style : merge(style, important)

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
