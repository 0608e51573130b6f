/** Office Open XML (ECMA-376) inside its zip: macros, templates from elsewhere, objects, DDE. */

import type { Inspector } from './inspection.ts'
import { inspectMacros } from './office.ts'
import { readOle } from './ole.ts'
import type { ZipEntry } from './zip-directory.ts'

const MAX_OBJECTS = 100

export const isOoxml = (entries: readonly ZipEntry[]): boolean =>
  entries.some(({ name }) => name === '[Content_Types].xml') &&
  entries.some(({ name }) => /^(?:word|xl|ppt|visio)\//.test(name))

/** Names of document parts. Other entries of the archive are inspected as files. */
const DOCUMENT_PARTS =
  /^(?:\[Content_Types\]\.xml$|_rels\/|docProps\/|customXml\/|(?:word|xl|ppt|visio)\/)(?:.*\.(?:xml|rels|vml|bin|png|jpe?g|gif|tiff?|bmp|[ew]mf|svg|wdp|ico|fntdata|odttf|data|wav|mp[34]|m4[av]))?$/i

/** @returns the entries that belong to the document, so that the others can be inspected */
export async function inspectOoxml(
  entries: readonly ZipEntry[],
  unpack: (entry: ZipEntry) => Promise<Buffer | undefined>,
  { notes, nested }: Parameters<Inspector>[1],
): Promise<ReadonlySet<ZipEntry>> {
  let objects = 0
  for (const entry of entries) {
    const { name } = entry
    if (/(?:^|\/)vbaProject\.bin$/i.test(name)) {
      notes.trait('macro', `it holds macros: ${name}`)
      const project = readOle((await unpack(entry)) ?? Buffer.alloc(0))
      if (project) inspectMacros(project, notes)
      else notes.trait('unscannable', `${name} cannot be read`)
    } else if (/^xl\/macrosheets\//i.test(name)) notes.trait('macro', 'it has a sheet of Excel 4.0 macros')
    else if (/\.rels$/i.test(name)) inspectRelations(await text(entry, unpack), notes)
    else if (/^word\/(?:document|header\d*|footer\d*|footnotes)\.xml$/.test(name)) {
      if (/\bDDE(?:AUTO)?\s/.test(fieldCodes(await text(entry, unpack))))
        notes.trait('dde', 'a field starts a program by DDE')
    } else if (/^xl\/externalLinks\//.test(name)) {
      if (/<ddeLink\b/.test(await text(entry, unpack))) notes.trait('dde', 'a cell starts a program by DDE')
    } else if (isObject(name)) {
      if (/\.bin$/i.test(name)) notes.trait('embedded-object', `it holds an object: ${name}`)
      if (objects === MAX_OBJECTS) notes.beyond('it has more objects than are inspected')
      const object = objects < MAX_OBJECTS ? await unpack(entry) : undefined
      objects += 1
      if (object) await nested(name, object)
    }
  }
  return new Set(entries.filter(({ name }) => DOCUMENT_PARTS.test(name) || isObject(name)))
}

const isObject = (name: string): boolean => /\/(?:embeddings|activeX)\//i.test(name) && /\.bin$|\.[a-z]{3}$/i.test(name)

const text = async (entry: ZipEntry, unpack: (entry: ZipEntry) => Promise<Buffer | undefined>): Promise<string> =>
  ((await unpack(entry)) ?? Buffer.alloc(0)).toString('utf8')

/** Relationships: resources that are fetched when the file opens, and links that a person follows. */
function inspectRelations(xml: string, notes: Parameters<Inspector>[1]['notes']): void {
  for (const [relation] of xml.matchAll(/<Relationship\b[^<>]{0,4096}>/g)) {
    if (!/TargetMode\s*=\s*["']External["']/i.test(relation)) continue
    const target = plain(/\bTarget\s*=\s*["']([^"']{0,2048})/.exec(relation)?.[1] ?? '')
    const kind = /\bType\s*=\s*["'][^"']{0,512}\/([A-Za-z]+)["']/.exec(relation)?.[1] ?? ''
    if (kind === 'hyperlink') notes.link(target)
    else if (
      /^(?:attachedTemplate|oleObject|frame|subDocument|externalLinkPath|control)$/.test(kind) &&
      /^[a-z+-]{2,32}:|^\\\\/i.test(target) &&
      !isLocal(target)
    )
      notes.trait('external-template', `opening it fetches ${target.slice(0, 120)} (${kind})`)
  }
}

/**
 * Whether the target is on a disk of the computer that wrote the document, or on a server of its network, whose name
 * has no dot: a letter names the template of its company, and a workbook another workbook. None can be fetched here.
 */
const isLocal = (target: string): boolean =>
  /^(?:file:\/{2,3})?(?:localhost\/)?[a-z]:[\\/]/i.test(target) ||
  /^file:\/\/\/(?![\\/])/i.test(target) ||
  /^(?:file:)?(?:\/{2}|\/{5}|\/{0,3}\\\\)(?:[\w-]{1,63}|(?:10|192\.168)(?:\.\d{1,3}){2,3})[\\/]/i.test(target)

/** The codes of fields, joined in order, since they may be split into runs. */
function fieldCodes(xml: string): string {
  let codes = ''
  for (const [, code = ''] of xml.matchAll(/<w:instrText\b[^<>]{0,256}>([^<]{0,4096})/g)) {
    codes += code
  }
  return `${codes} ${[...xml.matchAll(/<w:fldSimple\b[^<>]{0,64}w:instr\s*=\s*"([^"]{0,1024})/g)]
    .map(([, code]) => code)
    .join(' ')}`
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const plain = (value: string): string =>
  value.replace(/&(amp|lt|gt|quot|apos);/g, (_all, name: string) => entities[name] ?? '')
