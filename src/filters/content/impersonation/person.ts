/** Whether somebody to be protected is named whole. */
import { text } from '../../../model/checks.ts'
import { type Check, list, object, required } from '../../../model/options.ts'
import { mailbox } from '../../../net/checks.ts'
import type { Person } from './impersonation.ts'

export const person = (): Check<Person> =>
  object<Person>({ name: required(text('a name')), addresses: required(list(mailbox(), 'addresses')) }, 'a person')
