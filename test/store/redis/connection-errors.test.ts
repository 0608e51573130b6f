/** A call that finds no connection says why there is none. */
import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import type { Notice } from '../../../src/model/services.ts'
import { redisStore } from '../../../src/store/redis/redis.ts'
import { withFallback } from '../../../src/store/with-fallback.ts'

class FakeClient extends EventEmitter {
  error: Error | undefined
  readonly evalsha = (): Promise<unknown> => (this.error ? Promise.reject(this.error) : Promise.resolve([['1', '-1']]))
  readonly eval = this.evalsha
}
const offline = new Error("Stream isn't writeable and enableOfflineQueue options is false")

test.for<[what: string, emitted: Error, expected: string]>([
  ['a wrong password', new Error('WRONGPASS invalid username-password pair'), 'WRONGPASS invalid username-password'],
  [
    'a certificate',
    Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO' }),
    'self-signed certificate',
  ],
  ['a port without a server', Object.assign(new Error(''), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  [
    'a cluster without nodes',
    Object.assign(new Error('Failed to refresh slots cache.'), { lastNodeError: new Error('NOAUTH') }),
    'NOAUTH',
  ],
])('%s is named in the notice of a store that is down', async ([, emitted, expected]) => {
  const client = new FakeClient()
  const store = redisStore({ client })
  const notices: Notice[] = []
  const fallback = withFallback(store, { notify: notice => notices.push(notice), retry: '10ms' })
  client.error = offline
  client.emit('error', emitted)
  await fallback.run([{ op: 'get', key: 'a' }])
  await expect.poll(() => notices.length).toBe(1)
  expect(notices[0]?.reason).toContain(`the store fails: there is no connection: ${expected}`)
  fallback.stop()
  await store.close?.()
})

test('other errors stay as they are, and a connection that is there again has no cause to name', async () => {
  const client = new FakeClient()
  client.on('error', () => undefined)
  const store = redisStore({ client })
  const messageOf = async () => {
    const error = await Promise.resolve(store.run([{ op: 'get', key: 'a' }])).catch((reason: unknown) => reason)
    return error instanceof Error ? error.message : 'none'
  }
  client.emit('error', new Error('ECONNRESET'))
  client.error = new Error('OOM command not allowed')
  expect(await messageOf()).toBe('OOM command not allowed')
  client.error = offline
  expect(await messageOf()).toContain('ECONNRESET')
  client.emit('ready')
  expect(await messageOf()).toBe(offline.message)
  await store.close?.()
  expect(client.listenerCount('ready')).toBe(0)
})
