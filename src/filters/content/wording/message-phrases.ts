/** The phrases of a message and of its documents: looked for once, when the first rule asks. */
import { documents } from '../../../facts/documents.ts'
import { words } from '../../../facts/words.ts'
import { wordsOf } from '../../../links/words.ts'
import { visibleStart } from '../../../mime/decode/blanks.ts'
import { type Fact, fact } from '../../../model/fact.ts'
import { lazy, lazyModule } from '../../../model/lazy.ts'
import type { Message } from '../../../model/stage.ts'
import type { ListName } from './lists.ts'
import type { Phrases } from './phrases.ts'

const lists = lazyModule(() => import('./lists.ts'))
const scripts = lazyModule(() => import('./books.ts'))

/** A text with its phrases. */
export interface PhrasedText {
  readonly phrases: Phrases<ListName>
  /** As far as it is examined. */
  readonly shown: string
  /** The name of the file; absent for the text of the message. */
  readonly file?: string
}

export const messagePhrases: Fact<Message, () => Phrases<ListName>> = fact('phrases', 'message', async message => {
  const [table, { book }, { booksFor }] = await Promise.all([message.ask(words), lists(), scripts()])
  const others = await booksFor(table.text)
  return lazy(() => book.read(table, ...others))
})

/**
 * The bait of a hostile document is on its first page; a contract has all words somewhere. So the beginning counts,
 * and of many documents the first.
 */
const [MAX_DOCUMENT_LENGTH, MAX_DOCUMENTS] = [5_000, 8]

export const documentPhrases: Fact<Message, () => readonly PhrasedText[]> = fact(
  'documentPhrases',
  'message',
  async message => {
    const written = (await message.ask(documents)).filter(({ text }) => text !== '').slice(0, MAX_DOCUMENTS)
    if (written.length === 0) return none
    const [{ book }, { booksFor }] = await Promise.all([lists(), scripts()])
    const texts = await Promise.all(
      written.map(async ({ text, names }) => {
        const shown = visibleStart(text, MAX_DOCUMENT_LENGTH)
        const table = wordsOf(shown)
        return { shown, table, others: await booksFor(table.text), file: names.at(-1) ?? '' }
      }),
    )
    return lazy(() =>
      texts.map(({ shown, table, others, file }) => ({ shown, phrases: book.read(table, ...others), file })),
    )
  },
)

const none = (): readonly PhrasedText[] => []
