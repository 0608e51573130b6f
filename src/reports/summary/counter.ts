/** Counts for the weekly summary, from the events of all processes: what became of mail, and where it was stopped. */
import type { EventSink, GatewayEvent, RecipientEvent, SessionEvent, TransactionEvent } from '../../model/events.ts'
import type { Verdict } from '../../model/finding.ts'
import { findName, readName } from '../../net/names.ts'
import { mailboxOf } from '../../net/path.ts'
import type { TallyShape, TallyTree } from '../tally-tree.ts'

const DAY_MS = 86_400_000

/** Counts of a day. A summary compares four weeks. */
export const SUMMARY_SHAPE: TallyShape = { key: 'reports:summary', maxNames: [5_000], ttl: 40 * DAY_MS }

/** Where the last word was spoken. */
export type StoppedAt = 'connect' | 'helo' | 'mail' | 'rcpt' | 'message'

/** What is counted. Its JSON is its identity. */
export type SummaryCount =
  /** Recipients at RCPT and later, sessions and transactions before. Domains that are not ours are ''. */
  | readonly ['mail', at: StoppedAt, verdict: Verdict, domain: string]
  | readonly ['feedback', label: string]
  | readonly ['notice', code: string]
  | readonly ['load', level: string]

export interface SummaryCounterOptions {
  readonly tree: TallyTree
  /** The domains that mail is accepted for; empty for all. */
  readonly domains: readonly string[]
}

export class SummaryCounter implements EventSink {
  readonly #tree: TallyTree
  readonly #domains: ReadonlyMap<string, true>

  constructor({ tree, domains }: SummaryCounterOptions) {
    this.#tree = tree
    this.#domains = new Map(domains.flatMap(name => keyOf(name)))
  }

  write(event: GatewayEvent): void {
    const counted = this.#countOf(event)
    if (counted !== undefined)
      this.#tree.add([new Date(event.time).toISOString().slice(0, 10), JSON.stringify(counted)])
  }

  #countOf(event: GatewayEvent): SummaryCount | undefined {
    switch (event.type) {
      case 'session':
        return sessionCount(event)
      case 'transaction':
        return transactionCount(event)
      case 'recipient':
        return this.#recipientCount(event)
      case 'feedback':
        return event.undo ? undefined : ['feedback', event.label]
      default:
        return undefined
    }
  }

  /** Anybody can name a recipient: only domains of ours are named, and all others are counted together. */
  #recipientCount({ stage, verdict, recipient }: RecipientEvent): SummaryCount {
    const { domain } = mailboxOf(recipient)
    const isOurs = this.#domains.size === 0 ? stage === 'message' : findName(this.#domains, domain) !== undefined
    return ['mail', stage, verdict, isOurs ? domain : '']
  }
}

/** A session that is refused before its first transaction: what it would have brought is not known. */
function sessionCount({ verdict, transactions, helo }: SessionEvent): SummaryCount | undefined {
  if (transactions > 0 || verdict === 'accept' || verdict === 'quarantine') return undefined
  return ['mail', helo === undefined ? 'connect' : 'helo', verdict, '']
}

/** A transaction that ended at MAIL; all others are counted by their recipients. */
function transactionCount({ verdict, accepted, refused }: TransactionEvent): SummaryCount | undefined {
  if (accepted + refused > 0 || verdict === 'accept' || verdict === 'quarantine') return undefined
  return ['mail', 'mail', verdict, '']
}

const keyOf = (name: string): readonly (readonly [string, true])[] => {
  const read = readName(name)
  return typeof read === 'string' ? [[read, true]] : []
}
