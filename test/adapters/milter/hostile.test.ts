/** A mail server that lies in its packets: lengths, numbers, families, paths. Nothing is kept that is not read. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { milter } from '../../../src/adapters/milter/index.ts'
import { packet } from '../../../src/adapters/milter/packets.ts'
import { type Filter, type Notice, postern, reject } from '../../../src/index.ts'
import { zone } from '../../../src/testing/zone.ts'
import { client, field, mailServer, offer } from '../../support/milter-client.ts'
import { fc, runs } from '../../support/property.ts'

async function serving(...filters: readonly Filter[]) {
  const notices: Notice[] = []
  const gateway = postern({ dns: zone({}), filters, trace: [], notify: notice => notices.push(notice) })
  const server = milter(gateway).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    notices,
    open: () => mailServer((server.address() as AddressInfo).port),
    [Symbol.asyncDispose]: async () => {
      server.close()
      await gateway.close()
    },
  }
}

const users: string[] = []
const watch: Filter = { name: 'watch', mail: ({ user = 'nobody' }) => void users.push(user) }
const macros = (count: number, last: string): Buffer =>
  packet('D', 'M', `${Array.from({ length: count }, (_, index) => `{m${index}}\0${index}\0`).join('')}${last}`)

test('P05 macros that are not read cost nothing, and the one behind them is found', async () => {
  await using served = await serving(watch)
  using mta = served.open()
  mta.say(offer(), client(), macros(900, `{other}\0${'x'.repeat(900_000)}\0{auth_authen}\0alice\0`))
  mta.say(packet('M', '<alice@example.org>\0'))
  await mta.nextReply()
  expect([await mta.nextReply(), await mta.nextReply()]).toEqual(['c', 'c'])
  expect(users.splice(0)).toEqual(['alice'])
})

test.for<[what: string, sent: Buffer]>([
  ['more than 1000 macros', macros(1001, '{auth_authen}\0alice\0')],
  ['a macro auth_authen of 5000 bytes', packet('D', 'M', `{auth_authen}\0${'a'.repeat(5000)}\0`)],
  ['a path with more than 100 parameters', packet('M', `<a@example.org>\0${'SIZE=1\0'.repeat(101)}`)],
  ['a million parameters', packet('M', `<a@example.org>\0${'\0'.repeat(1_000_000)}`)],
  ['a connection whose host name has no end', packet('C', 'mx.example.org')],
  ['a connection whose host name has no end', packet('C', 'mx.example.org\0')],
])('P05 %s ends the connection in words', async ([what, sent]) => {
  await using served = await serving(watch)
  using mta = served.open()
  mta.say(offer(), client(), sent)
  await mta.closed
  const words = what === 'a million parameters' ? 'a path with more than 100 parameters' : what
  expect(served.notices).toEqual([{ code: 'milter/protocol', level: 'warning', reason: `a mail server sent ${words}` }])
  expect(users.splice(0)).toEqual([])
})

test('P05 a greeting, a sender and a recipient of half a megabyte are refused and no filter sees them', async () => {
  const seen: number[] = []
  await using served = await serving({
    name: 'seen',
    helo: ({ helo = '' }) => void seen.push(helo.length),
    mail: ({ reversePath }) => void seen.push(reversePath.length),
    rcpt: ({ forwardPath }) => void seen.push(forwardPath.length),
  })
  using mta = served.open()
  const long = `${'a'.repeat(500_000)}@example.org`
  mta.say(offer(), client(), packet('H', `${long}\0`), packet('H', 'mx.example.org\0'))
  mta.say(packet('M', `<${long}>\0`), packet('M', '<a@example.org>\0'), packet('R', `<${long}>\0`))
  const replies: string[] = []
  for (let count = 0; count < 7; count += 1) replies.push((await mta.nextReply()).slice(0, 10))
  expect(replies.slice(1)).toEqual(['c', 'y501 5.5.4', 'c', 'y550 5.1.7', 'c', 'y553 5.1.3'])
  expect(seen).toEqual(['mx.example.org'.length, 'a@example.org'.length])
})

test.for<[family: string, address: string]>([
  ['U', ''],
  ['4', 'unknown'],
  ['6', 'IPv6:nonsense'],
  ['4', '0.0.0.0'],
  ['?', '192.0.2.1'],
])('P06 a client of family %s with the address "%s" is unknown, and judged', async ([family, address]) => {
  const seen: unknown[] = []
  await using served = await serving({
    name: 'seen',
    connect: ({ ip }) => void seen.push(ip),
    rcpt: () => reject('5.7.1', 'no'),
  })
  using mta = served.open()
  mta.say(offer(), packet('C', 'unknown\0', family, Buffer.from([0, 0]), `${address}\0`))
  mta.say(packet('M', '<a@example.org>\0'), packet('R', '<bob@example.net>\0'))
  const replies: string[] = []
  for (let count = 0; count < 4; count += 1) replies.push((await mta.nextReply()).slice(0, 4))
  expect(replies.slice(1)).toEqual(['c', 'c', 'y550'])
  expect(seen).toEqual([undefined])
})

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('{auth_authen}', '{tls_version}', 'SMTPUTF8', '<a@b>', '4', '6', 'L', 'U', '192.0.2.1', '::1'),
)
const texts = fc.array(text, { maxLength: 8 }).map(all => Buffer.from(all.map(one => `${one}\0`).join(''), 'latin1'))
const made = fc
  .tuple(fc.constantFrom(...'OCHMRTLNBEUAKDz'), fc.oneof(texts, fc.uint8Array({ maxLength: 60 }), fc.constant('')))
  .map(([command, data]) => packet(command, typeof data === 'string' ? data : Buffer.from(data)))
/** A packet whose length is another than it says. */
const lying = fc.tuple(made, fc.nat(0xffffffff)).map(([whole, size]) => {
  const changed = Buffer.from(whole)
  changed.writeUInt32BE(size)
  return changed
})
const honest = [
  packet('H', 'x\0'),
  packet('M', '<a@example.org>\0'),
  packet('R', '<b@example.org>\0'),
  field('A', ' b'),
]

test('P05 whatever is in a packet, it is answered or told of in words, and the next mail server is served', async () => {
  await using served = await serving({ name: 'seen', message: ({ size }) => void users.push(String(size)) })
  const step = fc.oneof({ weight: 4, arbitrary: made }, { weight: 4, arbitrary: fc.constantFrom(...honest) }, lying)
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async packets => {
      const mta = served.open()
      mta.say(offer(), client(), ...packets)
      mta.socket.end()
      await mta.closed
    }),
    { numRuns: runs(200) },
  )
  expect([...new Set(served.notices.map(({ code }) => code))]).toEqual(['milter/protocol'])
  using mta = served.open()
  mta.say(offer(), client())
  await mta.nextReply()
  expect(await mta.nextReply()).toBe('c')
}, 600_000)
