/** Attacks on a running relay over real sockets. Each goes on until the honest client has had its mail delivered. */
import { setTimeout as sleep } from 'node:timers/promises'
import { zstdCompressSync } from 'node:zlib'
import { type RawClient, rawClient } from '../support/raw-client.ts'

/** What is attacked. */
export interface Target {
  /** Of SMTP. */
  readonly smtp: number
  /** Of Rspamd's protocol. */
  readonly rspamd: number
  /** Aborts when the honest client is done. */
  readonly over: AbortSignal
}

export interface Attack {
  /** How many attackers there are, each with its own address. */
  readonly attackers: number
  /** One round of one attacker; again and again until it is over. Never rejects for what the relay does. */
  readonly round: (target: Target, from: string) => Promise<unknown>
  /** What must not be found in the inbox: the message is refused, or lies in quarantine. */
  readonly never?: RegExp
  /** Every reply to a message of this attack that is neither a deferral nor a lost connection. @default any */
  readonly replies?: RegExp
  /** Each honest message comes from an address that was not seen before. @default from the same one */
  readonly strangers?: boolean
  /** File descriptors that the relay may have. @default what the system gives */
  readonly descriptors?: number
}

const STEPS = ['EHLO bad.example', 'MAIL FROM:<a@bad.example>', 'RCPT TO:<b@example.net>', 'DATA']

/** @returns the client if it came as far as the data */
async function upToData({ smtp }: Target, from: string): Promise<RawClient | undefined> {
  const client = rawClient(smtp, { from })
  await client.reply()
  for (const step of STEPS) if (!/^[23]/.test(await client.say(step))) return void client.destroy()
  return client
}

const held = async (client: RawClient, { over }: Target): Promise<void> => {
  await Promise.race([client.closed, aborted(over)])
  client.destroy()
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve())))

/** Sends one message. @returns what was said to it */
const message =
  (content: string): Attack['round'] =>
  async (target, from) => {
    const client = await upToData(target, from)
    client?.send(Buffer.from(`${content.replace(/\r\n\./g, '\r\n..')}\r\n.\r\n`, 'latin1'))
    const reply = await client?.reply()
    client?.destroy()
    return reply
  }

/** Bytes, one by one, until the other side has had enough or the test is over. */
const drips =
  (port: 'smtp' | 'rspamd', start: string, drip: string): Attack['round'] =>
  async (target, from) => {
    const client = rawClient(target[port], { from })
    client.send(start)
    const timer = setInterval(() => client.send(drip), 1_000)
    await held(client, target)
    clearInterval(timer)
  }

const resets =
  (port: 'smtp' | 'rspamd', words: string): Attack['round'] =>
  async (target, from) => {
    const { socket } = rawClient(target[port], { from })
    socket.once('connect', () => socket.write(words, () => socket.resetAndDestroy()))
    await sleep(5)
  }

/** Begins a message that needs a file, and does something each second. */
const holds =
  (drip: (client: RawClient) => void): Attack['round'] =>
  async (target, from) => {
    const client = await upToData(target, from)
    if (client === undefined) return await sleep(200)
    client.send(`${header}\r\n${`${'x'.repeat(998)}\r\n`.repeat(300)}`)
    const timer = setInterval(() => drip(client), 1_000)
    await held(client, target)
    clearInterval(timer)
  }

const bomb = zstdCompressSync(Buffer.alloc(20 * 1024 * 1024, 'a'))
const request = (body: Buffer) =>
  Buffer.concat([
    Buffer.from(
      `POST /checkv2 HTTP/1.1\r\nHost: x\r\nContent-Encoding: zstd\r\nContent-Length: ${body.length}\r\n\r\n`,
    ),
    body,
  ])

const header =
  'From: a@bad.example\r\nDate: Mon, 23 Nov 2026 11:00:00 +0000\r\nMessage-ID: <1@bad.example>\r\nSubject: x\r\n'
const mixed = (boundary: string) => `Content-Type: multipart/mixed; boundary=${boundary}\r\n\r\n`
const program =
  'Content-Type: application/octet-stream; name=a.exe\r\nContent-Transfer-Encoding: base64\r\n\r\nTVqQAAMAAAA=\r\n'
const GTUBE = 'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X'
const nested = Array.from({ length: 101 }, (_, level) => `${mixed(`b${level}`)}--b${level}\r\n`).join('')

