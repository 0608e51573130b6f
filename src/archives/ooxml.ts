/** Office Open XML (ECMA-376) inside its zip: macros, what is fetched from elsewhere, objects, DDE, links, text. */

import type { Inspector, Notes } from './inspection.ts'
import { inspectMacros } from './office.ts'
import { readOle } from './ole.ts'
import { inspectProperties, inspectRelation, type Relation, relationsOf, relationsPath } from './ooxml-relations.ts'
import { inspectConnections, inspectExternalBook, inspectMacroSheet, inspectNames } from './ooxml-sheets.ts'
import { inspectSheet, inspectSlide, inspectWordPart } from './ooxml-text.ts'
import { xmlPart } from './xml.ts'
import type { ZipEntry } from './zip-directory.ts'

const MAX_OBJECTS = 100
/** What stands in everything that is looked for in a part: fields of Word, links of DDE. Targets are relationships. */
const MARKS = ['instrText', 'fldSimple', 'ddeLink']
/** Bytes of the parts of one document that are read for links and text. */
const MAX_PARTS = 8_388_608
/** Of one picture, and the number of pictures that are kept for codes. */
const [MAX_PICTURE, MIN_PICTURE, MAX_PICTURES] = [2_097_152, 200, 8]

export const isOoxml = (entries: readonly ZipEntry[]): boolean =>
  entries.some(({ name }) => /^\[Content_Types\]\.xml$/i.test(name)) &&
  entries.some(({ name }) => /^(?:word|xl|ppt|visio)\/|^_rels\/\.rels$/i.test(name))

/** Names of document parts. Other entries of the archive are inspected as files. */
const DOCUMENT_PARTS =
  /^(?:\[Content_Types\]\.xml$|_rels\/|docProps\/|customXml\/|customUI\/|(?:word|xl|ppt|visio)\/)(?:.*\.(?:xml|rels|vml|bin|png|jpe?g|gif|tiff?|bmp|[ew]mf|svg|wdp|ico|fntdata|odttf|data|wav|mp[34]|m4[av]))?$/i

type Unpack = (entry: ZipEntry) => Promise<Buffer | undefined>

/** @returns the entries that belong to the document, so that the others can be inspected */
export async function inspectOoxml(
  entries: readonly ZipEntry[],
  unpack: Unpack,
  to: Parameters<Inspector>[1],
): Promise<ReadonlySet<ZipEntry>> {
  await new OoxmlDocument(entries, unpack, to).inspect()
  return new Set(entries.filter(({ name }) => DOCUMENT_PARTS.test(name) || isObject(name)))
}

const isObject = (name: string): boolean =>
  /\/(?:embeddings|activeX)\//i.test(name) && /\.bin$|\.[a-z]{3,4}$/i.test(name)

/** Any part may have any name: what it is stands in the relationships. The names that programs give are known too. */
class OoxmlDocument {
  readonly #entries: readonly ZipEntry[]
  readonly #unpack: Unpack
  readonly #notes: Notes
  readonly #nested: Parameters<Inspector>[1]['nested']
  /** By the part that has them, then by their id. */
  readonly #relations = new Map<string, ReadonlyMap<string, Relation>>()
  /** Parts that a relationship calls a sheet of macros. */
  readonly #macroSheets = new Set<string>()
  #objects = 0
  #pictures = 0
  #left = MAX_PARTS

  constructor(entries: readonly ZipEntry[], unpack: Unpack, { notes, nested }: Parameters<Inspector>[1]) {
    this.#entries = entries
    this.#unpack = unpack
    this.#notes = notes
    this.#nested = nested
  }

