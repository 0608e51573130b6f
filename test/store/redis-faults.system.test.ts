import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster, Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { postern } from '../../src/engine/gateway.ts'
import { rateLimit } from '../../src/filters/rate-limit/rate-limit.ts'
import type { Notice } from '../../src/model/services.ts'
import type { Store } from '../../src/model/store.ts'
import { redisStore } from '../../src/store/redis/redis.ts'
import { withFallback } from '../../src/store/with-fallback.ts'
import { type RealRedis, startCluster, startRedis } from '../support/redis.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'

const LIMIT = 5
const lasts = 60_000
/** What a test of 100 ms may take on a machine that is busy with other things. */
const HUNDRED = 1_000

let server: RealRedis
const ends: (() => unknown)[] = []
beforeAll(async () => {
  server = await startRedis()
}, INSTALL_TIMEOUT)
afterAll(() => server.stop())
beforeEach(() => server.command('FLUSHALL'))
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const clientOf = (port: number): Redis => {
  // As it comes, but that it looks for its server more often.
  const client = new Redis({ host: '127.0.0.1', port, retryStrategy: () => 50 })
  ends.push(() => client.disconnect())
  return client
}

function gatewayOn(store: Store, limit = LIMIT) {
  const notices: Notice[] = []
  const safe = withFallback(store, { retry: 100, notify: notice => notices.push(notice) })
  const limits = [{ what: 'connections', per: 'ip', limit, within: '1m' }] as const
  const gateway = postern({ filters: [rateLimit({ limits })], store: safe })
  ends.push(() => gateway.close(), safe.stop)
  return {
    safe,
    told: () => notices.map(({ code }) => code),
    /** Connects, and tells whether that was within the limit, and which of two timers ended before: 0 for none. */
    connect: async (ip = '192.0.2.1') => {
      const session = gateway.open({ ip })
      let waited = 0
      const timers = [50, HUNDRED].map(ms =>
        setTimeout(() => {
          waited = ms
        }, ms),
      )
      const { verdict } = await session.connect()
      for (const timer of timers) clearTimeout(timer)
      session.close()
      return { passed: verdict === 'accept', waited }
    },
  }
}
type Gateway = ReturnType<typeof gatewayOn>

const there = (gateway: Gateway) => expect.poll(() => gateway.safe.state, { timeout: 20_000 }).toBe('up')
const away = (gateway: Gateway) => expect.poll(() => gateway.told(), { timeout: 20_000 }).toContain('store/down')

/** Before, in and after a fault: limits hold, no caller waits, and it closes again by itself. */
async function survives(gateway: Gateway, fault: () => unknown, mend: () => unknown): Promise<void> {
  await there(gateway)
  expect(await gateway.connect()).toMatchObject({ passed: true })
  expect(gateway.told()).toEqual([])
  await fault()
  const outcomes = []
  for (let time = 0; time < 40; time += 1) outcomes.push(await gateway.connect())
  // One was counted before, and it is remembered.
  expect(outcomes.map(({ passed }) => passed)).toEqual(outcomes.map((_, index) => index < LIMIT - 1))
  const waits = outcomes.map(({ waited }) => waited).sort((a, b) => b - a)
  expect(waits[0]).toBeLessThan(HUNDRED)
  // Who comes while it is known to be away waits for nothing.
  expect(waits[20]).toBe(0)
  await away(gateway)
  expect(gateway.safe.state).toBe('down')
  await mend()
  await there(gateway)
  expect(await gateway.connect('192.0.2.99')).toMatchObject({ passed: true })
  await expect.poll(() => gateway.told().at(-1)).toBe('store/up')
}

test('D05 Redis is killed and started again, empty and without the script', async () => {
  const gateway = gatewayOn(redisStore({ client: clientOf(server.port) }))
  await survives(gateway, server.kill, server.start)
  expect(await server.command('EXISTS', 'x')).toBe(0)
}, 60_000)

test('D05 Redis is suspended', async () => {
  const gateway = gatewayOn(redisStore({ client: clientOf(server.port) }))
  ends.push(() => server.signal('SIGCONT'))
  await survives(
    gateway,
    () => server.signal('SIGSTOP'),
    () => server.signal('SIGCONT'),
  )
}, 60_000)

test('D05 Redis has become a replica that only reads', async () => {
  const gateway = gatewayOn(redisStore({ client: clientOf(server.port) }))
  ends.push(() => server.command('REPLICAOF', 'NO', 'ONE'))
  await survives(
    gateway,
    () => server.command('REPLICAOF', '127.0.0.1', '1'),
    () => server.command('REPLICAOF', 'NO', 'ONE'),
  )
}, 60_000)

test('D05 Redis has no memory left', async () => {
  const gateway = gatewayOn(redisStore({ client: clientOf(server.port) }))
  const bound = (memory: string) => server.command('CONFIG', 'SET', 'maxmemory', memory)
  ends.push(() => bound('0'))
  await survives(
    gateway,
    () => bound('1'),
    () => bound('0'),
  )
}, 60_000)

