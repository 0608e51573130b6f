/** `codes`: the codes to scan (QR and others) that the message shows, and the number of pictures not searched. */

import { type Fact, fact } from '../model/fact.ts'
import { lazyModule } from '../model/lazy.ts'
import type { Message } from '../model/stage.ts'
import type { Code, Codes } from './code.ts'
import type { PlacedPicture } from './collect-pictures.ts'
import { documents } from './documents.ts'
import { parts } from './parts.ts'
import { isPicturePart, textsWithPictures } from './picture-places.ts'
import { text } from './text.ts'

export type { Code, Codes } from './code.ts'

const collector = lazyModule(() => import('./collect-pictures.ts'))
const reader = lazyModule(() => import('../codes/reader.ts'))

const NONE: Codes = { all: [], unread: 0, reasons: [], drawings: 0 }

/**
 * Pictures of the message, of its pages (`data:`) and of attached documents, and what is drawn in characters, cells of
 * tables or SVG, searched in a thread by zxing-wasm, which is an optional dependency. Costs nothing without pictures.
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
  const texts = textsWithPictures(whole, sections)
  if (files.length === 0 && texts.length === 0 && attached.every(({ pictures }) => pictures.length === 0)) return NONE
  const { collectPictures } = await collector()
  const { pictures, skipped } = await collectPictures({ files, texts, documents: attached, bytes: bytesOf() })
  if (pictures.length === 0) return { ...NONE, unread: skipped.length, reasons: [...new Set(skipped)] }
  const { readCodes } = await reader()
  const { codes, reasons, drawings } = await readCodes(
    pictures.map(({ picture }) => picture),
    message.signal,
  )
  return {
    all: distinct(pictures, codes),
    unread: skipped.length + codes.filter(found => found === undefined).length,
    reasons: [...new Set([...skipped, ...reasons])],
    drawings,
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
