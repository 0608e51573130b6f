/** Extracts what the classifier examines of a message. */
import { type ExtractedText, MAX_HEAD_LENGTH } from '../../classify/features.ts'
import { links } from '../../facts/links.ts'
import { text } from '../../facts/text.ts'
import { collapseBlankBytes } from '../../mime/decode/blanks.ts'
import type { Message } from '../../model/stage.ts'

/** Uses facts that other filters ask for too; reads only the first bytes of the body itself. */
export async function extract(message: Message): Promise<ExtractedText> {
  const [{ visible }, { all }, head] = await Promise.all([message.ask(text), message.ask(links), headOf(message)])
  return { header: message.header, text: visible, urls: all.map(({ url }) => url), head }
}

/** The most bytes that are read when the body begins with blanks. */
const MAX_READ = 1_048_576

async function headOf(message: Message): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  let read = 0
  for await (const chunk of message.open(message.header.bodyOffset) as AsyncIterable<Buffer>) {
    const bytes = collapseBlankBytes(chunk)
    chunks.push(bytes)
    length += bytes.length
    read += chunk.length
    if (length >= MAX_HEAD_LENGTH || read >= MAX_READ) break
  }
  return Buffer.concat(chunks).subarray(0, MAX_HEAD_LENGTH)
}
