/** Domains and addresses in lists: `example.org` means that name alone, `.example.org` every name below it. */
import type { Misread } from './networks.ts'
import { addressKey, domainOf, mailboxOf } from './path.ts'

/** The form in which an entry is kept, or what is wrong with it. */
export function readName(text: string): string | Misread {
  const below = text.startsWith('.')
  const name = domainOf(below ? text.slice(1) : text)
  const good = name.length <= 253 && name.split('.').every(label => LABEL.test(label))
  return good
    ? `${below ? '.' : ''}${name}`
    : { expected: 'a domain such as example.org, or .example.org for all below it', remedy: 'correct or remove it' }
}

/** The key of a whole address (see `addressKey`), or what is wrong with it. */
export function readMailbox(text: string, { exact = false } = {}): string | Misread {
  const mailbox = mailboxOf(text)
  const { local, domain } = mailbox
  const literal = /^\[[0-9a-z:.]{1,64}\]$/.test(domain)
  const good = local !== '' && !domain.startsWith('.') && (literal || typeof readName(domain) === 'string')
  return good
    ? addressKey(mailbox, { exact })
    : { expected: 'an address such as bob@example.org', remedy: 'correct or remove it' }
}

/** What stands beside the most specific entry for `name`; `name` in the form of {@link domainOf}. */
export function findName<T>(entries: ReadonlyMap<string, T>, name: string): T | undefined {
  if (entries.size === 0 || name.length > 253) return undefined
  const own = entries.get(name)
  if (own !== undefined) return own
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    const found = entries.get(name.slice(dot))
    if (found !== undefined) return found
  }
  return undefined
}

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/
