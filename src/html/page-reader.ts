/**
 * Reads the tokens of a page with native searches for `<` and `>`, where a tokenizer looks at each character. Takes a
 * third of htmlparser2's time, whose tokens are the oracle of the tests.
 */
import { EntityReader, type NewTokenizer } from './entities.ts'
import type { HtmlHandler, PageOptions } from './handler.ts'

/** Attributes of one element. */
const MAX_ATTRIBUTES = 64
/** Characters of one attribute, and of one name. */
const [MAX_VALUE_LENGTH, MAX_NAME_LENGTH] = [8192, 64]
/** No entity with a name is longer. */
const MAX_ENTITY_LENGTH = 64

const none: ReadonlyMap<string, string> = new Map()

/** Elements whose text ends only at their end tag: it holds no elements. Entities are decoded in two of them. */
const WITH_ENTITIES: ReadonlySet<string> = new Set(['title', 'textarea'])
const RAW_TEXT: ReadonlyMap<string, RegExp | undefined> = new Map([
  ['plaintext', undefined],
  ...[...WITH_ENTITIES, 'script', 'style', 'xmp', 'iframe', 'noembed', 'noframes'].map(
    name => [name, new RegExp(`</${name}(?=[ \\t\\n\\f\\r/>])`, 'gi')] as const,
  ),
])
const COMMENT_END = /--!?>/g
/** The end of a page that ends inside of the end of a comment. */
const PARTIAL_COMMENT_END = /(?:--?|--!)$/
const DOCTYPE = /^doctype/i

const [EXCLAMATION_MARK, QUOTE, APOSTROPHE, SLASH, LT, EQUALS, GT, QUESTION_MARK] = [33, 34, 39, 47, 60, 61, 62, 63]

export class PageReader {
  /** Where the next token begins. */
  at = 0
  readonly #html: string
  readonly #handler: HtmlHandler
  readonly #entities: EntityReader
  readonly #isXml: boolean
  readonly #maxValue: number
  /** The next `&`, or the length of the page. */
  #ampersand = -1
  /** Where the last text or start tag ends. */
  #textStop = 0
  /** The element whose text is being read to its end tag. */
  #raw: RawElement | undefined

  constructor(html: string, handler: HtmlHandler, tokenizer: NewTokenizer, options: PageOptions = {}) {
    this.#html = html
    this.#isXml = options.syntax === 'xml'
    this.#maxValue = options.maxValue ?? MAX_VALUE_LENGTH
    this.#handler = handler
    this.#entities = new EntityReader(html, tokenizer)
  }

  /** Reads tokens until one ends at `limit` or after it. Returns whether more follow. */
  readTo(limit: number): boolean {
    while (this.at < this.#html.length) {
      if (this.at >= limit) return true
      if (this.#raw) this.#readRaw(this.#raw, limit)
      else if (this.#isMarkup(this.at)) this.#readMarkup(this.at + 1)
      else this.#readText(limit)
    }
    return false
  }

  /** Whether markup begins here. A single `<` is text. */
  #isMarkup(at: number): boolean {
    const html = this.#html
    if (html.charCodeAt(at) !== LT) return false
    const next = html.charCodeAt(at + 1)
    if (next === SLASH) return at + 2 < html.length
    return isLetter(next) || next === EXCLAMATION_MARK || next === QUESTION_MARK
  }

  #readText(limit: number): void {
    let next = this.#html.indexOf('<', this.at + 1)
    while (next >= 0 && next < limit && !this.#isMarkup(next)) next = this.#html.indexOf('<', next + 1)
    this.#addText(next < 0 ? this.#html.length : next, limit, '')
  }

  #readRaw({ name, stop }: RawElement, limit: number): void {
    if (this.at < stop) {
      if (WITH_ENTITIES.has(name)) this.#addText(stop, limit, name)
      else this.#addPlain(Math.min(stop, limit))
      if (this.at < stop) return
    }
    this.#raw = undefined
    if (stop < this.#html.length) this.#endElement(stop + 2, stop + 2 + name.length)
  }

  /** Adds the text up to `stop`, or a piece of it that ends near `limit`. */
  #addText(stop: number, limit: number, element: string): void {
    const start = this.at
    if (!this.#hasAmpersand(start, Math.min(stop, limit))) {
      this.#addPlain(Math.min(stop, limit))
      return
    }
    this.at = stop <= limit ? stop : this.#cut(start, stop, limit)
    const { text, needless, textStop } = this.#entities.text(start, this.at, this.#textStop, element)
    this.#textStop = textStop
    this.#handler.text(text, needless)
  }