describe('D05 a proxy between', () => {
  type Fault = 'well' | 'silent' | 'closing' | readonly [answer: string]
  async function proxy() {
    const manner: { is: Fault } = { is: 'well' }
    const sockets = new Set<Socket>()
    const listener = createServer(near => {
      const far = connect(server.port, '127.0.0.1')
      for (const socket of [near, far]) {
        sockets.add(socket)
        socket
          .on('error', () => undefined)
          .on('close', () => {
            near.destroy()
            far.destroy()
            sockets.delete(socket)
          })
      }
      if (manner.is === 'closing') near.destroy()
      near.on('data', bytes => {
        if (manner.is === 'well') far.write(bytes)
        else if (typeof manner.is === 'object') near.write(manner.is[0])
        else if (manner.is === 'closing') near.destroy()
      })
      far.on('data', bytes => manner.is === 'well' && near.write(bytes))
    })
    await new Promise<void>(done => listener.listen(0, '127.0.0.1', done))
    ends.push(() => {
      for (const socket of sockets) socket.destroy()
      return new Promise(done => listener.close(done))
    })
    const address = listener.address()
    const cut = () => {
      for (const socket of sockets) socket.destroy()
    }
    return { manner, cut, port: typeof address === 'object' && address ? address.port : 0 }
  }

  const faults: readonly (readonly [title: string, is: Fault])[] = [
    ['is silent', 'silent'],
    ['closes each connection', 'closing'],
    ['answers what is no answer', ['+OK\r\n']],
    ['answers an array of nothing', ['*0\r\n']],
    ['answers what is no protocol', ['HTTP/1.1 400 Bad Request\r\n\r\n']],
    ['answers errors', ['-LOADING Redis is loading the dataset in memory\r\n']],
  ]
  test.for(faults)('D05 %s', { timeout: 60_000 }, async ([, is]) => {
    const { manner, cut, port } = await proxy()
    const gateway = gatewayOn(redisStore({ client: clientOf(port) }))
    const become = (next: Fault) => {
      manner.is = next
    }
    await survives(
      gateway,
      () => become(is),
      () => {
        become('well')
        // What answered wrongly has lost its place in the dialogue.
        cut()
      },
    )
  })
})

test('D05 Redis has lost its scripts, and no caller notices', async () => {
  const gateway = gatewayOn(redisStore({ client: clientOf(server.port) }))
  await there(gateway)
  for (let time = 0; time < LIMIT; time += 1) {
    expect(await gateway.connect()).toMatchObject({ passed: true })
    await server.command('SCRIPT', 'FLUSH')
  }
  expect(await gateway.connect()).toMatchObject({ passed: false })
  expect(gateway.told()).toEqual([])
})

test('D05 Redis has lost its data: counts begin anew', async () => {
  const gateway = gatewayOn(redisStore({ client: clientOf(server.port) }))
  for (let time = 0; time <= LIMIT; time += 1) await gateway.connect()
  expect(await gateway.connect()).toMatchObject({ passed: false })
  await server.command('FLUSHALL')
  expect(await gateway.connect()).toMatchObject({ passed: true })
  expect([gateway.safe.state, gateway.told()]).toEqual(['up', []])
})

test('D05 Redis was never there', async () => {
  const gateway = gatewayOn(redisStore({ client: clientOf(1) }))
  const outcomes = []
  for (let time = 0; time < 10; time += 1) outcomes.push(await gateway.connect())
  expect(outcomes.map(({ passed }) => passed)).toEqual(outcomes.map((_, index) => index < LIMIT))
  await away(gateway)
})

test('D05 a node of a cluster dies, and its replica takes over', async () => {
  await using cluster = await startCluster({ replica: true })
  const client = new Cluster([...cluster.nodes], { clusterRetryStrategy: () => 100 })
  ends.push(() => client.disconnect())
  const gateway = gatewayOn(redisStore({ client }), 10_000)
  const addresses = Array.from({ length: 60 }, (_, index) => `192.0.2.${index}`)
  const connectAll = async () => {
    for (const ip of addresses) {
      const { passed, waited } = await gateway.connect(ip)
      expect(passed).toBe(true)
      expect(waited).toBeLessThan(HUNDRED)
    }
  }
  await there(gateway)
  await connectAll()
  expect([gateway.safe.state, gateway.told()]).toEqual(['up', []])
  await cluster.nodes[0]?.kill()
  const isWhole = async () => {
    await connectAll()
    const operations = addresses.map(key => ({ op: 'increment', key, by: 1, ttl: lasts }) as const)
    const answered = Promise.resolve(redisStore({ client }).run(operations)).then(
      () => true,
      () => false,
    )
    return await Promise.race([answered, sleep(200)])
  }
  expect(await isWhole()).not.toBe(true)
  await expect.poll(isWhole, { timeout: 60_000 }).toBe(true)
  await there(gateway)
  await connectAll()
  expect(await cluster.nodes[3]?.command('ROLE')).toContain('master')
}, 120_000)

test('two gateways on one Redis hold a limit between them', async () => {
  const gateways = [1, 2].map(() => gatewayOn(redisStore({ client: clientOf(server.port) }), 100))
  await Promise.all(gateways.map(there))
  for (const gateway of gateways) await gateway.connect('192.0.2.200')
  const all = Array.from({ length: 300 }, (_, index) => gateways[index % 2]?.connect())
  const outcomes = await Promise.all(all)
  expect(outcomes.filter(outcome => outcome?.passed)).toHaveLength(100)
})

test('an error event of the client without other listeners ends nothing, and close() removes the listener', async () => {
  const client = clientOf(server.port)
  const before = client.listenerCount('error')
  const store = redisStore({ client })
  client.emit('error', new Error('nobody listens'))
  await store.close?.()
  expect(client.listenerCount('error')).toBe(before)
  expect(await client.ping()).toBe('PONG')
})

test('stores with different prefixes know nothing of each other', async () => {
  const client = clientOf(server.port)
  const [one, other] = [redisStore({ client, prefix: 'a:' }), redisStore({ client, prefix: 'b:' })]
  await one.run([{ op: 'set', key: 'k', value: 'v', ttl: lasts }])
  expect(await other.run([{ op: 'get', key: 'k' }])).toEqual([undefined])
  expect(await server.command('KEYS', 'a:{???}k')).toHaveLength(1)
})
