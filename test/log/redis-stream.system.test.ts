/** Events in a real Redis: in order, within a bounded stream, and after an outage all that waited. */
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import type { GatewayEvent, Notice } from '../../src/index.ts'
import { redisStream } from '../../src/log/index.ts'
import { startRedis } from '../support/redis.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'

const event = (reason: string): GatewayEvent => ({
  ...{ v: 1, type: 'notice', time: 1_000, ref: null, node: 'mx1' },
  ...{ code: 'test', reason, level: 'info' },
})

test('events are in the stream in order, and an outage costs none that waited', {
  timeout: INSTALL_TIMEOUT,
}, async () => {
  const server = await startRedis()
  const client = new Redis({ host: server.host, port: server.port, retryStrategy: () => 100 })
  client.on('error', () => undefined)
  const notices: Notice[] = []
  const sink = redisStream({ client, key: 'events', notify: notice => notices.push(notice) })
  const stored = async (): Promise<readonly string[]> => {
    const entries = await client.xrange('events', '-', '+')
    return entries.map(([, [, json = '']]) => JSON.parse(json).reason)
  }
  try {
    await expect.poll(() => client.status).toBe('ready')
    for (let count = 0; count < 1_000; count += 1) sink.write(event(`${count}`))
    await expect.poll(stored, { timeout: 10_000 }).toHaveLength(1_000)
    client.disconnect()
    await expect.poll(() => client.status).toBe('end')
    sink.write(event('while it is away'))
    await expect.poll(() => notices.map(({ code }) => code), { timeout: 10_000 }).toEqual(['log/down'])
    await client.connect()
    await expect.poll(stored, { timeout: 10_000 }).toHaveLength(1_001)
    expect((await stored()).slice(-2)).toEqual(['999', 'while it is away'])
    await sink.close()
  } finally {
    client.disconnect()
    await server.stop()
  }
})
