/** Compares hosts by rounds: all in turn, round after round, so that a noise of the machine falls upon all of them. */
import type { Host } from './hosts.ts'

/** Work for one host: `count` messages or connections. */
export type Work = (host: Host, count: number) => Promise<void>

export interface Effort {
  readonly rounds: number
  readonly count: number
  /** Messages before the first round, for code to be compiled and DNS to be cached. */
  readonly warmUp: number
}

export interface Cost {
  readonly name: string
  /** Milliseconds of CPU for each message or connection: the median of the rounds. */
  readonly each: number
  /** Times the first host, in the same round: the median of the rounds. */
  readonly ratio: number
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

export async function compare(
  hosts: readonly Host[],
  { rounds, count, warmUp }: Effort,
  work: Work,
): Promise<readonly Cost[]> {
  for (const host of hosts) await work(host, warmUp)
  const all: number[][] = []
  for (let round = 0; round < rounds; round += 1) {
    const costs: number[] = []
    for (const host of hosts) {
      const before = await host.cpu()
      await work(host, count)
      costs.push(((await host.cpu()) - before) / count)
    }
    all.push(costs)
  }
  return hosts.map(({ name }, index) => ({
    name,
    each: median(all.map(costs => costs[index] ?? Number.NaN)),
    ratio: median(all.map(costs => (costs[index] ?? Number.NaN) / (costs[0] ?? Number.NaN))),
  }))
}
