/** `words`: the words of subject and visible text, folded once for every filter that searches for words. */
import { fold } from '../links/fold.ts'
import { type WordTable, wordsOf } from '../links/words.ts'
import { visibleStart } from '../mime/decode/blanks.ts'
import { type Fact, fact } from '../model/fact.ts'
import type { Message } from '../model/stage.ts'
import { text } from './text.ts'

/** The value of the fact `words`: one table for the subject and, after it, the visible text. */
export interface MessageWords extends WordTable {
  /** The subject as far as it is examined. */
  readonly subject: string
  /** The visible text as far as it is examined, with long runs of white space as one blank or line end. */
  readonly shown: string
  /** Where the visible text begins in the folded text. */
  readonly bodyAt: number
  /** The first word of the visible text; `count` where it has none. */
  readonly bodyWord: number
}

/** Characters of subject and visible text that are examined, each. */
export const MAX_WORDS_LENGTH = 30_000

/** Costs nothing until a filter asks. */
export const words: Fact<Message, MessageWords> = fact('words', 'message', async message =>
  messageWords(message.header.get('subject') ?? '', (await message.ask(text)).visible),
)

/** The words of any subject and text. */
export function messageWords(title: string, visible: string): MessageWords {
  const subject = visibleStart(title, MAX_WORDS_LENGTH)
  const shown = visibleStart(visible, MAX_WORDS_LENGTH)
  const table = wordsOf(`${subject}\n${shown}`)
  const bodyAt = fold(`${subject}\n`).length
  let bodyWord = 0
  while (bodyWord < table.count && (table.starts[bodyWord] ?? 0) < bodyAt) bodyWord++
  return { ...table, subject, shown, bodyAt, bodyWord }
}
