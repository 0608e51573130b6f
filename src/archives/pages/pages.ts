/** Attached pages and drawings: HTML, XHTML and SVG, read by the reader of src/html, with the pages and code inside. */
import { tokenize } from '../../html/tokens.ts'
import type { Inspector, Notes } from '../inspection.ts'
import { decodePage, expandEntities } from './decode.ts'
import type { PageScript } from './page-code.ts'
import { PageJudge } from './page-judge.ts'
import { AttachedPage } from './page-reader.ts'
import { type ScriptSummary, summarise } from './script-summary.ts'

/** Pages and scripts inside of a page that are read, and their characters. */
const [MAX_INNER, MAX_INNER_LENGTH] = [64, 4_194_304]

/** Characters of one attribute: handlers and files may stand in it. */
const MAX_VALUE = 1_048_576

interface Source {
  readonly text: string
  readonly syntax: 'html' | 'xml'
}

/** A page that is named as XHTML, or is a drawing, is XML for browsers: they choose by the name. */
export const inspectHtml: Inspector = (bytes, { notes, name, signal }) =>
  inspectPage({ text: decodePage(bytes), syntax: XML_NAME.test(name) ? 'xml' : 'html' }, notes, signal, false)

/** An SVG is a picture, and needs no code, pages or files. */
export const inspectSvg: Inspector = (bytes, { notes, signal }) =>
  inspectPage({ text: decodePage(bytes), syntax: 'xml' }, notes, signal, true)

const XML_NAME = /\.(?:xhtml?|xht|xml)[\s.]*$/i

async function inspectPage(first: Source, notes: Notes, signal: AbortSignal, isPicture: boolean): Promise<void> {
  const pages: AttachedPage[] = []
  const scripts: ScriptSummary[] = []
  const queue: Source[] = [first]
  let [count, left] = [0, MAX_INNER_LENGTH]
  const add = (text: string): void => {
    if (count >= MAX_INNER || text.length > left) {
      notes.beyond('it has more pages inside than are read')
      return
    }
    count += 1
    left -= text.length
    queue.push({ text, syntax: 'html' })
  }
  for (let at = 0; at < queue.length; at++) {
    const { text, syntax } = queue[at] as Source
    signal.throwIfAborted()
    const page = new AttachedPage()
    await tokenize(syntax === 'xml' ? expandEntities(text) : text, page, { syntax, maxValue: MAX_VALUE })
    page.end()
    pages.push(page)
    for (const inner of page.inner) add(inner)
    for (const { url } of page.references) {
      const inner = pageInUrl(url)
      if (inner !== undefined) add(inner)
    }
    await readScripts(page.scripts)
  }
  new PageJudge(pages, scripts, notes, isPicture).judge()

  async function readScripts(list: readonly PageScript[]): Promise<void> {
    const waiting: { readonly script: PageScript; readonly depth: number }[] = list.map(script => ({
      script,
      depth: 0,
    }))
    for (let at = 0; at < waiting.length; at++) {
      const { script, depth } = waiting[at] as (typeof waiting)[number]
      signal.throwIfAborted()
      const summary = await summarise(script)
      scripts.push(summary)
      for (const text of summary.markup) add(text)
      for (const code of summary.code) {
        if (depth >= MAX_DEPTH || count >= MAX_INNER || code.length > left) break
        count += 1
        left -= code.length
        waiting.push({ script: { code, as: script.as, onAction: script.onAction }, depth: depth + 1 })
      }
    }
  }
}

/** Code that is decoded by code that was decoded. */
const MAX_DEPTH = 3

/** The page or the script that a `data:` URL (RFC 2397) holds. */
function pageInUrl(url: string): string | undefined {
  const [, type = '', encoding] =
    /^data:(text\/html|image\/svg\+xml|application\/xhtml\+xml|text\/javascript|application\/javascript)?[^,]{0,200}?(;base64)?,/i.exec(
      url.slice(0, 300),
    ) ?? []
  if (type === '') return undefined
  const data = url.slice(url.indexOf(',') + 1)
  const text = encoding ? Buffer.from(data, 'base64').toString('latin1') : decoded(data)
  return type.endsWith('javascript') ? `<script>${text}</script>` : text
}

const decoded = (text: string): string =>
  text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
