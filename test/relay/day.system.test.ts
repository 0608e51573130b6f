/**
 * A day of mixed mail, compressed, through two relays that share a Redis: every message is accounted for exactly
 * once, by the client, by the next hop and by the record.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { DeliveryEvent, GatewayEvent, RecipientEvent, TransactionEvent } from '../../src/model/events.ts'
import { dice } from '../support/random.ts'
import { startRedis } from '../support/redis.ts'
import { scratch } from '../support/scratch.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'
import { add, LENIENT, letterOf, nextHop, send } from './mixed-mail.ts'
import { type RelayProcess, relayProcess } from './relay-process.ts'

const MESSAGES = 600
const CLIENTS = 12

const eventsOf = (relays: readonly RelayProcess[]): readonly GatewayEvent[] =>
  relays.flatMap(relay =>
    relay
      .log()
      .split('\n')
      .filter(line => line.startsWith('{'))
      .map(line => JSON.parse(line) as GatewayEvent),
  )

test('a day of mixed mail through two relays: each message is there once, or refused, and the record says which', {
  timeout: INSTALL_TIMEOUT,
}, async () => {
  await using folder = await scratch()
  await using hop = await nextHop()
  await using redis = await startRedis()
  const config = join(folder.path, 'postern.json')
  await writeFile(
    config,
    JSON.stringify({
      name: 'mx.example.net',
      domains: ['example.net'],
      nextHop: { hosts: [{ address: `127.0.0.1:${hop.port}` }], tls: 'off' },
      maildir: join(folder.path, 'mail'),
      mode: 'enforce',
      trustedNetworks: [],
      relays: 2,
      store: { redis: { url: `redis://127.0.0.1:${redis.port}` } },
      filters: LENIENT,
      limits: { sessions: { perAddress: 1_000, perNetwork: 1_000, perSite: 1_000 } },
    }),
  )
  await using one = await relayProcess(['--config', config])
  await using two = await relayProcess(['--config', config])
  const relays = [one, two]

  const roll = dice(47)
  const letters = Array.from({ length: MESSAGES }, (_, number) => letterOf(number, roll))
  const replied = new Map<string, number | undefined>()
  let next = 0
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      for (let letter = letters[next++]; letter !== undefined; letter = letters[next++]) {
        let codes = await send(relays[next % 2]?.port ?? 0, letter)
        if (letter.kind === 'impatient') {
          // A client that has no reply comes again, to the other relay.
          await new Promise(done => setTimeout(done, 1500))
          codes = await send(relays[(next + 1) % 2]?.port ?? 0, letter, { attempt: 1 })
        }
        for (const [path, code] of codes) replied.set(`${letter.id} ${path}`, code)
      }
    }),
  )

  // What the client received, and what the next hop has.
  const wrong = [...replied].filter(([key, code]) => (hop.has.get(key) ?? 0) !== (code === 250 ? 1 : 0))
  for (const [key, code] of wrong.slice(0, 400))
    console.log(letters.find(({ id }) => key.startsWith(`${id} `))?.kind, key, code, hop.has.get(key))
  expect(wrong).toEqual([])
  expect([...hop.has].filter(([key]) => replied.get(key) !== 250)).toEqual([])
  const kinds = (code: number | undefined) => [...replied.values()].filter(value => value === code).length
  expect([kinds(250) > MESSAGES / 2, kinds(550) > 50, kinds(undefined) > 20]).toEqual([true, true, true])

  // What the record says.
  const sessions = letters.length + letters.filter(({ kind }) => kind === 'impatient').length
  await expect
    .poll(() => eventsOf(relays).filter(({ type }) => type === 'session').length, { timeout: 20_000 })
    .toBe(sessions)
  const events = eventsOf(relays)
  const idOf = new Map(
    events
      .filter((event): event is TransactionEvent => event.type === 'transaction')
      .map(({ ref, transaction, messageId }) => [`${ref} ${transaction}`, messageId?.replace(/^<|>$/g, '')]),
  )
  const last = new Map<string, RecipientEvent>()
  for (const event of events.filter(one => one.type === 'recipient').toSorted((a, b) => a.time - b.time)) {
    const id = idOf.get(`${event.ref} ${event.transaction}`)
    if (id !== undefined) last.set(`${id} ${event.recipient}`, event)
  }
  const unlike = [...replied].filter(
    ([key, code]) => code !== undefined && last.has(key) && last.get(key)?.reply?.code !== code,
  )
  expect(unlike).toEqual([])
  const delivered = new Map<string, number>()
  for (const event of events.filter(
    (one): one is DeliveryEvent => one.type === 'delivery' && one.nextHop !== undefined,
  ))
    if (event.result === 'delivered')
      add(delivered, `${idOf.get(`${event.ref} ${event.transaction}`)} ${event.recipient}`)
  expect(new Map([...delivered].toSorted())).toEqual(new Map([...hop.has].toSorted()))
})
