/** Counts messages for aggregate reports, from the events of a mail process. */
import { organisationOf } from '../../dns/organisation.ts'
import type { EventSink, GatewayEvent, RecipientEvent, TransactionEvent } from '../../model/events.ts'
import { addressKey, mailboxOf } from '../../net/path.ts'
import type { TallyShape, TallyTree } from '../tally-tree.ts'
import { rowOf } from './row.ts'

const DAY_MS = 86_400_000

/**
 * Counts of a day: organisational domains, their policy domains, and the rows of each. An organisation that publishes a
 * policy at every name below its domain gets twenty reports a day, and no more room than others.
 */
export const DMARC_SHAPE: TallyShape = { key: 'reports:dmarc', maxNames: [10_000, 20, 10_000], ttl: 4 * DAY_MS }

/** The day of a moment in UTC: `2026-11-30`. */
export const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10)

export interface DmarcCounterOptions {
  readonly tree: TallyTree
  /**
   * Addresses that send and receive reports here. Mail to them is not counted, nor is mail by them: two sites would
   * otherwise report each other's reports for ever.
   */
  readonly addresses: readonly string[]
}

export class DmarcCounter implements EventSink {
  readonly #tree: TallyTree
  readonly #addresses: ReadonlySet<string>
  /** The events of its recipients follow it. */
  #transaction: TransactionEvent | undefined

  constructor({ tree, addresses }: DmarcCounterOptions) {
    this.#tree = tree
    this.#addresses = new Set(addresses.map(keyOf))
  }

  write(event: GatewayEvent): void {
    if (event.type === 'transaction') this.#transaction = this.#mayCount(event) ? event : undefined
    else if (event.type === 'recipient' && event.stage === 'message') this.#count(event)
  }

  #mayCount({ dmarc, from }: TransactionEvent): boolean {
    return dmarc?.reports === true && (from === undefined || !this.#addresses.has(keyOf(from)))
  }

  /** A message counts once, however many recipients it has. */
  #count(event: RecipientEvent): void {
    const transaction = this.#transaction
    if (transaction?.ref !== event.ref || transaction.transaction !== event.transaction) return
    if (this.#addresses.has(keyOf(event.recipient))) return
    const counted = rowOf(transaction, event)
    if (counted === undefined) return
    this.#transaction = undefined
    const { policyDomain, row } = counted
    this.#tree.add([dayOf(event.time), organisationOf(policyDomain), policyDomain, JSON.stringify(row)])
  }
}

const keyOf = (address: string): string => addressKey(mailboxOf(address))
