/** A message that is quarantined is examined to the end: the strictest outcome wins. */
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { clamav, dmarc } from '../../src/filters/index.ts'
import { type Filter, type Finding, points, postern, quarantine, reject } from '../../src/index.ts'
import { zone } from '../../src/testing/zone.ts'

const text = 'From: a@partner.example\r\nSubject: Hello\r\n\r\nline\r\n'
const dns = zone({
  'partner.example': { TXT: ['v=spf1 -all'] },
  '_dmarc.partner.example': { TXT: ['v=DMARC1; p=quarantine'] },
})

async function send(filters: readonly Filter[]) {
  const session = postern({ name: 'mx.example.org', dns, filters }).open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('client.example')
  await session.mail('a@partner.example')
  await session.rcpt('b@example.org')
  const outcome = await session.data(Readable.from([Buffer.from(text)]))
  session.close()
  return outcome
}
const infected = clamav({
  scanner: { scanStream: async () => ({ isInfected: null, resultString: 'stream: Eicar FOUND\0' }) },
})

test('what DMARC quarantines is scanned, and a virus in it is refused', async () => {
  const outcome = await send([dmarc(), infected])
  expect(outcome.findings.map(({ rule, verdict }) => [rule, verdict])).toEqual([
    ['dmarc/quarantine', 'quarantine'],
    ['clamav/infected', 'reject'],
  ])
  expect(outcome).toMatchObject({ verdict: 'reject', reply: { code: 550 } })
})

test.for(['connect', 'helo', 'mail', 'rcpt', 'header', 'message'] as const)(
  'a quarantine at %s ends nothing: filters of each wave and each later stage still run',
  async stage => {
    const apart: Filter = { name: 'apart', order: 'early', [stage]: (): Finding => quarantine('suspicious') }
    const neighbour: Filter = { name: 'neighbour', [stage]: (): Finding => points(1, 'evidence') }
    const last: Filter = { name: 'last', order: 'late', [stage]: (): Finding => points(2, 'more evidence') }
    const outcome = await send([apart, neighbour, last])
    expect(outcome).toMatchObject({ verdict: 'quarantine', score: 3 })
    expect(await send([apart, neighbour, last, infected])).toMatchObject({ verdict: 'reject' })
  },
)

test('a slow filter is waited for, though a neighbour has quarantined the message', async () => {
  const slow: Filter = {
    name: 'slow',
    message: async () => {
      await new Promise(resolve => setImmediate(resolve))
      return reject('5.7.1', 'certainly unwanted')
    },
  }
  const outcome = await send([{ name: 'apart', message: () => quarantine('suspicious') }, slow])
  expect(outcome.verdict).toBe('reject')
})

test.for([
  [6, 'reject'],
  [14.9, 'reject'],
] as const)(
  'a score of %d, at which a message is quarantined, does not stop a late scanner',
  async ([score, verdict]) => {
    expect(await send([{ name: 'weigh', message: () => points(score, 'evidence') }, infected])).toMatchObject({
      verdict,
    })
  },
)

test('a score at which a message is refused spares a late scanner', async () => {
  const outcome = await send([{ name: 'weigh', message: () => points(15, 'evidence') }, infected])
  expect(outcome.findings.map(({ rule }) => rule)).toEqual(['weigh'])
})
