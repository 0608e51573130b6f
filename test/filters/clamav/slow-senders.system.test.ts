/** Why a scan is fed from the spool: what senders who take their time do to a real clamd that reads them directly. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clamdScan } from '../../../src/filters/clamav/clamd.ts'
import { clean } from '../../../src/filters/clamav/verdict.ts'
import { type RealClamd, startClamd } from '../../support/clamd.ts'
import { INSTALL_TIMEOUT } from '../../support/services.ts'
import { scannable } from './scannable.ts'

const QUEUE = 20
let clamd: RealClamd
beforeAll(async () => {
  clamd = await startClamd({ config: { MaxThreads: '10', MaxQueue: String(QUEUE) } })
}, INSTALL_TIMEOUT)
afterAll(() => clamd.stop())

/** Begins a scan and stays in the middle of its first part. */
async function dawdle(): Promise<Socket> {
  const socket = connect(clamd.socket)
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write('zINSTREAM\0\0\0\x04\0some')
  return socket
}

/** The verdict on an honest message that is sent beside `count` such senders, and the one after they have left. */
async function beside(count: number): Promise<readonly [during: 'late' | unknown, after: unknown]> {
  const senders = await Promise.all(Array.from({ length: count }, dawdle))
  await sleep(300)
  const honest = clamdScan({ path: clamd.socket })(scannable('From: alice@example.org\r\n\r\nhello'))
  const during = await Promise.race([honest, sleep(3_000, 'late')])
  for (const socket of senders) socket.destroy()
  return [during, await honest]
}

test('as many slow senders as clamd has threads delay no other scan: it scans once a message is whole', async () => {
  expect(await beside(10)).toEqual([clean, clean])
})

test('as many as its queue hold up everybody, for as long as they like', async () => {
  expect(await beside(QUEUE)).toEqual(['late', clean])
})
