/**
 * Admission in front of a real server: strangers fill their share, a known client still comes in, and the next hop is
 * timed.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { clientMark } from '../../../src/facts/trust.ts'
import { admission } from '../../../src/filters/admission/admission.ts'
import { loadMeter } from '../../../src/load/meter.ts'
import { memoryStore } from '../../../src/store/memory.ts'
import { guardedServer } from '../../support/guarded-server.ts'

const FRIEND = '127.0.0.200'

/** What a client from an address of the loopback receives first; it stays. */
async function come(port: number, localAddress: string, stay: Socket[]): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', localAddress })
  stay.push(socket)
  socket.on('error', () => undefined)
  const [first] = await Promise.race([once(socket, 'data'), once(socket, 'close')])
  return Buffer.isBuffer(first) ? first.toString('latin1') : 'closed'
}

test('O03 sockets of strangers that fill all slots receive 421 and are closed; the known are greeted', async () => {
  const store = memoryStore()
  store.run([{ op: 'set', key: clientMark(FRIEND), value: '1', ttl: 0 }])
  const filters = [admission({ max: 20, min: 20, maxQueue: 0 })]
  await using host = await guardedServer({ by: 'protect', filters, gateway: { store, notify: () => undefined } })
  const stay: Socket[] = []
  using _ = {
    [Symbol.dispose]: () => {
      for (const socket of stay) socket.destroy()
    },
  }
  const received: string[] = []
  for (let index = 0; index < 60; index += 1)
    received.push(await come(host.port, `127.0.${1 + (index % 6)}.${1 + index}`, stay))
  const codes = Map.groupBy(received, reply => reply.slice(0, 3))
  expect([...codes.keys()].toSorted()).toEqual(['220', '421'])
  expect(codes.get('220')).toHaveLength(14)
  expect(codes.get('421')?.[0]).toMatch(/^421 4\.3\.2 Too busy now, please try again in about \d+ minutes ref=\w+\r\n$/)
  for (let index = 0; index < 6; index += 1) expect(await come(host.port, FRIEND, stay)).toMatch(/^220 /)
  expect(await come(host.port, FRIEND, stay)).toMatch(/^421 /)
})

test('what the host does with a message is timed as the next hop', async () => {
  const load = loadMeter()
  await using host = await guardedServer({ by: 'protect', gateway: { load } })
  const client = await host.greeted()
  for (const line of ['MAIL FROM:<a@example.net>', 'RCPT TO:<b@example.org>', 'DATA']) await client.say(line)
  expect(await client.say('From: a@example.net\r\n\r\nx\r\n.')).toMatch(/^250 /)
  load.now()
  await expect.poll(() => Object.keys(load.now().parts)).toContain('next-hop')
  expect(load.now().parts.spool).toBe(0)
  await expect.poll(() => load.now().parts.sessions).toBeGreaterThan(0)
  client.destroy()
  await client.closed
  await expect.poll(() => load.now().parts.sessions).toBe(0)
})
