/** Opens the store of the relay, with a fallback: whatever becomes of the store, mail goes on. */
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StreamClient } from '../log/index.ts'
import { PosternError } from '../model/errors.ts'
import { type Store, withFallback } from '../store/index.ts'
import type { IoClient } from '../store/redis/redis.ts'
import type { Duration, Notify } from '../types.ts'
import { readHostPort } from './config/addresses.ts'
import type { RedisConfig, StoreConfig } from './config/types.ts'

export interface OpenedStore {
  readonly store: Store
  /** The same without its fallback; absent for the memory of this process. */
  readonly direct?: Store
  /** For a person; absent for the memory of this process. */
  readonly report?: string
  readonly close: () => Promise<void>
}

/** How long a store may take to be there at the start; later mail does not wait for it. */
export const START_TIMEOUT_MS = 1_000

/**
 * Opens the store with a fallback in memory.
 *
 * @param nodes how many processes share it: while it is down each has its part of a limit
 * @param deadline how long an answer may take before memory counts in its place
 */
export async function openStore(
  config: SharedStoreConfig,
  nodes: number,
  notify: Notify,
  deadline: Duration = '100ms',
): Promise<OpenedStore> {
  const { store: direct, report, close } = await connectStore(config, notify)
  const store = withFallback(direct, { nodes, notify, deadline })
  return {
    store,
    direct,
    report,
    close: async () => {
      await store.close?.()
      await close()
    },
  }
}

/** A store that outlives the process. */
export type SharedStoreConfig = Exclude<StoreConfig, 'memory'>

/** A store without a fallback: what cannot be asked fails. */
export interface DirectStore {
  readonly store: Store
  /** For a person. */
  readonly report: string
  /** Releases what was opened; the store is closed apart from it. */
  readonly close: () => Promise<void>
}

/** Opens the store itself, and waits at most a second until it is up. */
export async function connectStore(config: SharedStoreConfig, notify: Notify): Promise<DirectStore> {
  if ('file' in config) {
    const file = resolve(config.file)
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    const { sqliteStore } = await import('../store/sqlite/sqlite.ts')
    const store = sqliteStore({ file, notify })
    // Its thread begins: the first client shall not find it down.
    await atMost(START_TIMEOUT_MS, store.run([{ op: 'get', key: 'start' }]))
    return { store, report: file, close: async () => undefined }
  }
  const { client, report, disconnect } = await connectRedis(config.redis)
  const { redisStore } = await import('../store/redis/redis.ts')
  const { prefix } = config.redis
  const store = redisStore({ client, notify, ...(prefix !== undefined && { prefix }) })
  await atMost(START_TIMEOUT_MS, once(client, 'ready'))
  return { store, report, close: async () => disconnect() }
}

interface RedisClient {
  readonly client: IoClient & StreamClient & NodeJS.EventEmitter
  readonly report: string
  readonly disconnect: () => void
}

/** Connects, and follows the primary. */
export async function connectRedis({ url, sentinel, cluster }: RedisConfig): Promise<RedisClient> {
  const { Redis, Cluster } = await loadIoredis()
  // What cannot be asked now is not asked later: by then the answer is of no use.
  const common = {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 1_000,
    retryStrategy: (tries: number) => Math.min(50 * tries, 1_000),
    reconnectOnError: isReplica,
  }
  const hosts = (texts: readonly string[] = []) => texts.flatMap(text => readHostPort(text) ?? [])
  if (cluster) {
    const { password } = cluster
    const client = new Cluster(hosts(cluster.hosts), {
      enableOfflineQueue: false,
      clusterRetryStrategy: common.retryStrategy,
      redisOptions: { commandTimeout: 1_000, ...(password !== undefined && { password }) },
    })
    return { client, report: `Redis cluster ${cluster.hosts.join(', ')}`, disconnect: () => client.disconnect() }
  }
  if (sentinel) {
    const { name, hosts: sentinels, ...secrets } = sentinel
    const client = new Redis({
      ...common,
      ...secrets,
      name,
      sentinels: hosts(sentinels),
      sentinelRetryStrategy: common.retryStrategy,
      failoverDetector: true,
    })
    return { client, report: `Redis ${name} by ${sentinels.join(', ')}`, disconnect: () => client.disconnect() }
  }
  const client = new Redis(url ?? '', common)
  return { client, report: `Redis ${new URL(url ?? '').host}`, disconnect: () => client.disconnect() }
}

/** A server that became a replica refuses to write: the connection is left, and the primary is looked up anew. */
export const isReplica = ({ message }: Error): boolean => /\bREADONLY\b/.test(message)

async function loadIoredis(): Promise<Pick<typeof import('ioredis'), 'Redis' | 'Cluster'>> {
  try {
    return await import('ioredis')
  } catch {
    const remedy = 'npm install ioredis'
    throw new PosternError([{ path: 'store.redis', found: 'no ioredis', expected: 'the package ioredis', remedy }])
  }
}

/** Waits at most so many milliseconds, whether or not it comes to anything. */
export async function atMost(ms: number, work: unknown): Promise<void> {
  const over = new AbortController()
  const late = sleep(ms, undefined, { signal: over.signal })
  await Promise.race([work, late]).catch(() => undefined)
  over.abort()
}
