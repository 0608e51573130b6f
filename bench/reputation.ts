/** What filters that remember add to a message that the recommended set judges, with a store in memory. */
import { Readable } from 'node:stream'
import { decayingAdds, defaultMemory } from '../src/facts/reputation.ts'
import { greylist, knownSender, recommended, reputation } from '../src/filters/index.ts'
import { type Filter, postern } from '../src/index.ts'
import { memoryStore } from '../src/store/memory.ts'
import { zone } from '../src/testing/zone.ts'

const MESSAGES = 2_000
const ROUNDS = 5

const dns = zone({
  '1.2.0.192.in-addr.arpa': { PTR: 'mx.example.net' },
  'mx.example.net': { A: '192.0.2.1' },
  'example.net': { TXT: ['v=spf1 ip4:192.0.2.0/24 -all'], MX: { exchange: 'mx.example.net', priority: 10 } },
  '_dmarc.example.net': { TXT: ['v=DMARC1; p=reject'] },
})
const text = Buffer.from(`From: alice@example.net\r\nSubject: Hello\r\n\r\n${'Hello, Bob!\r\n'.repeat(300)}`)

/** Microseconds of CPU for a session with one message of 4 KB. */
async function messageCost(more: readonly Filter[], messages = MESSAGES): Promise<number> {
  const filters = [...recommended({ domains: ['example.org'] }).filter(({ name }) => name !== 'rate-limit'), ...more]
  const gateway = postern({ name: 'mx.example.org', filters, dns })
  const play = async (count: number) => {
    for (let index = 0; index < count; index += 1) {
      const session = gateway.open({ ip: '192.0.2.1' })
      await session.connect()
      await session.helo('mx.example.net')
      await session.mail('alice@example.net')
      await session.rcpt('bob@example.org')
      const { verdict } = await session.data(Readable.from([text]))
      if (verdict !== 'accept') throw new Error(`the message was not accepted: ${verdict}`)
      session.close()
    }
  }
  await play(messages / 10)
  const before = process.cpuUsage()
  await play(messages)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / messages
}

const variants: Readonly<Record<string, () => readonly Filter[]>> = {
  recommended: () => [],
  'recommended, again': () => [],
  '+ greylist': () => [greylist()],
  '+ knownSender': () => [knownSender()],
  '+ reputation': () => [reputation()],
  '+ all three': () => [reputation(), knownSender(), greylist()],
}

if (import.meta.main) {
  const costs = new Map<string, number[]>()
  // Interleaved, and the least of each: other work on the machine only adds.
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [name, make] of Object.entries(variants))
      costs.set(name, [...(costs.get(name) ?? []), await messageCost(make())])
  const least = (name: string) => Math.min(...(costs.get(name) ?? []))
  for (const name of Object.keys(variants))
    console.log(
      `${name.padEnd(20)} ${least(name).toFixed(0).padStart(5)} µs a message, ${(least(name) / least('recommended')).toFixed(2)} of recommended`,
    )
  const store = memoryStore({ entries: 1_000_000, bytes: '1gb' })
  const before = store.bytes
  for (let index = 0; index < 10_000; index += 1)
    store.run(decayingAdds(`dkim:domain-${index}.example`, defaultMemory, { ham: 1, spam: 0, deferred: 0, refused: 0 }))
  console.log(
    `one identity's record: ${((store.bytes - before) / 10_000).toFixed(0)} bytes, by the store's own measure`,
  )
}
