/** The first pages of a PDF: their text, what their links show, and their pictures. */

import { addressesIn } from '../../links/scan.ts'
import type { Budget, DocumentPicture, Notes } from '../inspection.ts'
import { ContentReader } from './content.ts'
import type { PdfDocument } from './document.ts'
import { DrawnCodes } from './drawn-codes.ts'
import { TextLayout, textWithin } from './text-layout.ts'
import { type Dict, isArray, isDict, nameOf, numberOf, type PdfObject, PdfString, type Value } from './values.ts'

/** Pages that are read. What stands on later ones hardly moves a reader to act. */
const MAX_PAGES = 5
const MAX_TEXT = 65_536
const MAX_NODES = 1000
/** Links of one page whose text is looked for, and addresses in the text. */
const MAX_LINKS = 50

export interface PagesRead {
  /** The texts that links show, by their addresses. */
  readonly shown: ReadonlyMap<string, string>
  /** Pictures that the pages draw, in their order. */
  readonly pictures: readonly PdfObject[]
  /** Codes that are drawn without a picture. */
  readonly drawn: readonly DocumentPicture[]
}

export async function readPages(document: PdfDocument, notes: Notes, budget: Budget): Promise<PagesRead> {
  const layout = new TextLayout(Math.min(MAX_TEXT, budget.text))
  const codes = new DrawnCodes()
  const pictures = new Set<PdfObject>()
  const shown = new Map<string, string>()
  const reader = new ContentReader(document, { layout, codes, picture: object => pictures.add(object) })
  for (const page of firstPages(document)) {
    if (reader.isDone) break
    await reader.readPage(page.get('Contents'), document.dict(inherited(document, page, 'Resources')))
    for (const [url, text] of linkTexts(document, page, layout)) if (!shown.has(url)) shown.set(url, text)
    layout.endPage()
  }
  const text = layout.text()
  if (text !== '') notes.text(text)
  let links = 0
  for (const { target, length } of addressesIn(text, 4 * MAX_LINKS)) {
    // A name without a scheme is as often the end of a sentence.
    if (target.length !== length && !/^http:\/\/www\d?\./i.test(target)) continue
    notes.link(target)
    links += 1
    if (links === MAX_LINKS) break
  }
  return { shown, pictures: [...pictures], drawn: await codes.pictures() }
}

/** In the order of the tree of pages; in that of the file where the tree is broken. */
function firstPages(document: PdfDocument): readonly Dict[] {
  const pages: Dict[] = []
  const seen = new Set<Value>()
  const visit = (value: Value): void => {
    const node = document.dict(value)
    if (node === undefined || seen.has(node) || seen.size > MAX_NODES || pages.length === MAX_PAGES) return
    seen.add(node)
    const kids = document.resolve(node.get('Kids'))
    if (!isArray(kids)) pages.push(node)
    else for (const kid of kids.slice(0, MAX_NODES)) visit(kid)
  }
  for (const root of roots(document)) {
    const tree = root.get('Pages')
    if (tree !== undefined && pages.length === 0) visit(tree)
  }
  if (pages.length > 0) return pages
  const all = document.objects.map(({ value }) => value).filter(isDict)
  return all.filter(dict => nameOf(dict.get('Type')) === 'Page').slice(0, MAX_PAGES)
}

/** The catalog of the last trailer, and others. */
function roots(document: PdfDocument): readonly Dict[] {
  const objects = document.objects.map(({ value }) => value).filter(isDict)
  const trailers = [...objects.filter(dict => dict.has('Root')), ...document.loose].toReversed()
  const catalogs = objects.filter(dict => nameOf(dict.get('Type')) === 'Catalog').toReversed()
  return [...trailers.flatMap(trailer => document.dict(trailer.get('Root')) ?? []), ...catalogs].slice(0, 16)
}

function inherited(document: PdfDocument, page: Dict, key: string): Value | undefined {
  let node: Dict | undefined = page
  for (let step = 0; node !== undefined && step < 16; step += 1) {
    const value: Value | undefined = node.get(key)
    if (value !== undefined) return value
    node = document.dict(node.get('Parent'))
  }
  return undefined
}

function linkTexts(document: PdfDocument, page: Dict, layout: TextLayout): readonly (readonly [string, string])[] {
  const annotations = document.resolve(page.get('Annots'))
  if (!isArray(annotations) || layout.runs.length === 0) return []
  return annotations.slice(0, MAX_LINKS).flatMap(value => {
    const annotation = document.dict(value)
    const action = document.dict(annotation?.get('A'))
    const address = document.resolve(action?.get('URI'))
    const rectangle = document.resolve(annotation?.get('Rect'))
    if (!(address instanceof PdfString) || !isArray(rectangle)) return []
    const text = textWithin(
      layout.runs,
      rectangle.map(item => numberOf(document.resolve(item))),
    )
    const owner = document.object(annotation?.get('A')) ?? document.object(value)
    return text === undefined ? [] : [[document.string(address, owner).trim(), text] as const]
  })
}
