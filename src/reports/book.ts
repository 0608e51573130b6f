/** What is known of reports on all nodes: those that came, and those that were sent. */
import { nodeCrypto } from '../model/lazy.ts'
import type { Store } from '../model/store.ts'
import { StoreList } from './store-list.ts'
import type { DmarcRecord, DmarcReport, ReceivedReport, TlsReport } from './types.ts'

/** An aggregate report that came, added up. */
interface DmarcSummary {
  readonly kind: 'dmarc'
  /** When it came, in milliseconds since 1970. */
  readonly time: number
  readonly domain: string
  readonly reporter: string
  readonly id: string
  readonly begin: number
  readonly end: number
  readonly messages: number
  /** DKIM or SPF passes and aligns. */
  readonly passed: number
  readonly quarantined: number
  readonly rejected: number
  /** The clients with the most messages that do not pass, at most twenty. */
  readonly failing: readonly { readonly source: string; readonly messages: number }[]
  /** It had more than was read. */
  readonly isPartial?: true
}

/** What a report about TLS says of one domain. */
interface TlsSummary {
  readonly kind: 'tls'
  readonly time: number
  readonly domain: string
  readonly reporter: string
  readonly id: string
  readonly begin: number
  readonly end: number
  readonly successful: number
  readonly failed: number
  /** At most twenty. */
  readonly failures: readonly { readonly type: string; readonly sessions: number }[]
}

/** A complaint that came. */
interface ComplaintSummary {
  readonly kind: 'complaint'
  readonly time: number
  readonly reporter: string
  /** `abuse` and others. */
  readonly type: string
  readonly ref?: string
  readonly source?: string
  readonly recipient?: string
  readonly domain?: string
  readonly messageId?: string
}

/** A report that could not be read. */
interface UnreadableSummary {
  readonly kind: 'unreadable'
  readonly time: number
  readonly reason: string
}

export type ReportSummary = (DmarcSummary | TlsSummary | ComplaintSummary | UnreadableSummary) & {
  /** The author of the mail that brought it was proven by DMARC. */
  readonly isProven: boolean
}

/** A report of ours. */
export interface SentReport {
  readonly time: number
  /** The domain that it is about. */
  readonly domain: string
  readonly recipient: string
  readonly messages: number
  /** `waiting`: it is tried again. */
  readonly result: 'sent' | 'failed' | 'waiting'
  readonly reason?: string
}

export interface BookQuery {
  /** Not before, in milliseconds since 1970. */
  readonly since: number
  /** Only reports about these domains and those below them. @default all */
  readonly domains?: readonly string[]
  /** @default 500 */
  readonly limit?: number
}

const DAY_MS = 86_400_000
const KEPT_MS = 92 * DAY_MS
const MAX_ENTRIES = 5_000
const MAX_SHOWN = 20
const DEFAULT_LIMIT = 500

export class ReportBook {
  readonly #store: Store
  readonly #received: StoreList<ReportSummary>
  readonly #sent: StoreList<SentReport>

  constructor(store: Store) {
    this.#store = store
    this.#received = new StoreList(store, { key: 'reports:received', max: MAX_ENTRIES, ttl: KEPT_MS })
    this.#sent = new StoreList(store, { key: 'reports:sent-list', max: MAX_ENTRIES, ttl: KEPT_MS })
  }

  /** Notes a report; what came before is not noted again. @returns whether it is new */
  async receive(report: ReceivedReport, time: number, isProven: boolean): Promise<boolean> {
    const key = `reports:known:${nodeCrypto().hash('sha256', identityOf(report), 'base64url')}`
    const [claim] = await this.#store.run([{ op: 'add', key, value: '1', ttl: KEPT_MS }])
    if (!claim.added) return false
    for (const summary of summariesOf(report, time)) await this.#received.append({ ...summary, isProven })
    return true
  }

  async sent(report: SentReport): Promise<void> {
    await this.#sent.append(report)
  }

