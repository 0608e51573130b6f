/** The Rspamd port under attack: who may train, how much is read, and how long a socket is held. */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { withCrlf } from '../../../src/adapters/rspamd/body.ts'
import type { Filter } from '../../../src/index.ts'
import { message, responseOf, rspamdHost } from '../../support/rspamd-host.ts'
import { scratch } from '../../support/scratch.ts'

const http = (path: string, fields = '', version = '1.1') =>
  `POST ${path} HTTP/${version}\r\n${fields}Content-Length: ${message.length}\r\n\r\n${message}`
const tell = `TELL SPAMC/1.5\r\nMessage-class: spam\r\nSet: local\r\nContent-length: ${message.length}\r\n\r\n${message}`
const training = { 'over HTTP': http('/learnspam', 'Host: localhost\r\n'), 'by spamc': tell }

test.for(Object.entries(training))('P01 who has no address trains nothing %s', async ([, request]) => {
  await using host = await rspamdHost()
  await using folder = await scratch()
  const path = join(folder.path, 'elsewhere')
  // A socket of another listener has no address, as a socket that was reset has none; this listener is of TCP.
  const elsewhere = createServer({ allowHalfOpen: true }, socket => host.server.emit('connection', socket))
  elsewhere.listen(path)
  await once(elsewhere, 'listening')
  const socket = connect(path)
  socket.on('error', () => undefined).write(request)
  expect(await responseOf(socket)).toBe('')
  elsewhere.close()
  expect(host.examples).toEqual([])
})

test.for(Object.entries(training))(
  'P01 P02 a client that resets right behind the request trains under its address, or not at all %s',
  async ([, request]) => {
    await using host = await rspamdHost()
    for (let count = 0; count < 100; count += 1) {
      const socket = host.client('127.0.0.9')
      await once(socket, 'connect')
      socket.write(request)
      await new Promise(setImmediate)
      socket.resetAndDestroy()
    }
    await host.say(request)
    await expect.poll(() => host.examples.filter(({ by }) => by === 'rspamd:127.0.0.1').length).toBe(1)
    expect(host.examples.filter(({ by }) => by !== 'rspamd:127.0.0.9' && by !== 'rspamd:127.0.0.1')).toEqual([])
  },
)

test.for([
  ['with an Origin', '/learnspam', 'Host: localhost\r\nOrigin: http://evil.example\r\n'],
  ['with the Origin null', '/learnspam', 'Host: localhost\r\nOrigin: null\r\n'],
  ['fetched for another site', '/learnspam', 'Host: localhost\r\nSec-Fetch-Site: cross-site\r\n'],
  ['for a foreign Host', '/learnspam', 'Host: evil.example\r\n'],
  ['for a foreign Host with a port', '/learnspam', 'Host: evil.example:11334\r\n'],
  ['for a foreign address', '/learnspam', 'Host: 192.0.2.1\r\n'],
  ['for a name that only begins as ours', '/learnspam', 'Host: localhost.evil.example\r\n'],
  ['for a foreign host in the first line', 'http://evil.example/learnspam', 'Host: localhost\r\n'],
] as const)('P01 a request of a web page trains nothing: %s', async ([, path, fields]) => {
  await using host = await rspamdHost()
  expect(await host.say(http(path, fields))).toMatch(/^HTTP\/1\.1 403 /)
  expect(host.examples).toEqual([])
})

test.for(['localhost', 'LOCALHOST:11334', '127.0.0.1', '127.0.0.1:11334', '[::1]:11334', hostname()])(
  'the controller is served under names of this machine: %s',
  async name => {
    await using host = await rspamdHost()
    expect(await host.say(http('/learnspam', `Host: ${name}\r\n`))).toMatch(/^HTTP\/1\.1 200 /)
    expect(host.examples).toEqual([{ label: 'spam', by: 'rspamd:127.0.0.1' }])
  },
)

test('the controller is served on a Unix socket, known by its listener, under any name', async () => {
  await using folder = await scratch()
  await using host = await rspamdHost({ path: join(folder.path, 'rspamd') })
  expect(await host.say(http('/learnspam', 'Host: rspamd\r\n'))).toMatch(/^HTTP\/1\.1 200 /)
  expect(host.examples).toEqual([{ label: 'spam', by: 'rspamd:local' }])
})

const controls = ['learnspam', 'learnham', 'stat', 'symbols', 'actions', 'counters', 'auth', 'errors', 'metrics']
test.for(controls)('P01 without the password /%s is refused, and read by no web page with it', async name => {
  await using host = await rspamdHost({ password: 'correct horse' })
  const body = name.startsWith('learn') ? message : ''
  const asked = (fields: string) => host.post(`/${name}`, body, `Host: postern.example\r\n${fields}`)
  expect(await asked('')).toMatch(/^HTTP\/1\.1 403 /)
  expect(await asked('Password: wrong\r\n')).toMatch(/^HTTP\/1\.1 403 /)
  expect(await asked('Password: correct horse\r\nOrigin: http://evil.example\r\n')).toMatch(/^HTTP\/1\.1 403 /)
  expect(host.examples).toEqual([])
  expect(await asked('Password: correct horse\r\n')).toMatch(/^HTTP\/1\.1 200 /)
})

