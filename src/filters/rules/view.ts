/** The view of a message that content rules examine: its facts, and the values that many rules derive from them. */

import { organisationOf } from '../../dns/organisation.ts'
import { author } from '../../facts/author.ts'
import { type Codes, codes } from '../../facts/codes.ts'
import { type Link, type Links, links } from '../../facts/links.ts'
import { type Parts, parts } from '../../facts/parts.ts'
import { type Text, text } from '../../facts/text.ts'
import { MAX_WORDS_LENGTH, type MessageWords, words } from '../../facts/words.ts'
import type { HtmlReading } from '../../html/reading.ts'
import { visibleStart } from '../../mime/decode/blanks.ts'
import type { Mailbox } from '../../mime/header/addresses.ts'
import { fact } from '../../model/fact.ts'
import type { HeaderFields } from '../../model/header.ts'
import { lazyModule } from '../../model/lazy.ts'
import type { Message } from '../../model/stage.ts'
import { type Brands, brandNames } from './brand-names.ts'

const addresses = lazyModule(() => import('../../mime/header/addresses.ts'))

/** The facts of a message, and the values that many rules derive from them. */
export interface MessageView {
  readonly message: Message
  readonly header: HeaderFields
  /** The author; undefined if mail programs could show different authors. */
  readonly from: Sender | undefined
  readonly replyTo: Sender | undefined
  /** The addresses of the To field, at most 50. */
  readonly to: readonly Mailbox[]
  /** Decoded; '' if there is none. */
  readonly subject: string
  /** Subject and visible text in lower case, without look-alike letters, diacritics and invisible characters. */
  readonly words: string
  /** The words of `words`, for a search in one pass. */
  readonly wordTable: MessageWords
  readonly text: Text
  /** The beginning of the visible text, with long runs of white space as one blank or line end. */
  readonly shown: string
  /** The HTML parts that mail programs show. */
  readonly html: readonly HtmlReading[]
  readonly links: Links
  /** Web links that a reader can click: no pictures, styles or hidden links. */
  readonly clicks: readonly Link[]
  readonly parts: Parts
  /** The codes to scan. */
  readonly codes: Codes
  /** The message names a list, or how to unsubscribe (RFC 2369, RFC 8058). */
  readonly list: boolean
  /** Finds brands in texts and in host names. */
  readonly brands: Brands
}

/** A mailbox of a sender. */
export interface Sender {
  /** The display name. */
  readonly display: string
  /** The local part. */
  readonly local: string
  /** The domain in lower case. */
  readonly domain: string
  /** The organisational domain; the domain itself if it has none. */
  readonly organisation: string
}

/** Collects the facts once for all content filters. */
export const messageView = fact('messageView', 'message', async (message): Promise<MessageView> => {
  const [authorOf, textOf, wordTable, linksOf, partsOf, codesOf, brands] = await Promise.all([
    message.ask(author),
    message.ask(text),
    message.ask(words),
    message.ask(links),
    message.ask(parts),
    message.ask(codes),
    brandNames(),
  ])
  const { parseAddresses } = await addresses()
  const { header } = message
  const from = authorOf.kind === 'clear' ? sender(authorOf) : undefined
  const [reply] = parseAddresses(header.all('reply-to')[0]?.value ?? '', { mailboxes: 5 }).mailboxes
  return {
    message,
    header,
    // Always the same fields: a hundred rules read objects of one shape faster than of four.
    from,
    replyTo: reply?.domain ? sender(reply) : undefined,
    to: parseAddresses(header.all('to')[0]?.value ?? '', { mailboxes: 50 }).mailboxes,
    subject: wordTable.subject,
    words: wordTable.text,
    wordTable,
    shown: wordTable.shown,
    text: textOf,
    html: textOf.sections.flatMap(({ inline, html }) => (inline && html ? [html] : [])),
    links: linksOf,
    clicks: linksOf.all.filter(isClickable),
    parts: partsOf,
    codes: codesOf,
    list: header.all('list-unsubscribe').length > 0 || header.all('list-id').length > 0,
    brands,
  }
})

function sender({ display, local, domain }: Mailbox | Omit<Mailbox, 'raw'>): Sender {
  const name = domain.toLowerCase()
  return {
    display: visibleStart(display, MAX_WORDS_LENGTH),
    local,
    domain: name,
    organisation: organisationOf(name),
  }
}

const PICTURES: ReadonlySet<string> = new Set(['src', 'srcset', 'background', 'style', 'base', 'data', 'other'])

const isClickable = ({ scheme, from, element, hidden }: Link): boolean =>
  (scheme === 'http' || scheme === 'https') && !PICTURES.has(from) && element !== 'link' && !hidden
