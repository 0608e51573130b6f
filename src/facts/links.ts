/** `links`: the links of the message, each address as a browser reads it, with the text that the reader sees. */

import { isBeyond } from '../mime/part.ts'
import { type Fact, fact } from '../model/fact.ts'
import { lazyModule } from '../model/lazy.ts'
import type { Message } from '../model/stage.ts'
import { codes } from './codes.ts'
import { documents } from './documents.ts'
import type { Links } from './link.ts'
import { parts } from './parts.ts'
import { sweep } from './sweep.ts'
import { text } from './text.ts'

export type { Link, Links } from './link.ts'

const linkReader = lazyModule(() => import('./link-reader.ts'))

/**
 * From text, HTML, the subject and, after them, attached documents and codes to scan. Nothing is fetched: redirectors
 * are unwrapped only where their address contains the target.
 *
 * @example
 * const { all } = await message.ask(links)
 * const deceptive = all.filter(({ shows, domain }) => shows !== undefined && shows.domain !== domain)
 */
export const links: Fact<Message, Links> = fact('links', 'message', async message => {
  const [seen, { defects }, attached, { all: scanned }] = await Promise.all([
    message.ask(text),
    message.ask(parts),
    message.ask(documents),
    message.ask(codes),
  ])
  const more = seen.cut || isBeyond(defects) ? (await message.ask(sweep)).links : []
  const { linksOf } = await linkReader()
  return linksOf(seen, message.header.get('subject') ?? '', more, attached, scanned)
})
