/** Checks of the options of our own mail. */
import { oneOf, text } from '../model/checks.ts'
import { type Check, explained, hidden, object, required, type Shape } from '../model/options.ts'
import { readMailbox } from '../net/names.ts'
import { isSigningKey } from './sign.ts'
import type { MailOptions, MailSigningKey } from './types.ts'

/** An address that can stand in a field. */
export const addressCheck: Check<string> = explained('an address such as postern@example.org', value =>
  typeof value === 'string' && /^[\x21-\x7e]{3,254}$/.test(value) && typeof readMailbox(value) === 'string'
    ? undefined
    : 'an address such as postern@example.org',
)

export const mailShape: Shape<MailOptions> = {
  from: required(addressCheck),
  dkim: object<MailSigningKey>(
    {
      domain: required(text('a domain', { max: 253 })),
      selector: required(text('the selector of a key', { max: 63 })),
      key: required(hidden('a private RSA key in PEM, of 1024 bits or more', isSigningKey)),
    },
    'a key',
  ),
  language: oneOf('en', 'zh-CN'),
}
