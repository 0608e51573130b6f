/** Writes events into the file of a week, many in one transaction. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { ActionEvent } from '../../model/action-event.ts'
import type { DeliveryEvent, GatewayEvent, RecipientEvent } from '../../model/events.ts'
import { inTransaction } from '../../sqlite/file.ts'
import { MAX_BLOCK_EVENTS, packed } from '../block.ts'
import { EarlyDeliveries } from '../early-deliveries.ts'
import { marksOf } from '../personal.ts'
import { hashOf, termsOf } from '../terms.ts'
import { Totals } from '../totals.ts'
import type { TransactionCache, TransactionFields } from '../transaction-cache.ts'

/** One event, with the JSON that it was sent as. */
export interface Line {
  readonly event: GatewayEvent
  readonly json: string
}

/** The statements of one file. */
export class WeekWriter {
  readonly #connection: DatabaseSync
  readonly #recipient: StatementSync
  readonly #term: StatementSync
  readonly #block: StatementSync
  readonly #place: StatementSync
  readonly #total: StatementSync
  readonly #delivery: StatementSync
  readonly #action: StatementSync
  readonly #early = new EarlyDeliveries()

  constructor(connection: DatabaseSync) {
    this.#connection = connection
    this.#recipient = connection.prepare(`
      INSERT INTO recipients (time, ref, txn, ip, reverse_path, recipient, verdict, dry_run, score, code, author, subject,
        message_id, delivery, tagged) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    this.#term = connection.prepare('INSERT OR IGNORE INTO terms (term, id) VALUES (?, ?)')
    this.#block = connection.prepare('INSERT INTO blocks (events) VALUES (?)')
    this.#place = connection.prepare('INSERT OR IGNORE INTO places (ref, block) VALUES (?, ?)')
    this.#total = connection.prepare(`
      INSERT INTO totals (hour, kind, name, count) VALUES (?, ?, ?, ?)
      ON CONFLICT (hour, kind, name) DO UPDATE SET count = count + excluded.count`)
    this.#delivery = connection.prepare(`
      UPDATE recipients SET delivery = ? WHERE id IN (SELECT id FROM terms WHERE term = ?) AND ref = ? AND recipient = ?
        AND (? IS NULL OR txn = ?)`)
    this.#action = connection.prepare('INSERT INTO actions (time, by, action, target, event) VALUES (?, ?, ?, ?, ?)')
  }

  /** Writes all lines, or throws and writes none. */
  write(lines: readonly Line[], transactions: TransactionCache): void {
    inTransaction(this.#connection, () => {
      for (let from = 0; from < lines.length; from += MAX_BLOCK_EVENTS)
        this.#writeBlock(lines.slice(from, from + MAX_BLOCK_EVENTS))
      const totals = new Totals()
      for (const { event, json } of lines) {
        this.#index(event, transactions, totals)
        if (event.type === 'action') this.#indexAction(event, json)
      }
      for (const { hour, kind, name, count } of totals.sorted()) this.#total.run(hour, kind, name, count)
    })
  }

  /** Notes deliveries of messages that this file has, and that were reported in a later week. */
  noteDeliveries(events: readonly DeliveryEvent[]): void {
    inTransaction(this.#connection, () => {
      for (const event of events) this.#indexDelivery(event)
    })
  }

  #writeBlock(lines: readonly Line[]): void {
    const { lastInsertRowid: block } = this.#block.run(packed(lines.map(({ json }) => json)))
    for (const mark of marksOf(lines.map(({ event }) => event))) this.#place.run(mark, block)
  }

  #index(event: GatewayEvent, transactions: TransactionCache, totals: Totals): void {
    if (event.type === 'transaction') transactions.add(event)
    else if (event.type === 'recipient') this.#indexRecipient(event, transactions.of(event), totals)
    else if (event.type === 'delivery') this.#indexDelivery(event)
  }

  #indexRecipient(event: RecipientEvent, transaction: TransactionFields | undefined, totals: Totals): void {
    const { time, ref, ip, reversePath, recipient, verdict, dryRun, score, tagged, reply } = event
    const { lastInsertRowid: id } = this.#recipient.run(
      ...[time, ref, event.transaction, ip, reversePath, recipient, verdict, dryRun ?? null, score],
      ...[reply?.code ?? null, transaction?.from ?? null, transaction?.subject ?? null, transaction?.messageId ?? null],
      ...[this.#early.of(event) ?? null, tagged ? 1 : null],
    )
    for (const term of termsOf(event, transaction)) this.#term.run(term, id)
    totals.add(event)
  }

  #indexAction({ time, by, action, target }: ActionEvent, json: string): void {
    this.#action.run(time, by, action, target, json)
  }

  #indexDelivery(event: DeliveryEvent): void {
    const { ref, recipient, result, transaction: number = null } = event
    const { changes } = this.#delivery.run(result, hashOf('ref', ref), ref, recipient, number, number)
    if (changes === 0) this.#early.add(event)
  }
}
