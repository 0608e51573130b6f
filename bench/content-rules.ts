/** What the content rules cost for an ordinary message, beyond `recommended` without them. */
import type { Gateway } from '../src/index.ts'
import { honestOfSize } from './compare/messages.ts'
import { gatewayOf, judge } from './sizes.ts'

export interface ContentCost {
  readonly name: string
  /** Milliseconds of CPU. */
  readonly recommended: number
  readonly content: number
  /** The most that the difference should be. */
  readonly target: number
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