test('P04 of thousands of pipelined requests one is judged and answered, and the connection ends', async () => {
  await using host = await rspamdHost()
  const text = await host.say(http('/checkv2', 'Host: x\r\n').repeat(3000))
  expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(1)
  expect(host.judged()).toBe(1)
})

test('P04 bombs wait for their turn: what is unpacked at once stays within the budget', async () => {
  let [now, most] = [0, 0]
  const slow: Filter = {
    name: 'slow',
    message: async () => {
      now += 1
      most = Math.max(most, now)
      await new Promise(resolve => setTimeout(resolve, 10))
      now -= 1
    },
  }
  await using host = await rspamdHost({ size: '1mb', budget: '2mb', filters: [slow] })
  const bomb = zstdCompressSync(Buffer.from(message + 'a\r\n'.repeat(330_000)))
  const packed = [
    Buffer.from(`POST /checkv2 HTTP/1.1\r\nHost: x\r\nCompression: zstd\r\nContent-Length: ${bomb.length}\r\n\r\n`),
    bomb,
  ]
  const answers = await Promise.all(Array.from({ length: 30 }, () => host.say(Buffer.concat(packed))))
  expect(answers.filter(text => /^HTTP\/1\.1 200/.test(text))).toHaveLength(30)
  // Two within the budget, and one beyond, so that each comes to its end.
  expect(most).toBeLessThanOrEqual(3)
})

test('P04 a frame of zstd with a window of 128 MB is refused before memory is taken', async () => {
  await using host = await rspamdHost()
  // RFC 8878 §3.1.1: no single segment, window descriptor 2^27, then a raw block of one byte.
  const frame = Buffer.from('28b52ffd008809000061', 'hex')
  expect(await host.post('/checkv2', frame, 'Host: x\r\nCompression: zstd\r\n')).toMatch(/^HTTP\/1\.1 400 /)
})

test.for([
  ...['-5', '+5', '1e3', '0x10', '5.0', '5 5', '', '9007199254740993', '99999999999999999999', 'NaN', 'Infinity'],
  ...['5\r\nContent-length: 6', '5\r\nContent-Length: -5', '5\r\n folded: x', '5\r\nno field'],
])('P05 a length of %j is refused by the line protocols, and nothing is judged', async length => {
  await using host = await rspamdHost()
  const rest = `Content-length: ${length}\r\n\r\nhello`
  expect(await host.say(`CHECK SPAMC/1.5\r\n${rest}`, { end: true })).toBe('SPAMD/1.1 76 EX_PROTOCOL\r\n\r\n')
  expect(await host.say(`CHECK RSPAMC/1.3\r\n${rest}`, { end: true })).toBe('RSPAMD/1.3 76 EX_PROTOCOL\r\n\r\n')
  expect(host.judged()).toBe(0)
})

