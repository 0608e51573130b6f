/** `author`: the author of a message, if every mail program shows the same one. */
import { fact } from '../model/fact.ts'
import { lazyModule } from '../model/lazy.ts'
import { thenSync } from '../model/maybe-promise.ts'
import type { Header } from '../model/stage.ts'
import type { Author } from './read-author.ts'

export type { Author } from './read-author.ts'

const reader = lazyModule(() => import('./read-author.ts'))

/**
 * The author: exactly one From field with one mailbox that every mail program reads alike, even if it is malformed.
 * Tricks that display one author and authenticate another (several fields, groups, routes, another address in a name or
 * a comment, encoded words in the address …) all give `unclear`.
 *
 * @example
 * const found = await header.ask(facts.author)
 * if (found.kind === 'clear') console.log(found.domain)
 */
export const author = fact('author', 'header', ({ header, utf8 }: Header) =>
  thenSync(reader(), ({ readAuthor }): Author => readAuthor(header, utf8)),
)
