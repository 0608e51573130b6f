/** An element as selectors see it: its attributes, and its place among the others. */

/** Classes of one element. */
const MAX_CLASSES = 50

export class PageElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly outer: PageElement | undefined
  /** The sibling before it. */
  readonly before: PageElement | undefined
  /** Its place among its siblings, from 1. */
  readonly index: number
  #children = 0
  #last: PageElement | undefined
  #classes: readonly string[] | undefined

  constructor(name: string, attributes: ReadonlyMap<string, string>, outer: PageElement | undefined) {
    this.name = name
    this.attributes = attributes
    this.outer = outer
    this.before = outer ? outer.#last : undefined
    this.index = outer ? outer.#children + 1 : 1
    if (!outer) return
    outer.#children = this.index
    outer.#last = this
  }

  /** In lower case: mail is read in quirks mode. */
  get classes(): readonly string[] {
    this.#classes ??= this.attributes.get('class')?.trim().toLowerCase().split(/\s+/, MAX_CLASSES) ?? NO_CLASSES
    return this.#classes
  }

  get id(): string | undefined {
    return this.attributes.get('id')?.trim().toLowerCase()
  }

  /** The outermost one stands for `html` and `body`, which many messages leave out. */
  isNamed(name: string): boolean {
    return this.name === name || (this.outer === undefined && (name === 'html' || name === 'body'))
  }
}

const NO_CLASSES: readonly string[] = []
