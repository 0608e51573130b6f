/** Compares the author of a message with the account that sends it: a stolen account often writes under other names. */

import { author } from '../facts/author.ts'
import { callback, cost } from '../model/checks.ts'
import type { Filter } from '../model/filter.ts'
import { checked, either, isRecord, list, record, schemaOf } from '../model/options.ts'
import { domainPattern, readable } from '../net/checks.ts'
import { findName, readMailbox, readName } from '../net/names.ts'
import { addressKey, mailboxOf } from '../net/path.ts'
import { findingFor } from './rules/consequence.ts'

/** Whether an account may write as `address`, which is in lower case. */
export type MayWriteAs = (user: string, address: string) => boolean | Promise<boolean>

/** What `authenticatedFrom` takes. */
export interface AuthenticatedFromOptions {
  /** The domains of accounts that are named without one: `alice` may write as `alice@` each of them. @default any */
  readonly domains?: readonly string[]
  /** Which accounts may write as others: accounts with addresses or `@domain`, or a function. @default none */
  readonly others?: Readonly<Record<string, readonly string[]>> | MayWriteAs
  /** What another author costs: points, or a refusal (5.7.1). @default 1 */
  readonly mismatch?: number | 'reject'
}

const expected = 'an address, or @example.org for all of a domain'
const address = readable(expected, text => (text.startsWith('@') ? readName(text.slice(1)) : readMailbox(text)))
/** @internal */
export const authenticatedFromSchema = schemaOf<AuthenticatedFromOptions>('authenticatedFrom', {
  domains: list(domainPattern(), 'domains'),
  others: either('accounts with their addresses, or a function', found =>
    isRecord(found)
      ? record(
          readable('an account', () => true),
          list(address, 'addresses'),
          'accounts with their addresses',
        )
      : callback<MayWriteAs>(),
  ),
  mismatch: cost('reject'),
})

/**
 * Compares the author of a message with the authenticated user. Finds nothing in mail of unauthenticated clients. A
 * part of the local-part after a + is ignored.
 *
 * @throws PosternError when an option is wrong
 * @example
 * authenticatedFrom({ domains: ['example.org'], others: { 'shop@example.org': ['orders@example.org'] }, mismatch:
 * 'reject' })
 */
export function authenticatedFrom(options: AuthenticatedFromOptions = {}): Filter {
  const { domains, others = {}, mismatch = 1 } = checked(authenticatedFromSchema, options)
  const served = domains && new Map(domains.map(domain => [String(readName(domain)), true]))
  const lists = typeof others === 'function' ? undefined : new Map(Object.entries(others))

  const isOwn = (user: string, from: string): boolean => {
    const account = mailboxOf(user.toLowerCase())
    const { local, domain } = mailboxOf(from)
    if (bare(local) !== bare(account.domain === '' ? account.local.replace(/^.*\\/, '') : account.local)) return false
    return account.domain === '' ? !served || findName(served, domain) === true : account.domain === domain
  }
  const mayWriteAs = (user: string, from: string): boolean | Promise<boolean> => {
    if (typeof others === 'function') return others(user, from)
    const { domain } = mailboxOf(from)
    return (lists?.get(user) ?? []).some(entry =>
      entry.startsWith('@') ? domain === readName(entry.slice(1)) : readMailbox(entry) === from,
    )
  }
  return {
    name: 'authenticated-from',
    checks: 'content',
    header: async header => {
      const { user } = header
      if (user === undefined) return
      const found = await header.ask(author)
      if (found.kind !== 'clear') return
      const from = addressKey(mailboxOf(found.address))
      if (isOwn(user, from) || (await mayWriteAs(user, from))) return
      const reason = `the account ${user.slice(0, 256)} writes as ${from.slice(0, 256)}`
      return findingFor(mismatch, '5.7.1', reason, { rule: 'mismatch', replyText: 'Sender address not allowed' })
    },
  }
}

/** The local-part in lower case, without what follows a +. */
function bare(local: string): string {
  const plus = local.indexOf('+')
  return (plus > 0 ? local.slice(0, plus) : local).toLowerCase()
}
