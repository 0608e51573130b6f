/** What the content rules cost for an ordinary message, beyond `recommended` without them. */
import { Readable } from 'node:stream'
import { recommended } from '../src/filters/index.ts'
import { type Gateway, postern } from '../src/index.ts'
import { zone } from '../src/testing/zone.ts'
import { honestOfSize } from './compare/messages.ts'
import { senders, zoneOfSenders } from './compare/world.ts'

export interface ContentCost {
  readonly name: string
  /** Milliseconds of CPU. */
  readonly recommended: number
  readonly content: number
  /** The most that the difference should be. */
  readonly target: number
}

const gatewayOf = (content: boolean): Gateway =>
  postern({
    name: 'mx.example.org',
    filters: recommended({ domains: ['example.org'], content, rateLimit: false }),
    dns: zone(zoneOfSenders()),
  })

async function judge(gateway: Gateway, message: Buffer): Promise<void> {
  const [sender] = senders
  if (!sender) return
  const session = gateway.open({ ip: sender.ip })
  await session.connect()
  await session.helo(sender.helo)
  await session.mail(`alice@${sender.domain}`)
  await session.rcpt('bob@example.org')
  await session.data(Readable.from([message], { objectMode: false }))
  session.close()
}

async function cpu(gateway: Gateway, message: Buffer, runs: number): Promise<number> {
  const before = process.cpuUsage()
  for (let run = 0; run < runs; run += 1) await judge(gateway, message)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / runs
}

/** The two gateways take turns; each figure is the least of the rounds after the first. */
export async function contentCosts(quick: boolean): Promise<readonly ContentCost[]> {
  const gateways = [gatewayOf(false), gatewayOf(true)] as const
  const costs: ContentCost[] = []
  for (const [size, target, runs] of [
    [5_000, 0.7, 1_000],
    [50_000, 2, 300],
  ] as const) {
    const message = Buffer.from(honestOfSize(size))
    const [bare, full] = [[] as number[], [] as number[]]
    for (let round = 0; round < (quick ? 2 : 6); round += 1) {
      bare.push(await cpu(gateways[0], message, quick ? 100 : runs))
      full.push(await cpu(gateways[1], message, quick ? 100 : runs))
    }
    const least = (rounds: readonly number[]): number => Math.min(...rounds.slice(1))
    costs.push({ name: `text and HTML, ${size / 1_000} KB`, recommended: least(bare), content: least(full), target })
  }
  return costs
}

if (import.meta.main)
  for (const { name, recommended: bare, content, target } of await contentCosts(false))
    console.log(
      `${name}: recommended ${bare.toFixed(3)}, with content ${content.toFixed(3)}, ` +
        `beyond ${(content - bare).toFixed(3)} ms (target ${target})`,
    )
