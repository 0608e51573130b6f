/** The DNS server of the comparison, in a separate process: what it costs is no cost of a server under comparison. */
import type { ZoneLiteral } from '../../src/testing/zone.ts'
import { dnsServer } from '../../test/support/dns-server.ts'

export interface DnsSetting {
  readonly zone: ZoneLiteral
  /** Milliseconds before each answer. */
  readonly delay: number
}

process.once('message', async ({ zone, delay }: DnsSetting) => {
  const { address, asked } = await dnsServer(zone, { '*': { delay } })
  let before = 0
  process.on('message', () => {
    process.send?.(asked.length - before)
    before = asked.length
  })
  process.send?.({ address })
})
process.on('disconnect', () => process.exit())
