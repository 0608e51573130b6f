/** What the classifier is shown of a message. */
import { type ExtractedText, HEAD } from '../../classify/features.ts'
import { links } from '../../facts/links.ts'
import { text } from '../../facts/text.ts'
import { collapseBlankBytes } from '../../mime/decode/blanks.ts'
import type { Message } from '../../model/stage.ts'

/** What was read for others already; only the body's first bytes are asked for anew. */
export async function extract(message: Message): Promise<ExtractedText> {
  const [{ visible }, { all }, head] = await Promise.all([message.ask(text), message.ask(links), headOf(message)])
  return { header: message.header, text: visible, urls: all.map(({ url }) => url), head }
}

/** Bytes that are read where they are nothing but blanks. */
const MAX = 1_048_576

async function headOf(message: Message): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  let read = 0
  for await (const chunk of message.open(message.header.bodyOffset) as AsyncIterable<Buffer>) {
    const octets = collapseBlankBytes(chunk)
    chunks.push(octets)
    length += octets.length
    read += chunk.length
    if (length >= HEAD || read >= MAX) break
  }
  return Buffer.concat(chunks).subarray(0, HEAD)
}
