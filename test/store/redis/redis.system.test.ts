import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { Cluster, Redis } from 'ioredis'
import { expect, test } from 'vitest'
import type { Notice } from '../../../src/model/services.ts'
import type { Operation } from '../../../src/model/store.ts'
import { redisStore } from '../../../src/store/redis/redis.ts'
import { withFallback } from '../../../src/store/with-fallback.ts'
import { startCluster, startRedis } from '../../support/redis.ts'
import { conforms } from '../conformance.ts'

conforms('Redis alone', async () => {
  const server = await startRedis()
  const clients = [new Redis(server), new Redis(server)] as const
  return {
    store: redisStore({ client: clients[0] }),
    other: redisStore({ client: clients[1] }),
    close: async () => {
      for (const client of clients) client.disconnect()
      await server.stop()
    },
  }
})

conforms('a cluster of three', async () => {
  const { nodes, stop } = await startCluster()
  const clients = [new Cluster([...nodes]), new Cluster([...nodes])] as const
  return {
    store: redisStore({ client: clients[0] }),
    other: redisStore({ client: clients[1] }),
    close: async () => {
      for (const client of clients) client.disconnect()
      await stop()
    },
  }
})

test('a key of a wrong type is replaced, with a notice, and spoils nothing beside it', async () => {
  const server = await startRedis()
  const client = new Redis(server)
  const notices: Notice[] = []
  const store = redisStore({ client, notify: notice => notices.push(notice) })
  const operations = (key: string): readonly Operation[] => [
    { op: 'increment', key: 'good', by: 1, ttl: 60_000 },
    { op: 'get', key },
    { op: 'set', key: 'kept', value: 'yes', ttl: 60_000 },
  ]
  await store.run([{ op: 'set', key: 'bad', value: 'x', ttl: 0 }])
  const [name = ''] = await client.keys('*')
  const spoil = async (make: (name: string) => Promise<unknown>) => {
    await client.del(name)
    await make(name)
  }
  const spoilers = [
    (key: string) => client.hset(key, 'field', 'value'),
    (key: string) => client.lpush(key, 'value'),
    (key: string) => client.zadd(key, 1, 'value'),
    (key: string) => client.sadd(key, 'value'),
    (key: string) => client.xadd(key, '*', 'field', 'value'),
  ]
  let count = 0
  for (const spoiler of spoilers) {
    await spoil(spoiler)
    count += 1
    expect(await store.run(operations('bad'))).toMatchObject([{ count }, undefined, { value: 'yes' }])
    const using: readonly (readonly [Operation, unknown])[] = [
      [{ op: 'increment', key: 'bad', by: 2, ttl: 60_000 }, { count: 2 }],
      [
        { op: 'add', key: 'bad', value: 'new', ttl: 60_000 },
        { value: 'new', added: true },
      ],
      [{ op: 'compareAndSet', key: 'bad', expected: undefined, value: 'new', ttl: 60_000 }, true],
      [{ op: 'decayingAdd', key: 'bad', amounts: [3], halfLife: 0, ttl: 60_000 }, [3]],
      [{ op: 'set', key: 'bad', value: 'new', ttl: 60_000 }, { value: 'new' }],
      [{ op: 'delete', key: 'bad' }, true],
    ]
    for (const [operation, answer] of using) {
      await spoil(spoiler)
      const [said] = await store.run([operation])
      if (typeof answer === 'object') expect(said).toMatchObject(answer as object)
      else expect(said).toBe(answer)
    }
  }
  expect(notices).toEqual([
    { code: 'store/replaced', reason: expect.stringContaining('bad held a value of another type'), level: 'warning' },
  ])
  client.disconnect()
  await server.stop()
})

test('with a fallback, a key of a wrong type does not make the store be taken for away', async () => {
  const server = await startRedis()
  const client = new Redis(server)
  const notices: string[] = []
  const notify = ({ code }: Notice) => void notices.push(code)
  const store = withFallback(redisStore({ client, notify }), { notify, deadline: '5s' })
  await store.run([{ op: 'set', key: 'bad', value: 'x', ttl: 0 }])
  const [name = ''] = await client.keys('*')
  await client.del(name)
  await client.hset(name, 'field', 'value')
  expect(await store.run([{ op: 'increment', key: 'bad', by: 1, ttl: 0 }])).toEqual([{ count: 1 }])
  expect([store.state, notices]).toEqual(['up', ['store/replaced']])
  client.disconnect()
  store.stop()
  await server.stop()
})

test('a primary that becomes a replica is left: a new connection leads to who has taken its place', async () => {
  const [old, next] = [await startRedis(), await startRedis()]
  let target = old
  const address = createServer(socket => {
    const behind = connect(target.port, target.host)
    socket.pipe(behind).pipe(socket)
    socket.on('error', () => behind.destroy()).on('close', () => behind.destroy())
    behind.on('error', () => socket.destroy())
  }).listen(0, '127.0.0.1')
  await once(address, 'listening')
  const client = new Redis({ host: '127.0.0.1', port: (address.address() as AddressInfo).port })
  const store = redisStore({ client })
  const plus = [{ op: 'increment', key: 'a', by: 1, ttl: 0 }] as const
  expect(await store.run(plus)).toEqual([{ count: 1 }])
  target = next
  await old.command('REPLICAOF', next.host, String(next.port))
  await expect(store.run(plus)).rejects.toThrow('READONLY')
  await expect.poll(async () => await store.run(plus), { timeout: 20_000 }).toEqual([{ count: expect.any(Number) }])
  expect(await next.command('DBSIZE')).toBe(1)
  client.disconnect()
  address.close()
  await Promise.all([old.stop(), next.stop()])
})
