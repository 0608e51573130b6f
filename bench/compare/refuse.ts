/** What a client costs that is on the operator's list, in a set of filters that also judges honest mail. */
import { atOnce, beRefused } from './client.ts'
import type { Host } from './hosts.ts'
import { type Cost, compare } from './rounds.ts'
import type { Variant } from './server.ts'

/** The baseline is the first. */
export const refusing: readonly Variant[] = [
  'net.Server, 554',
  'guard: first example',
  'guard: all stateful filters',
  'postern/smtp: first example',
]

const TOGETHER = 50
/** So many that no address comes a second time while it is remembered as refused. */
const ADDRESSES = 250 * 250

/** `again`: the same few addresses come again and again, as in a flood. Otherwise each comes for the first time. */
export async function refusalCosts(hosts: readonly Host[], again: boolean, quick: boolean): Promise<readonly Cost[]> {
  const effort = quick ? { rounds: 1, count: 100, warmUp: 100 } : { rounds: 15, count: 300, warmUp: 1_500 }
  let clients = 0
  return await compare(hosts, effort, (host, count) =>
    atOnce(count, TOGETHER, () => {
      clients += 1
      return beRefused(host.port, again ? addressOf(clients % 20) : addressOf(clients))
    }),
  )
}

const addressOf = (index: number): string => {
  const place = index % ADDRESSES
  return `127.100.${Math.floor(place / 250)}.${1 + (place % 250)}`
}
