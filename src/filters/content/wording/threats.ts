/** Threats to the reader that only an action averts. */
import type { Kind } from './kinds.ts'
import type { ListName } from './lists.ts'
import type { Phrases } from './phrases.ts'

const THREATS: readonly Kind[] = ['account', 'mailbox', 'parcel', 'renewal']

/** The phrases of the passages that threaten, of each kind of threat: none, or at least two. */
export const threatsIn = (phrases: Phrases<ListName>): readonly string[] =>
  THREATS.flatMap(kind => phrases.nearby(`${kind}/claim`, `${kind}/request`, { min: [1, 1] }))
