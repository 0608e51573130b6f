/** The relay's store on real Redis servers: a server that became a replica is left for the primary. */

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { connectStore } from '../../src/relay/stores.ts'
import { startRedis } from '../support/redis.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'

/** A name that stands for one server and later for another, as a virtual address does. */
async function movableAddress(first: number) {
  let target = first
  const server = createServer(socket => {
    const inner: Socket = connect(target, '127.0.0.1')
    for (const end of [socket, inner]) end.on('error', () => end.destroy())
    socket.pipe(inner).pipe(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    moveTo: (port: number) => {
      target = port
    },
    [Symbol.asyncDispose]: async () => void server.close(),
  }
}

test('a server that became a replica refuses to write: the next connection goes to the primary', {
  timeout: INSTALL_TIMEOUT,
}, async () => {
  const [old, primary] = [await startRedis(), await startRedis()]
  await using address = await movableAddress(old.port)
  const { store, close } = await connectStore({ redis: { url: `redis://127.0.0.1:${address.port}` } }, () => undefined)
  try {
    const write = async () => await store.run([{ op: 'set', key: 'key', value: 'value', ttl: 60_000 }])
    await write()
    address.moveTo(primary.port)
    await old.command('REPLICAOF', '127.0.0.1', String(primary.port))
    // The connection is still that to the old server.
    await expect(write()).rejects.toThrow(/READONLY/)
    await expect.poll(() => write().then(() => 'written', String), { timeout: 20_000 }).toBe('written')
    expect(await primary.command('KEYS', '*')).toHaveLength(1)
  } finally {
    await close()
    await Promise.all([old, primary].map(server => server.stop()))
  }
})
