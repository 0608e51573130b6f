/**
 * What one question costs the process that asks, beside node:dns, and what answers from the cache cost. The server is
 * another process: `node bench/dns.ts`.
 */
import { fork } from 'node:child_process'
import { promises } from 'node:dns'
import { once } from 'node:events'
import { withBudget } from '../src/dns/budget.ts'
import { queryName } from '../src/dns/name.ts'
import { resolver } from '../src/dns/node.ts'
import { dnsServer } from '../test/support/dns-server.ts'

const RUNS = 4_000
const TOGETHER = 50

if (process.argv[2] === 'serve') {
  const { address } = await dnsServer({ '*.example.org': { TXT: 'v=spf1 ip4:192.0.2.0/24 -all' } })
  process.send?.(address)
} else {
  const server = fork(import.meta.filename, ['serve'])
  const [address] = (await once(server, 'message')) as [string]
  const ours = resolver({ servers: [address], cache: { entries: 0 } })
  const theirs = new promises.Resolver()
  theirs.setServers([address])
  const known = resolver({ servers: [address] })
  await known.resolve('known.example.org', 'TXT')
  const budget = withBudget(known)

  for (const together of [1, TOGETHER]) {
    const own = await each(RUNS, together, index => ours.resolve(`n${index}.example.org`, 'TXT'))
    const native = await each(RUNS, together, index => theirs.resolveTxt(`n${index}.example.org`))
    console.log(
      `a question over loopback, ${together} at once: ${own.toFixed(1)} µs, node:dns ${native.toFixed(1)} µs ` +
        `(${(own / native).toFixed(2)} times)`,
    )
  }
  const cached = await each(200_000, 1, () => known.resolve('known.example.org', 'TXT'))
  const budgeted = await each(200_000, 1, () => budget.resolve('known.example.org', 'TXT'))
  const checked = await each(200_000, 1, async () => queryName('known.example.org'))
  console.log(
    `an answer from the cache ${cached.toFixed(2)} µs, through a budget ${budgeted.toFixed(2)} µs; ` +
      `a name check ${checked.toFixed(2)} µs`,
  )
  server.kill()
}

/** CPU of this process for each call, in microseconds: the least of three rounds after one to warm up. */
async function each(runs: number, together: number, call: (index: number) => Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < 4; round += 1) {
    const before = process.cpuUsage()
    for (let index = 0; index < runs; index += together) {
      if (together === 1) await call(index)
      else await Promise.all(Array.from({ length: together }, (_, place) => call(index + place)))
    }
    const { user, system } = process.cpuUsage(before)
    if (round > 0) least = Math.min(least, (user + system) / runs)
  }
  return least
}