  /** Reports that came, the newest first. */
  received(query: BookQuery): Promise<readonly ReportSummary[]> {
    return chosen(this.#received.newest(), query)
  }

  /** Reports that were sent, the newest first. */
  sentReports(query: BookQuery): Promise<readonly SentReport[]> {
    return chosen(this.#sent.newest(), query)
  }
}

async function chosen<T extends { readonly time: number; readonly domain?: string }>(
  entries: AsyncIterable<T>,
  { since, domains, limit = DEFAULT_LIMIT }: BookQuery,
): Promise<readonly T[]> {
  const found: T[] = []
  for await (const entry of entries) {
    if (entry.time < since || found.length >= limit) break
    if (domains === undefined || domains.some(domain => isWithin(entry.domain, domain))) found.push(entry)
  }
  return found
}

const isWithin = (name: string | undefined, domain: string): boolean =>
  name !== undefined && (name === domain || name.endsWith(`.${domain}`))

/** What makes it the same report when it comes again. */
function identityOf(report: ReceivedReport): string {
  switch (report.kind) {
    case 'dmarc':
      return JSON.stringify(['dmarc', report.reporter, report.email, report.id, report.policy.domain, report.begin])
    case 'tls':
      return JSON.stringify(['tls', report.reporter, report.id, report.begin])
    case 'complaint':
    case 'unreadable':
      return JSON.stringify(report)
    default:
      return report satisfies never
  }
}

type Unproven = DmarcSummary | TlsSummary | ComplaintSummary | UnreadableSummary

/** One for each domain. */
function summariesOf(report: ReceivedReport, time: number): readonly Unproven[] {
  switch (report.kind) {
    case 'dmarc':
      return [dmarcSummary(report, time)]
    case 'tls':
      return tlsSummaries(report, time)
    case 'complaint': {
      const { kind, type, reporter, ref, ip, recipient, domain, messageId } = report
      const known = { ref, source: ip, recipient, domain: domain?.toLowerCase(), messageId }
      const rest = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined))
      return [{ kind, time, reporter, type, ...rest }]
    }
    case 'unreadable':
      return [{ kind: 'unreadable', time, reason: report.reason }]
    default:
      return report satisfies never
  }
}

function dmarcSummary(
  { policy, reporter, id, begin, end, records, isPartial }: DmarcReport,
  time: number,
): DmarcSummary {
  const sum = (of: readonly DmarcRecord[]) => of.reduce((total, { count }) => total + count, 0)
  const isPassed = ({ dkim, spf }: DmarcRecord) => dkim === 'pass' || spf === 'pass'
  const failing = new Map<string, number>()
  for (const record of records)
    if (!isPassed(record)) failing.set(record.ip, (failing.get(record.ip) ?? 0) + record.count)
  return {
    ...{ kind: 'dmarc', time, domain: policy.domain, reporter, id, begin, end },
    messages: sum(records),
    passed: sum(records.filter(isPassed)),
    quarantined: sum(records.filter(({ disposition }) => disposition === 'quarantine')),
    rejected: sum(records.filter(({ disposition }) => disposition === 'reject')),
    failing: [...failing]
      .toSorted(([, one], [, other]) => other - one)
      .slice(0, MAX_SHOWN)
      .map(([source, messages]) => ({ source, messages })),
    ...(isPartial && { isPartial }),
  }
}

function tlsSummaries({ reporter, id, begin, end, policies }: TlsReport, time: number): readonly TlsSummary[] {
  return [...Map.groupBy(policies, ({ domain }) => domain)].slice(0, MAX_SHOWN).map(([domain, those]) => ({
    ...{ kind: 'tls', time, domain, reporter, id, begin, end },
    successful: those.reduce((total, { successful }) => total + successful, 0),
    failed: those.reduce((total, { failed }) => total + failed, 0),
    failures: those
      .flatMap(({ failures }) => failures)
      .toSorted((one, other) => other.sessions - one.sessions)
      .slice(0, MAX_SHOWN)
      .map(({ type, sessions }) => ({ type, sessions })),
  }))
}
