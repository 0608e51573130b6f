/**
 * HTML of a message, made harmless: what is not on a list of elements, attributes and properties is left out. It is
 * shown in a sandboxed frame without network besides; each of the two suffices.
 */
import type { HtmlHandler } from '../../html/handler.ts'
import { tokenize } from '../../html/tokens.ts'
import { escapeHtml } from '../../mailing/visible.ts'

/** Characters that are read, and that are written. */
const [MAX_READ, MAX_WRITTEN] = [524_288, 1_048_576]
/** Open elements. */
const MAX_DEPTH = 100

const ELEMENTS: ReadonlySet<string> = new Set([
  ...['a', 'abbr', 'address', 'article', 'aside', 'b', 'bdi', 'bdo', 'big', 'blockquote', 'br', 'caption', 'center'],
  ...['cite', 'code', 'col', 'colgroup', 'dd', 'del', 'dfn', 'div', 'dl', 'dt', 'em', 'figcaption', 'figure', 'font'],
  ...['footer', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'header', 'hr', 'i', 'img', 'ins', 'kbd', 'li', 'main', 'mark'],
  ...['nav', 'ol', 'p', 'pre', 'q', 's', 'samp', 'section', 'small', 'span', 'strike', 'strong', 'sub', 'sup', 'table'],
  ...['tbody', 'td', 'tfoot', 'th', 'thead', 'time', 'tr', 'tt', 'u', 'ul', 'var', 'wbr'],
])

const VOID: ReadonlySet<string> = new Set(['br', 'col', 'hr', 'img', 'wbr'])

/** Elements that go with all that is in them. */
const DROPPED: ReadonlySet<string> = new Set([
  ...['script', 'style', 'title', 'template', 'svg', 'math', 'iframe', 'object', 'applet', 'noscript', 'noframes'],
  ...['noembed', 'textarea', 'select', 'xmp', 'plaintext', 'audio', 'video', 'canvas', 'map', 'datalist'],
])

const ATTRIBUTES: ReadonlySet<string> = new Set([
  ...['align', 'alt', 'bgcolor', 'border', 'cellpadding', 'cellspacing', 'color', 'cols', 'colspan', 'dir', 'face'],
  ...['height', 'hspace', 'lang', 'noshade', 'nowrap', 'rowspan', 'size', 'span', 'start', 'title', 'type', 'valign'],
  ...['value', 'vspace', 'width'],
])

const PROPERTIES: ReadonlySet<string> = new Set([
  ...['background-color', 'border', 'border-bottom', 'border-collapse', 'border-color', 'border-left', 'border-radius'],
  ...['border-right', 'border-spacing', 'border-style', 'border-top', 'border-width', 'color', 'direction', 'display'],
  ...['font', 'font-family', 'font-size', 'font-style', 'font-weight', 'height', 'letter-spacing', 'line-height'],
  ...['list-style-type', 'margin', 'margin-bottom', 'margin-left', 'margin-right', 'margin-top', 'max-width'],
  ...['min-width', 'padding', 'padding-bottom', 'padding-left', 'padding-right', 'padding-top', 'text-align'],
  ...['text-decoration', 'text-indent', 'text-transform', 'vertical-align', 'white-space', 'width', 'word-break'],
])

/** No function, no escape, no comment, no other rule. */
const PLAIN_VALUE = /^[\w\s.,%#'"!+-]{1,200}$/
const COLOUR_VALUE = /^rgba?\([\d\s.,%/]{1,60}\)$/

const RASTER = /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+$/

/** The look of text that asks for none; the policy of the answer allows styles. */
const LOOK = 'body{margin:12px;font:14px/1.5 system-ui,sans-serif;overflow-wrap:anywhere;color:#1a2029;background:#fff}'

/** A whole page that holds the harmless part of `html`. */
export async function sanitized(html: string): Promise<string> {
  const writer = new Writer()
  await tokenize(html.slice(0, MAX_READ), writer)
  const head = `<head><meta charset="utf-8"><style>${LOOK}</style></head>`
  return `<!doctype html><html>${head}<body>${writer.end()}</body></html>`
}

class Writer implements HtmlHandler {
  readonly #out: string[] = []
  readonly #open: string[] = []
  /** The element that is left out with all in it, and how often it is open. */
  #dropped: { readonly name: string; depth: number } | undefined
  #length = 0

  open(name: string, attributes: ReadonlyMap<string, string>): void {
    if (this.#dropped !== undefined) {
      if (this.#dropped.name === name) this.#dropped.depth += 1
      return
    }
    if (DROPPED.has(name)) this.#dropped = { name, depth: 1 }
    else if (name === 'img') this.#image(attributes)
    else if (ELEMENTS.has(name)) this.#element(name, attributes)
  }

  close(name: string): void {
    if (this.#dropped !== undefined) {
      if (this.#dropped.name === name) this.#dropped.depth -= 1
      if (this.#dropped.depth === 0) this.#dropped = undefined
      return
    }
    const at = this.#open.lastIndexOf(name)
    if (at < 0) return
    for (const open of this.#open.splice(at).toReversed()) this.#write(`</${open}>`)
  }

  text(text: string): void {
    if (this.#dropped === undefined) this.#write(escaped(text))
  }

  comment(): void {}

  end(): string {
    const closing = this.#open.toReversed().map(name => `</${name}>`)
    return [...this.#out, ...closing].join('')
  }

  #element(name: string, attributes: ReadonlyMap<string, string>): void {
    if (!VOID.has(name) && this.#open.length >= MAX_DEPTH) return
    if (!this.#write(`<${name}${attributesOf(attributes)}>`) || VOID.has(name)) return
    this.#open.push(name)
  }

  /** An image in the message itself; of others the text that stands for them. */
  #image(attributes: ReadonlyMap<string, string>): void {
    const source = (attributes.get('src') ?? '').trim()
    if (RASTER.test(source)) this.#write(`<img src="${escaped(source)}"${attributesOf(attributes)}>`)
    else this.text(` [${attributes.get('alt')?.trim() || 'image'}] `)
  }

  /** @returns whether there was room */
  #write(text: string): boolean {
    if (this.#length + text.length > MAX_WRITTEN) return false
    this.#length += text.length
    this.#out.push(text)
    return true
  }
}

function attributesOf(attributes: ReadonlyMap<string, string>): string {
  let text = ''
  for (const [name, value] of attributes) {
    if (name === 'style') text += styleOf(value)
    else if (ATTRIBUTES.has(name) && value.length <= 500) text += ` ${name}="${escaped(value)}"`
  }
  return text
}

function styleOf(value: string): string {
  const kept = value.split(';', 100).flatMap(declaration => {
    const colon = declaration.indexOf(':')
    const [property, given] = [declaration.slice(0, colon).trim().toLowerCase(), declaration.slice(colon + 1).trim()]
    const isPlain = PLAIN_VALUE.test(given) || COLOUR_VALUE.test(given)
    return colon > 0 && PROPERTIES.has(property) && isPlain ? [`${property}: ${given}`] : []
  })
  return kept.length === 0 ? '' : ` style="${escaped(kept.join('; '))}"`
}

/** Text as text, between elements and in attributes. */
export const escaped = (text: string): string =>
  escapeHtml(text).replace(/[\0\x01-\x08\x0b\x0c\x0e-\x1f\x7f]/g, '\ufffd')
