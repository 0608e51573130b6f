/** Bodies of one endless line, or of nothing but line ends, on their way through a whole gateway. */
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { contentFilters, recommended } from '../../src/filters/index.ts'
import { postern } from '../../src/index.ts'
import { zone } from '../../src/testing/zone.ts'
import { recordOf, rsa, signed } from '../facts/dkim/signer.ts'
import { longestStretch } from '../support/cpu.ts'

const dns = zone({
  'example.org': { MX: [{ exchange: 'mx.example.org', priority: 1 }], TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
  'mx.example.org': { A: ['192.0.2.1'] },
  'sel._domainkey.example.org': { TXT: [recordOf(rsa.publicKey)] },
  '_dmarc.example.org': { TXT: ['v=DMARC1; p=reject'] },
})
const domains = ['example.net']
const gateway = postern({
  name: 'mx.example.net',
  dns,
  filters: [...recommended({ domains }), ...contentFilters({ domains })],
})
const fields = [
  ...['From: ann@example.org', 'To: bob@example.net', 'Subject: hello', 'Date: Mon, 23 Nov 2026 12:00:00 +0000'],
  ...['Message-ID: <1@example.org>', 'Content-Type: text/plain; charset=utf-8'],
]
const CHUNK = 65_536

async function judge(message: Buffer): Promise<string> {
  const session = gateway.open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('mx.example.org')
  await session.mail('ann@example.org')
  await session.rcpt('bob@example.net')
  const chunks = Array.from({ length: Math.ceil(message.length / CHUNK) }, (_, at) =>
    message.subarray(at * CHUNK, (at + 1) * CHUNK),
  )
  const { findings } = await session.data(Readable.from(chunks))
  session.close()
  return findings.map(({ rule }) => rule).join(' ')
}

test.for<[name: string, unit: string, size: number, c: string]>([
  ['one line of 16 MB', 'x', 16_000_000, 'relaxed/relaxed'],
  ['4 MB of a letter and LF', 'a\n', 4_000_000, 'simple/simple'],
  ['8 MB of LF', '\n', 8_000_000, 'relaxed/relaxed'],
])(
  'M03 %s holds the loop of a whole gateway for no more than 50 ms of its CPU',
  { timeout: 60_000 },
  async ([, unit, size, c]) => {
    // The signature is broken by what follows, but all of it is hashed to find that out.
    const message = Buffer.concat([signed({ fields, body: '', tags: { c } }), Buffer.alloc(size, unit)])
    await judge(signed({ fields, body: 'Hello\r\n' }))
    let findings = ''
    const longest = await longestStretch(async () => {
      findings = await judge(message)
    })
    expect(findings).toContain('dkim/')
    expect(findings).not.toMatch(/\/(?:failed|timeout)\b/)
    expect(longest).toBeLessThan(50)
  },
)
