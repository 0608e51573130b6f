/** Domains and addresses in lists: `example.org` means only that name, `.example.org` every name below it. */
import { isIP } from 'node:net'
import type { TextProblem } from './networks.ts'
import { addressKey, domainOf, mailboxOf } from './path.ts'

/** The form in which an entry is stored, or what is wrong with it. */
export function readName(text: string): string | TextProblem {
  const below = text.startsWith('.')
  const name = domainOf(below ? text.slice(1) : text)
  const isValid = name.length <= 253 && name.split('.').every(label => LABEL.test(label))
  return isValid
    ? `${below ? '.' : ''}${name}`
    : { expected: 'a domain such as example.org, or .example.org for all below it', remedy: nameRemedy(text) }
}

/** What to write in place of an address, `@example.org` or `*.example.org`. */
function nameRemedy(text: string): string {
  const [, meant = ''] = /^(?:[^@]*@|\*)([^@*]+)$/.exec(text) ?? []
  if (meant === '' || typeof readName(meant) !== 'string') return 'correct or remove it'
  return text.includes('@') ? `write the domain alone: ${meant}` : `write ${meant}`
}

/** The key of a whole address (see `addressKey`), or what is wrong with it. */
export function readMailbox(text: string, { caseSensitive = false } = {}): string | TextProblem {
  const mailbox = mailboxOf(text)
  const { local, domain } = mailbox
  const literal = /^\[[0-9a-z:.]{1,64}\]$/.test(domain)
  const good = local !== '' && !domain.startsWith('.') && (literal || typeof readName(domain) === 'string')
  return good
    ? addressKey(mailbox, { caseSensitive })
    : { expected: 'an address such as bob@example.org', remedy: 'correct or remove it' }
}

/** The value of the most specific entry for `name`, which is in the form of {@link domainOf}. */
export function findName<T>(entries: ReadonlyMap<string, T>, name: string): T | undefined {
  if (entries.size === 0 || name.length > 253) return undefined
  const exact = entries.get(name)
  if (exact !== undefined) return exact
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    const found = entries.get(name.slice(dot))
    if (found !== undefined) return found
  }
  return undefined
}

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/

/** An address in the place of a host name (RFC 5321 §4.1.3): `[192.0.2.1]`, `[IPv6:2001:db8::1]`. */
export function isAddressLiteral(name: string): boolean {
  const [, tag = '', address = ''] = /^\[(IPv6:)?([0-9a-f:.]{2,45})\]$/i.exec(name) ?? []
  return isIP(address) === (tag === '' ? 4 : 6)
}
