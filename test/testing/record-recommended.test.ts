/** The filters that a host really runs are recorded and played the same: SPF, DKIM, DMARC, limits and all. */
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { postern } from '../../src/engine/gateway.ts'
import { recommended } from '../../src/filters/recommended.ts'
import type { Resolver } from '../../src/model/resolver.ts'
import { record } from '../../src/testing/record.ts'
import type { Recording } from '../../src/testing/recording.ts'
import { replay } from '../../src/testing/replay.ts'
import { zone } from '../../src/testing/zone.ts'
import { recordOf, rsa, signed } from '../facts/dkim/signer.ts'
import { dice } from '../support/random.ts'

const world = {
  'example.org': { TXT: 'v=spf1 include:spf.example.org -all', MX: { exchange: 'mx.example.org', priority: 10 } },
  'spf.example.org': { TXT: 'v=spf1 ip4:192.0.2.1 -all' },
  'mx.example.org': { A: '192.0.2.1' },
  '1.2.0.192.in-addr.arpa': { PTR: 'mx.example.org' },
  's._domainkey.example.org': { TXT: recordOf(rsa.publicKey) },
  '_dmarc.example.org': { TXT: 'v=DMARC1; p=reject' },
} as const

const roll = dice()

/** Answers after a few milliseconds, in an order that is not known. */
const slow = (dns: Resolver): Resolver => ({
  resolve: async (name, type, options) => {
    await sleep(roll(8))
    return await dns.resolve(name, type, options)
  },
})

const fields = [
  'From: Alice <alice@example.org>\r\n',
  'To: bob@example.net\r\n',
  'Subject: Lunch\r\n',
  'Date: Thu, 01 Jan 2026 12:00:00 +0000\r\n',
  'Message-ID: <1@example.org>\r\n',
]

const gatewayOn = (dns: Resolver) =>
  postern({ name: 'mx.example.net', dns, filters: recommended({ domains: ['example.net'] }) })

test.for<[string, object, 'pass' | 'fail' | 'temperror']>([
  ['authenticated mail', {}, 'pass'],
  ['mail whose key has gone', { 's._domainkey.example.org': {}, 'spf.example.org': { TXT: 'v=spf1 -all' } }, 'fail'],
  ['mail in an outage of DNS', { 's._domainkey.example.org': 'timeout', 'spf.example.org': 'timeout' }, 'temperror'],
])('%s is played the same to the letter, trace fields included', async ([, change, dmarc]) => {
  const { promise, resolve } = Promise.withResolvers<Recording>()
  const gateway = record(gatewayOn(slow(zone({ ...world, ...change }))), resolve)
  const session = gateway.open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('mx.example.org')
  await session.mail('alice@example.org')
  await session.rcpt('bob@example.net')
  const outcome = await session.data(Readable.from([signed({ fields, body: 'At one?\r\n' })]))
  session.close()
  // Through JSON, as a file would.
  const recording: Recording = JSON.parse(JSON.stringify(await promise))

  const replayed = await replay(recording, gatewayOn(zone({})))
  expect(replayed.steps.flatMap(({ differences }) => differences)).toEqual([])
  expect(replayed).toMatchObject({ same: true, missing: [] })
  const last = replayed.steps.at(-1)?.replayed
  expect(last?.verdict).toBe(outcome.verdict)
  expect({ pass: 'accept', fail: 'reject', temperror: 'defer' }[dmarc]).toBe(outcome.verdict)
  expect(last && 'trace' in last ? last.trace : undefined).toEqual(outcome.trace)
  await gateway.close()
})
