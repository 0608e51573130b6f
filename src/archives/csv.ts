/** Tables as text (`.csv`, `.tsv`): cells that Excel takes for formulas. */
import { setImmediate } from 'node:timers/promises'
import type { Inspector, Notes } from './inspection.ts'
import { startsProgram } from './office-fields.ts'
import { inspectFormula } from './ooxml-text.ts'

/** Bytes that are read at once, how far a formula may reach back into the piece before, and bytes in all. */
const [PIECE, OVERLAP, MAX_BYTES] = [262_144, 2304, 16_777_216]
/** Places in one piece that are examined. */
const MAX_SERVICES = 1000

export const inspectCsv: Inspector = async (bytes, { notes, signal }) => {
  if (bytes.length > MAX_BYTES) notes.beyond('it is longer than the limit')
  const isWide = bytes[1] === 0 || (bytes[0] === 0xff && bytes[1] === 0xfe)
  for (let at = 0; at < Math.min(bytes.length, MAX_BYTES); at += PIECE) {
    if (at > 0) await setImmediate()
    signal.throwIfAborted()
    const text = bytes.toString(isWide ? 'utf16le' : 'latin1', Math.max(0, at - OVERLAP), at + PIECE)
    if (/\b(?:HYPERLINK|WEBSERVICE)\s{0,8}\(/i.test(text)) inspectFormula(text.replaceAll('""', '"'), notes)
    inspectBars(text, notes)
  }
}

/** `=cmd|'/c calc'!A1` starts a program by DDE. */
function inspectBars(text: string, notes: Notes): void {
  let examined = 0
  for (const { index, 0: found } of text.matchAll(SERVICE)) {
    examined += 1
    if (examined > MAX_SERVICES) {
      notes.beyond('it has more services of DDE than are examined')
      return
    }
    const at = index + found.length
    const before = text.slice(Math.max(0, at - 160), at - 1)
    const service = /[=+@-][^=+@\r\n-]{0,128}$/.exec(before)?.[0]
    const topic = text.slice(at, at + 256).split(/[\r\n]/, 1)[0] ?? ''
    if (service === undefined || !topic.includes('!')) continue
    if (!startsProgram(service.replace(/^[=+@-][\s(]{0,16}/, ''), topic)) continue
    notes.trait('dde', `a cell starts a program by DDE: ${`${service}|${topic}`.slice(0, 80)}`)
    return
  }
}

/** A program before a bar. Tables whose cells are divided by bars have none. */
const SERVICE =
  /(?:cmd|powershell|pwsh|mshta|rundll32|regsvr32|wscript|cscript|msiexec|certutil|bitsadmin|calc|notepad|explorer|excel|winword|soffice|\.exe|\.com|\.bat)['"]{0,2}\s{0,4}\|/gi
