/** Clocks that the doctor compares ours with: those of servers that the relay uses anyway. */
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { Reference } from '../../doctor/clock.ts'
import type { PostgresOptions } from '../../postgres/options.ts'
import { databaseState } from '../../postgres/probe.ts'
import type { RelayOptions } from '../config/options.ts'
import type { RedisConfig } from '../config/types.ts'
import { connectRedis } from '../stores.ts'

/** How long the server may take to be there. */
const CONNECT_MS = 3_000
const LOCAL = /^(?:rediss?|postgres(?:ql)?):\/\/(?:[^@/]*@)?(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?:[:/]|$)/i

/** On the same machine it is the same clock, which shows nothing. */
export function clockReferences(options: RelayOptions): readonly Reference[] {
  const { store } = options
  const redis = store !== 'memory' && 'redis' in store && !LOCAL.test(store.redis.url ?? '') ? [store.redis] : []
  const databases = databasesOf(options).filter(({ at }) => !LOCAL.test(at.url) && !at.url.includes('host=/'))
  return [...redis.map(redisClock), ...databases.slice(0, 1).map(({ at }) => databaseClock(at))]
}

export interface UsedDatabase {
  readonly what: 'history' | 'quarantine'
  readonly at: PostgresOptions & { readonly schema: string }
}

/** The databases of history and quarantine, often the same. */
export function databasesOf({ log, quarantine }: RelayOptions): readonly UsedDatabase[] {
  const of = (what: UsedDatabase['what'], config: object | undefined): readonly UsedDatabase[] =>
    config !== undefined && 'postgres' in config
      ? [{ what, at: { schema: 'postern', ...(config.postgres as PostgresOptions) } }]
      : []
  return [...of('history', log.history), ...of('quarantine', quarantine)]
}

const databaseClock = (at: PostgresOptions): Reference => ({
  name: 'the database',
  time: async () => (await databaseState(at)).now,
})

export const redisClock = (config: RedisConfig): Reference => ({
  name: 'the store',
  time: async signal => {
    const { client, disconnect } = await connectRedis(config)
    try {
      await once(client, 'ready', { signal: AbortSignal.any([signal, AbortSignal.timeout(CONNECT_MS)]) })
      const [seconds, microseconds] = (await client.eval("return redis.call('TIME')", 0)) as readonly string[]
      return Number(seconds) * 1000 + Number(microseconds) / 1000
    } finally {
      disconnect()
    }
  },
})

/** systemd-timesyncd makes this file once it has set the clock by a server. */
const SYNCHRONISED = '/run/systemd/timesync/synchronized'

export const timeService = async (): Promise<string | undefined> =>
  existsSync(SYNCHRONISED) ? 'systemd-timesyncd' : undefined
