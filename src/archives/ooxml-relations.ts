/** Relationships of Office Open XML (ECMA-376 part 2 §9.3): what is fetched when the file opens, and links. */
import type { Notes } from './inspection.ts'
import { isOfficeCloud, isRemote } from './office-targets.ts'
import { xmlAttribute, xmlContent, xmlTags } from './xml.ts'

/** One relationship. */
export interface Relation {
  /** The last word of its type: `hyperlink`. */
  readonly kind: string
  readonly target: string
  readonly isExternal: boolean
}

/** Relationships of one part. */
const MAX_RELATIONS = 20_000

/** By their ids. */
export function relationsOf(xml: string, notes: Notes): ReadonlyMap<string, Relation> {
  const found = new Map<string, Relation>()
  for (const { closing, attributes } of xmlTags(xml, RELATIONSHIP)) {
    if (closing) continue
    if (found.size === MAX_RELATIONS) {
      notes.beyond('a part has more relationships than are read')
      break
    }
    const type = xmlAttribute(attributes, 'Type') ?? ''
    const id = xmlAttribute(attributes, 'Id') ?? ''
    found.set(found.has(id) ? `${id} ${found.size}` : id, {
      kind: type.slice(type.lastIndexOf('/') + 1),
      target: (xmlAttribute(attributes, 'Target') ?? '').trim(),
      isExternal: (xmlAttribute(attributes, 'TargetMode') ?? '').trim().toLowerCase() === 'external',
    })
  }
  return found
}

const RELATIONSHIP = new Set(['Relationship'])

/** The part whose relationships a file holds: `word/document.xml` for `word/_rels/document.xml.rels`. */
export const relationsPath = (path: string): string => path.replace(/(^|\/)_rels\/([^/]*)\.rels$/i, '$1$2')

/** Relationships that a program follows when it opens the document. */
const FETCHED =
  /^(?:attachedTemplate|oleObject|frame|subDocument|externalLinkPath|xlExternalLinkPath|control|aFChunk|package|mailMergeSource|mailMergeHeaderSource|recipientData|slideMaster|customXml|ui|extensibility)$/i
/** What an author may keep in the library of their organisation: see `isOfficeCloud`. */
const SHARED = /^(?:attachedTemplate|(?:xl)?externalLinkPath|subDocument|mailMerge\w{0,20}|recipientData|package)$/i
/** Of the media of other hosts Word asks for pictures alone; a person starts a video. */
const SHOWN = /^(?:image|video|audio|media)$/i

export function inspectRelation({ kind, target, isExternal }: Relation, notes: Notes): void {
  if (!isExternal) return
  if (FETCHED.test(kind)) {
    if (!isRemote(target) || (SHARED.test(kind) && isOfficeCloud(target))) return
    notes.trait('external-template', `opening it fetches ${target.slice(0, 120)} (${kind})`)
    notes.link(target, { kind: 'open' })
  } else if (SHOWN.test(kind)) {
    // A picture on a server of files makes Windows sign in there; one of the Web is an ordinary picture.
    if (/^https?:/i.test(target) || !isRemote(target)) return
    notes.trait('external-template', `opening it fetches ${target.slice(0, 120)} (${kind})`)
    notes.link(target, { kind: 'open' })
  } else if (/^[a-z][a-z\d+.-]{1,31}:|^\\\\/i.test(target)) notes.link(target)
}

/**
 * Properties that name where the code of the document is: `_AssemblyLocation` of Visual Studio Tools for Office, and
 * the macros of another file that a ribbon calls. The documents of an organisation have both on its own servers.
 */
export function inspectProperties(xml: string, notes: Notes): void {
  for (const { name, closing, attributes, end } of xmlTags(xml, PROPERTIES)) {
    if (closing) continue
    if (name === 'property') {
      if (!/^_Assembly(?:Location|Name)$/i.test(xmlAttribute(attributes, 'name') ?? '')) continue
      const value = [...xmlTags(xml.slice(end, end + 4096), VALUE)][0]
      const text = value ? xmlContent(xml.slice(end, end + 4096), value.end) : ''
      const location = text.split('|')[0] ?? ''
      if (!isRemote(location)) continue
      notes.trait('external-template', `opening it loads code from ${location.slice(0, 120)} (VSTO)`)
      notes.link(location, { kind: 'open' })
      continue
    }
    const called = CALLS.map(call => xmlAttribute(attributes, call)).find(call => call !== undefined && isRemote(call))
    if (called === undefined) continue
    notes.trait('external-template', `its ribbon calls ${called.slice(0, 120)}`)
    notes.link(called, { kind: 'open' })
  }
}

const PROPERTIES = new Set(['property', 'customUI', 'button', 'command'])
const VALUE = new Set(['lpwstr', 'lpstr', 'bstr'])
const CALLS = ['onLoad', 'onAction', 'loadImage']
