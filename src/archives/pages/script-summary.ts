/** What one script of a page does, which encoded texts it has, and which texts it decodes. */
import { setImmediate } from 'node:timers/promises'
import { fileIn, fileInDataUrl, fileOfBytes, isEncoded, isEscaped } from './encoded.ts'
import type { PageScript } from './page-code.ts'
import type { ScriptFindings } from './script-findings.ts'
import type { Deed } from './script-names.ts'
import { ScriptReader } from './script-reader.ts'
import { unescapeText } from './script-values.ts'

/** Characters after which the event loop serves others: about a millisecond. */
const SLICE = 65_536
/** A script with more code of its own than this is a library: what it could do says nothing about the page. */
const LIBRARY = 131_072

export interface ScriptSummary {
  readonly script: PageScript
  readonly deeds: ReadonlySet<Deed>
  readonly isLibrary: boolean
  readonly found: ScriptFindings
  /** Absolute addresses among its texts. */
  readonly urls: readonly string[]
  readonly encoded: readonly string[]
  /** Whether much of it is written with escapes or character codes. */
  readonly escaped: boolean
  /** Markup that it writes. */
  readonly markup: readonly string[]
  /** Code that it decodes. */
  readonly code: readonly string[]
  /** Formats of files that it has as lists of bytes or as `data:` URLs. */
  readonly files: readonly string[]
}

/** Characters of all texts of a script that are decoded as a trial. */
const [MAX_DECODED, MAX_REVERSED] = [1_048_576, 65_536]
const MIN_ESCAPES = 256

export async function summarise(script: PageScript): Promise<ScriptSummary> {
  const reader = new ScriptReader(script.code)
  const { found } = reader
  if (isWithoutLetters(script.code)) found.disguiseAll()
  while (reader.readTo(reader.lexer.at + SLICE)) await setImmediate()
  const summary = new TextSorter(found)
  const isLibrary = reader.lexer.codeLength > LIBRARY
  for (const { text, pieces, property } of found.texts) summary.add(text, pieces, MARKUP_PROPERTIES.has(property))
  for (const text of found.codes) summary.addDecoded(text)
  const { urls, encoded, markup, code, files } = summary
  return {
    script,
    deeds: found.deeds,
    isLibrary,
    found,
    urls,
    encoded,
    // A library has templates and texts of code, which its page does not show.
    markup: isLibrary ? markup.filter(text => ASKING.test(text)) : markup,
    code: isLibrary ? [] : code,
    files: isLibrary ? [] : files,
    escaped: found.escapes >= MIN_ESCAPES || summary.hasEscaped,
  }
}

/** Code in brackets and signs alone, as JSFuck and JJEncode write it. */
function isWithoutLetters(code: string): boolean {
  if (code.length < 200) return false
  const letters = code.slice(0, SAMPLE).match(/[A-Za-z0-9]/g)?.length ?? 0
  return letters * 33 < Math.min(code.length, SAMPLE) && /[[(][^A-Za-z0-9]{40}/.test(code.slice(0, SAMPLE))
}

const SAMPLE = 4096

const MARKUP_PROPERTIES: ReadonlySet<string> = new Set(['innerHTML', 'outerHTML', 'srcdoc'])
const ADDRESS = /^\s*(?:https?:)?\/\/[^\s/"'<>]{1,255}\.[^\s"'<>]{1,2048}$/i
/** Elements that matter: a page that is written by a script has them. */
const MARKUP = /<(?:!doctype|html|body|form|input|iframe|meta|script|embed|object|svg|a\s)/i
const ASKING = /<(?:form|iframe|meta)\b|<input\b[^>]{0,200}password/i
const MIN_CODE = 16
const CODE = /[\w\])]\s{0,4}(?:\(|=[^=])/
const BASE64 = /^[A-Za-z0-9+/_-]{16,}={0,2}$/
const PRINTABLE = /^[\t\n\r -~\x80-\xff]+$/

/** A piece of markup has attributes, which look like code. */
const isCode = (text: string): boolean =>
  text.length >= MIN_CODE && CODE.test(text) && !text.includes('</') && !text.includes('/>')

class TextSorter {
  readonly urls: string[] = []
  readonly encoded: string[] = []
  readonly markup: string[] = []
  readonly code: string[] = []
  readonly files: string[] = []
  hasEscaped = false
  readonly #decodes: boolean
  readonly #writes: boolean
  readonly #evaluates: boolean
  #left = MAX_DECODED

  constructor({ deeds }: ScriptFindings) {
    this.#decodes = deeds.has('decodes')
    this.#writes = deeds.has('writes') || deeds.has('shows') || deeds.has('makes')
    this.#evaluates = deeds.has('evaluates') || deeds.has('writes')
  }

  add(text: string, pieces: number, markup: boolean): void {
    if (ADDRESS.test(text.slice(0, 2400))) this.urls.push(text.trim())
    else if (text.includes('<') && (markup || this.#writes) && MARKUP.test(text)) this.markup.push(text)
    else if (pieces > 1 && this.#evaluates && isCode(text)) this.code.push(text)
    if (isEncoded(text)) this.encoded.push(text)
    else if (text.length > 64 && text.includes('data:')) this.#addFile(fileInDataUrl(text))
    if (isEscaped(text)) this.hasEscaped = true
    if (this.#decodes && text.length <= this.#left) this.#try(text)
  }

  /** A text that the script has in another form. */
  addDecoded(text: string): void {
    this.#addFile(fileOfBytes(text))
    if (ADDRESS.test(text.slice(0, 2400))) this.urls.push(text.trim())
    else if (MARKUP.test(text)) this.markup.push(text)
    else if (isCode(text)) this.code.push(text)
  }

  #addFile(format: string | undefined): void {
    if (format !== undefined) this.files.push(format)
  }

  /** Decodes as decoders of variables would. */
  #try(text: string): void {
    this.#left -= text.length
    this.#decode(text)
    // The end of base64, of a scheme and of a tag, written backwards.
    if (text.length > MAX_REVERSED || !(text.startsWith('=') || text.includes('//:') || text.includes('/<'))) return
    const reversed = [...text].reverse().join('')
    if (ADDRESS.test(reversed.slice(0, 2400)) || MARKUP.test(reversed)) this.addDecoded(reversed)
    else this.#decode(reversed)
  }

  #decode(text: string): void {
    const plain = BASE64.test(text)
      ? Buffer.from(text, 'base64').toString('latin1')
      : text.includes('%')
        ? unescapeText(text)
        : ''
    if (plain !== '' && plain !== text && PRINTABLE.test(plain.slice(0, 256))) this.addDecoded(plain)
  }
}

/** The format of the first encoded text that is a file. */
export function fileAmong(texts: readonly string[]): string | undefined {
  for (const text of texts.slice(0, 50)) {
    const format = fileIn(text)
    if (format !== undefined) return format
  }
  return undefined
}
