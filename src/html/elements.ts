/** The stack of open elements, and whether text in them is visible. Depth and work for each tag are bounded. */
import { type Colour, isSame, parseColour } from './css/colour.ts'
import { extended, NO_VARIABLES, type Variables } from './css/variables.ts'
import type { Hiding } from './reading.ts'
import { NO_STYLE, parseStyle, parseStyleIn, type Style, variablesIn } from './style.ts'

/** How the text of an element is put in order; see `visible-order.ts`. */
export interface Order {
  readonly direction: 'ltr' | 'rtl'
  /** All characters are written in the direction. */
  readonly override: boolean
  /** The elements in it are shown in reverse. */
  readonly reversed: boolean
  /** It is shown to the left of the element before it, where that one floats, too. */
  readonly floatsRight: boolean
}

interface Open {
  readonly name: string
  readonly colour: Colour
  readonly background: Colour
  readonly fontSize: number
  readonly visible: boolean
  /** Hidden in a way that no inner element can undo. */
  readonly removed: Hiding | undefined
  /** Why its text is not visible; undefined where it is. */
  readonly hiding: Hiding | undefined
  readonly order: Order
  readonly variables: Variables
}

const IN_ORDER: Order = { direction: 'ltr', override: false, reversed: false, floatsRight: false }

/** The depth of the stack. Deeper elements look like the last one on it. */
const MAX_DEPTH = 256
/** How far up an end tag searches for its start tag. */
const MAX_REACH = 40
const MAX_TINY_FONT = 2

const page: Open = {
  name: '',
  colour: [0, 0, 0],
  background: [255, 255, 255],
  fontSize: 16,
  visible: true,
  removed: undefined,
  hiding: undefined,
  order: IN_ORDER,
  variables: NO_VARIABLES,
}

export class ElementStack {
  readonly #sheet: ReadonlyMap<string, Style>
  /** Styles by their text, since hundreds of elements have the same few. */
  readonly #styles = new Map<string, Style>()
  readonly #stack: Open[] = [page]
  /** How many elements are open beyond the depth of the stack. */
  #beyond = 0
  /** An element was open whose text is shown in another order. */
  isReordered = false

  /** @param sheet the rules so far, by selector; the reader of style sheets adds to it */
  constructor(sheet: ReadonlyMap<string, Style>) {
    this.#sheet = sheet
  }

  enter(name: string, attributes: ReadonlyMap<string, string>): void {
    if (this.#beyond === 0) {
      for (const implied of IMPLIED.get(name) ?? []) if (this.#top().name === implied) this.leave(implied)
    }
    if (VOID.has(name)) return
    if (this.#stack.length >= MAX_DEPTH) this.#beyond++
    else this.#stack.push(this.#open(name, attributes))
  }

  leave(name: string): void {
    if (this.#beyond > 0) {
      this.#beyond--
      return
    }
    const lowest = Math.max(1, this.#stack.length - MAX_REACH)
    for (let index = this.#stack.length - 1; index >= lowest; index--) {
      if (this.#stack[index]?.name !== name) continue
      this.#stack.length = index
      return
    }
  }

  /** The name of the innermost element; '' outside of all. */
  name(): string {
    return this.#top().name
  }

  /** Why text here is not visible; undefined where it is. */
  hiding(): Hiding | undefined {
    return this.#top().hiding
  }

  /** How many elements are open. */
  get depth(): number {
    return this.#stack.length
  }

  /** The order of the text in the innermost element. */
  order(): Order {
    return this.#top().order
  }

  #top(): Open {
    return this.#stack.at(-1) ?? page
  }

  #open(name: string, attributes: ReadonlyMap<string, string>): Open {
    const outer = this.#top()
    if (NOT_RENDERED.has(name)) return inherit(outer, name, 'unshown-element')
    let style = attributes.size === 0 && this.#sheet.size === 0 ? NO_STYLE : this.#styleOf(name, attributes)
    let { variables } = outer
    if (style.source !== undefined) {
      // Custom properties are rare: what refers to them is read again, with those of this element.
      variables = this.#variablesOf(name, attributes, variables)
      style = this.#styleOf(name, attributes, variables)
    }
    const removed =
      style.notDisplayed || attributes.has('hidden') ? 'not-displayed' : style.offPage ? 'off-page' : undefined
    const order = this.#orderOf(name, attributes, style, outer.order)
    if (style === NO_STYLE) return inherit(outer, name, removed, order)
    const open = {
      name,
      colour: style.colour ?? outer.colour,
      background: style.background && style.background !== 'transparent' ? style.background : outer.background,
      fontSize: style.fontSize ?? outer.fontSize,
      visible: style.visibility ? style.visibility === 'visible' : outer.visible,
      removed: outer.removed ?? removed,
      order,
      variables,
    }
    return { ...open, hiding: hidingOf(open) }
  }

  /** The same object for what changes nothing. */
  #orderOf(name: string, attributes: ReadonlyMap<string, string>, style: Style, outer: Order): Order {
    const { direction, override, reversed, floatsRight } = style
    const dir = attributes.size === 0 ? undefined : attributes.get('dir')?.trim().toLowerCase()
    const isDirected = direction !== undefined || dir === 'rtl' || dir === 'ltr'
    const isOverride = override ?? (name === 'bdo' ? true : outer.override)
    if (!isDirected && isOverride === outer.override && !reversed && !floatsRight)
      return outer.reversed || outer.floatsRight ? { ...outer, reversed: false, floatsRight: false } : outer
    const order: Order = {
      direction: direction ?? (isDirected ? (dir as 'ltr' | 'rtl') : outer.direction),
      override: isOverride,
      reversed: reversed ?? false,
      floatsRight: floatsRight ?? false,
    }
    this.isReordered ||= order.override || order.reversed || order.floatsRight
    return order
  }

  /** Attributes first, then the rules of the sheet, then the style attribute, which wins. */
  #styleOf(name: string, attributes: ReadonlyMap<string, string>, variables?: Variables): Style {
    let style = attributes.size === 0 ? NO_STYLE : attributeStyle(name, attributes)
    for (const rule of this.#rulesFor(name, attributes)) {
      const depends = variables !== undefined && rule.source !== undefined
      style = merge(style, depends ? parseStyleIn(rule.source, variables) : rule)
    }
    return style
  }

