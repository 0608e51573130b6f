/** The phrases of a message: looked for once, when the first rule asks. */
import { words } from '../../../facts/words.ts'
import { type Fact, fact } from '../../../model/fact.ts'
import { lazy, lazyModule } from '../../../model/lazy.ts'
import type { Message } from '../../../model/stage.ts'
import type { ListName } from './lists.ts'
import type { Phrases } from './phrases.ts'

const lists = lazyModule(() => import('./lists.ts'))
const scripts = lazyModule(() => import('./books.ts'))

export const messagePhrases: Fact<Message, () => Phrases<ListName>> = fact('phrases', 'message', async message => {
  const [table, { book }, { booksFor }] = await Promise.all([message.ask(words), lists(), scripts()])
  const others = await booksFor(table.text)
  return lazy(() => book.read(table, ...others))
})
