/** What one client may take of the wire, over raw sockets. */
import type { Socket } from 'node:net'
import { connect } from 'node:tls'
import { expect, test } from 'vitest'
import { earlyTalker } from '../../src/filters/early-talker.ts'
import { selfSigned } from '../../src/relay/tls/self-signed.ts'
import { type FrontSetting, frontServer } from '../support/front-server.ts'

const tls = selfSigned('mx.example.org')
const envelope = 'MAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.org>\r\n'

test('W05 a command line that ends in a bare LF is refused', async () => {
  await using host = await frontServer()
  const client = await host.greeted()
  client.send('MAIL FROM:<a@example.net>\nRCPT TO:<b@example.org>\n')
  await client.closed
  expect(client.received()).toMatch(/\r\n500 5\.5\.2 [^\r\n]*\r\n$/)
})

test('W08 what is pipelined behind STARTTLS is never obeyed', async () => {
  await using host = await frontServer({ options: { tls } })
  const client = await host.greeted()
  client.send(`STARTTLS\r\n${envelope}`)
  await client.closed
  expect(client.received()).toMatch(/\r\n554 5\.5\.0 [^\r\n]*\r\n$/)
  await expect.poll(() => host.entries.length).toBe(1)
  expect(host.entries[0]?.transactions).toEqual([])
})

test('W08 STARTTLS works once: a second one is refused, and what was said before is forgotten', async () => {
  await using host = await frontServer({ options: { tls } })
  const client = await host.greeted()
  await client.say('MAIL FROM:<a@example.net>')
  expect(await client.say('STARTTLS')).toMatch(/^503 /)
  await client.say('RSET')
  expect(await client.say('STARTTLS')).toMatch(/^220 /)
  client.socket.removeAllListeners('data')
  const secure = connect({ socket: client.socket, rejectUnauthorized: false })
  let received = ''
  secure.on('data', (bytes: Buffer) => {
    received += bytes.toString('latin1')
  })
  const say = async (line: string): Promise<string> => {
    const from = received.length
    secure.write(`${line}\r\n`)
    await expect.poll(() => /^\d{3} .*\r\n/m.test(received.slice(from))).toBe(true)
    return received.slice(from)
  }
  expect(await say('RCPT TO:<b@example.org>')).toMatch(/^503 /)
  expect(await say('EHLO client.example.net')).toMatch(/^250-/)
  expect(await say('STARTTLS')).toMatch(/^503 /)
  expect(await say('MAIL FROM:<c@example.net>')).toMatch(/^250 /)
  secure.destroy()
  await expect.poll(() => host.entries.length).toBe(1)
  expect(host.entries[0]?.tls).toMatchObject({ protocol: 'TLSv1.3' })
  expect(host.entries[0]?.transactions.map(({ reversePath }) => reversePath)).toEqual([
    'a@example.net',
    'c@example.net',
  ])
})

test('W08 STARTTLS with a parameter is a syntax error', async () => {
  await using host = await frontServer({ options: { tls } })
  const client = await host.greeted()
  expect(await client.say('STARTTLS now')).toMatch(/^501 /)
})

test('W09 a client that speaks before the banner is refused once', async () => {
  await using host = await frontServer({ options: { greetDelay: 100 } })
  const client = host.client()
  client.send('EHLO client.example.net\r\nMAIL FROM:<a@example.net>\r\n')
  await client.closed
  expect(client.received()).toMatch(/^554 5\.5\.0 [^\r\n]*\r\n$/)
})

test('W09 filters learn of a client that speaks before the banner', async () => {
  await using host = await frontServer({ options: { greetDelay: 100 }, filters: [earlyTalker()] })
  const client = host.client()
  client.send('EHLO client.example.net\r\n')
  await client.closed
  expect(client.received()).toMatch(/^5\d\d 5\.5\.1 [^\r\n]*\r\n$/)
  await expect
    .poll(() => host.entries.flatMap(({ decisions }) => decisions.flatMap(({ findings }) => findings)))
    .toMatchObject([{ rule: 'early-talker', verdict: 'reject' }])
})

const groups: readonly (readonly [what: string, sent: string])[] = [
  ['a message sent before 354', `${envelope}DATA\r\nSubject: x\r\n\r\nText\r\n.\r\n`],
  ['half a line sent before 354', `${envelope}DATA\r\nSubj`],
  ['commands behind EHLO', `EHLO again.example.net\r\n${envelope}`],
]
test.for(groups)('W10 %s ends the connection', async ([, sent]) => {
  await using host = await frontServer()
  const client = await host.greeted()
  client.send(sent)
  await client.closed
  expect(client.received()).toMatch(/\r\n554 5\.5\.0 [^\r\n]*\r\n$/)
  expect(client.received()).not.toContain('\r\n354 ')
  expect(host.delivered).toEqual([])
})

