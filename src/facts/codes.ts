/** `codes`: the codes to scan (QR and others) that the message shows, and the pictures in which none were looked for. */

import type { Picture } from '../codes/picture.ts'
import { type Fact, fact } from '../model/fact.ts'
import { lazyModule } from '../model/lazy.ts'
import type { Message } from '../model/stage.ts'
import { documents } from './documents.ts'
import { parts } from './parts.ts'
import { isPicturePart, pagesWithPictures } from './picture-places.ts'
import { text } from './text.ts'

const collector = lazyModule(() => import('./collect-pictures.ts'))
const reader = lazyModule(() => import('../codes/reader.ts'))

/** One code to scan. */
export interface Code {
  /** The text in the code, cut to 4096 characters: often a URL. */
  readonly text: string
  /** The symbology, as ZXing names it: `QRCode`, `Aztec`, `DataMatrix`, `PDF417`. */
  readonly symbology: string
  /** Where it is shown: in a picture, or in one of an attached document. */
  readonly from: 'picture' | 'document'
  /** Of the part that shows it; see `parts`. */
  readonly path: string
}

/** The value of the fact `codes`. */
export interface Codes {
  /** In the order of the message, each text once for a part. */
  readonly all: readonly Code[]
  /** The number of pictures that were not searched: too large, of a format that is not decoded, or damaged. */
  readonly unread: number
  /** Why they were not searched: phrases for the operator, each once. */
  readonly reasons: readonly string[]
}

/** A picture, and where it is shown. */
export interface PlacedPicture extends Pick<Code, 'from' | 'path'> {
  readonly picture: Picture
}

const NONE: Codes = { all: [], unread: 0, reasons: [] }

/**
 * Pictures of the message, of its pages (`data:`) and of attached documents, searched in a thread by zxing-wasm, which
 * is an optional dependency. Costs nothing where no picture is large enough for a code.
 *
 * @example
 * const { all } = await message.ask(codes)
 * const payments = all.filter(({ text }) => text.startsWith('upi://pay'))
 */
export const codes: Fact<Message, Codes> = fact('codes', 'message', async message => {
  const [{ all: whole, reader: bytesOf }, { sections }, attached] = await Promise.all([
    message.ask(parts),
    message.ask(text),
    message.ask(documents),
  ])
  const files = whole.filter(isPicturePart)
  const pages = pagesWithPictures(whole, sections)
  if (files.length === 0 && pages.length === 0 && attached.every(({ pictures }) => pictures.length === 0)) return NONE
  const { collectPictures } = await collector()
  const { pictures, skipped } = await collectPictures({ files, pages, documents: attached, bytes: bytesOf() })
  if (pictures.length === 0) return { ...NONE, unread: skipped.length, reasons: [...new Set(skipped)] }
  const { readCodes } = await reader()
  const { codes, reasons } = await readCodes(
    pictures.map(({ picture }) => picture),
    message.signal,
  )
  return {
    all: distinct(pictures, codes),
    unread: skipped.length + codes.filter(found => found === undefined).length,
    reasons: [...new Set([...skipped, ...reasons])],
  }
})

function distinct(
  pictures: readonly PlacedPicture[],
  codes: readonly (readonly Pick<Code, 'text' | 'symbology'>[] | undefined)[],
): readonly Code[] {
  const found = new Map<string, Code>()
  for (const [index, { path, from }] of pictures.entries()) {
    for (const { text, symbology } of codes[index] ?? []) {
      const key = `${path} ${text}`
      if (!found.has(key)) found.set(key, { text, symbology, from, path })
    }
  }
  return [...found.values()]
}
