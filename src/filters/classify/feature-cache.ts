/**
 * The features of judged messages, kept for feedback that names a message by its reference. Bounded: the oldest are
 * dropped.
 */

import type { Store } from '../../model/store.ts'
import { runLater } from '../../store/batched.ts'

/** Bytes of all entries: some 1,500 messages. */
const MAX_BYTES = 4 * 1024 * 1024
const OVERHEAD = 200

/** Packed features by the reference of the message, in the memory of this process. */
export class FeatureCache {
  readonly #entries = new Map<string, Uint8Array>()
  readonly #maxBytes: number
  #bytes = 0

  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes
  }

  set(ref: string, features: Uint8Array): void {
    this.delete(ref)
    this.#entries.set(ref, features)
    this.#bytes += features.length + OVERHEAD
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) break
      this.delete(oldest)
    }
  }

  get(ref: string): Uint8Array | undefined {
    return this.#entries.get(ref)
  }

  delete(ref: string): void {
    const features = this.#entries.get(ref)
    if (features === undefined) return
    this.#bytes -= features.length + OVERHEAD
    this.#entries.delete(ref)
  }
}

const keyOf = (ref: string): string => `classify:features:${ref}`

/** Writes packed features into a store that several nodes have in common. @param ttl milliseconds */
export async function saveFeatures(store: Store, ref: string, features: Uint8Array, ttl: number): Promise<void> {
  await runLater(store, [{ op: 'set', key: keyOf(ref), value: Buffer.from(features).toString('base64'), ttl }])
}

/** Reads packed features that any node has saved. */
export async function loadFeatures(store: Store, ref: string): Promise<Uint8Array | undefined> {
  const [entry] = await store.run([{ op: 'get', key: keyOf(ref) }])
  return entry && Buffer.from(entry.value, 'base64')
}
