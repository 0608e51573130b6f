/** Author, subject and Message-ID stand in the event of the transaction, which comes before those of its recipients. */
import type { RecipientEvent, TransactionEvent } from '../model/events.ts'

/** Transactions whose recipients may still come; the oldest goes first. */
const MAX_TRANSACTIONS = 10_000

export class TransactionCache {
  readonly #kept = new Map<string, TransactionEvent>()

  add(event: TransactionEvent): void {
    const [oldest] = this.#kept.keys()
    if (this.#kept.size >= MAX_TRANSACTIONS && oldest !== undefined) this.#kept.delete(oldest)
    this.#kept.set(keyOf(event), event)
  }

  of(event: RecipientEvent): TransactionEvent | undefined {
    return this.#kept.get(keyOf(event))
  }
}

const keyOf = ({ ref, transaction }: { readonly ref: string; readonly transaction: number }): string =>
  `${ref} ${transaction}`
