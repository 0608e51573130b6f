/** Writes a digest: one entry for each message, with who sent it, why it is held, and what its reader may do. */
import type { Block, Item } from '../mailing/blocks.ts'
import type { Mail } from '../mailing/types.ts'
import { visible } from '../mailing/visible.ts'
import { type HeldEntry, mayRelease } from '../quarantine/index.ts'
import type { Links, Reader } from './links.ts'
import { whyHeld } from './reasons.ts'
import { textsOf } from './texts.ts'

/** What stands in a digest. */
export interface DigestContent {
  readonly reader: Reader
  /** The messages that are listed, the newest first. */
  readonly entries: readonly HeldEntry[]
  /** How many there are beyond them. */
  readonly more: number
  /** Whose mail it is, for the digest of an operator. @default that of the reader */
  readonly whose?: string
  /** The time zone of dates. */
  readonly zone: string
  /** The end of what is listed, in milliseconds since 1970. */
  readonly until: number
  /** When the links end. */
  readonly expires: number
}

const MAX_SUBJECT_LENGTH = 120
const MAX_ADDRESS_LENGTH = 80

/** @param name names the digest, the same for each try */
export function digestMail(name: string, content: DigestContent, links: Links): Mail {
  const { reader, entries, more, whose, zone, until, expires } = content
  const { address, language, role } = reader
  const texts = textsOf(language)
  const count = entries.length + more
  const intro = role === 'operator' ? texts.introOperator(count, whose ?? address) : texts.intro(count, address)
  const blocks: readonly Block[] = [
    { kind: 'heading', text: texts.heading },
    { kind: 'paragraph', text: intro },
    { kind: 'items', items: entries.map(entry => itemOf(entry, content, links)) },
    ...(more > 0 ? [{ kind: 'paragraph', text: texts.more(more) } as const] : []),
    { kind: 'note', text: texts.expires(dateOf(expires, zone, language)) },
    { kind: 'note', text: texts.footer },
  ]
  const subject = texts.subject(count, dayOf(until, zone, language))
  return { to: address, subject, blocks, name, time: until, language }
}

function itemOf(entry: HeldEntry, { reader, zone, expires }: DigestContent, links: Links): Item {
  const { language, role } = reader
  const texts = textsOf(language)
  const { from, reversePath, recipient, subject, time, kind, findings } = entry
  const sender = visible(from ?? reversePath, MAX_ADDRESS_LENGTH) || texts.noSender
  return {
    text: visible(subject ?? '', MAX_SUBJECT_LENGTH) || texts.noSubject,
    details: [
      `${texts.from}: ${sender}, ${dateOf(time, zone, language)}`,
      ...(role === 'operator' ? [`${texts.recipient}: ${visible(recipient, MAX_ADDRESS_LENGTH)}`] : []),
      `${texts.why}: ${whyHeld(kind, findings, texts)}`,
      ...(mayRelease(role, kind) ? [] : [texts.askOperator]),
    ],
    links: links.of(entry, reader, expires),
  }
}

/** A date and a time for people; the zone is named, since a digest may be read elsewhere. */
export const dateOf = (moment: number, zone: string, language: string): string =>
  new Intl.DateTimeFormat(language, {
    ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'short', day: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', timeZoneName: 'short' },
  }).format(moment)

const dayOf = (moment: number, zone: string, language: string): string =>
  new Intl.DateTimeFormat(language, { timeZone: zone, year: 'numeric', month: 'short', day: 'numeric' }).format(moment)
