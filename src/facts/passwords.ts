/** `passwords`: what may be a password in the text, the subject and the names of files. */
import type { PasswordCandidates } from '../archives/passwords/candidates.ts'
import { type Fact, fact } from '../model/fact.ts'
import { lazyModule } from '../model/lazy.ts'
import type { Message } from '../model/stage.ts'
import { parts } from './parts.ts'
import { text } from './text.ts'

const finder = lazyModule(() => import('../archives/passwords/candidates.ts'))

/**
 * Asked for when a message has an encrypted file. Attached texts are searched, too.
 *
 * @example
 * const { given } = await message.ask(passwords) // 'text': a password stands beside a word for it
 */
export const passwords: Fact<Message, PasswordCandidates> = fact('passwords', 'message', async message => {
  const [{ sections }, { all }] = await Promise.all([message.ask(text), message.ask(parts)])
  const { passwordCandidates } = await finder()
  return passwordCandidates({
    text: sections.map(({ visible }) => visible).join('\n'),
    subject: message.header.get('subject') ?? '',
    names: all.flatMap(({ filenames }) => filenames.slice(0, 1)),
  })
})