test('W10 a group that ends with DATA is what RFC 2920 allows, message after message', async () => {
  await using host = await frontServer()
  const client = await host.greeted()
  for (let count = 1; count <= 3; count += 1) {
    client.send(`${envelope}DATA\r\n`)
    expect([await client.reply(), await client.reply(), await client.reply()].map(line => line.slice(0, 3))).toEqual([
      '250',
      '250',
      '354',
    ])
    // The next group may come along with the end of this message.
    client.send('From: a@example.net\r\n\r\nText\r\n.\r\nNOOP\r\n')
    expect(await client.reply()).toMatch(/^250 2\.6\.0 /)
    expect(await client.reply()).toMatch(/^250 /)
    expect(host.delivered).toHaveLength(count)
  }
})

test('the replies to a group come as a unit, and a reply that ends a group comes at once', async () => {
  await using host = await frontServer()
  const client = await host.greeted()
  const pieces: string[] = []
  client.socket.on('data', (bytes: Buffer) => pieces.push(bytes.toString('latin1').replace(/ [^\r]*\r\n/g, ' ')))
  client.send(`RSET\r\n${envelope}DATA\r\n`)
  for (let replies = 0; replies < 4; replies += 1) await client.reply()
  client.send('From: a@example.net\r\n\r\nText\r\n.\r\n')
  await client.reply()
  // What follows is half a command: the reply to RSET does not wait for it.
  client.send('RSET\r\nMAIL')
  await client.reply()
  expect(pieces).toEqual(['250 250 250 354 ', '250 ', '250 '])
})

test('a group of more replies than one segment holds comes in several units, all of it', async () => {
  await using host = await frontServer()
  const client = await host.greeted()
  const names = Array.from({ length: 90 }, (_, index) => `RCPT TO:<recipient-${index}@example.org>\r\n`)
  client.send(`MAIL FROM:<a@example.net>\r\n${names.join('')}DATA\r\n`)
  for (let replies = 0; replies < 91; replies += 1) expect(await client.reply()).toMatch(/^250 /)
  expect(await client.reply()).toMatch(/^354 /)
})

test.for([
  ['2 KB', `NOOP ${'x'.repeat(2_100)}\r\n`],
  ['16 KB', `NOOP ${'x'.repeat(16_400)}\r\n`],
  ['no end', 'x'.repeat(100_000)],
] as const)('W12 a command line of %s is too long', async ([, sent]) => {
  await using host = await frontServer()
  const client = await host.greeted()
  client.send(sent)
  await client.closed
  expect(client.received()).toMatch(/\r\n500 5\.5\.2 [^\r\n]*\r\n$/)
})

test.for([
  ['MAIL FROM:<a@example.net> FOO=bar', /^555 5\.5\.4 /],
  ['MAIL FROM:<a@example.net> RET=FULL', /^555 5\.5\.4 /],
  ['MAIL FROM:<a@example.net> SIZE=1 SIZE=2', /^501 /],
  ['MAIL FROM:<a@example.net> BODY=BINARYMIME', /^501 /],
  ['MAIL FROM:<a@example.net> ENVID=a+0D+0ARCPT', /^501 /],
  ['MAIL FROM:<a@example.net> SIZE=-1', /^501 /],
  ['MAIL FROM:<a@example.net> SIZE=26214401', /^552 5\.3\.4 /],
] as const)('W13 %s is refused', async ([line, expected]) => {
  await using host = await frontServer()
  const client = await host.greeted()
  expect(await client.say(line)).toMatch(expected)
})

test('W13 a parameter of RCPT that was not offered is refused', async () => {
  await using host = await frontServer()
  const client = await host.greeted()
  await client.say('MAIL FROM:<a@example.net>')
  expect(await client.say('RCPT TO:<b@example.org> NOTIFY=NEVER')).toMatch(/^555 5\.5\.4 /)
})

test('W15 recipients beyond the limit are put off one by one, and the transaction goes on', async () => {
  await using host = await frontServer()
  const client = await host.greeted()
  await client.say('MAIL FROM:<a@example.net>')
  for (let count = 0; count < 130; count += 1)
    expect(await client.say(`RCPT TO:<b${count}@example.org>`)).toMatch(count < 100 ? /^250 / : /^452 4\.5\.3 /)
  expect(await client.say('DATA')).toMatch(/^354 /)
  expect(await client.say('From: a@example.net\r\n\r\nText\r\n.')).toMatch(/^250 /)
  expect(host.delivered[0]?.forwardPaths).toHaveLength(100)
})

