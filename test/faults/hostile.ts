/** One small piece of each kind of hostile traffic, as one client sends it who then leaves. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type RawClient, rawClient } from '../support/raw-client.ts'

type Attack = (client: RawClient) => Promise<unknown> | unknown

const header = 'From: a@example.org\r\nDate: Mon, 23 Nov 2026 11:00:00 +0000\r\nSubject: x\r\n'

/** Up to 354, if it comes to that. */
async function upToData(client: RawClient): Promise<void> {
  await client.reply()
  for (const line of ['EHLO bad.example', 'MAIL FROM:<a@example.org>', 'RCPT TO:<b@example.net>', 'DATA'])
    await client.say(line)
}

const message =
  (content: string): Attack =>
  async client => {
    await upToData(client)
    client.send(`${content}\r\n.\r\n`)
    await client.reply()
  }
const atOnce =
  (bytes: string): Attack =>
  async client => {
    client.send(bytes)
    await client.reply()
  }
const after =
  (...lines: readonly string[]): Attack =>
  async client => {
    await client.reply()
    for (const line of lines) if ((await client.say(line)) === 'closed') return
  }
/** Leaves where it is. */
const sendAndClose =
  (...lines: readonly string[]): Attack =>
  async client => {
    await client.reply()
    for (const line of lines) client.send(`${line}\r\n`)
    await sleep(5)
  }

const signature = (place: number) =>
  `DKIM-Signature: v=1; a=rsa-sha256; d=x${place}.example; s=s; h=from; l=${place}; bh=eA==; b=eA==\r\n`
const nested = (depth: number) =>
  Array.from(
    { length: depth },
    (_, level) => `Content-Type: multipart/mixed; boundary=b${level}\r\n\r\n--b${level}\r\n`,
  ).join('')

/** By the rows of the catalogue. */
export const attacks: Readonly<Record<string, Attack>> = {
  'W01 smuggling': message(`${header}\r\nx\n.\nMAIL FROM:<e@example.org>`),
  'W06 NUL in the header': message(`${header}X: a\0b\r\n\r\nx`),
  'W07 NUL in the body': message(`${header}\r\na\0b`),
  'W08 STARTTLS and a command behind it': atOnce('EHLO bad.example\r\nSTARTTLS\r\nMAIL FROM:<a@example.org>\r\n'),
  'W09 speaks first': atOnce('EHLO bad.example\r\nMAIL FROM:<a@example.org>\r\n'),
  'W10 content before 354': sendAndClose(
    'EHLO bad.example',
    'MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\nDATA\r\nx\r\n.',
  ),
  'W11 BDAT': after('EHLO bad.example', 'BDAT 20 LAST'),
  'W12 a command without end': atOnce(`EHLO ${'a'.repeat(262_144)}`),
  'W13 an unknown parameter': after('EHLO bad.example', 'MAIL FROM:<a@example.org> XX=1'),
  'W15 two hundred recipients': after(
    'EHLO bad.example',
    'MAIL FROM:<a@example.org>',
    ...Array.from({ length: 200 }, (_, place) => `RCPT TO:<r${place}@example.net>`),
  ),
  'W16 a flood of NOOP': after(...Array.from({ length: 150 }, () => 'NOOP')),
  'W17 dots': message(`${header}\r\n${'..\r\n'.repeat(250_000)}`),
  'W18 one byte at a time': async client => {
    await client.reply()
    for (const byte of 'EHLO bad.example') {
      client.send(byte)
      await sleep(50)
    }
  },
  'W23 a path that is none': after('EHLO bad.example', 'MAIL FROM:<a@@example.org>', 'RCPT TO:<>'),
  'W24 HTTP': atOnce('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
  'W24 TLS': atOnce('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'),
  'W25 eight bits in a path': after('EHLO bad.example', 'MAIL FROM:<\xe4@example.org>'),
  'W26 leaves after the greeting': sendAndClose(),
  'W26 leaves after MAIL': sendAndClose('EHLO bad.example', 'MAIL FROM:<a@example.org>'),
  'W26 leaves within DATA': async client => {
    await upToData(client)
    client.send(header.repeat(20_000))
    await sleep(5)
  },
  'A03 two From': message(`${header}From: c@example.com\r\n\r\nx`),
  'A11 many signatures': message(
    `${Array.from({ length: 300 }, (_, place) => signature(place)).join('')}${header}\r\nx`,
  ),
  'M01 continuation lines': message(`${header}X: a\r\n${' b\r\n'.repeat(80_000)}\r\nx`),
  'M02 forty thousand addresses': message(`${header}To: ${'a@example.org, '.repeat(40_000)}b@example.org\r\n\r\nx`),
  'M03 short lines': message(`${header}\r\n${'a\r\n'.repeat(700_000)}`),
  'M05 quotes': message(`${header}\r\n${'"'.repeat(1_000_000)}`),
  'M06 depth': message(`${header}${nested(1_000)}`),
  'M12 a part of a message': message(`${header}Content-Type: message/partial; number=1; total=2; id=x\r\n\r\nx`),
  'M16 names of the prototype': message(`${header}__proto__: x\r\nconstructor: y\r\n\r\nx`),
}

/** Longer than any of them takes where the server does what it should. */
const TIMEOUT_MS = 8_000

/** Plays it from this address. Never rejects. */
export async function attack(port: number, play: Attack, from: string): Promise<void> {
  const client = rawClient(port, { from })
  const over = new AbortController()
  const late = sleep(TIMEOUT_MS, undefined, { signal: over.signal }).catch(() => undefined)
  await Promise.race([Promise.resolve(play(client)).catch(() => undefined), client.closed, late])
  over.abort()
  client.destroy()
}
