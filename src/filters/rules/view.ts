/** What the content rules look at: the facts of a message side by side, and the few things that many rules derive from them. */

import { organisationalDomain } from '../../dns/organisation.ts'
import { author } from '../../facts/author.ts'
import { type Link, type Links, links } from '../../facts/links.ts'
import { type Parts, parts } from '../../facts/parts.ts'
import { type Text, text } from '../../facts/text.ts'
import type { HtmlReading } from '../../html/reading.ts'
import { plain } from '../../links/plain.ts'
import { visibleStart } from '../../mime/decode/blanks.ts'
import { type Mailbox, parseAddresses } from '../../mime/header/addresses.ts'
import { fact } from '../../model/fact.ts'
import type { HeaderFields } from '../../model/header.ts'
import type { Message } from '../../model/stage.ts'

export interface MessageView {
  readonly message: Message
  readonly header: HeaderFields
  /** The one author; absent where readers may see several. */
  readonly from?: Sender
  readonly replyTo?: Sender
  readonly to: readonly Mailbox[]
  /** Decoded; '' where there is none. */
  readonly subject: string
  /** Subject and visible text in plain letters and lower case: look-alike letters, marks and invisible characters undone. */
  readonly words: string
  readonly text: Text
  /** The beginning of the visible text; long runs of white space in it are one blank or line end. */
  readonly shown: string
  /** The HTML that is shown with the message. */
  readonly html: readonly HtmlReading[]
  readonly links: Links
  /** Where a reader can go to: web links that are not pictures, styles or what is hidden. */
  readonly clicks: readonly Link[]
  readonly parts: Parts
  /** It says how to leave the list that it comes from (RFC 2369, RFC 8058). */
  readonly list: boolean
}

export interface Sender {
  readonly display: string
  readonly local: string
  /** In lower case. */
  readonly domain: string
  /** The organisational domain, or the domain where it has none. */
  readonly organisation: string
}

/** Characters that rules about words look at. */
export const WORDS = 30_000

export const messageView = fact('sight', 'message', async (message): Promise<MessageView> => {
  const [who, seenText, seenLinks, seenParts] = await Promise.all([
    message.ask(author),
    message.ask(text),
    message.ask(links),
    message.ask(parts),
  ])
  const { header } = message
  const subject = visibleStart(header.get('subject') ?? '', WORDS)
  const from = who.kind === 'clear' ? sender(who) : undefined
  const [reply] = parseAddresses(header.all('reply-to')[0]?.value ?? '', { mailboxes: 5 }).mailboxes
  const shown = visibleStart(seenText.visible, WORDS)
  return {
    message,
    header,
    ...(from && { from }),
    ...(reply?.domain && { replyTo: sender(reply) }),
    to: parseAddresses(header.all('to')[0]?.value ?? '', { mailboxes: 50 }).mailboxes,
    subject,
    words: plain(`${subject}\n${shown}`),
    shown,
    text: seenText,
    html: seenText.sections.flatMap(({ inline, html }) => (inline && html ? [html] : [])),
    links: seenLinks,
    clicks: seenLinks.all.filter(isClickable),
    parts: seenParts,
    list: header.all('list-unsubscribe').length > 0 || header.all('list-id').length > 0,
  }
})

function sender({ display, local, domain }: Mailbox | Omit<Mailbox, 'raw'>): Sender {
  const name = domain.toLowerCase()
  return {
    display: visibleStart(display, WORDS),
    local,
    domain: name,
    organisation: organisationalDomain(name) ?? name,
  }
}

const PICTURES: ReadonlySet<string> = new Set(['src', 'srcset', 'background', 'style', 'base', 'data', 'other'])

const isClickable = ({ scheme, from, element, hidden }: Link): boolean =>
  (scheme === 'http' || scheme === 'https') && !PICTURES.has(from) && element !== 'link' && !hidden
