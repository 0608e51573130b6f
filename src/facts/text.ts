/** `text`: what a reader of the message sees, and, kept apart, what is there and not seen. */

import { countDeceptiveCharacters, type DeceptiveCharacters } from '../html/characters.ts'
import { unflow } from '../html/flowed.ts'
import { readHtml } from '../html/read.ts'
import type { HtmlReading } from '../html/reading.ts'
import type { Part, PartDefect } from '../mime/part.ts'
import { type Fact, fact } from '../model/fact.ts'
import type { Message } from '../model/stage.ts'
import { parts } from './parts.ts'

/** One part that is text. */
export interface TextSection {
  /** Of the part; see `parts`. */
  readonly path: string
  readonly kind: 'plain' | 'html'
  /** It is shown with the message; false for a text that is attached. */
  readonly inline: boolean
  /** What is seen of it; format=flowed lines are joined (RFC 3676). */
  readonly visible: string
  /** Of HTML only. */
  readonly html?: HtmlReading
}

export interface Text {
  /** What is seen of the sections that are shown with the message, in order. */
  readonly visible: string
  /** What is there and not seen. */
  readonly hidden: string
  readonly sections: readonly TextSection[]
  /** In the visible text: honest text has few. */
  readonly counts: DeceptiveCharacters
  /** Not all text was read. */
  readonly cut: boolean
}

/** Characters of HTML that are read, all sections together; sections of one message. */
const [MAX_HTML, MAX_SECTIONS] = [524_288, 500]

/**
 * Plain and HTML parts in the charset they are in, from what `parts` has kept of them. Long HTML is read in slices, so that
 * the loop is never held.
 *
 * @example
 * const { visible, sections } = await message.ask(text)
 * const passwords = sections.some(({ html }) => html && html.counts.passwords > 0)
 */
export const text: Fact<Message, Text> = fact('text', 'message', async message => {
  const { all, defects } = await message.ask(parts)
  const sections: TextSection[] = []
  const seen = new Set<string>()
  let room = MAX_HTML
  let cut = defects.some(defect => UNREAD.has(defect))
  for (const part of all) {
    const kind = sectionKind(part)
    // The same bytes in another reading say the same.
    const key = `${kind} ${part.sha256} ${part.reading === 'charset' ? part.charset : ''}`
    if (kind === undefined || seen.has(key)) continue
    seen.add(key)
    if (sections.length === MAX_SECTIONS) {
      cut = true
      break
    }
    message.signal.throwIfAborted()
    const section = await read(part, kind, room)
    sections.push(section)
    room -= kind === 'html' ? Math.min(part.text?.length ?? 0, room) : 0
    cut ||= section.html?.cut ?? false
  }
  const visible = sections.flatMap(({ inline, visible }) => (inline ? [visible] : [])).join('\n')
  const hidden = sections.flatMap(({ html }) => (html?.hiddenText ? [html.hiddenText] : [])).join('\n')
  return { visible, hidden, sections, counts: countDeceptiveCharacters(visible), cut }
})

const UNREAD: ReadonlySet<PartDefect> = new Set(['text-cut', 'too-costly', 'busy'])

const HTML_TYPES: ReadonlySet<string | undefined> = new Set([
  'text/html',
  'application/xhtml+xml',
  'application/hta',
  'image/svg+xml',
])

/** What is declared as text may be a program, and what is declared as bytes a page; plain text is shown as it stands. */
function sectionKind({ text, contentType, detected }: Part): TextSection['kind'] | undefined {
  if (text === undefined) return undefined
  if (HTML_TYPES.has(contentType) || (contentType !== 'text/plain' && HTML_TYPES.has(detected))) return 'html'
  return detected === undefined || detected.startsWith('text/') || HTML_TYPES.has(detected) ? 'plain' : undefined
}

async function read(part: Part, kind: TextSection['kind'], room: number): Promise<TextSection> {
  const { path, text = '', flowed } = part
  const inline = part.disposition !== 'attachment' && part.contentType.startsWith('text/')
  if (kind === 'plain') return { path, kind, inline, visible: flowed ? unflow(text, flowed.delSp) : text }
  const html = await readHtml(text, room)
  return { path, kind, inline, visible: html.visible, html }
}
