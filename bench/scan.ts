/** What a whole message costs: postern with `recommended`, against mailauth's authenticate and mailparser's simpleParser. */
import { Readable } from 'node:stream'
import { authenticate } from 'mailauth'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import { simpleParser } from 'mailparser'
import { recommended } from '../src/filters/index.ts'
import { type Gateway, postern } from '../src/index.ts'
import { zone } from '../src/testing/zone.ts'
import { recordOf, rsa } from '../test/facts/dkim/signer.ts'

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

async function signed(octets: number): Promise<Buffer> {
  const line = `${'Some words of a body that is neither long nor short, and then some more'.slice(0, 70)}\r\n`
  const text = [
    'From: Alice <alice@example.net>',
    'To: bob@example.org',
    'Date: Mon, 23 Nov 2026 10:00:00 +0000',
    'Message-ID: <1@example.net>',
    'Subject: A message',
    '',
    line.repeat(Math.max(1, Math.floor(octets / line.length))),
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

async function judge(gateway: Gateway, bytes: Buffer): Promise<void> {
  const session = gateway.open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('mx.example.net')
  await session.mail('alice@example.net')
  await session.rcpt('bob@example.org')
  const { verdict } = await session.data(chunks(bytes))
  if (verdict !== 'accept') throw new Error(`the message was to be accepted, and the verdict was ${verdict}`)
  session.close()
}

/** Milliseconds of CPU for each run of `work`. */
async function cpu(work: () => Promise<unknown>, runs: number): Promise<number> {
  for (let index = 0; index < Math.ceil(runs / 5); index += 1) await work()
  const before = process.cpuUsage()
  for (let index = 0; index < runs; index += 1) await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / runs
}

export interface ScanCost {
  readonly message: string
  readonly empty: number
  readonly recommended: number
  readonly authenticate: number
  readonly simpleParser: number
}

/** Every figure in milliseconds of CPU per message, all in one run. */
export async function scanCosts(): Promise<readonly ScanCost[]> {
  const filters = recommended({ domains: ['example.org'] }).filter(({ name }) => name !== 'rate-limit')
  const empty = postern({ name: 'mx.example.org', filters: [], dns })
  const full = postern({ name: 'mx.example.org', filters, dns })
  const costs: ScanCost[] = []
  for (const [message, octets, runs] of [
    ['4 KB', 4_000, 500],
    ['50 KB', 50_000, 200],
    ['10 MB', 10_000_000, 5],
  ] as const) {
    const bytes = await signed(octets)
    const options = {
      ip: '192.0.2.1',
      helo: 'mx.example.net',
      sender: 'alice@example.net',
      mta: 'mx.example.org',
      resolver,
    }
    costs.push({
      message,
      empty: await cpu(() => judge(empty, bytes), runs),
      recommended: await cpu(() => judge(full, bytes), runs),
      authenticate: await cpu(() => authenticate(bytes, options), runs),
      simpleParser: await cpu(() => simpleParser(bytes), runs),
    })
  }
  return costs
}

if (import.meta.main) {
  for (const cost of await scanCosts()) {
    const { message, empty, recommended, authenticate, simpleParser } = cost
    const ratio = (authenticate / recommended).toFixed(1)
    console.log(
      `${message}: empty gateway ${empty.toFixed(3)}, recommended ${recommended.toFixed(3)}, ` +
        `authenticate ${authenticate.toFixed(3)} (${ratio} times recommended), simpleParser ${simpleParser.toFixed(3)} ms`,
    )
  }
}
