/** The view of a message that the impersonation rules examine. */
import { dkim } from '../../../facts/dkim/dkim.ts'
import type { Dkim } from '../../../facts/dkim/result.ts'
import { type Dmarc, dmarc } from '../../../facts/dmarc.ts'
import type { Skeleton } from '../../../links/skeleton.ts'
import type { Message } from '../../../model/stage.ts'
import { type MessageView, messageView } from '../../rules/view.ts'
import { messagePhrases } from '../wording/message-phrases.ts'
import { threatsIn } from '../wording/threats.ts'

export interface ImpersonationView extends MessageView {
  readonly policy: Dmarc
  readonly signatures: Dkim['signatures']
  /** The domains of signatures that pass and cover the whole body. */
  readonly signers: readonly string[]
  /** How display name and subject read. */
  readonly shownName: Skeleton
  readonly title: Skeleton
  /** How many phrases the beginning of the text has that threaten an account. */
  readonly accountThreats: () => number
}

export async function impersonationView(message: Message): Promise<ImpersonationView> {
  const [seen, policy, { signatures }, phrases] = await Promise.all([
    message.ask(messageView),
    message.ask(dmarc),
    message.ask(dkim),
    message.ask(messagePhrases),
  ])
  return {
    ...seen,
    policy,
    signatures,
    signers: signatures.filter(({ result, partial }) => result === 'pass' && !partial).map(({ domain }) => domain),
    shownName: seen.brands.skeletonOf(seen.from?.display ?? ''),
    title: seen.brands.skeletonOf(seen.subject),
    accountThreats: () => threatsIn(phrases()).length,
  }
}
