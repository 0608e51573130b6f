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

const linkReader = lazyModule(async () => ({
  ...(await import('./link-reader.ts')),
  ...(await import('../links/short-links.ts')),
}))

/**
 * From text, HTML, the subject and, after them, attached documents and codes to scan. Nothing is fetched: redirectors
 * are unwrapped only where their address contains the target, short links only where the store knows what they lead to.
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
  const { linksOf, shortLinksIn, findShortLinks } = await linkReader()
  const subject = message.header.get('subject') ?? ''
  const found = linksOf(seen, subject, more, attached, scanned)
  const short = shortLinksIn(found.all)
  if (short.length === 0) return found
  // Without its answer the links are what they were: links to a shortener.
  const targets = await message
    .callExternal(
      `short-links:${short.join(' ').slice(0, 1000)}`,
      async () => await findShortLinks(message.store, short),
    )
    .catch(() => ({}))
  return Object.keys(targets).length === 0 ? found : linksOf(seen, subject, more, attached, scanned, targets)
})
