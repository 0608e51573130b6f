/**
 * DKIM verification on our own pass beside mailauth's verifier and the bare hash, on the same signed messages in one
 * run. Alone: `node bench/dkim.ts`.
 */
import { createHash, generateKeyPairSync } from 'node:crypto'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { dkim } from '../src/facts/dkim/dkim.ts'
import { headerOf } from '../src/mime/header/collect.ts'
import type { Header } from '../src/model/stage.ts'
import { servicesOf } from '../src/testing/services.ts'
import { zone } from '../src/testing/zone.ts'

/** CPU milliseconds for each message. */
export interface DkimCost {
  readonly message: string
  readonly size: number
  /** The reading alone: what comes after the header section has been split. */
  readonly ours: number
  /** The header section split as well, which every message pays anyway. */
  readonly oursWithHeader: number
  readonly mailauth: number
  readonly sha256: number
}

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const record = `v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`
const dns = zone({ 'sel._domainkey.example.org': { TXT: [record] } })
const resolver = async () => [[record]]

const prose = 'The minutes of the meeting are below. Please send me  your corrections before Friday, if you can.\r\n'
const base64 = `${'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAx'}\r\n`
const shapes = [
  ['signed 4 KB, text', prose, 3_000, 3000],
  ['signed 53 KB, text', prose, 52_000, 400],
  ['signed 53 KB, base64', base64, 52_000, 400],
  ['signed 10 MB, base64', base64, 10 * 1024 * 1024, 4],
  ['signed 10 MB, one-character lines', 'a\r\n', 10 * 1024 * 1024, 2],
  ['signed 10 MB, spaces', ' ', 10 * 1024 * 1024, 2],
  ['signed 10 MB, bare CR', '\r', 10 * 1024 * 1024, 2],
  ['signed 10 MB, one line', 'x', 10 * 1024 * 1024, 2],
  ['signed 10 MB, tabs', 'a\t', 10 * 1024 * 1024, 2],
] as const

export async function dkimCosts(): Promise<readonly DkimCost[]> {
  const costs: DkimCost[] = []
  for (const [message, text, size, runs] of shapes) {
    const bytes = await signedMessage(Buffer.alloc(size, text))
    const chunks = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, place) =>
      bytes.subarray(place * 65_536, (place + 1) * 65_536),
    )
    const context = contextOf(bytes)
    costs.push({
      message,
      size: bytes.length,
      ours: await cpu(runs, () => verify(context, chunks)),
      oursWithHeader: await cpu(runs, () => verify(contextOf(bytes), chunks)),
      mailauth: await cpu(Math.max(2, runs / 4), () => dkimVerify(bytes, { strict: true, resolver })),
      sha256: await cpu(runs, async () => createHash('sha256').update(bytes).digest()),
    })
  }
  return costs
}

async function verify(context: Header, chunks: readonly Buffer[]): Promise<void> {
  const { chunk, end } = dkim.read(context)
  for (const bytes of chunks) await chunk(bytes)
  const { result } = await end()
  if (result !== 'pass') throw new Error(`a signed message is ${result}`)
}

async function signedMessage(body: Buffer): Promise<Buffer> {
  const received = Array.from(
    { length: 4 },
    (_, hop) => `Received: from mx${hop}.example.org by mx.example.org; Mon, 23 Nov 2026`,
  )
  const fields = [
    'From: Ann <ann@example.org>',
    'To: bob@example.net',
    'Subject: Minutes',
    'Date: Mon, 23 Nov 2026 09:00:00 +0000',
  ]
  const others = [
    'Message-ID: <1@example.org>',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'X-Mailer: none',
  ]
  const bytes = Buffer.concat([Buffer.from(`${[...received, ...fields, ...others].join('\r\n')}\r\n\r\n`), body])
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  const how = { signingDomain: 'example.org', selector: 'sel', privateKey: pem, canonicalization: 'relaxed/relaxed' }
  const { signatures } = await dkimSign(bytes, { ...how, signatureData: [how] })
  return Buffer.concat([Buffer.from(signatures), bytes])
}

const contextOf = (bytes: Buffer): Header => ({
  ip: '192.0.2.1',
  ref: '',
  client: 'unknown',
  spokeEarly: false,
  ...servicesOf({ dns }),
  signal: new AbortController().signal,
  ask: fact => Promise.reject(new Error(fact.name)),
  helo: 'mx.example.org',
  reversePath: 'ann@example.org',
  utf8: false,
  forwardPaths: ['bob@example.net'],
  header: headerOf(bytes),
})

/** The least of three rounds, after one to warm up. */
async function cpu(runs: number, run: () => Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < 4; round += 1) {
    const before = process.cpuUsage()
    for (let count = 0; count < runs; count += 1) await run()
    const { user, system } = process.cpuUsage(before)
    if (round > 0) least = Math.min(least, (user + system) / 1000 / runs)
  }
  return least
}

if (process.argv[1] === import.meta.filename) {
  for (const { message, ours, oursWithHeader, mailauth, sha256 } of await dkimCosts()) {
    const figures = [ours, oursWithHeader, mailauth, sha256].map(ms => ms.toFixed(3).padStart(9)).join('')
    console.log(
      `${message.padEnd(36)}${figures}   1/${(mailauth / ours).toFixed(1)} of mailauth, ${(ours / sha256).toFixed(1)} × sha256`,
    )
  }
}
