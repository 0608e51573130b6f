/** The stack of open elements, and whether text in them is visible. Depth and work for each tag are bounded. */
import { Cascade } from './css/cascade.ts'
import { type Colour, isSame } from './css/colour.ts'
import { PageElement } from './css/page-element.ts'
import { NO_VARIABLES, type Variables } from './css/variables.ts'
import type { Hiding } from './reading.ts'
import type { Sheet } from './sheet.ts'
import { NO_STYLE, type Style } from './style.ts'

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
  readonly element: PageElement
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

const outermost = (): Open => ({
  name: '',
  element: new PageElement('', new Map(), undefined),
  colour: [0, 0, 0],
  background: [255, 255, 255],
  fontSize: 16,
  visible: true,
  removed: undefined,
  hiding: undefined,
  order: IN_ORDER,
  variables: NO_VARIABLES,
})

export class ElementStack {
  readonly #cascade: Cascade
  readonly #page = outermost()
  readonly #stack: Open[] = [this.#page]
  /** How many elements are open beyond the depth of the stack. */
  #beyond = 0
  /** An element was open whose text is shown in another order. */
  isReordered = false

  /** @param sheet the rules so far; the reader of style sheets adds to it */
  constructor(sheet: Sheet) {
    this.#cascade = new Cascade(sheet)
  }

  enter(name: string, attributes: ReadonlyMap<string, string>): void {
    if (this.#beyond === 0) {
      for (const implied of IMPLIED.get(name) ?? []) if (this.#top().name === implied) this.leave(implied)
    }
    if (VOID.has(name)) {
      // It has no text, but a place among its siblings.
      if (this.#beyond === 0) new PageElement(name, attributes, this.#top().element)
      return
    }
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
    return this.#stack.at(-1) ?? this.#page
  }

  #open(name: string, attributes: ReadonlyMap<string, string>): Open {
    const outer = this.#top()
    const element = new PageElement(name, attributes, outer.element)
    if (NOT_RENDERED.has(name)) return inherit(outer, element, 'unshown-element')
    let style = this.#cascade.styleOf(element)
    let { variables } = outer
    if (style.source !== undefined) {
      // Custom properties are rare: what refers to them is read again, with those of this element.
      variables = this.#cascade.variablesOf(element, variables)
      style = this.#cascade.styleOf(element, variables)
    }
    const removed =
      style.notDisplayed || isClosed(name, attributes) ? 'not-displayed' : style.offPage ? 'off-page' : undefined
    const order = this.#orderOf(name, attributes, style, outer.order)
    if (style === NO_STYLE) return inherit(outer, element, removed, order)
    const open = {
      name,
      element,
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
}

const inherit = (outer: Open, element: PageElement, removed: Hiding | undefined, order = outer.order): Open => ({
  name: element.name,
  element,
  colour: outer.colour,
  background: outer.background,
  fontSize: outer.fontSize,
  visible: outer.visible,
  removed: outer.removed ?? removed,
  hiding: outer.removed ?? removed ?? outer.hiding,
  order,
  variables: outer.variables,
})

/** The attribute `hidden`, and a dialog that no script has opened. */
const isClosed = (name: string, attributes: ReadonlyMap<string, string>): boolean =>
  attributes.has('hidden') || (name === 'dialog' && !attributes.has('open'))

export const isBlock = (name: string): boolean => BLOCKS.has(name)

function hidingOf({
  removed,
  visible,
  fontSize,
  colour,
  background,
}: Omit<Open, 'hiding' | 'order' | 'variables' | 'element'>): Hiding | undefined {
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