/** The attacks that were once successful, as far as they can be sent to the relay. Add a row for each new one. */
export const attacks: Readonly<Record<string, Attack>> = {
  'P02 connects and resets': { attackers: 20, round: resets('smtp', 'EHLO x\r\n') },
  'P01 trains and resets at once': {
    attackers: 20,
    round: resets('rspamd', 'POST /learnspam HTTP/1.1\r\nHost: x\r\nContent-Length: 14\r\n\r\nSubject: x\r\n\r\n'),
  },
  'P04 pipelines four hundred requests with bombs of zstd on one connection': {
    attackers: 1,
    round: async (target, from) => {
      const client = rawClient(target.rspamd, { from })
      client.send(Buffer.concat(Array.from({ length: 400 }, () => request(bomb))))
      await held(client, target)
    },
  },
  'P03 sends the head of a request by drips': {
    attackers: 60,
    round: drips('rspamd', 'POST /checkv2 HTTP/1.1\r\nX: ', 'x'),
  },
  'P03 sends the body of a request by drips': {
    attackers: 60,
    round: drips('rspamd', 'POST /checkv2 HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n', 'x'),
  },
  'W18 sends commands by drips': { attackers: 120, round: drips('smtp', 'EHLO x\r\n', 'N') },
  'W20 is silent, on more connections than there are descriptors': {
    attackers: 400,
    descriptors: 256,
    round: async (target, from) => {
      await held(rawClient(target.smtp, { from }), target)
      await sleep(100)
    },
  },
  'K03 begins messages of 300 KB, more than there are descriptors for': {
    attackers: 200,
    descriptors: 256,
    round: holds(() => undefined),
  },
  'K03 begins messages of 300 KB and drips on, while each honest message comes from a stranger': {
    attackers: 200,
    descriptors: 256,
    strangers: true,
    round: holds(client => client.send(`${'x'.repeat(700)}\r\n`)),
  },
  'M06 hides a program behind 999 empty parts': {
    attackers: 4,
    round: message(`${header}${mixed('b')}${'--b\r\n\r\n'.repeat(999)}--b\r\n${program}--b--`),
    never: /TVqQAAMAAAA=/,
    replies: /^250 |^550 /,
  },
  'M06 hides a program in 101 nested multiparts': {
    attackers: 4,
    round: message(`${header}${nested}${program}`),
    never: /TVqQAAMAAAA=/,
    replies: /^250 |^550 /,
  },
  'M04 puts 24,000 line ends before its text': {
    attackers: 4,
    round: message(`${header}\r\n${'\r\n'.repeat(24_000)}Buy now`),
    replies: /^250 |^550 /,
  },
  'A12 forges our results behind 16 KB of comments': {
    attackers: 4,
    round: message(
      `Authentication-Results: ${'(x)\r\n '.repeat(2_300)}mx.example; dkim=pass\r\nReturn-Path: <x@forged.example>\r\n${header}\r\nx`,
    ),
    never: /x@forged\.example|\(x\)\r\n \(x\)/,
    replies: /^250 |^550 /,
  },
  'M06 hides a program behind a part header of 140 KB': {
    attackers: 4,
    round: message(`${header}${mixed('b')}--b\r\n${'X-Fill: x\r\n'.repeat(12_700)}${program}--b--`),
    never: /TVqQAAMAAAA=/,
    replies: /^250 |^550 /,
  },
  'M10 hides a program in a multipart of an unknown kind': {
    attackers: 4,
    round: message(`${header}Content-Type: multipart/*; boundary=b\r\n\r\n--b\r\n${program}--b--`),
    never: /TVqQAAMAAAA=/,
    replies: /^250 |^550 /,
  },
  'M10 hides a program behind a field whose name is folded before its colon': {
    attackers: 4,
    round: message(`${header}Content-Type\r\n : multipart/mixed; boundary=b\r\n\r\n--b\r\n${program}--b--`),
    never: /TVqQAAMAAAA=/,
    replies: /^250 |^550 /,
  },
  'sends what DMARC quarantines, with what the content rules refuse': {
    attackers: 4,
    round: message(`${header.replace('a@bad', 'a@lenient')}\r\n${GTUBE}`),
    never: /GTUBE/,
    replies: /^550 /,
  },
}