  /** What applies to an element, in the order in which the later one wins. */
  #rulesFor(name: string, attributes: ReadonlyMap<string, string>): readonly Style[] {
    const written = attributes.size === 0 ? undefined : attributes.get('style')
    if (this.#sheet.size === 0) return written === undefined ? NO_RULES : [this.#parse(written)]
    const selectors = [name]
    const classes = attributes.get('class')?.trim().toLowerCase()
    for (const one of classes?.split(/\s+/, 10) ?? []) selectors.push(`.${one}`, `${name}.${one}`)
    const id = attributes.get('id')?.trim().toLowerCase()
    if (id) selectors.push(`#${id}`)
    const rules: Style[] = []
    for (const selector of selectors) {
      const rule = this.#sheet.get(selector)
      if (rule !== undefined) rules.push(rule)
    }
    if (written !== undefined) rules.push(this.#parse(written))
    return rules
  }

  #variablesOf(name: string, attributes: ReadonlyMap<string, string>, outer: Variables): Variables {
    let all = outer
    for (const { source } of [this.#sheet.get(':root') ?? NO_STYLE, ...this.#rulesFor(name, attributes)])
      if (source !== undefined) all = extended(all, variablesIn(source))
    return all
  }

  #parse(text: string): Style {
    const known = this.#styles.get(text)
    if (known !== undefined) return known
    const style = parseStyle(text)
    if (this.#styles.size < MAX_CACHED_STYLES) this.#styles.set(text, style)
    return style
  }
}

/** What changes nothing is {@link NO_STYLE} itself, here and in `parseStyle`. */
const merge = (under: Style, over: Style): Style =>
  over === NO_STYLE ? under : under === NO_STYLE ? over : { ...under, ...over }

const NO_RULES: readonly Style[] = []

const inherit = (outer: Open, name: string, removed: Hiding | undefined, order = outer.order): Open => ({
  name,
  colour: outer.colour,
  background: outer.background,
  fontSize: outer.fontSize,
  visible: outer.visible,
  removed: outer.removed ?? removed,
  hiding: outer.removed ?? removed ?? outer.hiding,
  order,
  variables: outer.variables,
})

const MAX_CACHED_STYLES = 200

export const isBlock = (name: string): boolean => BLOCKS.has(name)

/** The style that HTML attributes declare. */
function attributeStyle(name: string, attributes: ReadonlyMap<string, string>): Style {
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

function hidingOf({
  removed,
  visible,
  fontSize,
  colour,
  background,
}: Omit<Open, 'hiding' | 'order' | 'variables'>): Hiding | undefined {
  if (removed) return removed
  if (!visible) return 'not-displayed'
  if (fontSize <= MAX_TINY_FONT) return 'tiny'
  return colour === 'transparent' || isSame(colour, background) ? 'same-colour' : undefined
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

const VOID = words('area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr')
const NOT_RENDERED = words('title template datalist noembed noframes rp')
const BLOCKS = words(
  'address article aside blockquote body br center dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 ' +
    'head header hr html legend li main nav ol option p pre section summary table tbody td tfoot th thead title tr ul',
)

/** Elements that end without an end tag when another begins. */
const IMPLIED: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...['p', 'div', 'table', 'ul', 'ol', 'h1', 'h2', 'h3', 'h4', 'hr', 'center', 'form', 'blockquote', 'pre'].map(
    name => [name, ['p']] as const,
  ),
  ['li', ['p', 'li']],
  ['td', ['p', 'td', 'th']],
  ['th', ['p', 'td', 'th']],
  ['tr', ['p', 'td', 'th', 'tr']],
  ['option', ['option']],
  ['dd', ['p', 'dd', 'dt']],
  ['dt', ['p', 'dd', 'dt']],
  ['a', ['a']],
  ['body', ['head', 'title']],
])
