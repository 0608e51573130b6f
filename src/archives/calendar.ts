/** Calendars (iCalendar, RFC 5545; vCalendar 1.0): their text, links and organiser, and the files inside them. */
import { readHtml } from '../html/read.ts'
import { type ContentLine, contentLines, inlineBytes, unescaped } from './content-lines.ts'
import type { Inspector, Notes } from './inspection.ts'
import { noteAddresses, shareHost, textOf } from './plain-text.ts'

/** Properties that are read of one calendar. */
const MAX_LINES = 50_000
/** Characters of one HTML description. */
const MAX_HTML_LENGTH = 131_072

/** What calendar programs show of an entry. */
const SHOWN: ReadonlySet<string> = new Set(['SUMMARY', 'LOCATION', 'DESCRIPTION', 'COMMENT', 'X-WR-CALNAME', 'CONTACT'])
/** Addresses that name a program or a time zone, and that calendar programs do not show. */
const UNSHOWN: ReadonlySet<string> = new Set(['PRODID', 'UID', 'TZURL', 'TZID', 'SOURCE', 'ATTENDEE', 'RELATED-TO'])

export const inspectCalendar: Inspector = async (bytes, to) => {
  const { notes, budget } = to
  let left = MAX_LINES
  for (const line of contentLines(textOf(bytes, notes))) {
    left -= 1
    if (left < 0) return notes.beyond('it has more properties than are read')
    const { name, value } = line
    if (name === 'ATTACH' || name === 'IMAGE') {
      const file = inlineBytes(line)
      if (file === undefined) noteAttached(value, notes)
      else if (budget.entries <= 0) return notes.beyond('it holds more files than are inspected')
      else {
        budget.entries -= 1
        const called = fileName(line)
        notes.trait('embedded-file', 'files are attached inside it')
        notes.member({ name: called, size: file.length })
        await to.nested(called, file)
      }
    } else if (name === 'ACTION') {
      // RFC 2445 §4.8.6.1; RFC 5545 has dropped it.
      if (/^\s*PROCEDURE\s*$/i.test(value)) notes.trait('launch', 'an alarm in it starts a program')
    } else if (name === 'X-ALT-DESC') await noteHtml(unescaped(value), notes)
    else if (SHOWN.has(name)) await noteText(line, notes)
    else if (name === 'ORGANIZER') noteOrganiser(line, notes)
    else if (!UNSHOWN.has(name) && /^\s*(?:[a-z][a-z0-9+.-]{1,30}:\/\/|www\.)/i.test(value)) notes.link(value.trim())
  }
}

/** The text that a person reads; Google Calendar writes HTML into it. */
async function noteText({ value, parameters }: ContentLine, notes: Notes): Promise<void> {
  const text = unescaped(value)
  // RFC 5545 §3.2.1: a page with the same content.
  const page = parameters.get('ALTREP')
  if (page !== undefined && !/^(?:cid|data):/i.test(page)) notes.link(page, { shown: text })
  if (/<[a-z][^<>]{0,400}>/i.test(text.slice(0, MAX_HTML_LENGTH))) return await noteHtml(text, notes)
  notes.text(text)
  noteAddresses(text, notes)
}

async function noteHtml(html: string, notes: Notes): Promise<void> {
  const { visible, references, cut } = await readHtml(html, MAX_HTML_LENGTH)
  if (cut) notes.beyond('a description in it is longer than the limit')
  notes.text(visible)
  for (const { from, target, shown } of references)
    if (from === 'href' || from === 'action') notes.link(target, { shown, kind: from === 'action' ? 'form' : 'link' })
  noteAddresses(visible, notes)
}

/** Calendar programs show the name that the event gives its organiser. */
function noteOrganiser({ value, parameters }: ContentLine, notes: Notes): void {
  const shown = parameters.get('CN')
  if (/^\s*mailto:/i.test(value)) notes.link(value.trim(), shown === undefined ? {} : { shown })
}

function noteAttached(value: string, notes: Notes): void {
  const address = value.trim()
  if (/^(?:cid|data):/i.test(address) || address === '') return
  const host = shareHost(address)
  if (host !== undefined) notes.trait('external-template', `it refers to a file on the host ${host}`)
  notes.link(address)
}

const fileName = ({ parameters }: ContentLine): string =>
  parameters.get('FILENAME') ?? parameters.get('X-FILENAME') ?? parameters.get('X-LABEL') ?? ''
