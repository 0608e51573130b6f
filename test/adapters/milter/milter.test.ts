/**
 * The milter protocol itself: any cut of its packets, lies about lengths, events in any order, many mail servers at
 * once.
 */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type MilterOptions, milter } from '../../../src/adapters/milter/index.ts'
import { negotiate } from '../../../src/adapters/milter/negotiate.ts'
import { packet, packetReader } from '../../../src/adapters/milter/packets.ts'
import { defer, type Filter, type Notice, points, postern, reject } from '../../../src/index.ts'
import { zone } from '../../../src/testing/zone.ts'
import { EventLog } from '../../support/event-log.ts'
import { client, field, type MailServer, mailServer, offer, words } from '../../support/milter-client.ts'
import { fc, runs } from '../../support/property.ts'
import { scratch } from '../../support/scratch.ts'

const message = (...body: readonly string[]) => [
  field('From', ' alice@example.org'),
  field('Subject', ' a\n\tfold'),
  packet('N'),
  ...body.map(chunk => packet('B', chunk)),
  packet('E'),
]
const transaction = [packet('M', '<alice@example.org>\0'), packet('R', '<bob@example.net>\0'), packet('T')]

async function serving(filters: readonly Filter[] = [], options: MilterOptions = {}, path?: string) {
  const notices: Notice[] = []
  const log = new EventLog()
  const gateway = postern({
    name: 'mx.example.net',
    dns: zone({}),
    filters,
    trace: [],
    notify: notice => notices.push(notice),
    events: log,
  })
  const server = milter(gateway, options)
  if (path === undefined) server.listen(0, '127.0.0.1')
  else server.listen(path)
  await once(server, 'listening')
  const port = path ?? (server.address() as AddressInfo).port
  return {
    notices,
    log,
    server,
    open: () => mailServer(port),
    [Symbol.asyncDispose]: async () => {
      server.close()
      await gateway.close()
    },
  }
}

describe('packets', () => {
  const packets = fc.array(
    fc.record({ command: fc.constantFrom(...'OCHMRTLNBEUAKQD'), data: fc.uint8Array({ maxLength: 300 }) }),
  )

  test('are the same however they are cut', () => {
    fc.assert(
      fc.property(packets, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (sent, cuts) => {
        const bytes = Buffer.concat(sent.map(({ command, data }) => packet(command, Buffer.from(data))))
        const reader = packetReader()
        const packets: { command: string; data: Uint8Array }[] = []
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const size = cuts[turn % cuts.length] ?? 1
          for (const { command, data } of reader.push(bytes.subarray(at, at + size)))
            packets.push({ command, data: new Uint8Array(data) })
          at += size
        }
        expect(packets).toEqual(sent)
      }),
    )
  })

  test('of impossible lengths are refused, and a promised length costs nothing', () => {
    expect(() => packetReader().push(words(0))).toThrow('between 1 and 1048576')
    expect(() => packetReader().push(words(0xffffffff))).toThrow('4294967295')
    const before = process.memoryUsage().arrayBuffers
    const readers = Array.from({ length: 1000 }, () => packetReader())
    for (const reader of readers) reader.push(words(1_048_576))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000)
  })

  test('that come byte by byte cost no more than their length', () => {
    const bytes = packet('B', Buffer.alloc(1_000_000))
    const reader = packetReader()
    const before = process.cpuUsage().user
    let packets = 0
    for (const byte of bytes) packets += reader.push(Buffer.of(byte)).length
    expect(packets).toBe(1)
    expect(process.cpuUsage().user - before).toBeLessThan(3_000_000)
  })
})

describe('the offer', () => {
  test('nothing is taken that was not offered', () => {
    fc.assert(
      fc.property(
        fc.nat(0xffffffff),
        fc.nat(0xffffffff),
        fc.integer({ min: 2, max: 50 }),
        (actions, protocol, version) => {
          const agreed = negotiate(words(version, actions, protocol))
          expect((agreed.actions & ~actions) >>> 0).toBe(0)
          expect((agreed.protocol & ~protocol) >>> 0).toBe(0)
          expect(agreed.version).toBe(Math.min(version, 6))
        },
      ),
    )
  })

  test('connect, HELO, MAIL and RCPT are answered; header fields and DATA are not', () => {
    expect(negotiate(words(6, 0x1ff, 0x1fffff)).protocol.toString(16)).toBe('140580')
  })

  test.for([
    ['cut short', words(6, 0)],
    ['of a version that is too old', words(1, 0, 0)],
  ] as const)('an offer %s ends the connection, and the operator is notified', async ([, data]) => {
    await using served = await serving()
    using mta = served.open()
    mta.say(packet('O', data))
    await mta.closed
    expect(served.notices.map(({ code }) => code)).toEqual(['milter/protocol'])
  })
})

