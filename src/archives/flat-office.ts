/**
 * Documents of Office in one file of XML: Word and Excel 2003 (WordprocessingML, SpreadsheetML), and the flat form of
 * later packages. Office opens them under the names of its other formats, too.
 */
import { setImmediate } from 'node:timers/promises'
import type { Inspector, Notes } from './inspection.ts'
import { isOfficeCloud, isRemote } from './office-targets.ts'
import { inspectRelation, relationsOf } from './ooxml-relations.ts'
import { inspectFormula, inspectWordPart } from './ooxml-text.ts'
import { MAX_XML, xmlAttribute, xmlContent, xmlPart, xmlTags } from './xml.ts'

/** Objects in base64 that are inspected. */
const MAX_OBJECTS = 100

export const inspectFlatOffice: Inspector = async (bytes, { notes, nested, signal }) => {
  const xml = xmlPart(bytes, MARKS, notes, MAX_XML)
  const relations = relationsOf(xml, notes)
  for (const relation of relations.values()) inspectRelation(relation, notes)
  await setImmediate()
  await inspectWordPart(xml, relations, notes)
  await setImmediate()
  inspectTargets(xml, notes)
  await setImmediate()
  let left = MAX_OBJECTS
  for (const { name, closing, attributes, end } of xmlTags(xml, BINARY)) {
    const data = closing ? '' : xmlContent(xml, end)
    if (data === '') continue
    if (left === 0) return notes.beyond('it has more objects than are inspected')
    left -= 1
    signal.throwIfAborted()
    await nested(name === 'binaryData' ? '' : (xmlAttribute(attributes, 'name') ?? ''), Buffer.from(data, 'base64'))
  }
}

const MARKS =
  'attachedTemplate binData docSuppData docOleData binaryData TargetMode instrText fldSimple OLEObject subDoc hlink HRef HYPERLINK( WEBSERVICE( | movie frame'.split(
    ' ',
  )

/** Macros as ActiveMime and other objects of Word 2003, and the binary parts of a package. */
const BINARY = new Set(['binData', 'docSuppData', 'docOleData', 'binaryData'])
const TARGETS = new Set([
  'attachedTemplate',
  'hlink',
  'Cell',
  'OLEObject',
  'subDoc',
  'Path',
  'movie',
  'frame',
  'source',
])

/** Targets and formulas that are no relationships. */
function inspectTargets(xml: string, notes: Notes): void {
  for (const { name, closing, attributes, end } of xmlTags(xml, TARGETS)) {
    if (closing) continue
    const value = (key: string): string => (xmlAttribute(attributes, key) ?? '').trim()
    if (name === 'hlink') {
      if (value('dest') !== '') notes.link(value('dest'))
    } else if (name === 'Cell') {
      const formula = value('Formula')
      if (value('HRef') !== '') notes.link(value('HRef'))
      inspectFormula(formula, notes)
    } else fetched(value('val') || value('src') || value('moniker') || xmlContent(xml, end).trim(), name, notes)
  }
}

function fetched(target: string, kind: string, notes: Notes): void {
  if (!isRemote(target) || isOfficeCloud(target)) return
  notes.trait('external-template', `opening it fetches ${target.slice(0, 120)} (${kind})`)
  notes.link(target, { kind: 'open' })
}
