/** What mail processes count for reports and for the summary. */
import { join } from 'node:path'
import type { EventReceiver } from '../model/events.ts'
import type { Clock, Notify } from '../model/services.ts'
import { DMARC_SHAPE, DmarcCounter } from '../reports/dmarc/counter.ts'
import { SUMMARY_SHAPE, SummaryCounter } from '../reports/summary/counter.ts'
import { TallyTree } from '../reports/tally-tree.ts'
import type { FallbackStore, Store } from '../store/index.ts'
import type { RelayOptions } from './config/options.ts'
import { ReportCopies } from './delivery/report-copies.ts'

export interface CounterServices {
  /** With a fallback or without. */
  readonly store: Store & Partial<Pick<FallbackStore, 'state'>>
  readonly clock: Clock
  readonly notify: Notify
}

type ReportOptions = Pick<RelayOptions, 'reports' | 'summary' | 'routes' | 'maildir' | 'mail'>

/** One for each process, whatever the configuration becomes. */
export class ReportCounters {
  readonly #dmarc: TallyTree
  readonly #summary: TallyTree

  constructor({ store, clock, notify }: CounterServices) {
    const parts = { store, clock, notify, isDown: () => store.state === 'down' }
    this.#dmarc = new TallyTree({ ...parts, shape: DMARC_SHAPE })
    this.#summary = new TallyTree({ ...parts, shape: SUMMARY_SHAPE })
  }

  /** What takes the events of a gateway; nothing where nothing is counted. */
  receivers({ reports, summary, routes, mail }: ReportOptions): readonly EventReceiver[] {
    const { send, receive = [] } = reports ?? {}
    const addresses = mail === undefined ? receive : [...receive, mail.from]
    const domains = routes.flatMap(route => route.domains ?? [])
    return [
      ...(send ? [new DmarcCounter({ tree: this.#dmarc, addresses })] : []),
      ...(summary ? [new SummaryCounter({ tree: this.#summary, domains })] : []),
    ]
  }

  /** Writes what waits. */
  async close(): Promise<void> {
    await Promise.all([this.#dmarc.close(), this.#summary.close()])
  }
}

/** Where copies of reports wait for the management process. */
export const inboxFolder = ({ reports, maildir }: Pick<RelayOptions, 'reports' | 'maildir'>): string =>
  reports?.folder ?? join(maildir, 'reports')

/** What copies mail that brings reports; undefined where none is read. */
export function reportCopies(options: ReportOptions, notify: Notify): ReportCopies | undefined {
  const { receive = [] } = options.reports ?? {}
  return receive.length > 0 ? new ReportCopies(receive, inboxFolder(options), notify) : undefined
}
