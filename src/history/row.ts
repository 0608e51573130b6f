/** The row of a recipient, as both stores keep it, and what it is compared with. */
import type { Verdict } from '../model/finding.ts'
import { canonical } from '../net/address.ts'
import { domainOf, mailboxOf } from '../net/path.ts'
import { addressName, bareId, refName } from './terms.ts'
import type { HistoryEntry, HistoryQuery } from './types.ts'

export interface Row {
  readonly time: number
  readonly ref: string
  readonly txn: number
  readonly ip: string | null
  readonly reverse_path: string
  readonly recipient: string
  readonly verdict: string
  readonly dry_run: string | null
  readonly score: number
  readonly code: number | null
  readonly author: string | null
  readonly subject: string | null
  readonly message_id: string | null
  readonly delivery: string | null
  /** 1 or true; absent in rows of a version before it was kept. */
  readonly tagged?: number | boolean | null
}

/** Compares a row with what the query says: two terms may have the same hash. Rules are not in the row. */
export function matcherOf(query: HistoryQuery): (row: Row) => boolean {
  const { recipient, sender, ip, ref, messageId, verdict, domains, addresses } = query
  const tests: ((row: Row) => boolean)[] = []
  if (verdict !== undefined) tests.push(row => row.verdict === verdict)
  if (domains !== undefined) {
    const allowed = new Set(domains.map(domainOf))
    tests.push(row => allowed.has(mailboxOf(row.recipient).domain))
  }
  if (addresses !== undefined) {
    const allowed = new Set(addresses.map(addressName))
    tests.push(row => allowed.has(addressName(row.recipient)))
  }
  if (recipient !== undefined) {
    const name = addressName(recipient)
    tests.push(row => isNamed(row.recipient, name))
  }
  if (sender !== undefined) {
    const name = addressName(sender)
    tests.push(row => isNamed(row.reverse_path, name) || isNamed(row.author ?? '', name))
  }
  if (ip !== undefined) tests.push(row => row.ip === (canonical(ip) ?? ip))
  if (ref !== undefined) tests.push(row => row.ref === refName(ref))
  if (messageId !== undefined) tests.push(row => bareId(row.message_id ?? '') === bareId(messageId))
  return row => tests.every(test => test(row))
}

const isNamed = (path: string, name: string): boolean =>
  path !== '' && (name.includes('@') ? addressName(path) === name : mailboxOf(path).domain === name)

export function entryOf(row: Row): HistoryEntry {
  const { time, ref, ip, recipient, score, dry_run, code, author, subject, message_id, delivery } = row
  return {
    time,
    ref,
    transaction: row.txn,
    ip,
    reversePath: row.reverse_path,
    recipient,
    verdict: row.verdict as Verdict,
    ...(dry_run !== null && { dryRun: dry_run as Verdict }),
    score,
    ...(row.tagged && { tagged: true as const }),
    ...(code !== null && { code }),
    ...(author !== null && { from: author }),
    ...(subject !== null && { subject }),
    ...(message_id !== null && { messageId: message_id }),
    ...(delivery !== null && { delivery: delivery as NonNullable<HistoryEntry['delivery']> }),
  }
}
