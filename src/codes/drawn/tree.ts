/** Reads a page as a tree of boxes and texts with their colours and sizes: what a drawing in HTML is made of. */
import { type Colour, parseColour } from '../../html/css/colour.ts'
import { pixels } from '../../html/css/length.ts'
import type { HtmlHandler } from '../../html/handler.ts'
import { type Declarations, declarationsIn, readSheet } from './declarations.ts'

/** An element, or a text where `name` is ''. */
export interface Box {
  readonly name: string
  readonly text: string
  readonly attributes: ReadonlyMap<string, string>
  readonly style: Declarations
  /** Brightness of text in it, and of what is behind it. */
  readonly ink: number
  readonly paper: number
  /** It has a background itself. */
  readonly isPainted: boolean
  /** White space is kept. */
  readonly isPreformatted: boolean
  readonly children: Box[]
  /** Elements in it, at any depth, that have neither text nor elements. */
  cells: number
}

/** Nodes of one page; a code has at most 177 by 177 modules. */
const MAX_NODES = 60_000
const MAX_DEPTH = 200
const MAX_RULES = 500
/** How far up an end tag searches for its start tag. */
const MAX_REACH = 30

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))
/** Elements that hold no others, shapes of SVG among them. */
const VOID = words(
  'area base br col embed hr img input link meta param source track wbr rect path circle ellipse polygon polyline line use image',
)
const NOT_RENDERED = words('script style title template head')
/** Elements that end without an end tag when another begins. */
const IMPLIED: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['td', words('td th p')],
  ['th', words('td th p')],
  ['tr', words('td th p tr')],
  ['li', words('li p')],
  ['div', words('p')],
  ['p', words('p')],
])

const page: Omit<Box, 'children'> = {
  name: 'page',
  text: '',
  attributes: new Map(),
  style: new Map(),
  ink: 0,
  paper: 255,
  isPainted: false,
  isPreformatted: false,
  cells: 0,
}

export class TreeBuilder implements HtmlHandler {
  readonly root: Box = { ...page, children: [] }
  /** The texts of `svg` elements are read apart: their names and attributes say all. */
  readonly svgs: Box[] = []
  /** Not all of the page is in the tree. */
  isCut = false
  readonly #stack: Box[] = [this.root]
  readonly #sheet = new Map<string, Declarations>()
  readonly #styles = new Map<string, Declarations>()
  #nodes = 0

  open(name: string, attributes: ReadonlyMap<string, string>): void {
    const implied = IMPLIED.get(name)
    while (implied?.has(this.#top().name) && this.#stack.length > 1) this.#leave()
    const outer = this.#top()
    if (!this.#add()) return
    const style = this.#styleOf(name, attributes)
    const background = backgroundOf(attributes, style)
    const ink = brightness(parseColour(style.get('color') ?? attributes.get('color') ?? ''))
    const space = style.get('white-space')
    const box: Box = {
      name,
      text: '',
      attributes,
      style,
      ink: ink ?? outer.ink,
      paper: background ?? outer.paper,
      isPainted: background !== undefined,
      isPreformatted: space === undefined ? outer.isPreformatted || name === 'pre' : space.startsWith('pre'),
      children: [],
      cells: 0,
    }
    outer.children.push(box)
    if (name === 'svg') this.svgs.push(box)
    if (!VOID.has(name) && this.#stack.length < MAX_DEPTH) this.#stack.push(box)
  }

  close(name: string): void {
    const lowest = Math.max(1, this.#stack.length - MAX_REACH)
    for (let index = this.#stack.length - 1; index >= lowest; index--) {
      if (this.#stack[index]?.name !== name) continue
      while (this.#stack.length > index) this.#leave()
      return
    }
  }

  text(text: string): void {
    const outer = this.#top()
    if (outer.name === 'style') this.#readSheet(text)
    if (NOT_RENDERED.has(outer.name) || (!outer.isPreformatted && BLANK.test(text)) || !this.#add()) return
    outer.children.push({
      ...outer,
      name: '',
      text,
      attributes: page.attributes,
      style: page.style,
      children: [],
      cells: 0,
    })
  }

  comment(): void {}

  /** Ends all elements that are open. */
  end(): void {
    while (this.#stack.length > 1) this.#leave()
  }

  #top(): Box {
    return this.#stack.at(-1) ?? this.root
  }

  #leave(): void {
    const box = this.#stack.pop()
    if (box) this.#top().cells += isCell(box) ? 1 : box.cells
  }

  #add(): boolean {
    this.isCut ||= ++this.#nodes > MAX_NODES
    return !this.isCut
  }

  #readSheet(text: string): void {
    if (this.#sheet.size < MAX_RULES) readSheet(text, this.#sheet, MAX_RULES)
  }

  /** The rules of the sheet for the element, its classes and its id, then the style attribute. */
  #styleOf(name: string, attributes: ReadonlyMap<string, string>): Declarations {
    const written = attributes.get('style')
    if (this.#sheet.size === 0) return written === undefined ? page.style : this.#parse(written)
    const selectors = [name]
    for (const one of attributes.get('class')?.trim().toLowerCase().split(/\s+/, 10) ?? []) {
      selectors.push(`.${one}`, `${name}.${one}`)
    }
    const id = attributes.get('id')
    if (id !== undefined) selectors.push(`#${id.trim().toLowerCase()}`)
    const rules = selectors.flatMap(selector => this.#sheet.get(selector) ?? [])
    if (written !== undefined) rules.push(this.#parse(written))
    const [only = page.style] = rules
    return rules.length <= 1 ? only : new Map(rules.flatMap(rule => [...rule]))
  }

  #parse(written: string): Declarations {
    const known = this.#styles.get(written)
    if (known !== undefined) return known
    const style = declarationsIn(written)
    if (this.#styles.size < MAX_RULES) this.#styles.set(written, style)
    return style
  }
}

/** Whether it holds nothing but white space. */
export const isCell = ({ children }: Box): boolean =>
  children.every(({ name, text }) => name === '' && text.trim() === '')

const BLANK = /^[ \t\r\n]*$/

function backgroundOf(attributes: ReadonlyMap<string, string>, style: Declarations): number | undefined {
  const short = style.get('background')
  const colour = /#[0-9a-f]{3,8}|(?:rgb|hsl)a?\([^)]{1,60}\)|[a-z]+/.exec(short ?? '')?.[0]
  return brightness(parseColour(style.get('background-color') ?? colour ?? attributes.get('bgcolor') ?? ''))
}

/** As a grey camera sees it (ITU-R BT.601); undefined for what is transparent or a picture. */
export const brightness = (colour: Colour | undefined): number | undefined =>
  colour === undefined || typeof colour === 'string'
    ? undefined
    : 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]

/** A length of the box in pixels: of its style, else of its attribute. */
export function lengthOf({ style, attributes }: Box, name: string): number | undefined {
  const found = pixels(style.get(name) ?? '') ?? Number.parseFloat(attributes.get(name) ?? '')
  return Number.isFinite(found) ? found : undefined
}
