/**
 * A day of mixed mail, compressed, through two relays that share a Redis: every message is accounted for exactly
 * once, by the client, by the next hop and by the record.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { postern } from '../../src/index.ts'
import type { DeliveryEvent, GatewayEvent, RecipientEvent, TransactionEvent } from '../../src/model/events.ts'
import { smtpServer } from '../../src/smtp/index.ts'
import { zone } from '../../src/testing/index.ts'
import { dice } from '../support/random.ts'
import { rawClient } from '../support/raw-client.ts'
import { startRedis } from '../support/redis.ts'
import { scratch } from '../support/scratch.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'
import { type RelayProcess, relayProcess, stuffed } from './relay-process.ts'

const MESSAGES = 600
const CLIENTS = 12
const GTUBE = 'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X'

/** What a client does with its message. */
type Kind = 'honest' | 'several' | 'spam' | 'foreign' | 'bounce' | 'impatient' | 'broken' | 'large'
const KINDS: readonly Kind[] = [
  ...(['honest', 'honest', 'honest', 'several', 'spam', 'foreign', 'bounce', 'impatient', 'broken', 'large'] as const),
]

interface Letter {
  readonly id: string
  readonly kind: Kind
  readonly reversePath: string
  readonly recipients: readonly string[]
  readonly text: string
}

function letterOf(number: number, roll: (sides: number) => number): Letter {
  const kind = KINDS[roll(KINDS.length)] ?? 'honest'
  const id = `day-${number}@sender.example`
  const own = `user${roll(50)}@example.net`
  const recipients =
    kind === 'several'
      ? [own, 'unknown@example.net', `team${roll(9)}@example.net`]
      : kind === 'foreign'
        ? ['x@other.example']
        : [own]
  const body =
    kind === 'spam' ? GTUBE : kind === 'large' ? `${'word '.repeat(15)}\r\n`.repeat(4_000) : `Letter ${number}.`
  const fields = [
    ...['From: Ann <ann@sender.example>', 'Date: Mon, 23 Nov 2026 11:00:00 +0000', `Message-ID: <${id}>`],
    ...[`Subject: letter ${number}`, '', body, ''],
  ]
  return { id, kind, recipients, text: fields.join('\r\n'), reversePath: kind === 'bounce' ? '' : 'ann@sender.example' }
}

/** The next hop: it knows everybody but `unknown`, and counts what it has of each message for each recipient. */
async function nextHop() {
  const has = new Map<string, number>()
  const gateway = postern({ filters: [], dns: zone({}), name: 'hop.example.net' })
  const { server, close } = smtpServer({
    gateway,
    name: 'hop.example.net',
    limits: { sessions: { perAddress: 1_000, perNetwork: 1_000, perSite: 1_000 } },
    recipient: path =>
      path.startsWith('unknown@') ? { code: 550, status: '5.1.1', text: 'No such user here' } : undefined,
    deliver: async message => {
      let text = ''
      for await (const bytes of message.content.open()) text += String(bytes)
      const id = /^Message-ID: <([^>]*)>/im.exec(text)?.[1] ?? 'none'
      for (const { forwardPath } of message.recipients) add(has, `${id} ${forwardPath}`)
      return { code: 250, status: '2.0.0', text: `queued as ${has.size}` }
    },
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const stop = async () => {
    await close()
    await gateway.close()
  }
  return { has, port: typeof address === 'object' ? (address?.port ?? 0) : 0, [Symbol.asyncDispose]: stop }
}

const add = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1)

/** Sends a letter as its kind does. @returns the code for each recipient; undefined where the client did not wait */
async function send(port: number, letter: Letter, attempt: number): Promise<ReadonlyMap<string, number | undefined>> {
  const client = rawClient(port, { from: `127.0.0.${2 + (attempt % 200)}` })
  const codes = new Map<string, number | undefined>()
  try {
    await client.reply()
    await client.say('EHLO mail.sender.example')
    await client.say(`MAIL FROM:<${letter.reversePath}>`)
    for (const recipient of letter.recipients) {
      const code = Number((await client.say(`RCPT TO:<${recipient}>`)).slice(0, 3))
      codes.set(recipient, code < 400 ? undefined : code)
    }
    const open = [...codes].filter(([, code]) => code === undefined).map(([path]) => path)
    if (open.length === 0) return codes
    await client.say('DATA')
    const bytes = Buffer.from(stuffed(letter.text), 'latin1')
    if (letter.kind === 'broken') {
      client.send(bytes.subarray(0, bytes.length >> 1))
      return codes
    }
    client.send(bytes)
    // It leaves before it has the reply, and comes again.
    if (letter.kind === 'impatient' && attempt % 2 === 0) return codes
    const code = Number((await client.reply()).slice(0, 3))
    for (const path of open) codes.set(path, code)
    return codes
  } finally {
    client.destroy()
  }
}

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
  const lenient = { rateLimit: false, spf: false, helo: false, rdns: false, senderDomain: false, headerForm: false }
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
      filters: {
        ...lenient,
        dkim: false,
        dmarc: false,
        reputation: false,
        earlyTalker: false,
        content: true,
      },
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
        let codes = await send(relays[next % 2]?.port ?? 0, letter, 0)
        if (letter.kind === 'impatient') {
          // A client that has no reply comes again, to the other relay.
          await new Promise(done => setTimeout(done, 1500))
          codes = await send(relays[(next + 1) % 2]?.port ?? 0, letter, 1)
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