test('W15 a flood of recipients is hung up on', async () => {
  await using host = await frontServer()
  const client = await host.greeted()
  client.send('MAIL FROM:<a@example.net>\r\n')
  for (let from = 0; from < 20_000; from += 500)
    client.send(Array.from({ length: 500 }, (_, count) => `RCPT TO:<b${from + count}@example.org>\r\n`).join(''))
  await client.closed
  expect(client.received()).toMatch(/\r\n421 4\.5\.3 [^\r\n]*\r\n$/)
})

test.for(['NOOP', 'RSET', 'VRFY a', 'HELP', 'MAIL FROM:<a@example.net>\r\nRSET'])(
  'W16 %s again and again is hung up on after a hundred',
  async command => {
    await using host = await frontServer()
    const client = await host.greeted()
    client.send(`${command}\r\n`.repeat(5_000))
    await client.closed
    expect(client.received()).toMatch(/\r\n421 4\.7\.0 [^\r\n]*\r\n$/)
    expect(client.received().split('\r\n').length).toBeLessThan(230)
  },
)

test('W16 EHLO again and again is hung up on after a hundred', async () => {
  await using host = await frontServer()
  const client = await host.greeted()
  let said = ''
  let count = 0
  for (; count < 200 && !said.startsWith('421'); count += 1) said = await client.say('EHLO client.example.net')
  expect(said).toMatch(/^421 4\.7\.0 /)
  expect(count).toBeLessThanOrEqual(102)
})

test('W16 ten errors are enough', async () => {
  await using host = await frontServer()
  const client = await host.greeted()
  client.send('MAIL FROM:nonsense\r\n'.repeat(500))
  await client.closed
  expect(client.received().match(/^501 /gm)).toHaveLength(10)
  expect(client.received()).toMatch(/\r\n421 4\.7\.0 [^\r\n]*\r\n$/)
})

const short = { wire: { command: '400ms', transaction: '800ms', grace: '200ms' } } as const
const drips: readonly (readonly [what: string, prelude: readonly string[], drip: string])[] = [
  ['a command', [], 'N'],
  ['NOOP after NOOP', [], 'NOOP\r\n'],
  ['the data', ['MAIL FROM:<a@example.net>', 'RCPT TO:<b@example.org>', 'DATA'], 'x'],
  ['a TLS handshake', ['STARTTLS'], '\x16'],
]
test.for(drips)('W18 %s by drips is hung up on', { timeout: 20_000 }, async ([, prelude, drip]) => {
  await using host = await frontServer({ options: { ...short, tls } })
  const client = await host.greeted()
  for (const line of prelude) await client.say(line)
  const drips = setInterval(() => client.send(drip), 50)
  const ended = await Promise.race([client.closed.then(() => true), new Promise(resolve => setTimeout(resolve, 9_000))])
  clearInterval(drips)
  expect(ended).toBe(true)
  await expect.poll(() => host.entries.length).toBe(1)
})

/** How a ClientHello of 16 KB begins (RFC 8446 §5.1, §4). */
const hello = '\x16\x03\x01\x40\x00\x01\x00\x3f\xfc\x03\x03'
const before: readonly (readonly [what: string, options: FrontSetting['options'], drip: string])[] = [
  ['a TLS handshake that comes first', { implicitTls: true, tls }, hello],
]
test.for(before)('W18 %s by drips is hung up on', { timeout: 20_000 }, async ([, options, drip]) => {
  await using host = await frontServer({ options: { ...short, ...options } })
  const client = host.client()
  let sent = 0
  const drips = setInterval(() => client.send(drip[sent++] ?? '1'), 50)
  const ended = await Promise.race([client.closed.then(() => true), new Promise(resolve => setTimeout(resolve, 9_000))])
  clearInterval(drips)
  expect(ended).toBe(true)
  expect(client.received()).toBe('')
  expect(host.connections()).toBe(0)
})

test('W18 an honest client that waits for a slow delivery is not hung up on', async () => {
  const setting: FrontSetting = {
    filters: [{ name: 'slow', message: () => new Promise<void>(resolve => setTimeout(resolve, 1_500)) }],
    options: short,
  }
  await using host = await frontServer(setting)
  const client = await host.greeted()
  client.send(`${envelope}DATA\r\n`)
  for (let count = 0; count < 3; count += 1) await client.reply()
  expect(await client.say('From: a@example.net\r\n\r\nText\r\n.')).toMatch(/^250 /)
})

