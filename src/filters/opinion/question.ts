/** What is shown of a message: bounded, without addresses, and with links cut to their host. */
import { text } from '../../facts/text.ts'
import type { Message } from '../../model/stage.ts'
import type { OpinionQuestion } from './options.ts'

const MAX_SUBJECT = 200
/** Read beyond the bound, so that an address at the end is taken away as a whole. */
const MARGIN = 400

export async function questionOf(message: Message, maxText: number): Promise<OpinionQuestion> {
  const { visible } = await message.ask(text)
  const subject = message.header.get('subject') ?? ''
  return { subject: withoutAddresses(subject, MAX_SUBJECT), text: withoutAddresses(visible, maxText) }
}

/** A link: its host stays, its path and query often name the recipient. */
const LINK = /\b(https?:\/\/)(?:[^\s/?#@<>"']{0,256}@)?([^\s/?#@<>"']{1,256})[^\s<>"']*/gi
/** An address in text, percent-encoded too; with full-width and small at signs too. */
const ADDRESS = /(?:"[^"]{1,64}"|[^\s<>()[\],;:"'@＠﹫]{1,64})(?:[@＠﹫]|%40)[^\s<>()[\],;:"'@＠﹫]{1,255}/gi

/** @param max characters of the result */
export function withoutAddresses(content: string, max: number): string {
  return content
    .slice(0, max + MARGIN)
    .replace(/\s+/g, ' ')
    .replace(LINK, '$1$2')
    .replace(ADDRESS, '[address]')
    .trim()
    .slice(0, max)
}
