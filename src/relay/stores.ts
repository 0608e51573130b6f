/** Opens what is shared and what lasts. With a fallback mail goes on whatever becomes of it. */
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Store, withFallback } from '../store/index.ts'
import type { Duration, Notify } from '../types.ts'
import type { StorePlace } from './config/addresses.ts'

export interface OpenedStore {
  /** Absent: the gateway's own, in memory. */
  readonly store?: Store
  /** For a person. */
  readonly report: string
  readonly close: () => Promise<void>
}

/** How long a store may take to be up at the start; later no client waits for it. */
const START_TIMEOUT_MS = 1_000

/**
 * Opens the store with a fallback in memory.
 *
 * @param nodes how many processes share it: while it is down each holds its part of a limit
 * @param deadline how long an answer may take before memory counts in its place
 */
export async function openStore(
  place: StorePlace,
  nodes: number,
  notify: Notify,
  deadline: Duration = '100ms',
): Promise<OpenedStore> {
  if (place.kind === 'memory') return { report: 'memory', close: async () => undefined }
  const { store: direct, report, close } = await connectStore(place, notify)
  const store = withFallback(direct, { nodes, notify, deadline })
  return {
    store,
    report,
    close: async () => {
      await store.close?.()
      await close()
    },
  }
}

/** A store without a fallback: what cannot be asked fails. */
interface DirectStore {
  readonly store: Store
  /** For a person. */
  readonly report: string
  /** Releases what was opened; the store is closed apart from it. */
  readonly close: () => Promise<void>
}

/** Opens the store itself, and waits at most a second until it is up. */
export async function connectStore(
  place: Exclude<StorePlace, { readonly kind: 'memory' }>,
  notify: Notify,
): Promise<DirectStore> {
  if (place.kind === 'sqlite') {
    const file = resolve(place.file)
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    const { sqliteStore } = await import('../store/sqlite/sqlite.ts')
    const store = sqliteStore({ file, notify })
    // Its thread begins: the first client shall not find it down.
    await atMost(START_TIMEOUT_MS, store.run([{ op: 'get', key: 'start' }]))
    return { store, report: file, close: async () => undefined }
  }
  const [{ Redis }, { redisStore }] = await Promise.all([import('ioredis'), import('../store/redis/redis.ts')])
  // What cannot be asked now is not asked later: by then the answer is of no use.
  const client = new Redis(place.url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 1_000,
    retryStrategy: tries => Math.min(50 * tries, 1_000),
  })
  await atMost(START_TIMEOUT_MS, once(client, 'ready'))
  const close = async () => client.disconnect()
  return { store: redisStore({ client }), report: `Redis ${new URL(place.url).host}`, close }
}

/** Waits until `what` has settled, at most so many milliseconds. */
async function atMost(ms: number, what: unknown): Promise<void> {
  const over = new AbortController()
  const late = sleep(ms, undefined, { signal: over.signal })
  await Promise.race([what, late]).catch(() => undefined)
  over.abort()
}
