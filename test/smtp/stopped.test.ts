/** On each of our fronts: a server that was stopped, starved or paused by the collector does not blame its clients. */
import { expect, test } from 'vitest'
import { frontServer } from '../support/front-server.ts'
import { guardedServer } from '../support/guarded-server.ts'
import { handClock } from '../support/hand-clock.ts'

const fronts = ['guard', 'protect', 'front'] as const
const letter = 'From: a@example.net\r\nSubject: x\r\n\r\n'

function server(by: (typeof fronts)[number], wire = {}) {
  const clock = handClock()
  const setting = { gateway: { clock, trustedNetworks: [] }, options: { wire } }
  return { clock, opened: by === 'front' ? frontServer(setting) : guardedServer({ by, ...setting }) }
}
const envelope = ['MAIL FROM:<a@example.net>', 'RCPT TO:<b@example.org>', 'DATA']

test.for(fronts)('%s: a stop of 14 s in DATA leaves the message as it is', async by => {
  const { clock, opened } = server(by)
  await using host = await opened
  const client = await host.greeted()
  for (const line of envelope) await client.say(line)
  client.send(letter)
  await clock.advance(1_000)
  clock.stall(14_000)
  expect(await client.say('the rest\r\n.')).toMatch(/^250 /)
})

test.for(fronts)('%s: a stop is no silence between two commands', async by => {
  const { clock, opened } = server(by, { command: '20s' })
  await using host = await opened
  const client = await host.greeted()
  await clock.advance(10_000)
  clock.stall(60_000)
  expect(await client.say('NOOP')).toMatch(/^250 /)
  await clock.advance(9_000)
  expect(await client.reply()).toMatch(/^421 4\.4\.2 Idle timeout/)
})

test.for(fronts)('%s: a stop does not use up the time of a transaction', async by => {
  const { clock, opened } = server(by, { transaction: '20s', grace: '60s' })
  await using host = await opened
  const client = await host.greeted()
  for (const line of envelope) await client.say(line)
  client.send(letter)
  await clock.advance(10_000)
  clock.stall(60_000)
  expect(await client.say('the rest\r\n.')).toMatch(/^250 /)
})

test.for(fronts)('%s: a client that is slow for so long while the server runs is still ended', async by => {
  const { clock, opened } = server(by)
  await using host = await opened
  const client = await host.greeted()
  for (const line of envelope) await client.say(line)
  client.send(letter)
  await clock.advance(14_000)
  expect(await client.reply()).toMatch(/^421 4\.4\.2 The message comes too slowly/)
})

test('a stop does not use up the time of a PROXY header', async () => {
  const clock = handClock()
  const options = { proxies: { header: ['127.0.0.1/32'] } }
  await using host = await frontServer({ gateway: { clock, trustedNetworks: [] }, options })
  const client = host.client()
  await expect.poll(() => clock.next()).toBeDefined()
  clock.stall(60_000)
  client.send('PROXY TCP4 192.0.2.1 198.51.100.1 40000 25\r\n')
  expect(await client.reply()).toMatch(/^220 /)
})
