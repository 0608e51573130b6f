/** Where the host delivers within the transaction, what became of a delivery is known before its recipient's event. */
import type { DeliveryEvent, RecipientEvent } from '../model/events.ts'

/** Deliveries whose recipients may still come; the oldest goes first. */
const MAX_DELIVERIES = 10_000

export class EarlyDeliveries {
  readonly #kept = new Map<string, DeliveryEvent['result']>()

  /** Keeps a delivery of which no recipient is there yet. */
  add({ ref, recipient, transaction, result }: DeliveryEvent): void {
    const key = keyOf(ref, recipient, transaction)
    this.#kept.delete(key)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size >= MAX_DELIVERIES && oldest !== undefined) this.#kept.delete(oldest)
    this.#kept.set(key, result)
  }

  /** What is known of this recipient's delivery. */
  of({ ref, recipient, transaction }: RecipientEvent): DeliveryEvent['result'] | undefined {
    return this.#kept.get(keyOf(ref, recipient, transaction)) ?? this.#kept.get(keyOf(ref, recipient, undefined))
  }
}

const keyOf = (ref: string, recipient: string, transaction: number | undefined): string =>
  `${ref} ${transaction ?? ''} ${recipient}`