  async inspect(): Promise<void> {
    for (const entry of this.#entries)
      if (/\.rels$/i.test(entry.name)) this.#readRelations(entry.name, await this.#text(entry))
    for (const { name } of this.#entries)
      if (/^xl\/macrosheets\/[^/]+$/i.test(name)) this.#macroSheets.add(name.toLowerCase())
    for (const entry of this.#entries) await this.#inspectPart(entry)
  }

  #readRelations(path: string, xml: string): void {
    const part = relationsPath(path)
    const relations = relationsOf(xml, this.#notes)
    this.#relations.set(part.toLowerCase(), relations)
    for (const relation of relations.values()) {
      inspectRelation(relation, this.#notes)
      if (!/macrosheet/i.test(relation.kind)) continue
      const folder = part.slice(0, part.lastIndexOf('/') + 1)
      this.#macroSheets.add(
        (relation.target.startsWith('/') ? relation.target.slice(1) : folder + relation.target).toLowerCase(),
      )
    }
  }

  async #inspectPart(entry: ZipEntry): Promise<void> {
    const { name } = entry
    const notes = this.#notes
    const path = name.toLowerCase()
    if (this.#macroSheets.has(path)) {
      inspectMacroSheet((await this.#unpack(entry)) ?? Buffer.alloc(0), notes)
    } else if (isObject(name)) await this.#inspectObject(entry)
    else if (path.endsWith('.bin')) await this.#inspectBinary(entry)
    else if (MEDIA.test(path)) await this.#keepPicture(entry)
    else if (/^docprops\/custom\.xml$/.test(path)) inspectProperties(await this.#text(entry), notes)
    else if (/^customui\/.*\.xml$/.test(path)) inspectProperties(await this.#text(entry), notes)
    else if (/^xl\/externallinks\/[^/]+\.xml$/.test(path)) inspectExternalBook(await this.#text(entry), notes)
    else if (path === 'xl/connections.xml') inspectConnections(await this.#text(entry), notes)
    else if (path === 'xl/workbook.xml') this.#inspectNames(await this.#text(entry))
    else if (/^xl\/(?:sharedstrings|worksheets\/[^/]+)\.xml$/.test(path))
      await inspectSheet((await this.#unpack(entry)) ?? Buffer.alloc(0), notes)
    else if (/^ppt\/(?:slides|notesslides)\/[^/]+\.xml$/.test(path)) inspectSlide(await this.#text(entry), notes)
    else if (path.endsWith('.xml') && !NOT_TEXT.test(path))
      await inspectWordPart(await this.#text(entry), this.#relations.get(path), notes)
  }

  /** The text of a part, within what is read of one document. */
  async #text(entry: ZipEntry): Promise<string> {
    if (this.#left <= 0) {
      this.#notes.beyond('it has more text than is read')
      return ''
    }
    const bytes = (await this.#unpack(entry)) ?? Buffer.alloc(0)
    const text = xmlPart(bytes, MARKS, this.#notes)
    this.#left -= text.length
    return text
  }

  async #inspectObject(entry: ZipEntry): Promise<void> {
    if (/\.bin$/i.test(entry.name)) this.#notes.trait('embedded-object', `it holds an object: ${entry.name}`)
    if (this.#objects === MAX_OBJECTS) return this.#notes.beyond('it has more objects than are inspected')
    this.#objects += 1
    const object = await this.#unpack(entry)
    if (object) await this.#nested(entry.name, object)
  }

  /** A project of macros under any name, settings of printers, or a part of a binary workbook. */
  async #inspectBinary(entry: ZipEntry): Promise<void> {
    const isProject = /(?:^|\/)vbaProject\.bin$/i.test(entry.name)
    if (isProject) this.#notes.trait('macro', `it holds macros: ${entry.name}`)
    if (/^xl\/worksheets\//i.test(entry.name)) return
    const bytes = (await this.#unpack(entry)) ?? Buffer.alloc(0)
    if (/^xl\/workbook\.bin$/i.test(entry.name))
      return this.#inspectNames(bytes.toString('latin1').replaceAll('\0', ''))
    const project = readOle(bytes)
    if (project) inspectMacros(project, this.#notes)
    else if (isProject) this.#notes.trait('unscannable', `${entry.name} cannot be read`)
  }

  /** Names run macros only where there is a sheet of them. */
  #inspectNames(text: string): void {
    if (this.#macroSheets.size > 0) inspectNames(text, this.#notes)
  }

  async #keepPicture(entry: ZipEntry): Promise<void> {
    if (this.#pictures === MAX_PICTURES || entry.size > MAX_PICTURE || entry.size < MIN_PICTURE) return
    this.#pictures += 1
    const bytes = await this.#unpack(entry)
    const format = /\.(png|gif|bmp)$/i.exec(entry.name)?.[1]?.toLowerCase() ?? 'jpeg'
    if (bytes) this.#notes.picture({ format: format as 'png' | 'gif' | 'bmp' | 'jpeg', bytes: Buffer.from(bytes) })
  }
}

const MEDIA = /^(?:word|xl|ppt)\/media\/[^/]+\.(?:png|jpe?g|gif|bmp)$/
/** Parts that a program writes and no person reads. */
const NOT_TEXT =
  /^(?:\[content_types\]|docprops\/|customxml\/|xl\/|visio\/|ppt\/|word\/(?:theme\/|styles|fonttable|numbering|settings|websettings|stylewitheffects))/
