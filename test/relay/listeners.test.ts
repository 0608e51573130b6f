/** Listeners: several at once, LMTP, TLS from the first byte, a Unix socket, and ports that outlive their workers. */
import { readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { expect, test } from 'vitest'
import { effective } from '../../src/relay/config/options.ts'
import type { RelayConfig } from '../../src/relay/index.ts'
import { startRelay } from '../../src/relay/relay.ts'
import { selfSigned } from '../../src/relay/tls/self-signed.ts'
import { rawClient } from '../support/raw-client.ts'
import { scratch } from '../support/scratch.ts'
import { deliver, letter, messages, relayProcess, stuffed } from './relay-process.ts'

/** A relay in this process. */
async function relayWith(config: RelayConfig) {
  const { options } = effective({ dns: ['127.0.0.1:9'], ...config }, { args: [], environment: {} })
  const relay = await startRelay(options, { log: () => undefined, tell: () => undefined })
  const ports = relay.listeners.map(({ server }) => {
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  })
  return { relay, ports, [Symbol.asyncDispose]: () => relay.close() }
}

test('SMTP, LMTP and TLS from the first byte on three ports, and SMTP on a Unix socket', async () => {
  await using folder = await scratch()
  const path = join(folder.path, 'smtp.sock')
  const { cert, key } = selfSigned('mx.example.org')
  const tls = { cert: join(folder.path, 'cert.pem'), key: join(folder.path, 'key.pem') }
  await writeFile(tls.cert, cert)
  await writeFile(tls.key, key)
  await using running = await relayWith({
    name: 'mx.example.org',
    maildir: folder.path,
    listeners: [
      { address: '127.0.0.1:0' },
      { address: '127.0.0.1:0', protocol: 'lmtp' },
      { address: '127.0.0.1:0', implicitTls: true, tls },
      { address: path },
    ],
  })
  const [smtp = 0, lmtp = 0, secure = 0] = running.ports
  expect(await deliver(smtp, letter('smtp'))).toMatch(/^250 /)

  const client = rawClient(lmtp)
  expect(await client.reply()).toMatch(/^220 mx\.example\.org LMTP /)
  for (const line of ['LHLO client.example.org', 'MAIL FROM:<a@example.org>'])
    expect(await client.say(line)).toMatch(/^250[ -]/)
  for (const to of ['b', 'c']) expect(await client.say(`RCPT TO:<${to}@example.net>`)).toMatch(/^250 /)
  await client.say('DATA')
  client.send(Buffer.from(stuffed(letter('lmtp')), 'latin1'))
  // One reply for each recipient (RFC 2033 §4.2).
  expect([await client.reply(), await client.reply()].map(reply => reply.slice(0, 4))).toEqual(['250 ', '250 '])
  client.destroy()

  const banner = (socket: NodeJS.ReadableStream) => new Promise(resolve => socket.once('data', resolve)).then(String)
  const overTls = connectTls({ port: secure, host: '127.0.0.1', rejectUnauthorized: false })
  expect(await banner(overTls)).toMatch(/^220 mx\.example\.org ESMTP /)
  overTls.destroy()
  const local = connect(path)
  expect(await banner(local)).toMatch(/^220 mx\.example\.org ESMTP /)
  local.destroy()
})

test('an address literal is a host name, and the fields have the name of authservId', async () => {
  await using folder = await scratch()
  const names = { name: '[192.0.2.1]', authservId: 'mx.example.org' }
  await using running = await relayWith({ ...names, maildir: folder.path, listeners: [{ address: '127.0.0.1:0' }] })
  const client = rawClient(running.relay.port)
  expect(await client.reply()).toMatch(/^220 \[192\.0\.2\.1\] ESMTP /)
  client.destroy()
  expect(await deliver(running.relay.port, letter('literal'))).toMatch(/^250 /)
  const [text] = await messages(folder.path)
  expect(text).toMatch(/^Authentication-Results: mx\.example\.org;/m)
})

test('routes take mail by domain, and no other', async () => {
  await using folder = await scratch()
  const box = (name: string) => join(folder.path, name)
  await using running = await relayWith({
    maildir: folder.path,
    listeners: [{ address: '127.0.0.1:0' }],
    routes: [
      { domains: ['a.example'], maildir: box('a'), recipients: { list: ['bob@a.example'] } },
      { domains: ['.b.example'], maildir: box('b') },
    ],
  })
  const to = (address: string) => deliver(running.relay.port, letter(address.replace('@', '-')), address)
  expect(await to('bob@a.example')).toMatch(/^250 /)
  expect(await to('eve@a.example')).not.toMatch(/^250 /)
  expect(await to('bob@mail.b.example')).toMatch(/^250 /)
  expect(await to('bob@c.example')).not.toMatch(/^250 /)
  expect([(await messages(box('a'))).length, (await messages(box('b'))).length]).toEqual([1, 1])
})

test('while no worker lives the port is held: clients wait for the next worker, and none is refused', {
  timeout: 120_000,
}, async () => {
  await using folder = await scratch()
  await using relay = await relayProcess(['--maildir', folder.path, '--workers', '2'])
  const children = async () =>
    (await readFile(`/proc/${relay.child.pid}/task/${relay.child.pid}/children`, 'utf8'))
      .split(' ')
      .filter(Boolean)
      .map(Number)
  const refused: (string | undefined)[] = []
  const replies: string[] = []
  const attempt = async (index: number) => void replies.push(await deliver(relay.port, letter(`k${index}`)))
  // One connection after the other: a port on which no process listens refuses at once.
  let isOver = false
  const probing = (async () => {
    while (!isOver)
      await new Promise<void>(done => {
        const socket = connect(relay.port, '127.0.0.1')
        socket.on(
          'error',
          (error: NodeJS.ErrnoException) => void (error.code === 'ECONNREFUSED' && refused.push(error.code)),
        )
        socket.once('connect', () => socket.destroy()).once('close', () => setTimeout(done, 5))
      })
  })()
  for (const pid of await children()) process.kill(pid, 'SIGKILL')
  await Promise.all(
    Array.from({ length: 30 }, async (_, index) => {
      await new Promise(resolve => setTimeout(resolve, index * 30))
      await attempt(index)
    }),
  )
  isOver = true
  await probing
  expect(refused).toEqual([])
  // A connection that a dying worker had is lost with it; later connections are served.
  expect(replies.filter(reply => !/^(?:250|421|closed)/.test(reply))).toEqual([])
  expect(replies.filter(reply => reply.startsWith('250')).length).toBeGreaterThan(15)
})
