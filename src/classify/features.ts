/** The features of a message in four views, without the fields that mailboxes add on arrival. */
import { isUtf8 } from 'node:buffer'
import { collapseWhitespace, visibleStart } from '../mime/decode/blanks.ts'
import type { HeaderField, HeaderFields } from '../model/header.ts'
import { gramCollector } from './grams.ts'
import type { Features } from './packing.ts'

/** The input of the features. The facts of the message provide it: no second parse. */
export interface ExtractedText {
  readonly header: HeaderFields
  /** The decoded text that a reader sees. */
  readonly text: string
  readonly urls: readonly string[]
  /** The body's first bytes as they were sent. */
  readonly head: Uint8Array
  /** What is known beside the text: rules that fired, proofs, domains, structure. @default nothing */
  readonly traits?: readonly string[]
}

/** Tells whether there is enough text to call a message honest: unseen text is not evidence. */
export const hasEnoughText = ({ text }: ExtractedText): boolean => !isThin(collapseWhitespace(text.slice(0, 65_536)))

/** One way to look at a message; each has its model. */
export type View = 'header' | 'body' | 'raw' | 'traits'

/** In the order of the features and of the models. */
export const VIEWS = ['header', 'body', 'raw', 'traits'] as const satisfies readonly View[]

/** Bytes of a body that {@link features} examines. */
export const MAX_HEAD_LENGTH = 3_500

const MAX_HEADER = 3_000
const MAX_FIELD = 400
const MAX_URLS = 1_500
/** Characters of the text that are examined. */
export const MAX_BODY_LENGTH = 3_500
const MAX_RAW = 3_500

/** A text shorter than this has too few features. */
const THIN = 32

/**
 * Fields that mailboxes and their servers add: stored mail has them, and mail on arrival does not have them yet.
 */
const ADDED_ON_ARRIVAL = new Set(
  (
    'return-path delivered-to status x-status lines xref path x-original-to envelope-to x-envelope-to ' +
    'x-keywords x-uid x-uidl x-bogosity authentication-results received-spf x-received x-delivered-to x-forwarded-to ' +
    'x-forwarded-for x-gmail-labels x-gm-thrid x-account-key content-length from_ nntp-posting-host nntp-posting-date'
  ).split(' '),
)
const PREFIXES =
  'x-spam x-virus x-ms- x-microsoft x-mozilla x-imap x-evolution x-gmane x-pstn resent- arc- x-proofpoint'.split(' ')

/** Most names have no such prefix, and this check is cheaper. */
const MAY_HAVE_PREFIX = /^(?:x-|resent-|arc-)/

/** The route and the time of a message: they belong to the raw view, not to what the sender says. */
const ROUTE_FIELDS = new Set(['received', 'date'])

/** The signatures themselves are random; the signer and the tags before them are not. */
const SIGNATURES = /^(?:x-google-)?(?:dkim|domainkey)-signature$/
const MAX_SIGNATURE = 160

/** The views, each in pieces and cut to its limit. */
export interface Views {
  readonly header: readonly string[]
  readonly body: readonly string[]
  readonly raw: readonly Uint8Array[]
  readonly traits: readonly string[]
}

const collector = gramCollector()

/** The features of a message, by view. Never throws, and takes bounded time for any message. */
export function features(message: ExtractedText): Features {
  const { header, body, raw, traits } = viewsOf(message)
  const take = (pieces: readonly string[]) => {
    for (const piece of pieces) collector.text(piece)
    return collector.take()
  }
  const texts = [take(header), take(body)]
  for (const piece of raw) collector.bytes(piece)
  texts.push(collector.take())
  for (const trait of traits) collector.word(trait)
  return [...texts, collector.take()]
}

/** The input of each model. */
export function viewsOf({ header, text, urls, head, traits = [] }: ExtractedText): Views {
  const fields: string[] = []
  const raw: Uint8Array[] = []
  let room = MAX_HEADER
  let rawRoom = MAX_RAW
  for (const field of header) {
    if (room <= 0 && rawRoom <= 0) break
    if (isAddedOnArrival(field)) continue
    if (room > 0 && !ROUTE_FIELDS.has(field.key)) {
      const most = SIGNATURES.test(field.key) ? MAX_SIGNATURE : MAX_FIELD
      const line = `${field.key}: ${visibleStart(field.text, most)}\x7f`.slice(0, room)
      fields.push(line)
      room -= line.length
    }
    if (rawRoom > 0) {
      const bytes = field.raw.subarray(0, rawRoom)
      raw.push(bytes)
      rawRoom -= bytes.length
    }
  }
  raw.push(head.subarray(0, rawRoom))
  const readable = isThin(text) ? decodeGuess(head) : text
  const body = [urls.join(' ').slice(0, MAX_URLS), visibleStart(readable, MAX_BODY_LENGTH)]
  return { header: fields, body, raw, traits }
}

/** A mailbox or its server adds this field. */
export const isAddedOnArrival = ({ key }: Pick<HeaderField, 'key'>): boolean =>
  ADDED_ON_ARRIVAL.has(key) || (MAY_HAVE_PREFIX.test(key) && PREFIXES.some(prefix => key.startsWith(prefix)))

/** The text is nearly empty, or not readable: then the bytes take its place. */
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

/** Bytes as text in a guessed charset. It matters less that the guess is right than that it is always the same. */
function decodeGuess(bytes: Uint8Array): string {
  const start = bytes.subarray(0, MAX_HEAD_LENGTH)
  // The end may be in the middle of a character.
  const isText = [0, 1, 2, 3].some(cut => isUtf8(start.subarray(0, start.length - cut)))
  return (isText ? utf8 : gb18030).decode(start)
}
