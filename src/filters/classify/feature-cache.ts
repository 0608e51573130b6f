/** The features of messages that were judged, until somebody says what they were. Bounded: the oldest go first. */
import type { Store } from '../../model/store.ts'

export interface FeatureCache {
  put(ref: string, octets: Uint8Array): void
  drop(ref: string): void
  get(ref: string): Uint8Array | undefined
}

/** Bytes of all that is kept here: some 1,500 messages. */
const MAX_OCTETS = 4 * 1024 * 1024
const OVERHEAD = 200

export function newFeatureCache(most = MAX_OCTETS): FeatureCache {
  const kept = new Map<string, Uint8Array>()
  let bytes = 0
  const drop = (ref: string): void => {
    bytes -= kept.has(ref) ? (kept.get(ref)?.length ?? 0) + OVERHEAD : 0
    kept.delete(ref)
  }
  return {
    put: (ref, octets) => {
      drop(ref)
      kept.set(ref, octets)
      bytes += octets.length + OVERHEAD
      for (const oldest of kept.keys()) {
        if (bytes <= most) break
        drop(oldest)
      }
    },
    drop,
    get: ref => kept.get(ref),
  }
}

const keyOf = (ref: string): string => `classify:seen:${ref}`

/** The same in a store that other nodes look into. */
export async function saveFeatures(store: Store, ref: string, octets: Uint8Array, lasts: number): Promise<void> {
  await store.run([{ op: 'set', key: keyOf(ref), value: Buffer.from(octets).toString('base64'), ttl: lasts }])
}

export async function loadFeatures(store: Store, ref: string): Promise<Uint8Array | undefined> {
  const [entry] = await store.run([{ op: 'get', key: keyOf(ref) }])
  return entry && Buffer.from(entry.value, 'base64')
}
