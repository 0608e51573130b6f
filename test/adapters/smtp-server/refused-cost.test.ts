/** A client that was refused a moment ago costs a real server an accept, a line and a close. */
import { expect, test } from 'vitest'
import { refusedCosts } from '../../../bench/recently-refused.ts'
import { recentlyRefused } from '../../../src/filters/recently-refused/recently-refused.ts'
import { reject } from '../../../src/model/finding.ts'
import { guardedServer } from '../../support/guarded-server.ts'

const refused = { name: 'rule', connect: () => reject('5.7.1', 'known', { close: true }) }

test('the second time no session is opened, and the reply names the session of the first', async () => {
  await using host = await guardedServer({ by: 'protect', filters: [recentlyRefused(), refused] })
  const first = host.client()
  const reply = await first.reply()
  expect(reply).toMatch(/^554 5\.7\.1 Refused by policy ref=\w+$/)
  await first.closed
  await expect.poll(() => host.entries.length).toBe(1)
  for (let index = 0; index < 50; index += 1) {
    const again = host.client()
    expect(await again.reply()).toBe(reply)
    await again.closed
  }
  expect(host.entries).toHaveLength(1)
  expect(host.server.connections.size).toBe(0)
  await expect.poll(() => connections(host)).toBe(0)
})

const connections = (host: {
  readonly server: { readonly server: { getConnections: (call: (error: Error | null, count: number) => void) => void } }
}) => new Promise<number>(resolve => host.server.server.getConnections((_error, count) => resolve(count)))

test('a client that talks on, and a client that never reads, are closed all the same', async () => {
  await using host = await guardedServer({ by: 'protect', filters: [recentlyRefused(), refused] })
  await host.client().closed
  await expect.poll(() => host.entries.length).toBe(1)
  const talker = host.client()
  talker.send('EHLO a\r\nMAIL FROM:<a@example.net>\r\n'.repeat(1_000))
  const deaf = host.client({ read: false })
  await talker.closed
  await expect.poll(() => connections(host)).toBe(0)
  deaf.destroy()
  expect(host.entries).toHaveLength(1)
})

test('O04 a client that was refused a moment ago costs about what a plain server pays for a line, and little of a message', async () => {
  const costs = await refusedCosts(500, 3, 'refused at connect, each time anew')
  const [plain = Number.NaN, refused = Number.NaN, afterData = Number.NaN] = costs.map(({ ms }) => ms)
  // 0.06 ms of CPU; where the machine is slower, up to twice as much as the plain server takes.
  expect(refused).toBeLessThan(Math.max(0.06, 2 * plain))
  expect(refused / afterData).toBeLessThan(0.12)
}, 120_000)
