/**
 * Random bytes in every state of a session: nothing breaks, and nothing takes long. More with `POSTERN_FUZZ=1000000`.
 */
import { Duplex } from 'node:stream'
import { SMTPServer } from 'smtp-server'
import { expect, test } from 'vitest'
import { type GuardOptions, guard } from '../../src/adapters/smtp-server/index.ts'
import { type Gateway, postern } from '../../src/engine/gateway.ts'
import type { GatewayEvent } from '../../src/model/events.ts'
import { smtpServer } from '../../src/smtp/index.ts'
import { zone } from '../../src/testing/zone.ts'
import { dice, runs } from '../support/random.ts'

const MAX_MS_LENGTH = 100
/** Clients at once. */
const AT_ONCE = 400
/** Pieces of noise for each client. */
const PIECES = 4

const states = [
  ['before the greeting', []],
  ['after the greeting', ['']],
  ['after EHLO', ['', 'EHLO client.example.net\r\n']],
  ['after RCPT', ['', 'EHLO client.example.net\r\n', 'MAIL FROM:<a@example.net>\r\n', 'RCPT TO:<b@example.org>\r\n']],
  [
    'in the data',
    [
      ...['', 'EHLO client.example.net\r\n', 'MAIL FROM:<a@example.net>\r\n'],
      ...['RCPT TO:<b@example.org>\r\n', 'DATA\r\n', 'Subject: x\r\n'],
    ],
  ],
] as const

/** What random bytes alone would hardly ever say. */
const words = [
  ...['\r\n', '\n', '\r', '\0', '.', '\r\n.\r\n', '\n.\n', ' ', ':', '<', '>', '@', '=', '"', '\\', '[', ']', '(', ')'],
  ...['EHLO ', 'MAIL FROM:', 'RCPT TO:', 'DATA', 'BDAT 5 LAST', 'RSET', 'NOOP', 'STARTTLS', 'AUTH PLAIN ', 'XCLIENT '],
  ...['SIZE=', 'BODY=8BITMIME', 'SMTPUTF8', 'Content-Type: multipart/mixed; boundary=', '--', 'From: ', '\xff\xfe'],
].map(word => Buffer.from(word, 'latin1'))

function noise(roll: (sides: number) => number): Buffer {
  const parts = Array.from({ length: 1 + roll(12) }, () =>
    roll(3) > 0
      ? (words[roll(words.length)] ?? Buffer.alloc(0))
      : Buffer.from(Array.from({ length: roll(60) }, () => roll(256))),
  )
  return Buffer.concat(roll(4) > 0 ? [...parts, Buffer.from('\r\n')] : parts)
}

/**
 * The server's end of a connection without a network: what is written to it has been received, what it reads we push.
 */
function line(): Duplex & { readonly say: (data: string | Buffer) => void } {
  const duplex = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() })
  return Object.assign(duplex, {
    remoteAddress: '192.0.2.1',
    remotePort: 4711,
    bytesRead: 0,
    readyState: 'open',
    setTimeout: () => duplex,
    setNoDelay: () => duplex,
    say: (data: string | Buffer) => {
      if (!duplex.destroyed && !duplex.readableEnded) duplex.push(data)
    },
  })
}

const turn = () => new Promise(resolve => setImmediate(resolve))
const limits = { sessions: { perAddress: 1e6, perNetwork: 1e6, all: 1e6 } }
const common = { name: 'mx.example.org', limits, wire: { junk: 1e9, errors: 1e9 } } as const

/** A server without a port: connections are handed to it. */
interface Unbound {
  readonly connect: (duplex: Duplex) => void
  readonly connections: () => number
  /** Milliseconds until it greets. */
  readonly greets: number
}
const servers: Readonly<Record<string, (gateway: Gateway, fail: (error: unknown) => void) => Unbound>> = {
  'smtp-server': (gateway, fail) => {
    const onData: GuardOptions['onData'] = (stream, _session, done) => {
      stream.on('error', done)
      stream.on('end', () => done())
      stream.resume()
    }
    const options = { ...common, logger: false, disabledCommands: ['STARTTLS'], onData }
    const server = new SMTPServer(guard(gateway, options))
    server.on('error', fail)
    const connect = (duplex: Duplex) => server.connect(duplex as never, {})
    return { connect, connections: () => server.connections.size, greets: 100 }
  },
  'own server': gateway => {
    const smtp = smtpServer({
      ...common,
      gateway,
      greetDelay: 0,
      deliver: async ({ content }) => {
        for await (const _ of content.open());
      },
    })
    const connect = (duplex: Duplex) => smtp.server.emit('connection', duplex)
    return { connect, connections: () => smtp.connections, greets: 0 }
  },
}

test.for(Object.entries(servers))(
  `W27 random bytes in five states break nothing, and none takes ${MAX_MS_LENGTH} ms of CPU: %s`,
  { timeout: 60_000 + runs(0) * 10 },
  async ([, serverOf]) => {
    const wrong: unknown[] = []
    const fail = (error: unknown) => wrong.push(error)
    process.on('uncaughtException', fail)
    process.on('unhandledRejection', fail)
    let entries = 0
    const events = ({ type }: GatewayEvent) => {
      if (type === 'session') entries += 1
    }
    const gateway = postern({ name: 'mx.example.org', filters: [], dns: zone({}), events })
    const server = serverOf(gateway, fail)
    const executions = runs(8_000)
    let longest = { ms: 0, state: '', bytes: '' }
    for (let done = 0; done < executions; done += AT_ONCE * PIECES) {
      const clients = Array.from({ length: AT_ONCE }, (_, index) => {
        const duplex = line()
        server.connect(duplex)
        return { duplex, state: states[index % states.length] ?? states[0], roll: dice(done + index) }
      })
      const examine = async ({ duplex, state, roll }: (typeof clients)[number]) => {
        for (let times = 0; times < PIECES && !duplex.destroyed; times += 1) {
          const bytes = noise(roll)
          const before = process.threadCpuUsage()
          duplex.say(bytes)
          await turn()
          await turn()
          const { user, system } = process.threadCpuUsage(before)
          const ms = (user + system) / 1_000
          if (ms > longest.ms) longest = { ms, state: state[0], bytes: bytes.toString('latin1') }
        }
      }
      for (const client of clients) if (client.state[1].length === 0) await examine(client)
      if (server.greets > 0) await new Promise(resolve => setTimeout(resolve, server.greets + 50))
      for (const client of clients) {
        if (client.state[1].length === 0) continue
        for (const step of client.state[1]) {
          client.duplex.say(step)
          await turn()
          await turn()
        }
        await examine(client)
      }
      for (const { duplex } of clients) duplex.destroy()
      await turn()
    }
    await expect.poll(server.connections).toBe(0)
    process.off('uncaughtException', fail)
    process.off('unhandledRejection', fail)
    expect(wrong).toEqual([])
    // One for each client that was greeted.
    expect(entries).toBeGreaterThan(executions / PIECES / 2)
    if (longest.ms > MAX_MS_LENGTH) expect(longest).toBe(`less than ${MAX_MS_LENGTH} ms`)
  },
)
