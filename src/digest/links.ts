/** The links of one line of a digest: only for what its reader may do. */

import type { Link } from '../mailing/blocks.ts'
import type { Language } from '../mailing/types.ts'
import { type HeldEntry, mayRelease, provenSender } from '../quarantine/index.ts'
import { textsOf } from './texts.ts'
import type { LinkAction, Ticket, Tokens } from './token.ts'

/** Who reads a digest. */
export interface Reader {
  readonly role: Ticket['role']
  /** The address to which the digest goes. */
  readonly address: string
  readonly language: Language
}

/** The path of all pages, below the address of the console. */
export const LINK_PATH = '/d/'

export class Links {
  readonly #tokens: Tokens
  readonly #base: string

  /** @param url the address of the console as people reach it */
  constructor(tokens: Tokens, url: string) {
    this.#tokens = tokens
    this.#base = `${url.replace(/\/$/, '')}${LINK_PATH}`
  }

  /** @param expires in milliseconds since 1970 */
  of(entry: HeldEntry, { role, address, language }: Reader, expires: number): readonly Link[] {
    const texts = textsOf(language)
    const ends = Math.min(expires, entry.expires)
    const link = (action: LinkAction): Link => {
      const { id, recipient } = entry
      const token = this.#tokens.issue({ id, recipient, action, role, by: address, expires: ends, language })
      return { text: texts.links[action], url: `${this.#base}${token}` }
    }
    const release = mayRelease(role, entry.kind)
      ? [link('release'), ...(provenSender(entry) === undefined ? [] : [link('allow')])]
      : []
    return [...release, link('delete')]
  }
}
