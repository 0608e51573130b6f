/** A held message for people: fields, parts, text, links and attachments, read by our own parser within its bounds. */
import { Readable } from 'node:stream'
import { readHtml } from '../../html/read.ts'
import { headerOf } from '../../mime/header/collect.ts'
import { parse } from '../../mime/parse.ts'
import type { Part, PartDefect } from '../../mime/part.ts'
import { concurrencyLimiter } from '../../model/concurrency.ts'
import type { Answer } from '../api/schemas.ts'
import { ApiError } from '../http/errors.ts'
import { sanitized } from './sanitize.ts'

/** What a message shows. */
export type HeldContent = Answer<'held.content'>

/** Bytes of a message that is read; what is larger is not shown. */
const MAX_MESSAGE = 64 * 1024 ** 2
/** Characters of text, of one field, and of one link. */
const [MAX_TEXT, MAX_FIELD, MAX_LINK] = [200_000, 2_000, 2_000]
const [MAX_FIELDS, MAX_PARTS, MAX_LINKS] = [200, 500, 500]
/** HTML parts that are shown one below the other. */
const MAX_PAGES = 5
/** Messages that are read at once, and that wait. */
const [MAX_READING, MAX_WAITING] = [2, 20]

/** Reads held messages, a few at a time. */
export class ContentReader {
  readonly #limiter = concurrencyLimiter(MAX_READING, MAX_WAITING)

  async content(open: () => Promise<Readable>, size: number, signal: AbortSignal): Promise<HeldContent> {
    return await this.#inTurn(signal, async () => await contentOf(await collected(open, size), signal))
  }

  /** The HTML, made harmless; undefined where there is none. */
  async html(open: () => Promise<Readable>, size: number, signal: AbortSignal): Promise<string | undefined> {
    return await this.#inTurn(signal, async () => {
      const { parts } = await partsOf(await collected(open, size), signal)
      const pages = parts.filter(isPage).slice(0, MAX_PAGES)
      return pages.length === 0 ? undefined : await sanitized(pages.map(({ text = '' }) => text).join('<hr>'))
    })
  }

  /** Of a request that has ended nothing is read. */
  async #inTurn<T>(signal: AbortSignal, read: () => Promise<T>): Promise<T> {
    const leave = await this.#limiter.enter(signal)
    if (leave === undefined)
      throw new ApiError('unavailable', 'too many messages are read at once: try again', { retryAfter: 5 })
    try {
      return await read()
    } finally {
      leave()
    }
  }
}

async function collected(open: () => Promise<Readable>, size: number): Promise<Buffer> {
  if (size > MAX_MESSAGE)
    throw new ApiError('too-large', `the message has ${size} bytes; up to ${MAX_MESSAGE} are shown: save it instead`)
  const chunks: Buffer[] = []
  for await (const chunk of await open()) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function partsOf(message: Buffer, signal: AbortSignal) {
  const parsed = await parse({ size: message.length, open: () => Readable.from([message]) }, { signal })
  return parsed.kind === 'parsed'
    ? { parts: parsed.parts, defects: parsed.defects, ambiguities: parsed.ambiguities.length }
    : { parts: [], defects: [parsed.kind], ambiguities: 0 }
}

async function contentOf(message: Buffer, signal: AbortSignal): Promise<HeldContent> {
  const { parts, defects, ambiguities } = await partsOf(message, signal)
  const fields = [...headerOf(message)]
  const texts: string[] = []
  const links = new Map<string, string>()
  let isCut = fields.length > MAX_FIELDS || parts.length > MAX_PARTS || defects.includes('text-cut')
  for (const part of parts) {
    if (isPage(part)) {
      const { visible, references, cut } = await readHtml(part.text ?? '')
      isCut ||= cut
      if (!parts.some(isPlain)) texts.push(visible)
      for (const { target, shown, element } of references)
        if (element === 'a' || element === 'area' || element === '') links.set(target, shown)
    } else if (isPlain(part)) texts.push(part.text ?? '')
  }
  for (const text of texts) for (const [url] of text.matchAll(/\bhttps?:\/\/[^\s<>"']{1,2000}/gi)) links.set(url, '')
  const text = texts.join('\n\n')
  return {
    header: fields.slice(0, MAX_FIELDS).map(({ name, text: value }) => ({
      name: name.slice(0, 200),
      value: value.slice(0, MAX_FIELD),
    })),
    parts: parts.slice(0, MAX_PARTS).map(partOf),
    text: text.slice(0, MAX_TEXT),
    hasHtml: parts.some(isPage),
    links: Array.from(links, ([url, shown]) => ({
      url: url.slice(0, MAX_LINK),
      ...(shown.trim() !== '' && { text: shown.trim().slice(0, 256) }),
    })).slice(0, MAX_LINKS),
    isTruncated: isCut || text.length > MAX_TEXT || links.size > MAX_LINKS,
    unexamined: [...defects.map(defect => WORDS[defect]), ...(ambiguities > 0 ? [AMBIGUOUS] : [])],
  }
}

const AMBIGUOUS = 'Mail programs may show this message in different ways: what is shown here is one of them.'

const WORDS: Readonly<Record<PartDefect, string>> = {
  'too-deep': 'Parts lie deeper than is read.',
  'too-many-parts': 'There are more parts than are read.',
  'too-many-readings': 'Mail programs may read this message in more ways than were followed.',
  'header-too-large': 'The header of a part is longer than is read.',
  'fields-cut': 'A part has more fields or names than are read.',
  'too-many-files': 'A text holds more files than are read.',
  'text-cut': 'The text is longer than is read.',
  'file-text-cut': 'An attached text is longer than is read.',
  'unknown-encoding': 'A part has a transfer encoding that is not known.',
  'unknown-charset': 'A text has a charset that is not known.',
  'compressed-cut': 'A compressed part is damaged, or holds more than is read.',
  encrypted: 'A part is encrypted: only its recipient can read it.',
  unclosed: 'The end of a multipart is missing.',
  'too-costly': 'Reading the message takes too long: nothing of it is shown.',
  busy: 'No thread was free to read the message: try again.',
}

const isAttached = ({ disposition, filenames }: Part): boolean => disposition === 'attachment' || filenames.length > 0
const isPage = (part: Part): boolean => part.contentType === 'text/html' && !isAttached(part) && part.text !== undefined
const isPlain = (part: Part): boolean =>
  part.contentType.startsWith('text/') &&
  part.contentType !== 'text/html' &&
  !isAttached(part) &&
  part.text !== undefined

function partOf(part: Part): HeldContent['parts'][number] {
  const [name] = part.names
  return {
    path: part.path,
    type: part.contentType.slice(0, 200),
    ...(name !== undefined && { name: name.text.slice(0, 255) }),
    size: part.size,
    ...(part.detected !== undefined && part.detected !== part.contentType && { detected: part.detected }),
    isAttachment: isAttached(part),
  }
}
