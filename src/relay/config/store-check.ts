/** Checks where counts are kept: memory, a file, or Redis. */
import { oneOf, secret, text, whole } from '../../model/checks.ts'
import { type Check, check, either, hidden, isRecord, list, object, required, type Shape } from '../../model/options.ts'
import { readHostPort } from './addresses.ts'
import type { RedisConfig, StoreConfig } from './types.ts'

/** @param min 0 where any free port will do */
export const hostPort = (min: number): Check<string> =>
  check(
    'HOST:PORT, such as 127.0.0.1:2525 or [::1]:25',
    value => typeof value === 'string' && readHostPort(value, min) !== undefined,
  )

const isRedisUrl = (value: unknown): boolean =>
  typeof value === 'string' && /^rediss?:\/\/[^/]/i.test(value) && URL.canParse(value)

export const redisShape: Shape<RedisConfig> = {
  url: hidden('a URL that begins with redis:// or rediss://', isRedisUrl),
  sentinel: object<NonNullable<RedisConfig['sentinel']>>(
    {
      name: required(text('the name of the primary')),
      hosts: required(list(hostPort(1), 'HOST:PORT of sentinels', { min: 1 })),
      password: secret(),
      sentinelPassword: secret(),
      db: whole({ max: 100_000 }),
    },
    'Sentinel',
  ),
  cluster: object<NonNullable<RedisConfig['cluster']>>(
    { hosts: required(list(hostPort(1), 'HOST:PORT of nodes', { min: 1 })), password: secret() },
    'a cluster',
  ),
  prefix: check('a text without braces', value => typeof value === 'string' && !/[{}]/.test(value)),
}
const redis = object<RedisConfig>(redisShape, 'Redis')

const KINDS_OF_REDIS = ['url', 'sentinel', 'cluster'] as const
const ONE_REDIS = "one of url, sentinel and cluster; give exactly one of them, such as redis: { url: 'redis://…' }"

const oneRedis: Check<RedisConfig> = either(ONE_REDIS, found => {
  const given = isRecord(found) ? KINDS_OF_REDIS.filter(key => found[key] !== undefined) : []
  return given.length === 1 ? redis : undefined
})

const STORE = "'memory', { file } or { redis: { url } }; write store: { file: './postern.db' }"
export const storeCheck: Check<StoreConfig> = either(STORE, found => {
  if (found === 'memory') return oneOf('memory')
  if (!isRecord(found)) return undefined
  if ('redis' in found) return object({ redis: required(oneRedis) })
  return 'file' in found ? object({ file: required(text('the path of a file')) }) : undefined
})
