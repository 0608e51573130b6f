/** Collects what an attached page shows, asks, refers to and runs, while its tokens arrive. */
import type { HtmlHandler } from '../../html/handler.ts'
import { isEncoded } from './encoded.ts'
import { type Asked, askedBy } from './fields.ts'
import { Handlers, localName, type PageScript, plainCode, withoutControls } from './page-code.ts'

/** A form, and what it asks for. */
export interface PageForm {
  action: string
  readonly method: string
  asked: Asked | undefined
  /** Fields that people fill in. */
  fields: number
}

/** An address that the page refers to. */
export interface PageReference {
  readonly url: string
  readonly element: string
  readonly shown: string
}

const [MAX_TEXT, MAX_SCRIPTS, MAX_REFERENCES, MAX_FORMS, MAX_MATERIAL] = [65_536, 2000, 50_000, 200, 200]
const MAX_SHOWN = 256
/** Handlers that run only when a person clicks, types or chooses. */
const ON_ACTION =
  /^on(?:click|dblclick|auxclick|contextmenu|submit|change|input|key(?:down|up|press)|copy|paste|cut|drag\w*|drop|reset|search|invalid)$/
const UNSHOWN: ReadonlySet<string> = new Set(['style', 'title', 'template', 'noscript', 'metadata', 'defs', 'desc'])
const ADDRESSES: ReadonlySet<string> = new Set([
  'href',
  'src',
  'action',
  'formaction',
  'data',
  'xlink:href',
  'background',
  'poster',
])
/** Attributes that are long in drawings and pictures. */
const LONG: ReadonlySet<string> = new Set([
  'd',
  'points',
  'style',
  'class',
  'transform',
  'srcset',
  'integrity',
  'nonce',
  'viewbox',
  'path',
  'values',
])

export class AttachedPage implements HtmlHandler {
  readonly forms: PageForm[] = []
  readonly scripts: PageScript[] = []
  readonly references: PageReference[] = []
  /** Pages inside it: `srcdoc`. */
  readonly inner: string[] = []
  /** Long encoded texts in attributes and elements. */
  readonly material: string[] = []
  /** A URL to which the page goes without a click. */
  refresh: string | undefined
  base: string | undefined
  isApplication = false
  /** It holds other content than a picture, beside a picture for programs that show none (`switch`). */
  foreign: 'none' | 'fallback' | 'page' = 'none'
  /** What is asked outside of any form. */
  loose: Asked | undefined
  cut = false
  readonly #handlers = new Handlers()
  readonly #urls = new Set<string>()
  #form: PageForm | undefined
  #script: string[] | undefined
  #text: string[] = []
  #textLength = 0
  #unshown: string | undefined
  #switches = 0
  #drawings = 0
  #link: { url: string; element: string; shown: string } | undefined

  open(fullName: string, attributes: ReadonlyMap<string, string>): void {
    const name = localName(fullName)
    if (attributes.size > 0) this.#readAttributes(name, attributes)
    switch (name) {
      case 'script':
        this.#endScript()
        this.#script = []
        break
      case 'form':
        this.#openForm(attributes)
        break
      case 'input':
      case 'textarea':
        this.#ask(askedBy(name, attributes))
        break
      case 'meta':
        this.#readMeta(attributes)
        break
      case 'base':
        this.base ??= attributes.get('href')
        break
      case 'application':
        if (fullName === 'hta:application') this.isApplication = true
        break
      case 'switch':
        this.#switches++
        break
      case 'svg':
        this.#drawings++
        break
      case 'foreignobject':
        if (this.foreign !== 'page') this.foreign = this.#switches > 0 ? 'fallback' : 'page'
        break
      default:
    }
    if (UNSHOWN.has(name)) this.#unshown ??= name
    if (BREAKS.has(name)) this.#addText('\n')
  }

