/** What the classifier sees of a message: three views of it as it was when it came to the gate. */
import { isUtf8 } from 'node:buffer'
import { collapseWhitespace, visibleStart } from '../mime/decode/blanks.ts'
import type { HeaderField, HeaderFields } from '../model/header.ts'
import { gramCollector } from './grams.ts'
import type { Features } from './packing.ts'

/** The parts of a message from which features are made. All of it was read before: no second parse. */
export interface ExtractedText {
  readonly header: HeaderFields
  /** The decoded text that a reader sees. */
  readonly text: string
  readonly urls: readonly string[]
  /** The body's first bytes as they were sent. */
  readonly head: Uint8Array
}

/** Is there enough text to say that a message is honest? What is not seen speaks for nobody. */
export const isTextSeen = ({ text }: ExtractedText): boolean => !isThin(collapseWhitespace(text.slice(0, 65_536)))

export type View = 'header' | 'body' | 'raw'

/** In the order of the features and of the experts. */
export const VIEWS = ['header', 'body', 'raw'] as const satisfies readonly View[]

/** How many bytes of a body {@link features} looks at. */
export const HEAD = 3_500

const MAX_HEADER = 3_000
const MAX_FIELD = 400
const MAX_URLS = 1_500
/** Characters of the text that are looked at. */
export const MAX_BODY = 3_500
const MAX_RAW = 3_500

/** Text shorter than this says too little. */
const THIN = 32

/**
 * Fields that mailboxes and their servers write: on mail that was kept they tell where it was kept, and on mail at the gate they
 * are not there yet.
 */
const WRITTEN_ON_ARRIVAL = new Set(
  (
    'return-path delivered-to status x-status lines xref path x-original-to envelope-to x-envelope-to ' +
    'x-keywords x-uid x-uidl x-bogosity authentication-results received-spf x-received x-delivered-to x-forwarded-to ' +
    'x-forwarded-for x-gmail-labels x-gm-thrid x-account-key content-length from_ nntp-posting-host nntp-posting-date'
  ).split(' '),
)
const PREFIXES =
  'x-spam x-virus x-ms- x-microsoft x-mozilla x-imap x-evolution x-gmane x-pstn resent- arc- x-proofpoint'.split(' ')

/** Most names have none, and this is cheaper. */
const MAY_HAVE_PREFIX = /^(?:x-|resent-|arc-)/

/** The way and the time of a message: the first bytes have them as they are, among what the sender says they have no place. */
const WAY = new Set(['received', 'date'])

/** Their values are random; only who signed is worth a look. */
const SIGNATURES = /^(?:x-google-)?(?:dkim|domainkey)-signature$/
const MAX_SIGNATURE = 160

/** The three views, each in pieces, cut to what is looked at. */
export interface Views {
  readonly header: readonly string[]
  readonly body: readonly string[]
  readonly raw: readonly Uint8Array[]
}

const collector = gramCollector()

/** Never throws and takes a bounded time, whatever the message. */
export function features(seen: ExtractedText): Features {
  const { header, body, raw } = viewsOf(seen)
  const take = (pieces: readonly string[]) => {
    for (const piece of pieces) collector.text(piece)
    return collector.take()
  }
  const texts = [take(header), take(body)]
  for (const piece of raw) collector.octets(piece)
  return [...texts, collector.take()]
}

/** What each expert reads. */
export function viewsOf({ header, text, urls, head }: ExtractedText): Views {
  const fields: string[] = []
  const raw: Uint8Array[] = []
  let room = MAX_HEADER
  let rawRoom = MAX_RAW
  for (const field of header) {
    if (room <= 0 && rawRoom <= 0) break
    if (isWrittenOnArrival(field)) continue
    if (room > 0 && !WAY.has(field.key)) {
      const most = SIGNATURES.test(field.key) ? MAX_SIGNATURE : MAX_FIELD
      const line = `${field.key}: ${visibleStart(field.text, most)}\x7f`.slice(0, room)
      fields.push(line)
      room -= line.length
    }
    if (rawRoom > 0) {
      const octets = field.raw.subarray(0, rawRoom)
      raw.push(octets)
      rawRoom -= octets.length
    }
  }
  raw.push(head.subarray(0, rawRoom))
  const readable = isThin(text) ? guessed(head) : text
  return { header: fields, body: [urls.join(' ').slice(0, MAX_URLS), visibleStart(readable, MAX_BODY)], raw }
}

const isWrittenOnArrival = ({ key }: HeaderField): boolean =>
  WRITTEN_ON_ARRIVAL.has(key) || (MAY_HAVE_PREFIX.test(key) && PREFIXES.some(prefix => key.startsWith(prefix)))

/** Next to nothing, or not readable: then what was sent must speak for itself. */
function isThin(text: string): boolean {
  const start = visibleStart(text, 1_000).trim()
  if (start.length < THIN) return true
  let broken = 0
  for (let at = 0; at < start.length; at += 1) {
    const code = start.charCodeAt(at)
    if (code === 0xfffd || (code >= 0x80 && code < 0xa0)) broken += 1
  }
  return broken * 50 > start.length
}

const utf8 = new TextDecoder('utf-8')
const gb18030 = new TextDecoder('gb18030')

/** Bytes as text, when nothing said how. Whether the guess is right matters less than that it is always the same. */
function guessed(octets: Uint8Array): string {
  const start = octets.subarray(0, HEAD)
  // The cut may go through a character.
  const isText = [0, 1, 2, 3].some(cut => isUtf8(start.subarray(0, start.length - cut)))
  return (isText ? utf8 : gb18030).decode(start)
}
