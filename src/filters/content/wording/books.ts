/** The phrase books of the languages: those of Latin script for every message, others where their letters occur. */
import { lazyModule } from '../../../model/lazy.ts'
import type { MaybePromise } from '../../../model/maybe-promise.ts'
import { type KindList, kindLists } from './kinds.ts'
import { PhraseBook } from './phrases.ts'

/** A book that is loaded when a text has letters of its script. */
interface ScriptBook {
  readonly letters: RegExp
  readonly load: () => MaybePromise<PhraseBook<KindList>>
}

const bookOf = (...languages: readonly string[]) => new PhraseBook<KindList>(kindLists(...languages))

/** Letters of other scripts than Latin. */
const OTHER_SCRIPTS = /[\u0370-\u11ff\u3040-\u9fff]/

const books: readonly ScriptBook[] = [
  {
    letters: /[\u0370-\u03ff]/,
    load: lazyModule(async () => bookOf((await import('./languages/el.ts')).el)),
  },
  {
    letters: /[\u0400-\u052f]/,
    load: lazyModule(async () =>
      bookOf((await import('./languages/ru.ts')).ru, (await import('./languages/uk.ts')).uk),
    ),
  },
  {
    letters: /[\u0590-\u05ff]/,
    load: lazyModule(async () => bookOf((await import('./languages/he.ts')).he)),
  },
  {
    letters: /[\u0600-\u06ff]/,
    load: lazyModule(async () => bookOf((await import('./languages/ar.ts')).ar)),
  },
  {
    letters: /[\u0900-\u097f]/,
    load: lazyModule(async () => bookOf((await import('./languages/hi.ts')).hi)),
  },
  {
    letters: /[\u0e00-\u0e7f]/,
    load: lazyModule(async () => bookOf((await import('./languages/th.ts')).th)),
  },
  {
    // Fold takes the syllables of Hangul apart.
    letters: /[\u1100-\u11ff]/,
    load: lazyModule(async () => bookOf((await import('./languages/ko.ts')).ko)),
  },
  {
    letters: /[\u3040-\u9fff]/,
    load: lazyModule(async () =>
      bookOf((await import('./languages/ja.ts')).ja, (await import('./languages/zh.ts')).zh),
    ),
  },
]

/** The books that a folded text needs beyond the one of Latin script. */
export async function booksFor(folded: string): Promise<readonly PhraseBook<KindList>[]> {
  if (!OTHER_SCRIPTS.test(folded)) return []
  return Promise.all(books.filter(({ letters }) => letters.test(folded)).map(({ load }) => load()))
}
