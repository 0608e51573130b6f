/**
 * Honest mail of today, kind by kind, from a proven sender and by its content alone: what it shares with abuse must not
 * add up.
 */
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { contentFilters } from '../../../src/filters/content/content-filters.ts'
import { recommended } from '../../../src/filters/recommended.ts'
import { type Gateway, postern } from '../../../src/index.ts'
import type { Filter } from '../../../src/model/filter.ts'
import { type ZoneLiteral, zone } from '../../../src/testing/zone.ts'
import { addressOf, honestMail, readHonest } from '../../support/honest-mail.ts'

const kinds = ['services', 'people'].flatMap(file =>
  readHonest(readFileSync(new URL(`../../fixtures/honest/${file}.txt`, import.meta.url), 'utf8')),
)

const IP = '192.0.2.1'
const domains = kinds.map(({ from }) => addressOf(from).replace(/^.*@/, ''))
const literal: ZoneLiteral = {
  'mail.sender.example': { A: IP },
  '1.2.0.192.in-addr.arpa': { PTR: 'mail.sender.example' },
  ...Object.fromEntries(
    domains.flatMap(domain => [
      [domain, { A: IP, MX: { exchange: 'mail.sender.example', priority: 10 }, TXT: [`v=spf1 ip4:${IP} -all`] }],
      [`_dmarc.${domain}`, { TXT: ['v=DMARC1; p=none'] }],
    ]),
  ),
}

const gatewayOf = (filters: readonly Filter[], dns: ZoneLiteral) =>
  postern({ name: 'mx.example.org', mode: 'shadow', trace: [], dns: zone(dns), filters: filters.filter(isOfOne) })
/** What counts several messages is no part of a judgement of one. */
const isOfOne = ({ name }: Filter): boolean => name !== 'bulk' && name !== 'rate-limit'

const own = ['example.org']
const proven = gatewayOf(recommended({ domains: own, content: true }), literal)
const alone = gatewayOf(contentFilters({ domains: own }), {})

/** What is charged, as `rule points`, and their sum; a verdict counts as beyond every threshold. */
async function judged(gateway: Gateway, from: string, bytes: Buffer) {
  const session = gateway.open({ ip: IP })
  await session.connect()
  await session.helo('mail.sender.example')
  await session.mail(from, { utf8: true })
  await session.rcpt('bob@example.org')
  const { findings, score } = await session.data(Readable.from([bytes]))
  session.close()
  const why = findings.filter(({ points, verdict }) => points || verdict)
  return {
    score: why.some(({ verdict }) => verdict) ? Number.POSITIVE_INFINITY : score,
    why: why.map(({ rule, points, verdict }) => `${rule} ${verdict ?? points}`),
  }
}

const results = await Promise.all(
  kinds.flatMap(one =>
    [proven, alone].map(async gateway => ({
      name: one.name,
      ...(await judged(gateway, addressOf(one.from), honestMail(one))),
    })),
  ),
)

test('there are kinds of services and of people, and each is judged twice', () => {
  expect(kinds.length).toBeGreaterThanOrEqual(50)
  expect(results).toHaveLength(kinds.length * 2)
})

test.for(kinds.map(({ name }) => name))('%s is delivered without a tag', name => {
  const charged = results.filter(one => one.name === name && one.score >= 4)
  expect(charged).toEqual([])
})

test('at most one in ten costs three points', () => {
  const charged = results.filter(({ score }) => score >= 3)
  expect(charged.length, JSON.stringify(charged)).toBeLessThanOrEqual(results.length / 10)
})

test.for<[kind: string, change: (text: string) => string, rule: string]>([
  ['a link from a friend', text => text.replaceAll('www.youtube.com', '198.51.100.7'), 'links/ip'],
  ['an album from a friend', text => text.replaceAll('photos.app.goo.gl', 'tinyurl.com'), 'links/shortener'],
  ['a form to fill in', text => text.replace('>https://forms.gle/8kQ2xXyZ<', '>the form<'), 'links/only-free-host'],
  ['a payment that failed', text => text.replaceAll('ct.sendgrid.net', 'ct.elsewhere.example'), 'links/single-host'],
])('the same as %s, changed to what abuse does, is charged', async ([name, change, rule]) => {
  const one = kinds.find(kind => kind.name === name)
  const bytes = honestMail(one ?? expect.unreachable(name))
  const { why } = await judged(alone, 'x@elsewhere.example', Buffer.from(change(bytes.toString())))
  expect(why.map(found => found.split(' ', 1)[0])).toContain(rule)
})
