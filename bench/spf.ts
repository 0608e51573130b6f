/** What SPF costs beside mailauth's, answers of DNS in memory: `node bench/spf.ts`. */
import { spf as mailauthSpf } from 'mailauth/lib/spf/index.js'
import { resolverFor } from '../src/facts/mailauth.ts'
import { spf } from '../src/facts/spf/spf.ts'
import type { Fact } from '../src/model/fact.ts'
import type { Transaction } from '../src/model/stage.ts'
import { contextAt } from '../src/testing/probe.ts'
import { zone } from '../src/testing/zone.ts'

const RUNS = 5_000
const dns = zone({
  'example.org': {
    TXT: ['v=spf1 ip4:198.51.100.0/24 mx include:_spf.example.net -all'],
    MX: [{ exchange: 'mx.example.org', priority: 1 }],
  },
  'mx.example.org': { A: '198.51.100.1' },
  '_spf.example.net': { TXT: ['v=spf1 ip4:203.0.113.0/24 ip6:2001:db8::/32 ip4:192.0.2.0/24 ~all'] },
  'plain.example': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
  'mx.example.net': { TXT: ['v=spf1 a -all'], A: '192.0.2.1' },
})
const client = { ip: '192.0.2.1', helo: 'mx.example.net' }

for (const [what, domain] of [
  ['one ip4', 'plain.example'],
  ['ip4, mx and an include', 'example.org'],
] as const) {
  const world = contextAt('mail', { dns, ...client, reversePath: `alice@${domain}` })
  // A scope would remember what it found for the greeting.
  const context: Transaction = {
    ...world,
    signal: world.signal,
    ask: async <T>(fact: Fact<Transaction, T>) => fact.find(context),
  }
  const theirs = (sender: string) =>
    mailauthSpf({ ...client, sender, mta: 'unknown', strict: true, resolver: resolverFor(context) })
  // Both identities, as a transaction asks for them.
  const own = await each(async () => spf.find(context))
  const other = await each(() => Promise.all([theirs(`alice@${domain}`), theirs('postmaster@mx.example.net')]))
  console.log(
    `${what}: ${own.toFixed(1)} µs, mailauth ${other.toFixed(1)} µs (${(other / own).toFixed(1)} times), both identities`,
  )
}

/** CPU in microseconds: the least of three rounds after one to warm up. */
async function each(call: () => Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < 4; round += 1) {
    const before = process.cpuUsage()
    for (let index = 0; index < RUNS; index += 1) await call()
    const { user, system } = process.cpuUsage(before)
    if (round > 0) least = Math.min(least, (user + system) / RUNS)
  }
  return least
}
