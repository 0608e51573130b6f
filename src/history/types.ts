/** History: what became of every recipient, kept to be searched. It reads the stream of events and holds no mail up. */
import type { ActionEvent } from '../model/action-event.ts'
import type { GatewayEvent } from '../model/events.ts'
import type { Verdict } from '../model/finding.ts'
import type { Metric } from '../model/metric.ts'
import type { Duration } from '../model/units.ts'

/** What is searched for. Every condition that is given must hold. */
export interface HistoryQuery {
  /**
   * Anything: an address, a domain, an IP address, a reference, a Message-ID, or a rule such as `dnsbl/listed`. What
   * it is follows from its form.
   */
  readonly text?: string
  /** The address of a recipient, or a domain. */
  readonly recipient?: string
  /** The address of a reverse-path or an author, or a domain. */
  readonly sender?: string
  /** The client's address. */
  readonly ip?: string
  /** The reference of a session. */
  readonly ref?: string
  /** The Message-ID field, with or without its angle brackets. */
  readonly messageId?: string
  /** A rule that found something, such as `dnsbl/listed`. */
  readonly rule?: string
  /** The fingerprint of a transaction: messages with the same visible words share it. */
  readonly fingerprint?: string
  /** What happened to the message. */
  readonly verdict?: Verdict
  /** Not before, in milliseconds since 1970. */
  readonly since?: number
  /** Before, in milliseconds since 1970. */
  readonly until?: number
  /** Only recipients of these domains: what an operator of some domains may see. @default all */
  readonly domains?: readonly string[]
  /** Only these recipients: what the user of a mailbox may see. @default all */
  readonly addresses?: readonly string[]
  /** Entries of a page, at most 500. @default 50 */
  readonly limit?: number
  /** The `next` of the page before this one. */
  readonly cursor?: string
}

/** One recipient of one message, as a line of a list. */
export interface HistoryEntry {
  /** When the last word about this recipient fell, in milliseconds since 1970. */
  readonly time: number
  /** The reference of the session. */
  readonly ref: string
  /** Which transaction of the session, from 1. */
  readonly transaction: number
  /** The client's address; null where the host does not know it. */
  readonly ip: string | null
  /** The address of MAIL FROM; '' is the null reverse-path. */
  readonly reversePath: string
  /** The address of RCPT TO. */
  readonly recipient: string
  /** What happened to the message for this recipient. */
  readonly verdict: Verdict
  /** In shadow mode: the verdict that was not carried out. */
  readonly dryRun?: Verdict
  /** The sum of all points. */
  readonly score: number
  /** The message was accepted, and its score had reached the `tag` threshold. */
  readonly tagged?: true
  /** The code that the client was given; absent where it left before. */
  readonly code?: number
  /** The address in From; absent where it is not clear, or where no message came. */
  readonly from?: string
  /** The subject or its hash, if events have it. */
  readonly subject?: string
  /** The Message-ID field. */
  readonly messageId?: string
  /** What the last report of a delivery said. */
  readonly delivery?: 'delivered' | 'deferred' | 'refused'
}

/** A page of entries, the newest first. */
export interface HistoryPage {
  /** At most `limit`. */
  readonly entries: readonly HistoryEntry[]
  /** Where the next page begins; absent when nothing is left. */
  readonly next?: string
  /** The search ended at its bound of rows: go on with `next` to search the rest. @default false */
  readonly isPartial?: true
}

/** What is counted. */
export interface AggregateQuery {
  /** Not before, in milliseconds since 1970; whole hours. */
  readonly since: number
  /** Before, in milliseconds since 1970. @default now */
  readonly until?: number
  /** `verdict`: recipients by verdict. `rule`: recipients by rule. `domain`: recipients by their domain. */
  readonly by: 'verdict' | 'rule' | 'domain'
  /** Only recipients of these domains; only with `by: 'domain'`. @default all */
  readonly domains?: readonly string[]
}

/** Recipients of an hour that share a name. */
export interface AggregateRow {
  /** The hour, in milliseconds since 1970. */
  readonly hour: number
  /** A verdict, a rule or a domain. */
  readonly name: string
  /** How many recipients. */
  readonly count: number
}

/** Which actions of people are listed. Every condition that is given must hold. */
export interface AuditQuery {
  /** Not before, in milliseconds since 1970. */
  readonly since?: number
  /** Before, in milliseconds since 1970. */
  readonly until?: number
  /** Who acted. */
  readonly by?: string
  /** What they did. */
  readonly action?: ActionEvent['action']
  /** What it was done to: an address, a held message, a setting. */
  readonly target?: string
  /** Events of a page, at most 500. @default 50 */
  readonly limit?: number
  /** The `next` of the page before this one. */
  readonly cursor?: string
}

/** A page of actions, the newest first. */
export interface AuditPage {
  /** At most `limit`. */
  readonly events: readonly ActionEvent[]
  /** Where the next page begins; absent when nothing is left. */
  readonly next?: string
}

/** What a history forgets of people before it drops their events. */
export interface HistoryPrivacyOptions {
  /**
   * After this time local parts of addresses, the last byte of IPv4 addresses, the last ten of IPv6 addresses, and
   * subjects are not kept any more. Domains, rules, verdicts and counts stay. @default never
   */
  readonly shortenAfter?: Duration
  /**
   * The key of the hash that takes the place of a local part, so that events of one person still belong together.
   * Several nodes need the same one. @default local parts are left out
   */
  readonly key?: string
}

/** Keeps events and searches them. */
export interface History {
  /** Takes events. Returns at once and never throws; what exceeds the queue is dropped, counted and reported. */
  append(events: readonly GatewayEvent[]): void
  /**
   * Settles when everything that was appended before can be found. Rejects where events wait in a file, because the
   * database is away.
   */
  flush(): Promise<void>
  /** Finds recipients, the newest first. */
  search(query: HistoryQuery): Promise<HistoryPage>
  /** Returns all events of a session, in order; empty where there is none. */
  get(ref: string): Promise<readonly GatewayEvent[]>
  /** Counts recipients by the hour. */
  aggregate(query: AggregateQuery): Promise<readonly AggregateRow[]>
  /** Finds what people have done, the newest first. */
  audit(query: AuditQuery): Promise<AuditPage>
  /** Returns every event that has this address as recipient, reverse-path or author, the oldest first. */
  exported(address: string): AsyncIterable<GatewayEvent>
  /** Removes every event that has this address as recipient, reverse-path or author. @returns how many recipients */
  erase(address: string): Promise<number>
  /** Drops what is too old or too much, and shortens what is old. Runs every hour by itself. */
  tidy(): Promise<void>
  /** What it has taken, written and dropped. */
  metrics(): readonly Metric[]
  /** Writes what is in the queue and releases the files. */
  close(): Promise<void>
}