  close(fullName: string): void {
    const name = localName(fullName)
    if (name === 'script') this.#endScript()
    else if (name === 'form') this.#form = undefined
    else if (name === 'a') this.#link = undefined
    else if (name === 'switch') this.#switches = Math.max(0, this.#switches - 1)
    else if (name === 'svg') this.#drawings = Math.max(0, this.#drawings - 1)
    if (name === this.#unshown) this.#unshown = undefined
  }

  text(text: string): void {
    if (this.#script) {
      this.#script.push(text)
      return
    }
    if (this.#link && this.#link.shown.length < MAX_SHOWN) this.#link.shown += text.slice(0, MAX_SHOWN)
    if (text.length > 128) this.#addMaterial(text)
    if (this.#unshown === undefined) this.#addText(text)
  }

  comment(): void {}

  cdata(text: string): void {
    if (this.#script || this.#drawings > 0) this.text(text)
  }

  end(): void {
    this.#endScript()
    this.scripts.push(...this.#handlers.scripts())
    this.cut ||= this.#handlers.cut
  }

  /** What the page shows, with white space as single blanks. */
  get shown(): string {
    const lines = this.#text
      .join('')
      .replace(/[^\S\n]+/g, ' ')
      .split('\n')
    return lines.flatMap(line => (line.trim() === '' ? [] : [line.trim()])).join('\n')
  }

  /** The handlers and addresses of an element. */
  #readAttributes(name: string, attributes: ReadonlyMap<string, string>): void {
    for (const [attribute, value] of attributes) {
      if (value === '') continue
      if (attribute.charCodeAt(0) === 111 && attribute.charCodeAt(1) === 110 && attribute.length > 4)
        this.#handlers.add({ code: value, as: `${attribute}=`, onAction: ON_ACTION.test(attribute) })
      else if (ADDRESSES.has(attribute) || attribute.endsWith(':href')) this.#refer(name, value)
      else if (attribute === 'srcdoc') this.#add(this.inner, value, MAX_FORMS)
      else if (value.length > 128 && !LONG.has(attribute)) this.#addMaterial(value)
    }
    if (ANIMATIONS.has(name)) this.#animate(attributes)
  }

  /** An animation sets an attribute of another element: its link, or a handler. */
  #animate(attributes: ReadonlyMap<string, string>): void {
    const attribute = localName(attributes.get('attributename')?.toLowerCase() ?? '')
    const values = ['to', 'from', 'by', 'values'].flatMap(name => attributes.get(name)?.split(';', 20) ?? [])
    for (const value of values) {
      if (attribute === 'href') this.#refer('a', value)
      else if (attribute.startsWith('on')) this.#handlers.add({ code: value, as: `${attribute}=`, onAction: false })
    }
  }

  #refer(element: string, target: string): void {
    const url = withoutControls(target)
    const scheme = /^([a-z]+):/i.exec(url)?.[1]?.toLowerCase()
    if (scheme === 'javascript' || scheme === 'vbscript') {
      this.#handlers.add({ code: url.slice(scheme.length + 1), as: `${scheme}:`, onAction: element === 'a' })
      return
    }
    if (this.references.length >= MAX_REFERENCES) {
      this.cut = true
      return
    }
    const reference = { url, element, shown: '' }
    const key = `${element} ${url}`
    if (!this.#urls.has(key)) this.references.push(reference)
    this.#urls.add(key)
    if (element === 'a') this.#link = reference
    if (element === 'form') return
    if (element === 'button' || element === 'input')
      this.forms.push({ action: url, method: 'post', asked: this.#form?.asked ?? this.loose, fields: 0 })
  }

  #openForm(attributes: ReadonlyMap<string, string>): void {
    const method = attributes.get('method')?.trim().toLowerCase() ?? 'get'
    const form: PageForm = { action: attributes.get('action') ?? '', method, asked: undefined, fields: 0 }
    this.#add(this.forms, form, MAX_FORMS)
    this.#form = form
  }

  #ask(asked: Asked | undefined): void {
    if (asked === undefined) return
    const form = this.#form
    if (!form) this.loose = this.loose === 'secret' ? 'secret' : asked
    else {
      form.fields++
      if (form.asked !== 'secret') form.asked = asked
    }
  }

  #readMeta(attributes: ReadonlyMap<string, string>): void {
    if (attributes.get('http-equiv')?.trim().toLowerCase() !== 'refresh') return
    const content = attributes.get('content') ?? ''
    // `0; url=x`, `0;x`, `0 x`.
    const target = /^[\s\d.]*[;,\s]\s*(?:url\s*=\s*)?["']?([^"']+)/i.exec(content)?.[1]
    if (target === undefined || target.trim() === '') return
    this.refresh ??= target.trim()
    this.#refer('meta', target)
  }

  #endScript(): void {
    const code = plainCode(this.#script?.join('') ?? '', this.#drawings > 0)
    this.#script = undefined
    if (code.trim() !== '') this.#add(this.scripts, { code, as: '<script', onAction: false }, MAX_SCRIPTS)
  }

  #addMaterial(text: string): void {
    if (isEncoded(text)) this.#add(this.material, text, MAX_MATERIAL)
  }

  #addText(text: string): void {
    if (this.#textLength >= MAX_TEXT) return
    this.#text.push(text.slice(0, MAX_TEXT))
    this.#textLength += text.length
  }

  #add<T>(list: T[], item: T, max: number): void {
    if (list.length < max) list.push(item)
    else this.cut = true
  }
}

const ANIMATIONS: ReadonlySet<string> = new Set(['animate', 'set', 'animatetransform', 'animatemotion'])
const BREAKS: ReadonlySet<string> = new Set(
  'br p div tr td th li h1 h2 h3 h4 h5 h6 table section article text tspan button label option'.split(' '),
)