describe('a conversation', () => {
  test('every step is answered, and nothing else', async () => {
    await using served = await serving([{ name: 'seen', message: ({ header }) => points(1, header.raw.toString()) }])
    using mta = served.open()
    mta.say(
      offer(),
      packet('D', 'C', 'j\0mx\0'),
      client(),
      packet('H', 'mx.example.org\0'),
      ...transaction,
      ...message('Hello\r\n'),
    )
    expect((await mta.nextReply())[0]).toBe('O')
    const replies = []
    for (let count = 0; count < 7; count += 1) replies.push(await mta.nextReply())
    expect(replies).toEqual(['c', 'c', 'c', 'c', 'c', 'c', 'a'])
  })

  test('the client is refused with our reply at the step that refuses it', async () => {
    await using served = await serving([{ name: 'no', connect: () => reject('5.7.1', '100 % no', { close: true }) }])
    using mta = served.open()
    mta.say(offer(), client())
    await mta.nextReply()
    expect(await mta.nextReply()).toMatch(/^y55\d 5\.7\.1 .* ref=[0-9A-Z]{8}\0$/)
  })

  test('who the client is comes from the mail server: IPv6, TLS, who has authenticated', async () => {
    const seen: unknown[] = []
    await using served = await serving([
      {
        name: 'seen',
        mail: ({ ip, helo, tls, user, reversePath, utf8 }) =>
          void seen.push({ ip, helo, tls, user, reversePath, utf8 }),
      },
    ])
    using mta = served.open()
    mta.say(
      offer(),
      packet('C', 'x\0', '6', Buffer.from([0, 25]), 'IPv6:2001:db8::1\0'),
      packet('D', 'H', '{tls_version}\0TLSv1.3\0{cipher}\0TLS_AES_128_GCM_SHA256\0'),
      packet('H', 'mx.example.org\0'),
      packet('D', 'M', 'i\0ABC\0{auth_authen}\0alice\0'),
      packet('M', '<alice@example.org>\0SMTPUTF8\0SIZE=3\0'),
      packet('A'),
      packet('D', 'M', 'i\0ABD\0'),
      packet('M', '<>\0'),
    )
    for (let count = 0; count < 5; count += 1) await mta.nextReply()
    const tls = { protocol: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' }
    expect(seen).toEqual([
      { ip: '2001:db8::1', helo: 'mx.example.org', tls, user: 'alice', reversePath: 'alice@example.org', utf8: true },
      { ip: '2001:db8::1', helo: 'mx.example.org', tls, user: undefined, reversePath: '', utf8: false },
    ])
  })

  test("the mail server's queue id is in the record, and positive replies that it words itself are not", async () => {
    await using served = await serving()
    using mta = served.open()
    mta.say(offer(), packet('C', 'x\0', '4', Buffer.from([0, 25]), '192.0.2.1\0'), packet('H', 'mx.example.org\0'))
    for (const id of ['4dKx9T0Z', undefined]) {
      mta.say(packet('D', 'M', 'j\0mx.example.net\0'), ...transaction)
      if (id !== undefined) mta.say(packet('D', 'E', `i\0${id}\0`))
      mta.say(...message('x'))
      await expect.poll(() => served.log.of('transaction').length).toBe(id === undefined ? 2 : 1)
    }
    const [named, nameless] = served.log.of('transaction')
    expect(named).toMatchObject({ queueId: '4dKx9T0Z', verdict: 'accept' })
    for (const event of [named, ...served.log.of('recipient')]) expect(event).not.toHaveProperty('reply')
    expect(nameless).not.toHaveProperty('queueId')
  })

  test('mail from the machine itself is none of ours', async () => {
    await using served = await serving([{ name: 'no', connect: () => reject('5.7.1', 'no') }])
    using mta = served.open()
    mta.say(offer(), packet('C', 'localhost\0', 'L', Buffer.from([0, 0]), '/run/x\0'), ...transaction, ...message('x'))
    await mta.nextReply()
    expect([await mta.nextReply(), await mta.nextReply(), await mta.nextReply(), await mta.nextReply()]).toEqual([
      'a',
      'a',
      'a',
      'a',
    ])
  })

  test('once enough was read the rest is skipped; what is refused early is refused at the next chunk', async () => {
    await using served = await serving([{ name: 'no', header: () => reject('5.6.0', 'no') }])
    using mta = served.open()
    mta.say(offer(), client(), packet('H', 'x\0'), ...transaction)
    for (let count = 0; count < 6; count += 1) await mta.nextReply()
    mta.say(field('From', ' a@example.org'), packet('N'))
    await new Promise(resolve => setTimeout(resolve, 50))
    mta.say(packet('B', 'x'.repeat(60_000)))
    expect(await mta.nextReply()).toMatch(/^y55\d 5\.6\.0 /)
  })

  test('ABORT, QUIT_NC and a new client at every point leave nothing behind', async () => {
    const seen: string[] = []
    await using served = await serving([
      { name: 'seen', message: ({ ip, forwardPaths, size }) => void seen.push(`${ip} ${forwardPaths} ${size}`) },
    ])
    using mta = served.open()
    mta.say(offer())
    await mta.nextReply()
    const whole = [client(), packet('H', 'x\0'), ...transaction, ...message('Hello\r\n')]
    for (let cut = 1; cut < whole.length; cut += 1) {
      mta.say(...whole.slice(0, cut), packet('A'), packet('K'))
    }
    mta.say(...whole, packet('K'))
    for (let last = ''; !last.startsWith('a'); ) last = await mta.nextReply()
    expect(seen).toEqual([
      `192.0.2.1 bob@example.net ${'From: alice@example.org\r\nSubject: a\r\n\tfold\r\n\r\nHello\r\n'.length}`,
    ])
  })

  test.for([
    ['before the offer', [client()]],
    ['before a client', [offer(), packet('H', 'x\0')]],
    ['that does not exist', [offer(), client(), packet('z')]],
    ['without the end of its text', [offer(), client(), packet('H', 'x')]],
  ] as const)('a command %s ends the connection', async ([, packets]) => {
    await using served = await serving()
    using mta = served.open()
    mta.say(...packets)
    await mta.closed
    expect(served.notices).toHaveLength(1)
  })

  test('a mail server that sends anything at all breaks nothing', async () => {
    await using served = await serving([{ name: 'slow', message: async () => defer('4.7.1', 'later') }])
    const commands = fc.constantFrom(...'CHMRTLNBEUAKD')
    const sent = fc.array(fc.record({ command: commands, data: fc.string({ maxLength: 40, unit: 'binary' }) }), {
      maxLength: 40,
    })
    await fc.assert(
      fc.asyncProperty(sent, async events => {
        const mta = served.open()
        mta.say(offer(), client(), ...events.map(({ command, data }) => packet(command, `${data}\0`)), packet('Q'))
        await mta.closed
      }),
      { numRuns: runs(200) },
    )
    using mta = served.open()
    mta.say(offer(), client())
    await mta.nextReply()
    expect(await mta.nextReply()).toBe('c')
  })
})

test('chunks of 65,535 bytes hold the mail server back while the message is read', async () => {
  await using served = await serving([{ name: 'seen', message: ({ size }) => points(0, String(size)) }])
  using mta = served.open()
  mta.say(
    offer(0x1ff, 0x1fffff & ~0x400),
    client(),
    packet('H', 'x\0'),
    ...transaction,
    field('From', ' a@b.example'),
    packet('N'),
  )
  for (let count = 0; count < 300; count += 1) mta.say(packet('B', Buffer.alloc(65_535, 'x')))
  mta.say(packet('E'))
  for (let last = ''; !last.startsWith('a'); ) last = await mta.nextReply()
})

test('a thousand mail servers are served at once, over a Unix socket', async () => {
  await using folder = await scratch()
  const path = join(folder.path, 'milter.sock')
  await using served = await serving([], {}, path)
  const many: MailServer[] = []
  // The kernel queues no more than a few hundred that are not yet accepted.
  while (many.length < 1000) {
    const some = Array.from({ length: 100 }, () => served.open())
    for (const mta of some) mta.say(offer(), client())
    for (const mta of some) expect([(await mta.nextReply())[0], await mta.nextReply()]).toEqual(['O', 'c'])
    many.push(...some)
  }
  for (const mta of many) mta.say(packet('H', 'x\0'), ...transaction, ...message('Hello\r\n'))
  for (const mta of many) for (let last = ''; !last.startsWith('a'); ) last = await mta.nextReply()
  for (const mta of many) mta.socket.destroy()
  await Promise.all(many.map(({ closed }) => closed))
  while ((await new Promise(resolve => served.server.getConnections((_error, count) => resolve(count)))) !== 0)
    await new Promise(setImmediate)
})

test('no more mail servers than are wanted, and none that is silent for ever', async () => {
  await using served = await serving([], { connections: 1, idle: '200ms' })
  using first = served.open()
  first.say(offer())
  await first.nextReply()
  using second = served.open()
  await second.closed
  await first.closed
})
