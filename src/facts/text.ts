/** `text`: the visible text of the message and, separately, its hidden text. */

import type { DeceptiveCharacters } from '../html/characters.ts'
import type { HtmlReading } from '../html/reading.ts'
import type { Part, PartDefect } from '../mime/part.ts'
import { type Fact, fact } from '../model/fact.ts'
import { lazyModule } from '../model/lazy.ts'
import type { Message } from '../model/stage.ts'
import { parts } from './parts.ts'

const htmlReader = lazyModule(() => import('../html/read.ts'))
const calendars = lazyModule(() => import('../archives/content-lines.ts'))
const textReader = lazyModule(async () => ({
  ...(await import('../html/characters.ts')),
  ...(await import('../html/flowed.ts')),
  ...(await import('../html/visible-order.ts')),
}))

/** One text part. */
export interface TextSection {
  /** Of the part; see `parts`. */
  readonly path: string
  /** How the section is read: as plain text or as HTML. */
  readonly kind: 'plain' | 'html'
  /** It is displayed with the message; false for an attached text. */
  readonly inline: boolean
  /** The visible text; format=flowed lines are joined (RFC 3676), and the folds of a calendar are undone (RFC 5545). */
  readonly visible: string
  /** Of HTML only. */
  readonly html?: HtmlReading
}

/** The value of the fact `text`. */
export interface Text {
  /** The visible text of the inline sections, in order. */
  readonly visible: string
  /** The hidden text of all sections. */
  readonly hidden: string
  /** Every text part, in the order of the message. */
  readonly sections: readonly TextSection[]
  /** Deceptive characters in the visible text. Honest text has few. */
  readonly counts: DeceptiveCharacters
  /** Not all text was read. */
  readonly cut: boolean
}

/** Characters of HTML that are read in all sections together, and sections of one message. */
const [MAX_HTML, MAX_SECTIONS] = [524_288, 500]

/**
 * Plain and HTML parts, decoded, from the text that `parts` has kept. Long HTML is read in slices, so that
 * the event loop is never blocked.
 *
 * @example
 * const { visible, sections } = await message.ask(text)
 * const passwords = sections.some(({ html }) => html && html.counts.passwords > 0)
 */
export const text: Fact<Message, Text> = fact('text', 'message', async message => {
  const { all, defects } = await message.ask(parts)
  const { countDeceptiveCharacters } = await textReader()
  const sections: TextSection[] = []
  const seen = new Set<string>()
  let room = MAX_HTML
  let cut = defects.some(defect => UNREAD.has(defect))
  for (const part of all) {
    const kind = sectionKind(part)
    // The same bytes in another reading have the same text.
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
    // An attached page is read to its end by those who read files.
    cut ||= section.inline && (section.html?.cut ?? false)
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

/**
 * Declared text that is displayed with the message is read, whatever its first bytes look like: a mark such as
 * `%PDF-1.` would hide it otherwise. An attached text may be a program, and an undeclared part may be a page.
 */
function sectionKind(part: Part): TextSection['kind'] | undefined {
  const { text, contentType, detected } = part
  if (text === undefined) return undefined
  if (HTML_TYPES.has(contentType) || (contentType !== 'text/plain' && HTML_TYPES.has(detected))) return 'html'
  if (contentType.startsWith('text/') && isDisplayed(part)) return 'plain'
  return detected === undefined || detected.startsWith('text/') || HTML_TYPES.has(detected) ? 'plain' : undefined
}

/** A name of another kind, such as `x.exe`, makes it a file for mail programs. */
const TEXT_NAME = /\.(?:txt|text|asc|log|md)$/i

const isDisplayed = ({ disposition, filenames }: Part): boolean =>
  disposition !== 'attachment' && filenames.every(name => TEXT_NAME.test(name))

/** A calendar or a card, whatever its type says. */
export const isCalendar = (text: string): boolean =>
  /^[\s\ufeff]{0,100}BEGIN:V(?:CALENDAR|CARD)\b/i.test(text.slice(0, 200))

async function read(part: Part, kind: TextSection['kind'], room: number): Promise<TextSection> {
  const { path, text = '', flowed } = part
  const inline = part.disposition !== 'attachment' && part.contentType.startsWith('text/')
  if (kind === 'plain') {
    if (isCalendar(text)) {
      // A fold cuts words and links in two.
      const { unescaped, unfolded } = await calendars()
      return { path, kind, inline, visible: unescaped(unfolded(text)) }
    }
    const { unflow, overridden } = await textReader()
    return { path, kind, inline, visible: overridden(flowed ? unflow(text, flowed.delSp) : text) }
  }
  const { readHtml } = await htmlReader()
  const html = await readHtml(text, room)
  return { path, kind, inline, visible: html.visible, html }
}
