/** A correction on one node changes what the other nodes say of the same message, within seconds: on a real Redis. */

import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { newClassifier } from '../../src/classify/classifier.ts'
import { type Gateway, postern } from '../../src/engine/gateway.ts'
import { classify } from '../../src/filters/classify/classify.ts'
import { reputation } from '../../src/filters/reputation/reputation.ts'
import { redisStore } from '../../src/store/redis/redis.ts'
import { zone } from '../../src/testing/zone.ts'
import { startRedis } from '../support/redis.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'
import { sorted } from '../support/sorted-mail.ts'

const dns = zone({ 'example.org': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] } })
/** "Within seconds": the other nodes look every two. */
const SECONDS_MS = 6_000

function node(port: number) {
  const client = new Redis({ host: '127.0.0.1', port })
  const classifier = newClassifier({ falsePositives: 0.05, minExamples: 20 })
  const filters = [classify({ classifier, shared: true }), reputation({ reporter: () => 20 })]
  const gateway = postern({ filters, dns, store: redisStore({ client }), notify: () => undefined })
  return {
    ...{ gateway, classifier },
    close: async () => {
      await gateway.close()
      client.disconnect()
    },
  }
}

/** @returns the points of each rule, and the reference */
async function judge(gateway: Gateway, message: Buffer) {
  const session = gateway.open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('client.example.org')
  await session.mail('a@example.org')
  await session.rcpt('b@example.net')
  const { findings, reply } = await session.data(Readable.from([message]))
  session.close()
  const points = Object.fromEntries(findings.map(({ rule = '', points: given = 0 }) => [rule, given]))
  return { points, ref: /ref=(\w+)/.exec(reply.text)?.[1] ?? '' }
}

/** One report among forty examples changes the points by a tenth. */
const PEOPLE = ['bob', 'carol', 'dan', 'erin', 'frank', 'grace'].map(name => `user:${name}`)

test('what one node learns of a message, the other node knows within seconds, and it can be taken back', {
  timeout: INSTALL_TIMEOUT + 60_000,
}, async () => {
  const redis = await startRedis()
  const [one, other] = [node(redis.port), node(redis.port)]
  try {
    await expect.poll(() => redis.command('PING')).toBe('PONG')
    await sleep(500)
    for (let number = 0; number < 40; number += 1)
      for (const label of ['ham', 'spam'] as const)
        await one.gateway.feedback({ message: sorted(label, number), label, by: 'user:alice' })
    await expect.poll(() => other.classifier.exampleCounts, { timeout: 20_000 }).toEqual({ ham: 40, spam: 40 })

    // It reads like spam, on both. Several people say that it was wanted, at the first.
    const message = sorted('spam', 500)
    const before = await judge(other.gateway, message)
    expect(before.points['classify/spam']).toBeGreaterThan(0)
    const { ref } = await judge(one.gateway, message)
    await sleep(1_000)
    const said = PEOPLE.map(by => ({ ref, message, label: 'ham', by }) as const)
    for (const wanted of said) await one.gateway.feedback(wanted)
    const spamPoints = async () => (await judge(other.gateway, message)).points['classify/spam'] ?? 0
    const record = async () => (await judge(other.gateway, message)).points['reputation/good'] ?? 0
    await expect.poll(spamPoints, { timeout: SECONDS_MS }).toBeLessThan(before.points['classify/spam'] ?? 0)
    await expect.poll(record, { timeout: SECONDS_MS }).toBeLessThan(before.points['reputation/good'] ?? 0)

    // A mistake is taken back on the other node, and holds on the first.
    await expect.poll(() => other.classifier.exampleCounts.ham, { timeout: SECONDS_MS }).toBe(40 + PEOPLE.length)
    const corrected = await spamPoints()
    for (const wanted of said) await other.gateway.feedback({ ...wanted, undo: true })
    await expect.poll(() => one.classifier.exampleCounts.ham, { timeout: SECONDS_MS }).toBe(40)
    await expect.poll(spamPoints, { timeout: SECONDS_MS }).toBeGreaterThan(corrected)
  } finally {
    await Promise.all([one.close(), other.close()])
    await redis.stop()
  }
})
