/** Training examples of an outage reach the other node, with a real Redis that is killed, stopped and started. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { newClassifier } from '../../../src/classify/classifier.ts'
import { postern } from '../../../src/engine/gateway.ts'
import { classify } from '../../../src/filters/classify/classify.ts'
import { redisStore } from '../../../src/store/redis/redis.ts'
import { withFallback } from '../../../src/store/with-fallback.ts'
import { zone } from '../../../src/testing/zone.ts'
import { type RealRedis, startRedis } from '../../support/redis.ts'
import { scratch } from '../../support/scratch.ts'
import { INSTALL_TIMEOUT } from '../../support/services.ts'
import { sorted } from '../../support/sorted-mail.ts'

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

/** A node with its own connection and its own model. */
function node(folder?: string) {
  const client = new Redis({ host: '127.0.0.1', port: server.port, retryStrategy: () => 50 })
  const notify = () => undefined
  const store = withFallback(redisStore({ client }), { retry: 100, notify })
  const classifier = newClassifier()
  const filters = [classify({ classifier, shared: true, ...(folder !== undefined && { folder }) })]
  const gateway = postern({ filters, dns: zone({}), store, notify })
  let isOpen = true
  const close = async () => {
    if (!isOpen) return
    isOpen = false
    await gateway.close()
    store.stop()
    client.disconnect()
  }
  ends.push(close)
  const learn = (label: 'ham' | 'spam', number: number) =>
    gateway.feedback({ message: Buffer.from(sorted(label, number)), label, by: 'user:alice' })
  const counts = () => classifier.exampleCounts
  return { learn, counts, close, store }
}

const ten = Array.from({ length: 10 }, (_, index) => index)
/** Some polls of two seconds, on a machine that may be busy. */
const SOON = { timeout: 30_000, interval: 200 }

test('P11 ten examples that are learned while Redis is stopped reach the other node', { timeout: 90_000 }, async () => {
  const [a, b] = [node(), node()]
  for (const number of ten) await a.learn('spam', number)
  await expect.poll(b.counts, SOON).toEqual({ ham: 0, spam: 10 })
  server.signal('SIGSTOP')
  try {
    await Promise.all(ten.map(number => a.learn('ham', number)))
    expect(a.counts()).toEqual({ ham: 10, spam: 10 })
    expect(b.counts()).toEqual({ ham: 0, spam: 10 })
  } finally {
    server.signal('SIGCONT')
  }
  await expect.poll(b.counts, SOON).toEqual({ ham: 10, spam: 10 })
})

test('P11 Redis is killed, then the node is ended too: its examples wait on disk', { timeout: 90_000 }, async () => {
  await using folder = await scratch()
  const [a, b] = [node(folder.path), node()]
  await a.learn('spam', 1)
  await expect.poll(b.counts, SOON).toEqual({ ham: 0, spam: 1 })
  await server.kill()
  for (const number of ten) await a.learn('ham', number)
  await a.close()
  await server.start()
  const again = node(folder.path)
  await expect.poll(b.counts, SOON).toEqual({ ham: 10, spam: 1 })
  // It knows them already, and counts none twice.
  await sleep(3_000)
  expect(again.counts()).toEqual({ ham: 10, spam: 1 })
})

test('P11 two nodes that learn at the same time through an outage know the same', { timeout: 90_000 }, async () => {
  const [a, b] = [node(), node()]
  await Promise.all(ten.flatMap(number => [a.learn('spam', number), b.learn('ham', number)]))
  await server.kill()
  await Promise.all(ten.flatMap(number => [a.learn('spam', 100 + number), b.learn('ham', 100 + number)]))
  await server.start()
  await Promise.all(ten.flatMap(number => [a.learn('spam', 200 + number), b.learn('ham', 200 + number)]))
  for (const { counts } of [a, b]) await expect.poll(counts, SOON).toEqual({ ham: 30, spam: 30 })
})
