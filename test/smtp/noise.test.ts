/** Random bytes in every state of a session: nothing breaks, and nothing takes long. */
import { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { postern } from '../../src/engine/gateway.ts'
import { smtpServer } from '../../src/smtp/index.ts'
import { zone } from '../../src/testing/zone.ts'

/** How long to go on. More than a glance: `POSTERN_FUZZ_SECONDS=3600 npx vitest run test/smtp/noise.test.ts`. */
const SECONDS = Number(process.env.POSTERN_FUZZ_SECONDS ?? 4)
const MAX_MS_LENGTH = 100
const AT_ONCE = 400

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

function dice(seed: number): (sides: number) => number {
  let state = seed
  return sides => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % sides
  }
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

test(`W27 random bytes for ${SECONDS} s in five states break nothing, and none takes ${MAX_MS_LENGTH} ms of CPU`, {
  timeout: (SECONDS + 60) * 1_000,
}, async () => {
  const wrong: unknown[] = []
  const onError = (error: unknown) => wrong.push(error)
  process.on('uncaughtException', onError)
  process.on('unhandledRejection', onError)
  let entries = 0
  const gateway = postern({ name: 'mx.example.org', filters: [], dns: zone({}), log: () => entries++ })
  const limits = { sessions: { perAddress: 1e6, perNetwork: 1e6, all: 1e6 } }
  const smtp = smtpServer({
    gateway,
    name: 'mx.example.org',
    greetDelay: 0,
    limits,
    wire: { junk: 1e9, errors: 1e9 },
    deliver: async ({ content }) => {
      for await (const _ of content.open());
    },
  })
  const until = performance.now() + SECONDS * 1_000
  let executions = 0
  let longest = { ms: 0, state: '', data: '' }
  for (let batch = 1; performance.now() < until; batch += 1) {
    const clients = Array.from({ length: AT_ONCE }, (_, index) => {
      const duplex = line()
      smtp.server.emit('connection', duplex)
      return { duplex, state: states[index % states.length] ?? states[0], roll: dice(batch * AT_ONCE + index + 1) }
    })
    const examine = async ({ duplex, state, roll }: (typeof clients)[number]) => {
      for (let times = 0; times < 4 && !duplex.destroyed; times += 1) {
        const data = noise(roll)
        const before = process.threadCpuUsage()
        duplex.say(data)
        await turn()
        await turn()
        const { user, system } = process.threadCpuUsage(before)
        const ms = (user + system) / 1_000
        if (ms > longest.ms) longest = { ms, state: state[0], data: data.toString('latin1') }
        executions += 1
      }
    }
    for (const client of clients) if (client.state[1].length === 0) await examine(client)
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
  await expect.poll(() => smtp.connections).toBe(0)
  process.off('uncaughtException', onError)
  process.off('unhandledRejection', onError)
  console.log(`W27: ${executions} executions, ${entries} sessions, the dearest ${longest.ms.toFixed(1)} ms of CPU`)
  expect(wrong).toEqual([])
  expect(executions).toBeGreaterThan(SECONDS * 100)
  if (longest.ms > MAX_MS_LENGTH) expect(longest).toBe(`less than ${MAX_MS_LENGTH} ms`)
})
