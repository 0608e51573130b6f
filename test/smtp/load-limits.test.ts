/** Shorter timeouts under load: what shrinks, what does not, and that a real client feels it. */
import { expect, test } from 'vitest'
import { admission } from '../../src/filters/admission/admission.ts'
import { loadMeter } from '../../src/load/meter.ts'
import type { Level, LoadMeter } from '../../src/model/load.ts'
import { toLimits } from '../../src/smtp/limits.ts'
import { limitsUnderLoad } from '../../src/smtp/load-limits.ts'
import { guardedServer } from '../support/guarded-server.ts'
import { handClock } from '../support/hand-clock.ts'
import { withMembers } from '../support/with-members.ts'

test('limits follow the load and come back with it; what is set lower stays', () => {
  let level: Level = 'green'
  const own = toLimits({ command: '5s' })
  const limits = limitsUnderLoad(own, () => ({ level, overflowing: false }))
  expect({ ...limits }).toEqual(own)
  level = 'amber'
  expect({ ...limits }).toEqual({ ...own, transaction: 300_000, grace: 5_000 })
  level = 'red'
  expect({ ...limits }).toEqual({ ...own, junk: 5, errors: 3, transaction: 120_000, grace: 3_000 })
  level = 'green'
  expect({ ...limits }).toEqual(own)
})

test('W18 between two commands a client has 300 s at green, 60 s at amber, 10 s at red', () => {
  const at = (level: Level) => limitsUnderLoad(toLimits(), () => ({ level, overflowing: false })).command
  expect([at('green'), at('amber'), at('red')]).toEqual([300_000, 60_000, 10_000])
})

/** A client between RCPT and DATA, the seconds of whose session are counted by hand. */
async function waiting(level: Level) {
  const hand = handClock()
  const measured = loadMeter({ clock: hand })
  const load: LoadMeter = withMembers(measured, { level, overflowing: false })
  const host = await guardedServer({ gateway: { load, clock: hand } })
  const client = await host.greeted()
  for (const line of ['MAIL FROM:<a@example.net>', 'RCPT TO:<b@example.org>'])
    expect(await client.say(line)).toMatch(/^250 /)
  return { host, client, hand }
}

test.for([
  ['green', 299],
  ['amber', 59],
  ['red', 9],
] as const)(
  'W18 at %s a client that waits %i s between RCPT and DATA is answered, and is closed at its deadline',
  async ([level, seconds]) => {
    const { host, client, hand } = await waiting(level)
    await using _host = host
    hand.pass(seconds * 1_000)
    expect(await client.say('DATA')).toMatch(/^354 /)
    expect(await client.say('From: a@example.net\r\n\r\nText\r\n.')).toMatch(/^250 /)
    hand.pass((seconds + 3) * 1_000)
    await client.closed
    expect(client.received()).toMatch(/\r\n421 4\.4\.2 [^\r\n]* ref=\w+\r\n$/)
  },
)

test('W18 a message that begins fast and goes on byte by byte is closed within half a minute, not after its average', async () => {
  const { host, client, hand } = await waiting('green')
  await using _host = host
  await client.say('DATA')
  client.send(`From: a@example.net\r\n\r\n${`${'x'.repeat(998)}\r\n`.repeat(300)}`)
  const [connection] = host.server.connections
  const arrived = () => (connection?._dataStream ? connection._dataStream.byteLength : 0)
  await expect.poll(arrived).toBeGreaterThan(299_000)
  for (let second = 0; second < 29; second += 1) hand.pass(1_000)
  expect(client.received()).toMatch(/354 [^\r\n]*\r\n$/)
  for (let second = 0; second < 3; second += 1) hand.pass(1_000)
  await client.closed
  expect(client.received()).toMatch(/421 4\.4\.2 The message comes too slowly ref=\w+\r\n$/)
})

test('W18 a transaction ends a quarter of an hour after MAIL, however busy its client', async () => {
  const { host, client, hand } = await waiting('green')
  await using _host = host
  for (let minute = 0; minute < 14; minute += 1) {
    hand.pass(60_000)
    expect(await client.say(`RCPT TO:<b${minute}@example.org>`)).toMatch(/^250 /)
  }
  hand.pass(61_000)
  await client.closed
  expect(client.received()).toMatch(/421 4\.4\.2 The transaction takes too long ref=\w+\r\n$/)
})

test('W18 while others find no place the idle have two seconds, whatever the level', () => {
  const own = toLimits()
  const limits = limitsUnderLoad(own, () => ({ level: 'green', overflowing: true }))
  expect({ ...limits }).toEqual({ ...own, junk: 5, errors: 3, command: 2_000, transaction: 120_000, grace: 2_000 })
})

test('W18 slow clients have all places, and a stranger comes in as soon as he asks for one of theirs', async () => {
  // The loopback is trusted otherwise, and the trusted have their own places.
  const gateway = { trustedNetworks: [] }
  await using host = await guardedServer({ by: 'protect', gateway, filters: [admission({ max: 20, min: 20 })] })
  const slow = await Promise.all(Array.from({ length: 14 }, () => host.greeted()))
  const stranger = await host.greeted()
  expect(await stranger.say('MAIL FROM:<a@example.net>')).toMatch(/^250 /)
  await Promise.any(slow.map(({ closed }) => closed))
  expect(
    slow.map(({ received }) => received().split('\r\n').at(-2)).filter(last => last?.startsWith('421')),
  ).not.toEqual([])
})

test('while the load is red a client is hung up on at its third error; a moment later, all being green, at its tenth', async () => {
  let level: Level = 'red'
  const measured = loadMeter()
  const load: LoadMeter = withMembers(measured, {
    get level() {
      return level
    },
  })
  await using host = await guardedServer({ by: 'protect', gateway: { load } })
  const errors = async () => {
    const client = await host.greeted()
    let count = 0
    while ((await client.say('MAIL FROM:<a@example.net> NONSENSE=1')).startsWith('5')) count += 1
    client.destroy()
    return count
  }
  expect(await errors()).toBe(3)
  level = 'green'
  expect(await errors()).toBe(10)
})
