/** Fields of Word: what their codes do, however they are split, nested and spelled. */
import type { Notes } from './inspection.ts'
import { isOfficeCloud, isRemote } from './office-targets.ts'

/** Fields that may lie in each other. */
const MAX_DEPTH = 20
const MAX_CODE = 4096

/** Puts the codes of fields together as their marks and pieces arrive, and judges each when it is complete. */
export class FieldReader {
  readonly #notes: Notes
  /** The codes of the fields that are open, the outer first. The first collects codes outside of any field. */
  readonly #open: { code: string; hasResult: boolean; shown: string }[] = [{ code: '', hasResult: false, shown: '' }]
  #beyond = 0

  constructor(notes: Notes) {
    this.#notes = notes
  }

  begin(): void {
    if (this.#open.length > MAX_DEPTH) this.#beyond += 1
    else this.#open.push({ code: '', hasResult: false, shown: '' })
  }

  /** A piece of the code. */
  code(text: string): void {
    const field = this.#open.at(-1)
    if (field && !field.hasResult && field.code.length < MAX_CODE) field.code += text.slice(0, MAX_CODE)
  }

  /** A piece of text, which the innermost field may show. */
  text(text: string): void {
    for (const field of this.#open)
      if (field.hasResult && field.shown.length < MAX_CODE) field.shown += text.slice(0, MAX_CODE)
  }

  separate(): void {
    const field = this.#open.at(-1)
    if (field && this.#open.length > 1) field.hasResult = true
  }

  end(): void {
    if (this.#beyond > 0) {
      this.#beyond -= 1
      return
    }
    const field = this.#open.length > 1 ? this.#open.pop() : undefined
    if (!field) return
    inspectField(field.code, this.#notes, field.shown)
    // A field inside the code of another gives its result to it: QUOTE spells letters by their numbers.
    const outer = this.#open.at(-1)
    if (outer && this.#open.length > 1 && !outer.hasResult)
      outer.code += (quoted(field.code) ?? field.shown).slice(0, MAX_CODE)
  }

  /** Judges what is left open at the end of the text. */
  finish(): void {
    for (const { code, shown } of this.#open.toReversed()) if (code !== '') inspectField(code, this.#notes, shown)
  }
}

/** The letters of a field `QUOTE 68 68 69`, or of its quoted text. */
function quoted(code: string): string | undefined {
  const [, rest] = /^\s*QUOTE\b(.*)$/is.exec(code) ?? []
  if (rest === undefined) return undefined
  const numbers = rest.match(/\b\d{1,3}\b/g) ?? []
  return /"/.test(rest) ? rest.replace(/^[\s"]+|[\s"]+$/g, '') : String.fromCharCode(...numbers.map(Number))
}

/** The code of one field (ECMA-376 §17.16.5): links, and what starts a program. */
export function inspectField(code: string, notes: Notes, shown = ''): void {
  const plain = code.replace(/["\u201c\u201d]/g, '"').trim()
  if (/^"?\s*DDE(?:AUTO)?(?![a-z\d])/i.test(plain)) notes.trait('dde', 'a field starts a program by DDE')
  const [, source] = /^"?\s*(?:LINK|INCLUDETEXT|RD)\b[^"]{0,64}"([^"]{4,2048})/i.exec(plain) ?? []
  // A code writes each backslash twice.
  const target = source?.replaceAll('\\\\', '\\')
  if (target !== undefined && isRemote(target) && !isOfficeCloud(target)) {
    notes.trait('external-template', `a field fetches ${target.slice(0, 120)}`)
    notes.link(target, { kind: 'open' })
  }
  const link = /^"?\s*HYPERLINK\b\s*(?:\\[a-z]\s*)*"?([^"\s]{4,2048})/i.exec(plain)?.[1]
  if (link !== undefined && /^[a-z][a-z\d+.-]{1,31}:|^\\\\|^www\./i.test(link)) notes.link(link, { shown })
}

/** Programs that a cell or a link of Excel may start by DDE: the shells of Windows, and any path or file. */
const DDE_PROGRAM =
  /^(?:[a-z]:\\|\\\\|.{0,64}\.(?:exe|com|bat|cmd|ps1)\b|(?:cmd|powershell|pwsh|mshta|rundll32|regsvr32|wscript|cscript|msiexec|certutil|bitsadmin|calc|notepad|explorer|msexcel)\b)/i

/**
 * Whether a DDE link starts a program. Programs of traders and plants deliver their figures by DDE too (`BLP|M!`), and
 * are honest.
 *
 * @param topic what stands after the service: arguments
 */
export const startsProgram = (service: string, topic: string): boolean =>
  DDE_PROGRAM.test(service.replace(/^[\s"']+/, '')) ||
  /(?:^|\s)['"]?\/[ck]\s/i.test(topic) ||
  /\.(?:exe|com|bat|cmd|ps1|vbs|hta)\b/i.test(topic)
