/** What a page does, from all that it has: the traits and the links of the file. */
import type { Notes } from '../inspection.ts'
import type { AttachedPage, PageForm } from './page-reader.ts'
import type { Deed } from './script-names.ts'
import { fileAmong, type ScriptSummary } from './script-summary.ts'

/** A page with all pages in it, and what their scripts do. */
export class PageJudge {
  readonly #pages: readonly AttachedPage[]
  readonly #scripts: readonly ScriptSummary[]
  readonly #notes: Notes
  readonly #base: string | undefined
  readonly #isPicture: boolean
  /** What scripts do that are no libraries. */
  readonly #deeds = new Set<Deed>()
  readonly #own: readonly ScriptSummary[]
  /** The code that runs without a click. */
  readonly #running: readonly string[]
  readonly #disguise: string | undefined

  constructor(pages: readonly AttachedPage[], scripts: readonly ScriptSummary[], notes: Notes, isPicture: boolean) {
    this.#pages = pages
    this.#scripts = scripts
    this.#notes = notes
    this.#isPicture = isPicture
    this.#base = pages.find(({ base }) => base !== undefined)?.base
    this.#own = scripts.filter(({ isLibrary }) => !isLibrary)
    for (const { deeds } of this.#own) for (const deed of deeds) this.#deeds.add(deed)
    this.#running = scripts.flatMap(({ script }) => (script.onAction ? [] : [script.code]))
    this.#disguise = scripts.find(({ found }) => found.disguised !== undefined)?.found.disguised
  }

  judge(): void {
    const { script } = this.#scripts[0] ?? {}
    if (script) this.#notes.trait('script', `it holds code: ${script.as}`)
    if (this.#pages.some(({ isApplication }) => isApplication))
      this.#notes.trait('executable', 'it is an HTML application')
    this.#judgeForms()
    this.#judgeSmuggling()
    this.#judgeMoves()
    if (this.#isPicture && this.#pages.some(({ foreign }) => foreign === 'page'))
      this.#notes.trait('embedded-object', 'it holds other content than a picture (foreignObject)')
    if (this.#pages.some(({ cut }) => cut)) this.#notes.beyond('it has more elements than are read')
    this.#addLinks()
    const text = this.#pages.map(({ shown }) => shown).join('\n')
    if (text.trim() !== '') this.#notes.text(text)
  }

  #judgeForms(): void {
    const forms = this.#pages.flatMap(({ forms }) => forms).filter(({ asked }) => asked !== undefined)
    const loose =
      this.#pages.find(({ loose }) => loose === 'secret')?.loose ?? this.#pages.find(({ loose }) => loose)?.loose
    const isSecret = loose === 'secret' || forms.some(({ asked }) => asked === 'secret')
    if (forms.length === 0 && (loose === undefined || (!isSecret && !this.#deeds.has('sends')))) return
    this.#notes.trait('form', 'a form asks a person for input')
    const targets = [...forms.map(form => this.#actionOf(form)), ...this.#sentTo()]
    for (const url of targets) if (url !== undefined) this.#notes.link(url, { kind: 'form' })
    if (!isSecret) return
    if (this.#decryptsItself() && targets.every(url => url === undefined))
      this.#notes.trait('encrypted', 'it decrypts itself with a password that the found types')
    else this.#notes.trait('credentials', 'it asks for a password or a card')
  }

  #actionOf({ action }: PageForm): string | undefined {
    return this.#absolute(action)
  }

  /** Where scripts send what a person types. */
  #sentTo(): readonly string[] {
    const sending = this.#own.filter(({ deeds }) => deeds.has('sends'))
    const urls = sending.flatMap(({ found, urls }) => [...found.sent.map(({ url }) => url), ...urls])
    return urls.flatMap(url => (NAMESPACE.test(url) ? [] : (this.#absolute(url) ?? []))).slice(0, 50)
  }

  /** A page with an encrypted text, and a function that decrypts. It sends nothing anywhere. */
  #decryptsItself(): boolean {
    if (!this.#scripts.some(({ deeds }) => deeds.has('decrypts')) || this.#disguise !== undefined) return false
    return this.#encoded().length > 0 && this.#moves().length === 0
  }

  #encoded(): readonly string[] {
    return [...this.#pages.flatMap(({ material }) => material), ...this.#scripts.flatMap(({ encoded }) => encoded)]
  }

  #judgeSmuggling(): void {
    const files = this.#pages
      .flatMap(({ references }) => references)
      .filter(({ url, element }) => element !== 'img' && FILE_URL.test(url.slice(0, 200)))
    if (files.length > 0) this.#notes.trait('smuggling', 'a link holds a file inside the page')
    for (const { found, escaped, deeds } of this.#own) {
      if (found.disguised !== undefined) this.#notes.trait('obfuscated', found.disguised)
      else if (escaped && (deeds.has('evaluates') || deeds.has('writes') || deeds.has('decodes')))
        this.#notes.trait('obfuscated', 'its code is written in escapes or character codes')
    }
    if (this.#disguise !== undefined) this.#notes.trait('obfuscated', this.#disguise)
    if (this.#own.some(({ code }) => code.length > 0)) this.#notes.trait('obfuscated', 'it runs code that it decodes')
    const isLocked = this.#isLocked()
    const markup = this.#pages.flatMap(({ material }) => material)
    const own = this.#own.flatMap(({ encoded }) => encoded)
    const isEscaped = this.#own.some(({ escaped }) => escaped)
    const reasons = [
      this.#fileIn(),
      smuggles(this.#deeds, [...markup, ...own], isEscaped, this.#disguise !== undefined),
      // What a library could do says little: only a file that it holds itself counts.
      ...this.#scripts.map(({ isLibrary, deeds, encoded }) => (isLibrary ? assembled(deeds, encoded) : undefined)),
    ]
    const reason = isLocked ? undefined : reasons.find(reason => reason !== undefined)
    if (reason !== undefined) this.#notes.trait('smuggling', reason)
  }

  /** A script that has a file as bytes or as a `data:` URL, and does something with files or addresses. */
  #fileIn(): string | undefined {
    const file = this.#own.find(({ files }) => files.length > 0)?.files[0]
    const isUsed = FOR_FILES.some(deed => this.#deeds.has(deed))
    return file !== undefined && isUsed ? `its code holds a file: ${file}` : undefined
  }

  /** Whether its encoded text waits for a password: then it is not what the page saves. */
  #isLocked(): boolean {
    return (
      this.#pages.some(({ forms, loose }) => loose === 'secret' || forms.some(({ asked }) => asked === 'secret')) &&
      this.#decryptsItself()
    )
  }

  #judgeMoves(): void {
    const refresh = this.#pages.find(({ refresh }) => refresh !== undefined)?.refresh
    const target =
      refresh === undefined ? undefined : (this.#absolute(refresh) ?? (/^[a-z]+:/i.test(refresh) ? refresh : undefined))
    if (target !== undefined) this.#go(target)
    for (const url of this.#moves()) this.#go(url)
    for (const { found, escaped, encoded } of this.#own.filter(({ script }) => !script.onAction)) {
      const hides = found.disguised !== undefined || escaped || encoded.length > 0
      if (hides && found.acts.some(({ deed, inside }) => deed === 'moves' && this.#runs(inside)))
        this.#notes.trait('launch', 'it goes on by itself to an address that its code builds')
      if (found.acts.some(({ deed, inside }) => deed === 'submits' && this.#runs(inside))) this.#submit()
    }
    const shown = this.#pages.reduce((sum, page) => sum + page.shown.length, 0)
    if (shown > MAX_SHELL || this.#pages.some(({ forms }) => forms.length > 0)) return
    for (const { url, element } of this.#pages.flatMap(({ references }) => references)) {
      const isOutside = FRAMES.has(element) || (element === 'script' && !LIBRARIES.test(url))
      const absolute = isOutside ? this.#absolute(url) : undefined
      if (absolute === undefined) continue
      this.#notes.trait('launch', `it shows nothing but what it loads from ${shortened(absolute)}`)
      this.#notes.link(absolute, { kind: 'open' })
      return
    }
  }

  #go(url: string): void {
    this.#notes.trait('launch', `it goes on to ${shortened(url)} by itself`)
    this.#notes.link(url, { kind: 'open' })
  }

  /** A script sends a form: it goes to the address of the form. */
  #submit(): void {
    for (const form of this.#pages.flatMap(({ forms }) => forms)) {
      const url = form.fields === 0 ? this.#actionOf(form) : undefined
      if (url !== undefined) this.#go(url)
    }
  }

  /** Addresses to which a script goes without a click. */
  #moves(): readonly string[] {
    return this.#own
      .filter(({ script }) => !script.onAction)
      .flatMap(({ found }) => found.moves)
      .flatMap(({ url, inside }) =>
        this.#runs(inside) ? (this.#absolute(url) ?? (OTHER_SCHEME.test(url) ? [url] : [])) : [],
      )
  }

  /** Whether a function runs without a click: other code than its own names it, and that code is not a handler. */
  #runs(name: string): boolean {
    if (name === '') return true
    let count = 0
    for (const code of this.#running) {
      for (let at = code.indexOf(name); at >= 0; at = code.indexOf(name, at + name.length)) {
        if (isPart(code.charCodeAt(at - 1)) || isPart(code.charCodeAt(at + name.length))) continue
        count += 1
        if (count > 1) return true
      }
    }
    return false
  }

  #addLinks(): void {
    for (const { url, element, shown } of this.#pages.flatMap(({ references }) => references)) {
      if (!LINKS.has(element)) continue
      const absolute = this.#absolute(url) ?? (OTHER_SCHEME.test(url) ? url : undefined)
      if (absolute === undefined) continue
      const text = shown.replace(/\s+/g, ' ').trim().slice(0, 256)
      if (element === 'form') this.#notes.link(absolute, { kind: 'form' })
      else this.#notes.link(absolute, text === '' ? {} : { shown: text })
    }
  }

  /** A web address; undefined for others, and for those that stay in the page. */
  #absolute(url: string): string | undefined {
    if (/^(?:https?:|\/\/|mailto:)/i.test(url.trim())) return url.trim().replace(/^\/\//, 'https://')
    if (this.#base === undefined || url === '' || /^(?:#|[a-z][\w+.-]*:)/i.test(url)) return undefined
    const whole = URL.parse(url, this.#base)
    return whole?.protocol.startsWith('http') ? whole.href : undefined
  }
}

/** Whether a character beside a name makes it a part of something else: a longer name, a path, a text. */
const isPart = (code: number): boolean => /[\w$/.?'"-]/.test(String.fromCharCode(code))

/** A file among encoded texts that scripts make or show. */
function assembled(deeds: ReadonlySet<Deed>, encoded: readonly string[]): string | undefined {
  const file = encoded.length > 0 ? fileAmong(encoded) : undefined
  if (file === undefined) return undefined
  const isPage = file === 'html' || file === 'svg' || file === 'script'
  const shows = isPage && (deeds.has('writes') || deeds.has('shows') || deeds.has('evaluates'))
  return deeds.has('makes') || deeds.has('saves') || shows ? `it assembles a file from its text: ${file}` : undefined
}

/** Why what scripts do with encoded texts is smuggling; undefined where it is not. */
function smuggles(
  deeds: ReadonlySet<Deed>,
  encoded: readonly string[],
  escaped: boolean,
  disguised: boolean,
): string | undefined {
  const has = (deed: Deed): boolean => deeds.has(deed)
  const isEncoded = encoded.length > 0
  const file = assembled(deeds, encoded)
  if (file !== undefined) return file
  if (isEncoded && (has('makes') || has('saves')) && (has('decodes') || (has('makes') && has('saves'))))
    return 'it assembles a file from its text and saves it'
  if (isEncoded && has('decodes') && has('writes')) return 'it decodes a page from its text and shows it'
  if ((isEncoded || escaped) && has('evaluates') && (has('decodes') || escaped))
    return 'it decodes code from its text and runs it'
  if (escaped && has('decodes') && has('writes')) return 'it decodes a page from its text and shows it'
  return disguised && has('makes') ? 'it assembles a file with functions whose names it hides' : undefined
}

const FOR_FILES: readonly Deed[] = ['makes', 'saves', 'moves', 'sends', 'evaluates', 'writes']

/** Visible characters of a page that shows what is elsewhere. */
const MAX_SHELL = 120
const FRAMES: ReadonlySet<string> = new Set(['iframe', 'frame', 'embed', 'object'])
const LINKS: ReadonlySet<string> = new Set(['a', 'area', 'form', 'button', 'input', 'iframe', 'frame', 'link', 'use'])
const OTHER_SCHEME = /^(?!javascript:|data:|blob:|about:|cid:|tel:|sms:)[a-z][a-z0-9+.-]{1,30}:/i
/** Addresses that only name a vocabulary. */
const NAMESPACE = /^https?:\/\/(?:www\.)?(?:w3\.org|schemas?\.|purl\.org|ns\.adobe\.com)/i
/** Hosts from which honest reports load their libraries. */
const LIBRARIES =
  /^(?:https?:)?\/\/(?:cdn\.plot\.ly|cdnjs\.cloudflare\.com|cdn\.jsdelivr\.net|unpkg\.com|ajax\.googleapis\.com|code\.jquery\.com|(?:maxcdn|stackpath|netdna)\.bootstrapcdn\.com|d3js\.org|cdn\.datatables\.net|cdn\.bokeh\.org|cdn\.pydata\.org|code\.highcharts\.com|ajax\.aspnetcdn\.com|www\.gstatic\.com|www\.googletagmanager\.com|www\.google-analytics\.com|maps\.googleapis\.com|cdn\.mathjax\.org|cdn\.tailwindcss\.com)\//i
/** A `data:` URL (RFC 2397) with a file that is neither a picture nor a resource of the page. */
const FILE_URL = /^data:application\/(?!json|javascript|(?:x-)?font|pdf)[\w.+-]{1,64}(?:;[\w=.+-]{1,64}){0,4},/i

const shortened = (url: string): string => (url.length > 80 ? `${url.slice(0, 80)}…` : url)
