/** Reads an HTML text once: its visible text, its hidden text, and its references. */
import { CollapsedText, collapseWhitespace } from './collapsed-text.ts'
import { ElementStack, isBlock, type Order } from './elements.ts'
import type { HtmlHandler } from './handler.ts'
import { LinkSurroundings } from './link-surroundings.ts'
import type { Hiding, HtmlReading, Reference } from './reading.ts'
import { findReferences, styleUrls } from './references.ts'
import { MAX_RULES, parseSheet, Sheet } from './sheet.ts'
import { tokenize } from './tokens.ts'
import { overridden, reversed, VisibleOrder } from './visible-order.ts'
import { WordBreaks } from './word-breaks.ts'

/** References of one text, characters of the text of one link, and of its target. */
const [MAX_REFERENCES, MAX_SHOWN, MAX_TARGET] = [5000, 256, 4096]

/** Reads the first `limit` characters of `html`, in linear time. */
export async function readHtml(html: string, limit = 524_288): Promise<HtmlReading> {
  const reader = new HtmlReader()
  await tokenize(html.slice(0, limit), reader)
  return reader.result(html.length > limit)
}

/** Collects text, references and counts while the tokens arrive. */
class HtmlReader implements HtmlHandler {
  readonly #sheet = new Sheet()
  readonly #elements = new ElementStack(this.#sheet)
  readonly #visible = new VisibleOrder()
  readonly #hiddenText = new CollapsedText()
  readonly #script: string[] = []
  readonly #references: Writable<Reference>[] = []
  readonly #hidden: Record<Hiding, number> = {
    'not-displayed': 0,
    tiny: 0,
    'same-colour': 0,
    'off-page': 0,
    'unshown-element': 0,
  }
  readonly #counts: Counts = {
    elements: 0,
    comments: 0,
    commentText: 0,
    images: 0,
    trackers: 0,
    forms: 0,
    passwords: 0,
    fields: 0,
    emptyCells: 0,
    scripts: 0,
    frames: 0,
    handlers: 0,
    embeds: 0,
    needlessEntities: 0,
    commentsInWords: 0,
    elementsInWords: 0,
  }
  #rulesLeft = MAX_RULES
  #tooManyReferences = false
  /** The open link, and its text so far. */
  #link: OpenLink | undefined
  /** The link that ended last, while no visible text has followed it. */
  #before: OpenLink | undefined
  readonly #surroundings = new LinkSurroundings()
  readonly #words = new WordBreaks()
  /** The element that began last, while nothing stands in it; '' otherwise. */
  #empty = ''

  open(name: string, attributes: ReadonlyMap<string, string>): void {
    this.#counts.elements++
    // Cells of a table need no end tag.
    if (this.#empty === 'td' && name === 'td') this.#counts.emptyCells++
    this.#empty = name
    countElement(this.#counts, name, attributes)
    this.#elements.enter(name, attributes)
    if (isBlock(name)) this.#endLine()
    if (this.#elements.isReordered) this.#visible.enter(this.#elements.order(), this.#elements.depth)
    this.#words.element(name)
    const count = this.#references.length
    if (attributes.size > 0) findReferences(name, attributes, this.#add)
    if (name !== 'a' && name !== 'area') return
    this.#endLink()
    const reference = name === 'a' ? this.#references[count] : undefined
    if (reference?.from !== 'href') return
    // An address that is shown by two links in turn is one address for a reader.
    const before = this.#before
    const goesOn = before?.reference.target === reference.target && ADDRESS_START.test(before.shown)
    this.#link = { reference, shown: goesOn ? before.shown : '' }
    this.#surroundings.open()
  }

  close(name: string): void {
    if (this.#empty === name && CELLS.has(name)) this.#counts.emptyCells++
    this.#empty = ''
    if (name === 'a') this.#endLink()
    if (isBlock(name)) this.#endLine()
    this.#words.element(name)
    this.#elements.leave(name)
    if (this.#elements.isReordered) this.#visible.leave(this.#elements.depth)
  }

  text(text: string, needless: number): void {
    this.#counts.needlessEntities += needless
    if (this.#empty !== '' && text.trim() !== '') this.#empty = ''
    const inside = this.#elements.name()
    if (inside === 'script') this.#script.push(text)
    else if (inside === 'style') this.#readSheet(text)
    else this.#addText(text)
  }

  comment(length: number): void {
    this.#counts.comments++
    this.#counts.commentText += length
    this.#words.comment()
  }

  /** @param cut whether not all of the text was given to the reader */
  result(cut: boolean): HtmlReading {
    this.#endLink()
    return {
      visible: overridden(this.#visible.toString()),
      hidden: this.#hidden,
      hiddenText: this.#hiddenText.toString(),
      references: this.#references,
      counts: { ...this.#counts, ...this.#words.counts },
      script: this.#script.join(''),
      cut: cut || this.#tooManyReferences || this.#rulesLeft === 0 || this.#sheet.isExhausted,
    }
  }

  #addText(text: string): void {
    const hiding = this.#elements.hiding()
    if (this.#link && (hiding === undefined || this.#link.reference.hidden))
      addShown(this.#link, text, this.#elements.order())
    if (hiding === undefined) {
      if (this.#before && !this.#link && visibleLength(text) > 0) this.#before = undefined
      this.#words.text(text)
      this.#surroundings.text(text)
      this.#visible.addText(text)
      return
    }
    this.#hidden[hiding] += visibleLength(text)
    this.#hiddenText.addLines(text)
  }

  #readSheet(text: string): void {
    this.#rulesLeft -= parseSheet(text, this.#sheet, this.#rulesLeft)
    for (const target of styleUrls(text)) this.#addReference({ from: 'style', element: 'style', target })
  }

  readonly #add = (found: Omit<Reference, 'hidden' | 'shown'>): void => this.#addReference(found)

  #addReference(found: Omit<Reference, 'hidden' | 'shown'>): void {
    if (found.target.trim() === '') return
    if (this.#references.length === MAX_REFERENCES) {
      this.#tooManyReferences = true
      return
    }
    const hidden = this.#elements.hiding() !== undefined
    const { from, element, target } = found
    this.#references.push({ from, element, target: target.slice(0, MAX_TARGET), shown: '', hidden })
  }

  #endLink(): void {
    if (!this.#link) return
    this.#link.reference.shown = collapseWhitespace(overridden(this.#link.shown)).slice(0, MAX_SHOWN)
    this.#surroundings.close(this.#link.reference)
    this.#before = this.#link
    this.#link = undefined
  }

  #endLine(): void {
    this.#visible.endLine()
    this.#surroundings.endLine()
  }
}

/** Elements that pictures are drawn with. */
const CELLS: ReadonlySet<string> = new Set('td th div span i b p s u em li'.split(' '))

interface OpenLink {
  readonly reference: Writable<Reference>
  shown: string
}

function addShown(link: OpenLink, text: string, { override, direction }: Order): void {
  if (link.shown.length >= 4 * MAX_SHOWN) return
  const next = text.slice(0, 4 * MAX_SHOWN)
  link.shown = override && direction === 'rtl' ? reversed(next) + link.shown : link.shown + next
}

/** What an address begins with, and what it may be cut to. */
const ADDRESS_START = /^\s*(?:h|ht|htt|https?|https?:\S{0,200}|w|ww|www\S{0,200})\s*$/i

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

type Counts = Record<keyof HtmlReading['counts'], number>

function countElement(counts: Counts, name: string, attributes: ReadonlyMap<string, string>): void {
  if (name === 'img') {
    counts.images++
    const sizes = ['width', 'height'].map(side => Number.parseFloat(attributes.get(side) ?? 'NaN'))
    if (sizes.every(size => size <= 1)) counts.trackers++
  } else if (name === 'form') counts.forms++
  else if (name === 'input') countField(counts, attributes.get('type')?.trim().toLowerCase() ?? 'text')
  else if (name === 'textarea') counts.fields++
  else if (name === 'script') counts.scripts++
  else if (name === 'iframe' || name === 'frame') counts.frames++
  else if (name === 'object' || name === 'embed' || name === 'applet') counts.embeds++
  for (const attribute of attributes.keys()) if (isHandler(attribute)) counts.handlers++
}

function countField(counts: Counts, type: string): void {
  if (type === 'password') counts.passwords++
  if (!NOT_TEXT.has(type)) counts.fields++
}

const NOT_TEXT: ReadonlySet<string> = new Set(
  'hidden submit button image reset checkbox radio file color range search'.split(' '),
)

/** Whether the name begins with `on` and a letter. */
const isHandler = (name: string): boolean => {
  if (name.charCodeAt(0) !== 111 || name.charCodeAt(1) !== 110) return false
  const letter = name.charCodeAt(2)
  return letter >= 97 && letter <= 122
}

/** The number of visible characters, without blanks and the invisible characters that fill up previews. */
export function visibleLength(text: string): number {
  let count = text.length
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 128 ? code <= 32 && isBlank(code) : isFiller(code)) count--
  }
  return count
}

const isBlank = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)

/** White space and invisible characters beyond ASCII. */
const isFiller = (code: number): boolean =>
  code === 0xa0 ||
  code === 0xad ||
  code === 0x34f ||
  code === 0x1680 ||
  (code >= 0x2000 && code <= 0x200f) ||
  code === 0x2028 ||
  code === 0x2029 ||
  code === 0x202f ||
  (code >= 0x205f && code <= 0x2064) ||
  code === 0x3000 ||
  code === 0xfeff
