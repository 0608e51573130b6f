/** Who looks, and which recipients they may see. */
import { addressKey, domainOf, mailboxOf } from '../../net/path.ts'
import type { ConsoleRole } from '../api/routes.ts'

/** A person or a script, and what they may see. */
export interface Viewer {
  /** Names them in the record. */
  readonly name: string
  readonly role: ConsoleRole
  /** The domains of recipients; null: all. Of no meaning for `user`. */
  readonly domains: readonly string[] | null
  /** The mailboxes of a `user`; null for other roles. */
  readonly addresses: readonly string[] | null
}

/** Whether they see everything that the gateway does: sessions without recipients, totals, its load. */
export const seesAll = ({ role, domains }: Viewer): boolean => role !== 'user' && domains === null

/** Whether they may see what concerns a recipient. The only place that says so of one address. */
export function seesRecipient({ role, domains, addresses }: Viewer, recipient: string): boolean {
  const mailbox = mailboxOf(recipient)
  if (role === 'user') return (addresses ?? []).some(address => addressKey(mailboxOf(address)) === addressKey(mailbox))
  return domains === null || domains.some(domain => domainOf(domain) === mailbox.domain)
}

/** Whether they may see and change what counts for a scope: an address, a domain, or '' for all recipients. */
export function seesScope(viewer: Viewer, scope: string): boolean {
  if (scope.includes('@')) return seesRecipient(viewer, scope)
  if (viewer.role === 'user') return false
  if (viewer.domains === null) return true
  return scope !== '' && viewer.domains.some(domain => domainOf(domain) === domainOf(scope))
}
