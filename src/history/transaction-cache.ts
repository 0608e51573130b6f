/** Author, subject and Message-ID stand in the event of the transaction, which comes before those of its recipients. */
import type { RecipientEvent, TransactionEvent } from '../model/events.ts'

/** Transactions whose recipients may still come, and their characters together; the oldest goes first. */
const MAX_TRANSACTIONS = 10_000
const MAX_LENGTH = 4_194_304

/** What rows of recipients take from the event of their transaction: a tenth of it. */
export type TransactionFields = Pick<TransactionEvent, 'from' | 'subject' | 'messageId' | 'fingerprint'>

export class TransactionCache {
  readonly #kept = new Map<string, TransactionFields>()
  #length = 0

  add(event: TransactionEvent): void {
    const key = keyOf(event)
    const { from, subject, messageId, fingerprint } = event
    const fields = {
      ...(from !== undefined && { from }),
      ...(subject !== undefined && { subject }),
      ...(messageId !== undefined && { messageId }),
      ...(fingerprint !== undefined && { fingerprint }),
    }
    this.#drop(key)
    this.#kept.set(key, fields)
    this.#length += lengthOf(key, fields)
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_TRANSACTIONS && this.#length <= MAX_LENGTH) return
      this.#drop(oldest)
    }
  }

  of(event: RecipientEvent): TransactionFields | undefined {
    return this.#kept.get(keyOf(event))
  }

  #drop(key: string): void {
    const fields = this.#kept.get(key)
    if (fields === undefined) return
    this.#kept.delete(key)
    this.#length -= lengthOf(key, fields)
  }
}

const lengthOf = (key: string, fields: TransactionFields): number =>
  Object.values(fields).reduce((sum, text) => sum + text.length, key.length)

const keyOf = ({ ref, transaction }: { readonly ref: string; readonly transaction: number }): string =>
  `${ref} ${transaction}`
