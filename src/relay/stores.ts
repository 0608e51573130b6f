/** Opens what is shared and what lasts, insured: whatever becomes of it, mail goes on. */
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

/** How long a Redis may take to be there at the start; later on nobody waits for it. */
const FIRST = 1_000

/**
 * @param nodes how many processes share it: while it is away each holds its part of a limit
 * @param deadline how long an answer may take before memory counts in its place
 */
export async function openStore(
  place: StorePlace,
  nodes: number,
  notify: Notify,
  deadline: Duration = '100ms',
): Promise<OpenedStore> {
  switch (place.kind) {
    case 'memory':
      return { report: 'memory', close: async () => undefined }
    case 'sqlite': {
      const file = resolve(place.file)
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      const { sqliteStore } = await import('../store/sqlite/sqlite.ts')
      const opened = sqliteStore({ file, notify })
      // Its thread begins; whoever comes first shall not find it away.
      await atMost(FIRST, opened.run([{ op: 'get', key: 'start' }]))
      const store = withFallback(opened, { nodes, notify, deadline })
      return { store, report: file, close: async () => store.close?.() }
    }
    case 'redis': {
      const [{ Redis }, { redisStore }] = await Promise.all([import('ioredis'), import('../store/redis/redis.ts')])
      // What cannot be asked now is not asked later: by then the answer is of no use.
      const client = new Redis(place.url, {
        enableOfflineQueue: false,
        maxRetriesPerRequest: 0,
        commandTimeout: 1_000,
        retryStrategy: tries => Math.min(50 * tries, 1_000),
      })
      const store = withFallback(redisStore({ client }), { nodes, notify, deadline })
      await atMost(FIRST, once(client, 'ready'))
      const close = async () => {
        await store.close?.()
        client.disconnect()
      }
      return { store, report: `Redis ${new URL(place.url).host}`, close }
    }
    default:
      throw place satisfies never
  }
}

/** Waits for it so many milliseconds, whether or not it comes to anything. */
async function atMost(ms: number, what: unknown): Promise<void> {
  const over = new AbortController()
  const late = sleep(ms, undefined, { signal: over.signal })
  await Promise.race([what, late]).catch(() => undefined)
  over.abort()
}
