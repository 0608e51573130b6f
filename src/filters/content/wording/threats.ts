/** Threats to the reader that only an action averts. */
import type { Kind } from './kinds.ts'
import type { ListName } from './lists.ts'
import type { Phrases } from './phrases.ts'

const THREATS: readonly Kind[] = ['account', 'mailbox', 'parcel', 'renewal']

/** Threats stand at the beginning of a message. */
const MAX_LENGTH = 5_000

/** The distinct claims of threats, and the requests that stand near them. */
export const threatsIn = (phrases: Phrases<ListName>): readonly string[] => [
  ...new Set(
    THREATS.flatMap(kind => [
      ...phrases.of(`${kind}/claim`, MAX_LENGTH),
      ...phrases.nearby(`${kind}/claim`, `${kind}/request`, { min: [1, 1] }),
    ]),
  ),
]
