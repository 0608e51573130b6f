/**
 * Queries of history and quarantine for one viewer: the only place that builds them, so that none goes out without the
 * recipients that the viewer may see.
 */
import type { HistoryQuery } from '../../history/types.ts'
import { addressKey, domainOf, mailboxOf } from '../../net/path.ts'
import type { HeldQuery } from '../../quarantine/types.ts'
import type { Viewer } from './viewer.ts'

/** What a history may be asked for by a viewer. */
export type AskedHistory = Omit<HistoryQuery, 'domains' | 'addresses'>

/** A search of the history, with the recipients that the viewer may see. */
export const historyQuery = ({ role, domains, addresses }: Viewer, asked: AskedHistory): HistoryQuery => {
  if (role === 'user') return { ...asked, addresses: addresses ?? [] }
  return domains === null ? asked : { ...asked, domains }
}

/** A list of held messages; undefined where nothing can match. */
export function heldQuery(viewer: Viewer, asked: Omit<HeldQuery, 'domains'>): HeldQuery | undefined {
  if (viewer.role !== 'user') return viewer.domains === null ? asked : { ...asked, domains: viewer.domains }
  const { recipient } = asked
  const own = (viewer.addresses ?? []).find(address => recipient === undefined || isNamed(address, recipient))
  return own === undefined ? undefined : { ...asked, recipient: own }
}

/** Whether an address is what is asked for, or lies in the domain that is asked for. */
function isNamed(address: string, asked: string): boolean {
  const mailbox = mailboxOf(address)
  return asked.includes('@') ? addressKey(mailboxOf(asked)) === addressKey(mailbox) : domainOf(asked) === mailbox.domain
}
