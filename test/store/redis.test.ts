import { Cluster, Redis } from 'ioredis'
import { redisStore } from '../../src/store/redis.ts'
import { startCluster, startRedis } from '../support/redis.ts'
import { conforms } from './conformance.ts'

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
