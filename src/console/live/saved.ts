/**
 * What was saved by refusing early. Connections are counted. Bytes and scans are estimated: every message that was
 * refused before its content counts as one of the mean size that was measured on received messages. Deferred mail
 * comes again: it saves nothing.
 */
import type { Growth } from './growth.ts'

/** Means that were measured on sessions of the history. */
export interface Means {
  /** Bytes of a message; null until one was measured. */
  readonly bytes: number | null
  /** Transactions in which no recipient was accepted, for each recipient that was refused; null until measured. */
  readonly lost: number | null
}

/** Rates per second. */
export interface Saved {
  /** Connections that were refused before a sender was named: counted. */
  readonly connections: number
  /** Messages whose content was not sent: estimated for those that were refused at RCPT. */
  readonly messages: number
  /** Bytes that were not sent: estimated; null until a mean was measured. */
  readonly bytes: number | null
  /** Virus scans that were not made: estimated; null without a scanner. */
  readonly scans: number | null
}

const SCANNER = 'clamav'
const BEFORE_MAIL: ReadonlySet<string> = new Set(['connect', 'helo'])

/** Adds up what an interval has saved. */
export function savedIn(growth: Growth, { bytes, lost }: Means, rate: (count: number) => number): Saved {
  const refusedAt = (isStage: (stage: string) => boolean): number =>
    growth.of('postern_decisions_total', ({ stage = '', verdict }) => verdict === 'reject' && isStage(stage))
  // Closed before a session was opened: no decision is counted for them.
  const unopened = growth.of('postern_recently_refused_closed_total')
  const connections = unopened + refusedAt(stage => BEFORE_MAIL.has(stage))
  const messages =
    connections + refusedAt(stage => stage === 'mail') + refusedAt(stage => stage === 'rcpt') * (lost ?? 0)
  return {
    connections: rate(connections),
    messages: rate(messages),
    bytes: bytes === null ? null : rate(messages * bytes),
    scans: growth.has('postern_filter_wait_seconds_total', ({ filter }) => filter === SCANNER) ? rate(messages) : null,
  }
}