test.for([
  ['negative', 'Content-Length: -5\r\n\r\nhello'],
  ['an exponent', 'Content-Length: 1e3\r\n\r\nhello'],
  ['beyond 2^53', 'Content-Length: 9007199254740993\r\n\r\nhello'],
  ['twice', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!'],
  ['beside chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['of a chunk that lies', 'Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n'],
  ['short of what came', 'Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n'],
] as const)('P05 a length that is %s is refused over HTTP, and nothing is judged', async ([, rest]) => {
  await using host = await rspamdHost()
  expect(await host.say(`POST /checkv2 HTTP/1.1\r\nHost: x\r\n${rest}`, { end: true })).not.toMatch(/HTTP\/1\.1 200/)
  expect(host.judged()).toBe(0)
})

test.for([
  '{"actions":{"reject":1e999}}',
  '{"scores":{"A":-1e999}}',
  '{"scores":{"A":null}}',
  '{"actions":{"reject":9007199254740993}}',
])('P05 numbers of Settings are numbers of points: %s is none', async settings => {
  await using host = await rspamdHost()
  expect(await host.post('/checkv2', message, `Host: x\r\nSettings: ${settings}\r\n`)).toMatch(/^HTTP\/1\.1 400 /)
})

test('P05 a message that ends before its length is not judged', async () => {
  await using host = await rspamdHost()
  const rest = `Content-length: ${message.length + 1}\r\n\r\n${message}`
  expect(await host.say(`CHECK SPAMC/1.5\r\n${rest}`, { end: true })).toMatch(/76 EX_PROTOCOL/)
  await host.say(`POST /checkv2 HTTP/1.1\r\nHost: x\r\n${rest}`, { end: true })
  const endless = `CHECK SPAMC/1.5\r\n${'X: y\r\n'.repeat(20_000)}\r\n${message}`
  expect(await host.say(endless, { end: true })).toMatch(/76 EX_PROTOCOL/)
  expect(host.judged()).toBe(0)
})

test('P05 line ends of a large message are made over many turns of the event loop', async () => {
  const body = Buffer.from('From: a@example.org\n\n'.concat('hello world, this is text.\n'.repeat(800_000)))
  let turns = 0
  let going = true
  const turn = () => {
    turns += 1
    if (going) setImmediate(turn)
  }
  setImmediate(turn)
  const sent = await withCrlf(body)
  going = false
  expect(turns).toBeGreaterThan(100)
  expect(sent.equals(Buffer.from(body.toString('latin1').replaceAll('\n', '\r\n'), 'latin1'))).toBe(true)
})

test('a body that is packed in another way than was agreed is refused, and an agreed one is unpacked', async () => {
  await using host = await rspamdHost()
  const gzip = await host.post('/checkv2', gzipSync(message), 'Host: x\r\nContent-Encoding: gzip\r\n')
  expect(gzip).toMatch(/^HTTP\/1\.1 415 [\s\S]*send zstd, or the message itself/)
  const packed = deflateSync(message)
  const spamc = (compress: string, body: Buffer) =>
    host.say(
      Buffer.concat([
        Buffer.from(`CHECK SPAMC/1.5\r\nCompress: ${compress}\r\nContent-length: ${body.length}\r\n\r\n`),
        body,
      ]),
    )
  expect(await spamc('zlib', packed)).toMatch(/^SPAMD\/1\.1 0 EX_OK/)
  expect(await spamc('lzma', packed)).toMatch(/76 EX_PROTOCOL/)
  expect(await spamc('zlib', packed.subarray(0, 40))).toMatch(/76 EX_PROTOCOL/)
  expect(host.judged()).toBe(1)
})

test.for(['stat', 'counters', 'auth', 'ping', 'metrics'])(
  'rspamc of Rspamd 4 asks for /%s and says that its empty body is packed',
  async name => {
    await using host = await rspamdHost()
    const fields = 'Host: localhost\r\nContent-Encoding: zstd\r\n'
    expect(await host.post(`/${name}`, '', fields)).toMatch(/^HTTP\/1\.1 200 /)
  },
)

test('spamc gets a message back byte for byte', async () => {
  await using host = await rspamdHost()
  const sent = Buffer.concat([Buffer.from(message), Buffer.from([0xe9, 0xff, 0x80, 0x0d, 0x0a])])
  const text = await host.say(
    Buffer.concat([Buffer.from(`PROCESS SPAMC/1.5\r\nContent-length: ${sent.length}\r\n\r\n`), sent]),
  )
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const body = rest.join('\r\n\r\n')
  expect(/Content-length: (\d+)/.exec(head)?.[1]).toBe(String(body.length))
  expect(body.endsWith(sent.toString('latin1'))).toBe(true)
})

test('a client of the line protocols that has its answer gives its place back', async () => {
  await using host = await rspamdHost({ connections: 2 })
  for (let count = 0; count < 6; count += 1)
    expect(await host.say(`CHECK SPAMC/1.5\r\nContent-length: ${message.length}\r\n\r\n${message}`)).toMatch(/EX_OK/)
})

test('P03 honest requests are served while slow clients hold all places', async () => {
  await using host = await rspamdHost({ connections: 10 })
  const begins = [
    '',
    'CHECK RSPAMC/1.3\r\nX: ',
    'POST / HTTP/1.1\r\nX: ',
    'CHECK SPAMC/1.5\r\nContent-length: 1000\r\n\r\n',
  ]
  const slow = Array.from({ length: 10 }, () => host.client())
  for (const [index, socket] of slow.entries()) socket.write(begins[index % begins.length] ?? '')
  const drip = setInterval(() => {
    for (const socket of slow) if (socket.writable) socket.write('a')
  }, 20)
  await new Promise(resolve => setTimeout(resolve, 400))
  for (let count = 0; count < 5; count += 1) expect(await host.post('/checkv2', message)).toMatch(/^HTTP\/1\.1 200 /)
  clearInterval(drip)
})

test('P03 an answer that is not fetched is given up', async () => {
  await using host = await rspamdHost({ timeout: '300ms' })
  const socket = host.client()
  const body = message + 'a\r\n'.repeat(8_000_000)
  socket.write(`PROCESS SPAMC/1.5\r\nContent-length: ${body.length}\r\n\r\n${body}`)
  const count = () => new Promise<number>(resolve => host.server.getConnections((_error, open) => resolve(open)))
  await expect.poll(count, { timeout: 20_000 }).toBe(1)
  await expect.poll(count, { timeout: 20_000 }).toBe(0)
})
