/** The text, the fields and the links of the parts of Office Open XML. */
import { setImmediate } from 'node:timers/promises'
import type { Notes } from './inspection.ts'
import { FieldReader, inspectField, startsProgram } from './office-fields.ts'
import type { Relation } from './ooxml-relations.ts'
import { MAX_XML, TAGS_AT_ONCE, xmlAttribute, xmlContent, xmlTags, xmlText } from './xml.ts'

/** Characters of text that are kept of one part. */
const MAX_TEXT = 65_536

const WORD = new Set(['t', 'p', 'tab', 'br', 'fldChar', 'instrText', 'fldSimple', 'hyperlink'])

/** A part of a Word document: paragraphs, fields (ECMA-376 §17.16) and the texts of links. */
export async function inspectWordPart(
  xml: string,
  relations: ReadonlyMap<string, Relation> | undefined,
  notes: Notes,
): Promise<void> {
  const fields = new FieldReader(notes)
  let tags = 0
  let text = ''
  let link: { readonly target: string; shown: string } | undefined
  for (const { name, closing, attributes, end } of xmlTags(xml, WORD)) {
    tags += 1
    if (tags % TAGS_AT_ONCE === 0) await setImmediate()
    if (name === 'fldChar' && !closing) {
      const kind = xmlAttribute(attributes, 'fldCharType')
      if (kind === 'begin') fields.begin()
      else if (kind === 'separate') fields.separate()
      else if (kind === 'end') fields.end()
    } else if (name === 'instrText') {
      if (!closing) fields.code(xmlContent(xml, end))
    } else if (name === 'fldSimple') {
      if (!closing) inspectField(xmlAttribute(attributes, 'instr') ?? '', notes)
    } else if (name === 'hyperlink') {
      if (link) notes.link(link.target, { shown: link.shown })
      const target = closing ? undefined : relations?.get(xmlAttribute(attributes, 'id') ?? '')?.target
      link = target === undefined ? undefined : { target, shown: '' }
    } else {
      const piece =
        name !== 't' ? (closing || name !== 'p' ? LINE_ENDS[name] : '') : closing ? '' : xmlContent(xml, end)
      if (piece === undefined || piece === '') continue
      fields.text(piece)
      if (link && link.shown.length < MAX_TEXT) link.shown += piece
      if (text.length < MAX_TEXT) text += piece
    }
  }
  fields.finish()
  if (text.trim() !== '') notes.text(text.slice(0, MAX_TEXT))
}

const LINE_ENDS: Readonly<Record<string, string | undefined>> = { p: '\n', br: '\n', tab: '\t' }

/** A slide, its notes included: paragraphs alone. Its links are relationships. */
export const inspectSlide = (xml: string, notes: Notes): void => addText(xml, SLIDE, notes)

const SLIDE = new Set(['t', 'p'])
const SHEET = new Set(['t', 'si', 'f'])

/** Formulas that are read before others run. */
const FORMULAS_AT_ONCE = 2000
const MAX_FORMULA = 8192

/**
 * Shared texts, or a sheet: texts in its cells, and formulas that link or start a program. Sheets are the largest parts
 * of honest documents: formulas are searched natively in all of it, and only the beginning is read for its text.
 */
export async function inspectSheet(bytes: Buffer, notes: Notes): Promise<void> {
  const head = xmlText(bytes.subarray(0, SHEET_HEAD))
  const part = head.includes('\0') || bytes.subarray(0, 4).includes(0) ? wideText(bytes) : bytes
  const prefix = /<([\w.-]{1,40}:)?(?:worksheet|macrosheet|sst)\b/i.exec(head)?.[1] ?? ''
  const tag = Buffer.from(`<${prefix}f`)
  let left = FORMULAS_AT_ONCE
  for (let at = part.indexOf(tag); at >= 0; at = part.indexOf(tag, at + tag.length)) {
    if (!/[\s/>]/.test(String.fromCharCode(part[at + tag.length] ?? 0))) continue
    const formula = part.toString('utf8', at, at + MAX_FORMULA)
    inspectFormula(xmlContent(formula, formula.indexOf('>') + 1), notes)
    left -= 1
    if (left > 0) continue
    left = FORMULAS_AT_ONCE
    await setImmediate()
  }
  addText(part.toString('utf8', 0, MAX_XML), SHEET, notes)
}

const SHEET_HEAD = 4096

/** UTF-16 in either order of bytes, as UTF-8. */
function wideText(bytes: Buffer): Buffer {
  const isBig = bytes[0] === 0 || bytes[0] === 0xfe
  const even = bytes.subarray(0, bytes.length & ~1)
  return Buffer.from((isBig ? Buffer.from(even).swap16() : even).toString('utf16le'))
}

/** Formulas that link to a page, ask one for data, or start a program. */
export function inspectFormula(formula: string, notes: Notes): void {
  for (const [, call = '', url = ''] of formula.matchAll(CALLS)) {
    if (/^HYPERLINK$/i.test(call)) notes.link(url)
    // Excel asks before it lets a formula fetch data.
    else notes.link(url, { kind: 'open' })
  }
  const bar = formula.indexOf('|')
  if (
    bar > 0 &&
    startsProgram(/[^=+@,;(\s-]{1,128}$/.exec(formula.slice(0, bar))?.[0] ?? '', formula.slice(bar + 1, bar + 257))
  )
    notes.trait('dde', `a formula starts a program by DDE: ${formula.slice(0, 80)}`)
}

const CALLS = /\b(HYPERLINK|WEBSERVICE)\s{0,8}\(\s{0,8}"([^"]{4,2048})"/gi

function addText(xml: string, wanted: ReadonlySet<string>, notes: Notes): void {
  let text = ''
  for (const { name, closing, end } of xmlTags(xml, wanted)) {
    if (text.length >= MAX_TEXT) break
    if (name === 't' && !closing) text += xmlContent(xml, end)
    else if (closing && name !== 't' && name !== 'f') text += '\n'
  }
  if (text.trim() !== '') notes.text(text.slice(0, MAX_TEXT))
}
