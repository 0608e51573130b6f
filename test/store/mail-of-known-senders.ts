/** Mail whose senders are limited, known and have a reputation, to count what it asks of a store. */
import { expect } from 'vitest'
import { knownSender } from '../../src/filters/known-sender.ts'
import { rateLimit } from '../../src/filters/rate-limit/rate-limit.ts'
import { reputation } from '../../src/filters/reputation/reputation.ts'
import type { Gateway } from '../../src/index.ts'
import { zone } from '../../src/testing/zone.ts'
import { send } from '../support/mail-flow.ts'

export const dns = zone({
  'example.net': { TXT: ['v=spf1 ip4:192.0.2.0/24 -all'] },
  '_dmarc.example.net': { TXT: ['v=DMARC1; p=reject'] },
  ...Object.fromEntries(
    Array.from({ length: 20 }, (_, n) => [`${n}.2.0.192.in-addr.arpa`, { PTR: `out${n}.example.net` }]),
  ),
  ...Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`out${n}.example.net`, { A: `192.0.2.${n}` }])),
})
export const filters = () => [
  rateLimit({
    limits: [
      { what: 'connections', per: 'network', limit: 300, within: '1m' },
      { what: 'failures', per: 'ip', limit: 100, within: '1h' },
      { what: 'transactions', per: 'network', limit: 300, within: '1m' },
      { what: 'recipients', per: 'ip', limit: 300, within: '1m' },
      { what: 'messages', per: 'ip', limit: 300, within: '1h' },
    ],
  }),
  reputation(),
  knownSender(),
]

/** Twenty messages of senders that our users write to, from twenty clients. */
export async function mailing(gateway: Gateway): Promise<void> {
  await gateway.recordSent({ from: 'bob@example.org', to: ['alice@example.net'] })
  for (let n = 0; n < 20; n += 1) {
    const { outcome } = await send(gateway, { ip: `192.0.2.${n}` })
    expect(outcome).toMatchObject({ verdict: 'accept' })
    expect(outcome?.findings.map(({ rule }) => rule)).toContain('known-sender/sender')
  }
}
