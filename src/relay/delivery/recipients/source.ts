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
  close(): void
}

export const KNOWN: RecipientAnswer = { result: 'known' }

export const UNKNOWN: RecipientAnswer = {
  result: 'unknown',
  reply: { code: 550, status: '5.1.1', text: 'No such user here' },
}

export const fromBoolean = (isKnown: boolean): RecipientAnswer => (isKnown ? KNOWN : UNKNOWN)
