/** Clocks that the doctor compares ours with: those of servers that the relay uses anyway. */
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { Reference } from '../../doctor/clock.ts'
import type { RelayOptions } from '../config/options.ts'
import type { RedisConfig } from '../config/types.ts'
import { connectRedis } from '../stores.ts'

/** How long the server may take to be there. */
const CONNECT_MS = 3_000
const LOCAL = /^rediss?:\/\/(?:[^@/]*@)?(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?:[:/]|$)/i

export function clockReferences({ store }: RelayOptions): readonly Reference[] {
  if (store === 'memory' || !('redis' in store)) return []
  // On the same machine it is the same clock, which shows nothing.
  return LOCAL.test(store.redis.url ?? '') ? [] : [redisClock(store.redis)]
}

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
