/** Parts of Excel workbooks in Office Open XML: sheets of old macros, links to other books, sources of data. */
import type { Notes } from './inspection.ts'
import { startsProgram } from './office-fields.ts'
import { isOfficeCloud, isRemote } from './office-targets.ts'
import { xmlAttribute, xmlTags, xmlText } from './xml.ts'

/** Functions of Excel 4.0 macros that start programs, call libraries or write files, with their numbers (MS-XLSB). */
const DANGEROUS: readonly (readonly [name: string, number: number])[] = [
  ['EXEC', 110],
  ['CALL', 150],
  ['REGISTER', 149],
  ['REGISTER.ID', 267],
  ['FOPEN', 132],
  ['FWRITE', 138],
  ['FWRITELN', 137],
]

/** The first dangerous function of a sheet of macros, by the tokens of its formulas (`ptgFunc`, `ptgFuncVar`). */
export function dangerousFunction(formulas: Buffer): string | undefined {
  return DANGEROUS.find(([, number]) => hasFunction(formulas, number))?.[0]
}

function hasFunction(bytes: Buffer, number: number): boolean {
  const wanted = Buffer.from([number & 0xff, number >> 8])
  for (let at = bytes.indexOf(wanted, 2); at >= 0; at = bytes.indexOf(wanted, at + 1)) {
    // The token, and before a number of arguments of at most 30.
    if (FUNCTION_TOKENS.has(bytes[at - 1] ?? 0)) return true
    if (VARIABLE_TOKENS.has(bytes[at - 2] ?? 0) && (bytes[at - 1] ?? 255) <= 30) return true
  }
  return false
}

const FUNCTION_TOKENS: ReadonlySet<number> = new Set([0x21, 0x41, 0x61])
const VARIABLE_TOKENS: ReadonlySet<number> = new Set([0x22, 0x42, 0x62])

/** A sheet of Excel 4.0 macros, in XML or in binary records. */
export function inspectMacroSheet(bytes: Buffer, notes: Notes): void {
  notes.trait('macro', 'it has a sheet of Excel 4.0 macros')
  const isXml = /^\s*[<\ufeff]/.test(xmlText(bytes.subarray(0, 64)))
  const call = isXml
    ? /\b(EXEC|CALL|REGISTER|FOPEN|FWRITE)\s{0,8}\(/i.exec(xmlText(bytes, bytes.length))?.[1]
    : dangerousFunction(bytes)
  if (call !== undefined) notes.trait('dangerous-macro', `a sheet of Excel 4.0 macros calls ${call}`)
}

/** Names in a workbook with sheets of macros: some run a macro. In XML, or in the texts of binary records. */
export function inspectNames(text: string, notes: Notes): void {
  const name = /Auto_(?:Open|Close|Activate|Deactivate)/i.exec(text)?.[0]
  if (name !== undefined) notes.trait('auto-run', `an Excel 4.0 macro runs by itself: ${name}`)
}

/** A link to another workbook, or to a program by DDE (ECMA-376 §18.14). */
export function inspectExternalBook(xml: string, notes: Notes): void {
  for (const { closing, attributes } of xmlTags(xml, DDE_LINK)) {
    if (closing) continue
    const service = xmlAttribute(attributes, 'ddeService') ?? ''
    const topic = xmlAttribute(attributes, 'ddeTopic') ?? ''
    if (startsProgram(service, topic))
      notes.trait('dde', `a cell starts a program by DDE: ${`${service} ${topic}`.slice(0, 80)}`)
  }
}

/** Sources of data that are asked when the workbook opens (ECMA-376 §18.13). */
export function inspectConnections(xml: string, notes: Notes): void {
  let atOpen = false
  for (const { name, closing, attributes } of xmlTags(xml, CONNECTION)) {
    if (closing) continue
    if (name === 'connection') atOpen = /^(?:1|true)$/i.test(xmlAttribute(attributes, 'refreshOnLoad') ?? '')
    const url = name === 'webPr' ? (xmlAttribute(attributes, 'url') ?? '') : ''
    if (!atOpen || !isRemote(url) || isOfficeCloud(url)) continue
    notes.trait('external-template', `opening it asks ${url.slice(0, 120)} for data`)
    notes.link(url, { kind: 'open' })
  }
}

const DDE_LINK = new Set(['ddeLink'])
const CONNECTION = new Set(['connection', 'webPr'])
