/**
 * Queries of history and quarantine for one viewer: the only place that builds them, so that none goes out without the
 * recipients that the viewer may see.
 */
import type { HistoryQuery } from '../../history/types.ts'
import { addressKey, domainOf, mailboxOf } from '../../net/path.ts'
import type { HeldQuery } from '../../quarantine/types.ts'
import type { Viewer } from './viewer.ts'

type Scope = Pick<HistoryQuery & HeldQuery, 'recipient' | 'domains'>

/** What a query has to say in addition; undefined where nothing that the viewer may see can match. */
function scopeOf(viewer: Viewer, recipient: string | undefined): Scope | undefined {
  if (viewer.role !== 'user') {
    if (viewer.domains === null) return recipient === undefined ? {} : { recipient }
    return { domains: viewer.domains, ...(recipient !== undefined && { recipient }) }
  }
  const own = (viewer.addresses ?? []).find(address => recipient === undefined || isNamed(address, recipient))
  return own === undefined ? undefined : { recipient: own }
}

/** Whether an address is the one that is asked for, or in the domain that is asked for. */
function isNamed(address: string, asked: string): boolean {
  const mailbox = mailboxOf(address)
  return asked.includes('@') ? addressKey(mailboxOf(asked)) === addressKey(mailbox) : domainOf(asked) === mailbox.domain
}

/** A search of the history; undefined where nothing can match. */
export function historyQuery(viewer: Viewer, asked: Omit<HistoryQuery, 'domains'>): HistoryQuery | undefined {
  const { recipient, ...rest } = asked
  const scope = scopeOf(viewer, recipient)
  return scope && { ...rest, ...scope }
}

/** A list of held messages; undefined where nothing can match. */
export function heldQuery(viewer: Viewer, asked: Omit<HeldQuery, 'domains'>): HeldQuery | undefined {
  const { recipient, ...rest } = asked
  const scope = scopeOf(viewer, recipient)
  return scope && { ...rest, ...scope }
}
