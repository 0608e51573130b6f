/** Where it is known who receives mail: a list, a file, a function, an HTTP service, or the next hop. */
import type { Reply } from '../../../model/decision.ts'
import type { RecipientQuestion } from '../types.ts'

/** The address in question, in the form in which it is compared: lower case, A-labels. */
export interface AddressQuestion extends RecipientQuestion {
  readonly address: string
}

export type RecipientAnswer =
  | { readonly result: 'known' }
  /** Refused, for good. `forSender`: only mail of this sender is refused. */
  | { readonly result: 'unknown'; readonly reply: Reply; readonly forSender?: boolean }
  /** Refused for now. */
  | { readonly result: 'deferred'; readonly reply: Reply }
  /** The source gave no answer. */
  | { readonly result: 'unavailable'; readonly reason: string; readonly isAccepted: boolean }

export interface RecipientSource {
  readonly name: 'any' | 'list' | 'file' | 'ask' | 'url' | 'next-hop'
  /** May reject: the source is unavailable then. */
  check(question: AddressQuestion): Promise<RecipientAnswer> | RecipientAnswer
  /** A message was refused for this recipient because of its address: what was remembered before is wrong. */
  refused?(address: string, reply: Reply): void
  close(): void
}

/**
 * RFC 3463 §3.2 and §3.3: the address is unknown, or the mailbox is disabled. Other reasons may depend on the sender.
 */
export const isAboutAddress = ({ status }: Pick<Reply, 'status'>): boolean =>
  /^5\.(?:1\.(?:1|2|3|6|10)|2\.1)$/.test(status)

export const KNOWN: RecipientAnswer = { result: 'known' }

export const UNKNOWN: RecipientAnswer = {
  result: 'unknown',
  reply: { code: 550, status: '5.1.1', text: 'No such user here' },
}

export const fromBoolean = (isKnown: boolean): RecipientAnswer => (isKnown ? KNOWN : UNKNOWN)
