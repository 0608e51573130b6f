/** The same, on a real Redis. */
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { knownSender } from '../../src/filters/known-sender.ts'
import { rateLimit } from '../../src/filters/rate-limit/rate-limit.ts'
import { reputation } from '../../src/filters/reputation/reputation.ts'
import { type Gateway, postern } from '../../src/index.ts'
import { redisStore } from '../../src/store/redis/redis.ts'
import { zone } from '../../src/testing/zone.ts'
import { send } from '../support/mail-flow.ts'
import { startRedis } from '../support/redis.ts'

const dns = zone({
  'example.net': { TXT: ['v=spf1 ip4:192.0.2.0/24 -all'] },
  '_dmarc.example.net': { TXT: ['v=DMARC1; p=reject'] },
  ...Object.fromEntries(
    Array.from({ length: 20 }, (_, n) => [`${n}.2.0.192.in-addr.arpa`, { PTR: `out${n}.example.net` }]),
  ),
  ...Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`out${n}.example.net`, { A: `192.0.2.${n}` }])),
})
const filters = () => [
  rateLimit({
    limits: [
      { what: 'connections', per: 'network', limit: 300, within: '1m' },
      { what: 'failures', per: 'ip', limit: 100, within: '1h' },
      { what: 'transactions', per: 'network', limit: 300, within: '1m' },
      { what: 'recipients', per: 'ip', limit: 300, within: '1m' },
      { what: 'messages', per: 'ip', limit: 300, within: '1h' },
    ],
  }),
  reputation(),
  knownSender(),
]

/** Twenty messages of senders that our users write to, from twenty clients. */
async function mailing(gateway: Gateway): Promise<void> {
  await gateway.recordSent({ from: 'bob@example.org', to: ['alice@example.net'] })
  for (let n = 0; n < 20; n += 1) {
    const { outcome } = await send(gateway, { ip: `192.0.2.${n}` })
    expect(outcome).toMatchObject({ verdict: 'accept' })
    expect(outcome?.findings.map(({ rule }) => rule)).toContain('known-sender/sender')
  }
}

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
