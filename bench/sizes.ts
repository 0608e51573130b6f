/**
 * What reading costs by size, and the most expensive messages beside honest ones of their size: the README's filters in
 * one process, without SMTP. Alone: `node bench/sizes.ts`.
 */
import { Readable } from 'node:stream'
import { recommended } from '../src/filters/index.ts'
import { type Gateway, postern } from '../src/index.ts'
import { zone } from '../src/testing/zone.ts'
import { type ZipFileOptions, zip } from '../test/archives/build.ts'
import { honestOfSize, longText, withHeader } from './compare/messages.ts'
import { senders, zoneOfSenders } from './compare/world.ts'
import { randomOf } from './random.ts'

const KB = 1_000
const MB = 1_000_000

export interface SizeCost {
  readonly name: string
  readonly bytes: number
  /** Milliseconds of CPU, all threads together: the least of some runs. */
  readonly ms: number
}

/** Without the limits of rates: all that is judged here comes from one client. */
export const gatewayOf = (content: boolean): Gateway =>
  postern({
    name: 'mx.example.org',
    filters: recommended({ domains: ['example.org'], content, rateLimit: false }),
    dns: zone(zoneOfSenders()),
  })

export async function judge(gateway: Gateway, message: Buffer): Promise<void> {
  const [sender] = senders
  if (!sender) return
  const chunks: Buffer[] = []
  for (let at = 0; at < message.length; at += 65_536) chunks.push(message.subarray(at, at + 65_536))
  const session = gateway.open({ ip: sender.ip })
  await session.connect()
  await session.helo(sender.helo)
  await session.mail(`alice@${sender.domain}`)
  await session.rcpt('bob@example.org')
  await session.data(Readable.from(chunks, { objectMode: false }))
  session.close()
}

async function least(gateway: Gateway, message: Buffer, runs: number): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let run = 0; run < runs; run += 1) {
    const before = process.cpuUsage()
    await judge(gateway, message)
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / 1000)
  }
  return best
}

const runsFor = (bytes: number): number => (bytes > 5 * MB ? 3 : bytes > 500 * KB ? 6 : 12)

async function warmed(content: boolean): Promise<Gateway> {
  const gateway = gatewayOf(content)
  const message = Buffer.from(honestOfSize(20 * KB))
  for (let run = 0; run < 150; run += 1) await judge(gateway, message)
  return gateway
}

/** A message of about `size` bytes that is a zip of texts, which do not compress well. */
function withZip(size: number): string {
  const random = randomOf(size)
  const text = (): string => Buffer.from(Array.from({ length: 60_000 }, () => 32 + random() * 95)).toString('latin1')
  const files: ZipFileOptions[] = []
  for (let room = (size * 54) / 78; room > 0; room -= 50_000) files.push({ name: `${files.length}.txt`, data: text() })
  const lines = zip(files).toString('base64').replace(/.{76}/g, '$&\r\n')
  const fields = 'Content-Type: application/zip; name="texts.zip"\r\nContent-Transfer-Encoding: base64\r\n'
  return multipart(`--b0\r\n${fields}\r\n${lines}\r\n--b0--\r\n`)
}

/** CPU of each kind for a megabyte, beyond the same message without content rules. */
export async function sizeCosts(): Promise<readonly (SizeCost & { readonly perMegabyte: number })[]> {
  const [content, bare] = [await warmed(true), await warmed(false)]
  const messages = [
    ['plain text', 1 * MB, longText(1 * MB, 'plain')],
    ['HTML', 1 * MB, longText(1 * MB, 'html')],
    ['a zip', 1 * MB, withZip(1 * MB)],
    ['a picture in base64', 1 * MB, honestOfSize(1 * MB)],
    ['a picture in base64', 10 * MB, honestOfSize(10 * MB)],
    ['a picture in base64', 20 * MB, honestOfSize(20 * MB)],
  ] as const
  const costs: (SizeCost & { readonly perMegabyte: number })[] = []
  for (const [name, bytes, text] of messages) {
    const message = Buffer.from(text)
    const ms = await least(content, message, runsFor(bytes))
    const without = await least(bare, message, runsFor(bytes))
    costs.push({ name: `${name}, ${bytes / MB} MB`, bytes, ms, perMegabyte: ((ms - without) / bytes) * MB })
  }
  return costs
}

const multipart = (parts: string): string =>
  withHeader('multipart/mixed; boundary="b0"', parts, 'organisation0.example', randomOf(1))
const times = (count: number, one: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => one(i)).join('')

const page = (links: string): string =>
  withHeader('text/html', `<html><body>${links}</body></html>`, 'organisation0.example', randomOf(1))
const attachment = (index: number): string =>
  `--b0\r\nContent-Type: application/pdf; name="f${index}.pdf"\r\nContent-Transfer-Encoding: base64\r\n` +
  `Content-Disposition: attachment; filename="f${index}.pdf"\r\n\r\nJVBERi0xLjQK\r\n`
const nested = (index: number): string =>
  `--b${index}\r\nContent-Type: multipart/mixed; boundary="b${index + 1}"\r\n\r\n`
const link = (index: number): string =>
  `<a href="http://h${index}.d${index}.example/p">www.bank${index}.example</a>\r\n`

/** Messages that cost far more than their size says. */
const expensive: readonly (readonly [name: string, text: () => string])[] = [
  ['1,000 attachments', () => multipart(`${times(1_000, attachment)}--b0--\r\n`)],
  ['1,500 nested multiparts', () => multipart(`${times(1_500, nested)}--b1500\r\n\r\nhello\r\n`)],
  ['20,000 empty parts', () => multipart(`${times(20_000, () => '--b0\r\n\r\nx\r\n')}--b0--\r\n`)],
  ['5,000 links', () => page(times(5_000, link))],
]

export interface ExpensiveCost extends SizeCost {
  /** Times an honest message of the same size. */
  readonly ratio: number
}

export async function expensiveCosts(): Promise<readonly ExpensiveCost[]> {
  const gateway = await warmed(true)
  const costs: ExpensiveCost[] = []
  for (const [name, text] of expensive) {
    const message = Buffer.from(text())
    const honest = Buffer.from(honestOfSize(message.length))
    const ms = await least(gateway, message, runsFor(message.length))
    costs.push({
      name,
      bytes: message.length,
      ms,
      ratio: ms / (await least(gateway, honest, runsFor(honest.length))),
    })
  }
  return costs
}

if (import.meta.main) {
  for (const { name, ms, perMegabyte } of await sizeCosts())
    console.log(`${name}: ${ms.toFixed(1)} ms, content ${perMegabyte.toFixed(1)} ms a megabyte`)
  for (const { name, bytes, ms, ratio } of await expensiveCosts())
    console.log(`${name}, ${(bytes / KB).toFixed(0)} KB: ${ms.toFixed(1)} ms, ${ratio.toFixed(1)} × honest mail`)
}
