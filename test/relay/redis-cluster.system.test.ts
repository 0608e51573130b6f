/** Two relays on a real Redis Cluster of three, of which one dies in the middle of mail and its replica follows. */
import { expect, test } from 'vitest'
import { startCluster } from '../support/redis.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'
import { survivesFailover } from './failover.ts'

test('when a node of the cluster dies its replica follows: mail flows on, lists and limits stay one', {
  timeout: INSTALL_TIMEOUT,
}, async () => {
  await using cluster = await startCluster({ replica: true })
  const [first, ...others] = cluster.nodes
  const replica = others.at(-1)
  await survivesFailover({
    redis: { cluster: { hosts: cluster.nodes.map(({ host, port }) => `${host}:${port}`) } },
    kill: async () => await first?.kill(),
    isOver: async () => {
      const role = async () => String(await replica?.command('INFO', 'replication').catch(() => ''))
      await expect.poll(role, { timeout: 60_000 }).toContain('role:master')
    },
  })
})