test('W19 a client that never reads its replies does not fill our memory, and is gone', async () => {
  await using host = await frontServer({ options: { ...short, wire: { ...short.wire, junk: 1e9 } } })
  const sockets: Socket[] = []
  host.server.on('connection', socket => sockets.push(socket))
  const client = host.client({ read: false })
  await new Promise(resolve => setTimeout(resolve, 300))
  client.send('EHLO client.example.net\r\n')
  await new Promise(resolve => setTimeout(resolve, 100))
  let most = 0
  const watch = setInterval(() => {
    for (const socket of sockets) most = Math.max(most, socket.writableLength)
  }, 5)
  client.send('HELP\r\n'.repeat(400_000))
  await expect.poll(() => host.connections(), { timeout: 15_000 }).toBe(0)
  clearInterval(watch)
  expect(most).toBeLessThan(64 * 1024 + 8_192)
}, 30_000)

const headers = {
  v1: 'PROXY TCP4 192.0.2.77 192.0.2.1 4711 25\r\n',
  v2: Buffer.from('0d0a0d0a000d0a515549540a2111000cc000024dc000020112670019', 'hex'),
} as const
test.for(['v1', 'v2'] as const)('W21 PROXY %s from anybody is not believed', async version => {
  await using host = await frontServer({ options: { greetDelay: 100 } })
  const client = host.client()
  client.send(headers[version])
  await client.closed
  expect(client.received()).toMatch(/^(554|421) [^\r\n]*\r\n$/)
  for (const { ip } of host.entries) expect(ip).toBe('127.0.0.1')
})

test('W21 XCLIENT and XFORWARD from anybody are refused, and the true address stays', async () => {
  await using host = await frontServer()
  const client = await host.greeted()
  expect(await client.say('XCLIENT ADDR=192.0.2.77')).toMatch(/^550 /)
  expect(await client.say('XFORWARD ADDR=192.0.2.77')).toMatch(/^500 /)
  expect(await client.say('MAIL FROM:<a@example.net>')).toMatch(/^250 /)
  client.destroy()
  await expect.poll(() => host.entries.length).toBe(1)
  expect(host.entries[0]?.ip).toBe('127.0.0.1')
})

test('W21 XCLIENT from a named proxy opens its own session for the client it names', async () => {
  await using host = await frontServer({ options: { proxies: { xclient: ['127.0.0.1'] } } })
  const client = await host.greeted()
  expect(await client.say('XCLIENT ADDR=192.0.2.77')).toMatch(/^220 /)
  await client.say('EHLO client.example.net')
  expect(await client.say('MAIL FROM:<a@example.net>')).toMatch(/^250 /)
  client.destroy()
  await expect.poll(() => host.entries.map(({ ip }) => ip)).toEqual(['127.0.0.1', '192.0.2.77'])
})

const foreign: readonly (readonly [what: string, sent: string | Buffer])[] = [
  ['HTTP', 'GET / HTTP/1.1\r\nHost: mx.example.org\r\n\r\n'],
  ['a TLS ClientHello', Buffer.from('16030100f8010000f4030300000a0d0a0d0a', 'hex')],
  ['RDP', Buffer.from('0300002f2ae00000000000436f6f6b69653a206d737473686173683d610d0a', 'hex')],
]
test.for(foreign)('W24 %s before the banner gets at most one reply', async ([, sent]) => {
  await using host = await frontServer({ options: { ...short, greetDelay: 100 } })
  const client = host.client()
  client.send(sent)
  await client.closed
  expect(client.received()).toMatch(/^([45]\d\d [^\r\n]*\r\n)?$/)
})

test.for(foreign)('W24 %s after the banner gets at most one reply', async ([, sent]) => {
  await using host = await frontServer({ options: { ...short, tls } })
  const client = host.client()
  expect(await client.reply()).toMatch(/^220 /)
  client.send(sent)
  await client.closed
  expect(client.received()).toMatch(/^220 [^\r\n]*\r\n([45]\d\d [^\r\n]*\r\n)?$/)
})

test.for(foreign.flatMap(([what, sent]) => ['EHLO', 'MAIL', 'RCPT'].map(verb => [what, verb, sent] as const)))(
  'W24 %s in the middle of a session, after %s, is hung up on',
  async ([, verb, sent]) => {
    await using host = await frontServer({ options: { ...short, tls } })
    const client = await host.greeted()
    if (verb !== 'EHLO') await client.say('MAIL FROM:<a@example.net>')
    if (verb === 'RCPT') await client.say('RCPT TO:<b@example.org>')
    const received = client.received().length
    client.send(sent)
    await client.closed
    expect(client.received().slice(received)).toMatch(/^([45]\d\d [^\r\n]*\r\n)?$/)
    expect(host.delivered).toEqual([])
  },
)
