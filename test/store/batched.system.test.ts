/** The same, on a real Redis. */
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { postern } from '../../src/index.ts'
import { redisStore } from '../../src/store/redis/redis.ts'
import { startRedis } from '../support/redis.ts'
import { dns, filters, mailing } from './mail-of-known-senders.ts'

test('the same, counted by Redis itself', async () => {
  const server = await startRedis()
  const client = new Redis(server)
  const gateway = postern({ name: 'mx.example.org', filters: filters(), dns, store: redisStore({ client }) })
  const calls = async () => {
    const stats = String(await server.command('INFO', 'commandstats'))
    return ['eval', 'evalsha'].reduce(
      (sum, name) => sum + Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0),
      0,
    )
  }
  await gateway.recordSent({ from: 'bob@example.org', to: ['alice@example.net'] })
  const before = await calls()
  await mailing(gateway)
  await gateway.close()
  expect((await calls()) - before).toBeLessThanOrEqual(3 * 20 + 3)
  client.disconnect()
  await server.stop()
})