  #addPlain(stop: number): void {
    this.#handler.text(this.#html.slice(this.at, stop), 0)
    this.at = this.#textStop = stop
  }

  /** Where a long text can be cut near `limit`, outside of its entities. */
  #cut(start: number, stop: number, limit: number): number {
    const last = this.#html.lastIndexOf('&', limit - 1)
    if (last <= limit - MAX_ENTITY_LENGTH) return limit
    if (last > start) return last
    const next = this.#html.indexOf('&', start + 1)
    return Math.min(stop, start + MAX_ENTITY_LENGTH, next < 0 ? stop : next)
  }

  #hasAmpersand(start: number, stop: number): boolean {
    if (this.#ampersand < start) {
      const next = this.#html.indexOf('&', start)
      this.#ampersand = next < 0 ? this.#html.length : next
    }
    return this.#ampersand < stop
  }

  /** @param at after the `<` */
  #readMarkup(at: number): void {
    const code = this.#html.charCodeAt(at)
    if (code === SLASH) this.#readEndTag(at + 1)
    else if (code === EXCLAMATION_MARK) this.#readDeclaration(at + 1)
    else if (code === QUESTION_MARK) this.#readBogusComment(at, at + 1)
    else this.#readStartTag(at)
  }

  #readEndTag(at: number): void {
    const code = this.#html.charCodeAt(at)
    if (code === GT) this.at = at + 1
    else if (!isLetter(code)) this.#readBogusComment(at, at + 1)
    else this.#endElement(at, this.#nameEnd(at))
  }

  #endElement(start: number, stop: number): void {
    if (stop < this.#html.length) this.#handler.close(this.#name(start, stop))
    this.at = this.#after('>', stop)
  }

  /** @param at after the `<!` */
  #readDeclaration(at: number): void {
    const html = this.#html
    if (html.startsWith('--', at)) this.#readComment(at + 2)
    else if (html.startsWith('[CDATA[', at)) this.#readCdata(at + 7)
    else if (DOCTYPE.test(html.slice(at, at + 7))) this.at = this.#after('>', at + 7)
    else this.#readBogusComment(at, at)
  }

  #readComment(start: number): void {
    const html = this.#html
    const empty = html.startsWith('>', start) ? 1 : html.startsWith('->', start) ? 2 : 0
    if (empty > 0) {
      this.#handler.comment(0)
      this.at = start + empty
      return
    }
    COMMENT_END.lastIndex = start
    const stop = COMMENT_END.exec(html)?.index
    if (stop === undefined) {
      const partial = PARTIAL_COMMENT_END.exec(html.slice(Math.max(start, html.length - 3)))?.[0] ?? ''
      this.#handler.comment(html.length - partial.length - start)
      this.at = html.length
    } else {
      this.#handler.comment(stop - start)
      this.at = COMMENT_END.lastIndex
    }
  }

  #readCdata(start: number): void {
    const stop = this.#html.indexOf(']]>', start)
    this.#handler.comment(stop < 0 ? this.#html.length - start + 7 : stop - start)
    this.#handler.cdata?.(this.#html.slice(start, stop < 0 ? this.#html.length : stop))
    this.at = stop < 0 ? this.#html.length : stop + 3
  }

  /** What browsers take for a comment: from `start` to the first `>` after `from`. */
  #readBogusComment(start: number, from: number): void {
    const stop = this.#html.indexOf('>', from)
    this.#handler.comment((stop < 0 ? this.#html.length : stop) - start)
    this.at = stop < 0 ? this.#html.length : stop + 1
  }

  #readStartTag(start: number): void {
    const stop = this.#nameEnd(start)
    const attributes = this.#readAttributes(stop)
    if (attributes === undefined) {
      this.at = this.#html.length
      return
    }
    const name = this.#name(start, stop)
    this.#handler.open(name, attributes)
    this.#textStop = this.at
    if (this.#isXml) {
      if (this.#html.charCodeAt(this.at - 2) === SLASH) this.#handler.close(name)
    } else if (RAW_TEXT.has(name)) this.#raw = { name, stop: this.#endOfRaw(name) }
  }

  /** Reads to the end of the tag. Undefined where it has none. */
  #readAttributes(from: number): ReadonlyMap<string, string> | undefined {
    const html = this.#html
    let attributes: Map<string, string> | undefined
    for (let at = from; at < html.length; ) {
      const code = html.charCodeAt(at)
      if (code === GT) {
        this.at = at + 1
        return attributes ?? none
      }
      if (isTagEnd(code)) {
        at++
        continue
      }
      // The first character belongs to the name, whatever it is.
      const start = at++
      while (at < html.length && html.charCodeAt(at) !== EQUALS && !isTagEnd(html.charCodeAt(at))) at++
      const stop = at
      const value = this.#findValue(at)
      if (value === undefined) return undefined
      attributes ??= new Map()
      if (attributes.size < MAX_ATTRIBUTES) {
        const name = this.#name(start, stop)
        if (!attributes.has(name)) attributes.set(name, this.#value(value))
      }
      at = value.next
    }
    return undefined
  }

  /** The value after the name of an attribute that ends at `at`. Undefined where the page ends in it. */
  #findValue(from: number): Value | undefined {
    const html = this.#html
    let at = from
    while (isBlank(html.charCodeAt(at))) at++
    if (html.charCodeAt(at) !== EQUALS) return { start: at, stop: at, quote: '', next: at }
    do at++
    while (isBlank(html.charCodeAt(at)))
    const code = html.charCodeAt(at)
    if (code === QUOTE || code === APOSTROPHE) {
      const quote = code === QUOTE ? '"' : "'"
      const stop = html.indexOf(quote, at + 1)
      return stop < 0 ? undefined : { start: at + 1, stop, quote, next: stop + 1 }
    }
    const start = at
    while (at < html.length && html.charCodeAt(at) !== GT && !isBlank(html.charCodeAt(at))) at++
    return { start, stop: at, quote: '', next: at }
  }

  #value({ start, stop, quote }: Value): string {
    if (!this.#hasAmpersand(start, stop)) return this.#html.slice(start, Math.min(stop, start + this.#maxValue))
    return this.#entities.attribute(this.#html.slice(start, stop), quote).slice(0, this.#maxValue)
  }

  #name(start: number, stop: number): string {
    return this.#html.slice(start, Math.min(stop, start + MAX_NAME_LENGTH)).toLowerCase()
  }

  /** Where the name of a tag ends. */
  #nameEnd(start: number): number {
    let at = start
    while (at < this.#html.length && !isTagEnd(this.#html.charCodeAt(at))) at++
    return at
  }

  /** Where the text of an element that has just begun ends. */
  #endOfRaw(name: string): number {
    const end = RAW_TEXT.get(name)
    if (end === undefined) return this.#html.length
    end.lastIndex = this.at
    return end.exec(this.#html)?.index ?? this.#html.length
  }

  #after(character: string, from: number): number {
    const at = this.#html.indexOf(character, from)
    return at < 0 ? this.#html.length : at + 1
  }
}

type RawElement = Readonly<{ name: string; stop: number }>

interface Value {
  readonly start: number
  readonly stop: number
  readonly quote: string
  /** Where the rest of the tag begins. */
  readonly next: number
}

const isBlank = (code: number): boolean => code === 32 || (code >= 9 && code <= 13 && code !== 11)

/** Whether a name ends here. */
const isTagEnd = (code: number): boolean => code === GT || code === SLASH || isBlank(code)

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90)
