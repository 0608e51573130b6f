/** Makes the report about one domain and day from what was counted. */
import { nodeCrypto } from '../../model/lazy.ts'
import type { Store } from '../../model/store.ts'
import { tallyAt } from '../tally-tree.ts'
import type { DmarcRecord, DmarcReport, PublishedPolicy } from '../types.ts'
import { DMARC_SHAPE } from './counter.ts'
import type { Row } from './row.ts'

/** Who writes reports. */
export interface Reporter {
  /** The name of the organisation. */
  readonly name: string
  /** The address in From, which takes answers. */
  readonly email: string
  /** The name of this receiver: the domain of the address unless it is said otherwise. */
  readonly domain: string
  /** How else to reach it, such as the address of a page. */
  readonly contact?: string
}

/** What is reported. */
export interface ReportSubject {
  /** The day in UTC, as `2026-11-30`. */
  readonly day: string
  /** The organisational domain under which it was counted. */
  readonly organisation: string
  /** The domain that publishes the policy. */
  readonly domain: string
}

const DAY_MS = 86_400_000
const GENERATOR = 'postern'

/** The report; undefined where nothing was counted. Rejects when the store does. */
export async function makeReport(
  { day, organisation, domain }: ReportSubject,
  { reporter, policy, store }: { readonly reporter: Reporter; readonly policy: PublishedPolicy; readonly store: Store },
): Promise<DmarcReport | undefined> {
  const tally = tallyAt(store, DMARC_SHAPE, [day, organisation, domain])
  const records: DmarcRecord[] = []
  for await (const [json, count] of tally.entries())
    if (count > 0) records.push(recordOf(JSON.parse(json) as Row, count))
  const beyond = await tally.beyond()
  if (records.length === 0) return undefined
  const begin = Date.parse(`${day}T00:00:00Z`)
  return {
    kind: 'dmarc',
    reporter: reporter.name,
    email: reporter.email,
    ...(reporter.contact !== undefined && { contact: reporter.contact }),
    id: reportId(day, domain, reporter.domain),
    begin,
    end: begin + DAY_MS - 1000,
    errors: beyond > 0 ? [`${beyond} messages are not in this report, because it has too many rows`] : [],
    generator: GENERATOR,
    policy,
    records: records.toSorted((one, other) => other.count - one.count),
  }
}

const recordOf = (row: Row, count: number): DmarcRecord => ({
  ip: row.ip,
  count,
  disposition: row.disposition,
  dkim: row.dkimAligned ? 'pass' : 'fail',
  spf: row.spfAligned ? 'pass' : 'fail',
  overrides: row.overrides,
  headerFrom: row.headerFrom,
  envelopeFrom: row.envelopeFrom,
  dkimResults: row.dkim,
  spfResults: row.spf ? [{ ...row.spf, scope: 'mfrom' }] : [],
})

/** The same for all senders and each try, so that readers recognise a report that comes again (RFC 9990 §3.5.1). */
function reportId(day: string, domain: string, receiver: string): string {
  const text = JSON.stringify([day, domain, receiver])
  return `${nodeCrypto().hash('sha256', text, 'hex').slice(0, 24)}@${receiver}`
}

/** RFC 9990 §3.5.2: `receiver!policy-domain!begin!end!unique-id.xml.gz`. */
export function fileNameOf({ id, begin, end, policy }: DmarcReport): string {
  const [unique = '', receiver = ''] = id.split('@')
  const [from, to] = [begin, end].map(time => Math.floor(time / 1000))
  return `${receiver}!${policy.domain}!${from}!${to}!${unique}.xml.gz`
}

/** RFC 9990 §3.5.2. */
export const subjectOf = ({ id, policy }: DmarcReport): string =>
  `Report Domain: ${policy.domain} Submitter: ${id.split('@')[1] ?? ''} Report-ID: <${id}>`
