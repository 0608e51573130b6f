/** A protected person, and the check of such an option. */
import { text } from '../../../model/checks.ts'
import { type Check, list, object, required } from '../../../model/options.ts'
import { mailbox } from '../../../net/checks.ts'

/** A person whom senders could impersonate. */
export interface Person {
  /** The name as display names have it: `Alice Example`. */
  readonly name: string
  /** The addresses that this person really writes from. */
  readonly addresses: readonly string[]
}

/** Checks an option that names a person. */
export const person = (): Check<Person> =>
  object<Person>({ name: required(text('a name')), addresses: required(list(mailbox(), 'addresses')) }, 'a person')
