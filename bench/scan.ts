/**
 * What a whole message costs: postern with `recommended`, against mailauth's authenticate and mailparser's
 * simpleParser. Real mail is taken where POSTERN_DATA names some, the fixtures otherwise. Alone: `node bench/scan.ts`.
 */
import { Readable } from 'node:stream'
import { authenticate } from 'mailauth'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import { simpleParser } from 'mailparser'
import { recommended } from '../src/filters/index.ts'
import { type Gateway, postern } from '../src/index.ts'
import { zone } from '../src/testing/zone.ts'
import { recordOf, rsa } from '../test/facts/dkim/signer.ts'
import { realMail } from './real-mail.ts'

const dns = zone({
  'example.net': { MX: [{ exchange: 'mx.example.net', priority: 1 }], TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
  'mx.example.net': { A: '192.0.2.1' },
  '1.2.0.192.in-addr.arpa': { PTR: 'mx.example.net' },
  '_dmarc.example.net': { TXT: ['v=DMARC1; p=reject'] },
  'rsa._domainkey.example.net': { TXT: [recordOf(rsa.publicKey)] },
})

/** The answers that postern gets, in the shape that mailauth asks for. */
async function resolver(name: string, type: string): Promise<string[][] | string[]> {
  const answer = await dns.resolve(name, type as 'TXT')
  if (answer.kind === 'answer')
    return answer.records.map(record => (Array.isArray(record) ? [...record] : record)) as string[][]
  throw Object.assign(new Error(answer.kind), { code: answer.kind === 'nxdomain' ? 'ENOTFOUND' : 'ENODATA' })
}

async function signed(size: number): Promise<Buffer> {
  const line = `${'Some words of a body that is neither long nor short, and then some more'.slice(0, 70)}\r\n`
  const text = [
    'From: Alice <alice@example.net>',
    'To: bob@example.org',
    'Date: Mon, 23 Nov 2026 10:00:00 +0000',
    'Message-ID: <1@example.net>',
    'Subject: A message',
    '',
    line.repeat(Math.max(1, Math.floor(size / line.length))),
  ].join('\r\n')
  const privateKey = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const signer = { signingDomain: 'example.net', selector: 'rsa', privateKey }
  const { signatures } = await dkimSign(text, { ...signer, signatureData: [signer] })
  return Buffer.from(signatures + text)
}

const chunks = (bytes: Buffer): Readable => {
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length; at += 65_536) parts.push(bytes.subarray(at, at + 65_536))
  return Readable.from(parts)
}

/** @returns the verdict */
async function judge(gateway: Gateway, bytes: Buffer): Promise<string> {
  const session = gateway.open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('mx.example.net')
  await session.mail('alice@example.net')
  await session.rcpt('bob@example.org')
  const { verdict } = await session.data(chunks(bytes))
  session.close()
  return verdict
}

async function accept(gateway: Gateway, bytes: Buffer): Promise<void> {
  const verdict = await judge(gateway, bytes)
  if (verdict !== 'accept') throw new Error(`the message was to be accepted, and the verdict was ${verdict}`)
}

/** Milliseconds of CPU for each run of `work`: the least of three rounds, after one to warm up. */
async function cpu(work: (index: number) => Promise<unknown>, runs: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < 4; round += 1) {
    const before = process.cpuUsage()
    for (let index = 0; index < runs; index += 1) await work(index)
    const { user, system } = process.cpuUsage(before)
    if (round > 0) least = Math.min(least, (user + system) / 1000 / runs)
  }
  return least
}

export interface ScanCost {
  readonly message: string
  readonly empty: number
  readonly recommended: number
  readonly authenticate: number
  readonly simpleParser: number
}

const options = {
  ip: '192.0.2.1',
  helo: 'mx.example.net',
  sender: 'alice@example.net',
  mta: 'mx.example.org',
  resolver,
}

/** Every figure in milliseconds of CPU per message, or for each megabyte, all in one run. */
export async function scanCosts(): Promise<readonly ScanCost[]> {
  const filters = recommended({ domains: ['example.org'] }).filter(({ name }) => name !== 'rate-limit')
  const empty = postern({ name: 'mx.example.org', filters: [], dns })
  const full = postern({ name: 'mx.example.org', filters, dns })
  const cost = async (
    message: string,
    messages: readonly Buffer[],
    runs: number,
    read: (gateway: Gateway, bytes: Buffer) => Promise<unknown> = accept,
  ): Promise<ScanCost> => {
    const nth = (index: number): Buffer => messages[index % messages.length] ?? Buffer.alloc(0)
    return {
      message,
      empty: await cpu(index => read(empty, nth(index)), runs),
      recommended: await cpu(index => read(full, nth(index)), runs),
      authenticate: await cpu(index => authenticate(nth(index), options), runs),
      simpleParser: await cpu(index => simpleParser(nth(index)), runs),
    }
  }
  const small = await cost('signed 4 KB', [await signed(4_000)], 1_000)
  const medium = await cost('signed 50 KB', [await signed(50_000)], 200)
  const large = await cost('signed 10 MB', [await signed(10_000_000)], 3)
  const { name, messages } = realMail()
  return [
    small,
    medium,
    large,
    {
      message: 'each MB of these 10',
      empty: large.empty / 10,
      recommended: large.recommended / 10,
      authenticate: large.authenticate / 10,
      simpleParser: large.simpleParser / 10,
    },
    await cost(name, messages, messages.length, judge),
  ]
}

if (import.meta.main) {
  for (const cost of await scanCosts()) {
    const { message, empty, recommended, authenticate, simpleParser } = cost
    const ratio = (authenticate / recommended).toFixed(1)
    console.log(
      `${message}: empty gateway ${empty.toFixed(3)}, recommended ${recommended.toFixed(3)} ` +
        `(${(recommended - empty).toFixed(3)} beyond receiving), authenticate ${authenticate.toFixed(3)} (${ratio} times recommended), simpleParser ${simpleParser.toFixed(3)} ms`,
    )
  }
}
