/** What is shown of a message: bounded, without addresses, and with links cut to their host. */
import { text } from '../../facts/text.ts'
import type { Message } from '../../model/stage.ts'
import type { OpinionQuestion } from './options.ts'

const MAX_SUBJECT = 200
/** Read beyond the bound, so that an address at the end is taken away as a whole. */
const MARGIN = 400
/** The longest part of a link or an address that is not recognised where the text is cut. */
const MAX_FRAGMENT = 340
/** White space is collapsed before the text is cut: so much more of it is looked at. */
const LOOSENESS = 4

export async function questionOf(message: Message, maxText: number): Promise<OpinionQuestion> {
  const { visible } = await message.ask(text)
  const subject = message.header.get('subject') ?? ''
  return { subject: withoutAddresses(subject, MAX_SUBJECT), text: withoutAddresses(visible, maxText) }
}

/** A link: its host stays, its path and query often name the recipient. */
const LINK = /\b([a-z][a-z0-9+.-]{0,20}:\/\/)(?:[^\s/?#@<>"']{0,256}@)?([^\s/?#@<>"']{1,256})[^\s<>"']*/gi
/** A link without a scheme. */
const BARE_LINK = /\b((?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24})[/?][^\s<>"']*/gi

const LOCAL = `(?:"(?:[^"\\\\]|\\\\.){1,64}"|[^\\s<>()[\\]{},;:"'@＠﹫]{1,64})`
const DOMAIN = `[^\\s<>()[\\]{},;:"'@＠﹫]{1,255}`
/** Percent-encoded once or several times, as an entity, full-width, small. */
const AT = '(?:[@＠﹫]|%(?:25){0,4}40|&#0{0,4}64;|&#x0{0,4}40;|&commat;)'
const WRITTEN_AT = '\\s?[([{]\\s?(?:at|a|@)\\s?[)\\]}]\\s?'
const DOT = '(?:\\s?[([{]\\s?(?:dot|\\.)\\s?[)\\]}]\\s?| dot )'
const ADDRESSES = [
  new RegExp(`${LOCAL}${AT}${DOMAIN}`, 'gi'),
  // Apart from its sign, an address has a dot: "3 pieces @ 4 Euro" is none.
  new RegExp(`${LOCAL} ?[@＠﹫] ?[^\\s<>()[\\]{},;:"'@＠﹫.]{1,63}(?:\\.[^\\s<>()[\\]{},;:"'@＠﹫.]{1,63}){1,8}`, 'gi'),
  new RegExp(`${LOCAL}${WRITTEN_AT}${DOMAIN}(?:${DOT}${DOMAIN}){0,8}`, 'gi'),
  new RegExp(`${LOCAL} at [^\\s<>()[\\]{},;:"']{1,63}(?:${DOT}[^\\s<>()[\\]{},;:"']{1,63}){1,8}`, 'gi'),
]

/** @param max characters of the result */
export function withoutAddresses(content: string, max: number): string {
  const collapsed = content.slice(0, LOOSENESS * (max + MARGIN)).replace(/\s+/g, ' ')
  let left = collapsed
    .slice(0, max + MARGIN)
    .replace(LINK, '$1$2')
    .replace(BARE_LINK, '$1')
  for (const address of ADDRESSES) left = left.replace(address, '[address]')
  const isCut = content.length > LOOSENESS * (max + MARGIN) || collapsed.length > max + MARGIN
  return (isCut ? left.slice(0, -MAX_FRAGMENT) : left).trim().slice(0, max)
}
