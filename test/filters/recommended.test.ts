/** The recommended set: which filters it holds, and how each of them takes its options. */
import { expect, test } from 'vitest'
import { type RecommendedOptions, recommended } from '../../src/filters/recommended.ts'
import { PosternError } from '../../src/model/errors.ts'
import { probe } from '../../src/testing/probe.ts'
import { zone } from '../../src/testing/zone.ts'

const domains = ['example.org']
const names = (options: Partial<RecommendedOptions> = {}) =>
  recommended({ domains, ...options }).map(({ name }) => name)

/** The filters of the set in their order, by the name of their option. */
const filters = {
  earlyTalker: 'early-talker',
  rateLimit: 'rate-limit',
  rdns: 'rdns',
  helo: 'helo',
  senderDomain: 'sender-domain',
  spf: 'spf',
  recipients: 'recipients',
  authenticatedFrom: 'authenticated-from',
  headerForm: 'header-form',
  loop: 'loop',
  dkim: 'dkim',
  dmarc: 'dmarc',
} as const
const options = Object.keys(filters) as readonly (keyof typeof filters)[]

test('the set holds twelve filters, each of which takes options by its name', () => {
  expect(names()).toEqual(Object.values(filters))
})

test.for(options)('%s: false leaves out this filter and no other', option => {
  expect(names({ [option]: false })).toEqual(Object.values(filters).filter(name => name !== filters[option]))
})

test.for(options)('%s: undefined is the same as no option', option => {
  expect(names({ [option]: undefined })).toEqual(Object.values(filters))
})

test.for(options)('%s: a wrong option of the filter is named by its whole path', option => {
  const build = () => recommended({ domains, [option]: { nonsense: 1 } } as unknown as RecommendedOptions)
  expect(build).toThrow(PosternError)
  expect(build).toThrow(`recommended.${option}.nonsense`)
})

test.for(options)('%s: true is refused, because the filter is in the set already', option => {
  const build = () => recommended({ domains, [option]: true } as unknown as RecommendedOptions)
  expect(build).toThrow(`recommended.${option}`)
  expect(build).toThrow(`false or options of ${option}`)
})

test('all mistakes are named at once', () => {
  const wrong = { domains: [], dmarc: { onReject: 'discard' }, spf: { fail: -1 }, dkmi: false }
  const build = () => recommended(wrong as unknown as RecommendedOptions)
  for (const path of ['domains', 'dmarc.onReject', 'spf.fail', 'dkmi']) expect(build).toThrow(`recommended.${path}`)
})

/** The verdicts or points of one filter of the set. */
async function judged(
  name: string,
  more: Partial<RecommendedOptions>,
  client: Omit<Parameters<typeof probe>[1], 'dns'>,
) {
  const [filter] = recommended({ domains, own: ['mx.example.org'], ...more }).filter(found => found.name === name)
  if (filter === undefined) throw new Error(`there is no ${name}`)
  const findings = await probe(filter, {
    ip: '192.0.2.1',
    dns: zone({ 'mx.example.org': { A: '192.0.2.25' } }),
    ...client,
  })
  return findings.map(({ rule, verdict, points }) => [rule, verdict ?? points])
}

test('helo takes our names from the set, unless it is given others', async () => {
  const greeting = { helo: 'mx.example.org' }
  expect(await judged('helo', {}, greeting)).toEqual([['helo/impostor', 'reject']])
  expect(await judged('helo', { helo: { impostor: 2 } }, greeting)).toEqual([['helo/impostor', 2]])
  expect(await judged('helo', { helo: { own: ['mx.example.net'] } }, greeting)).toEqual([])
})

test('recipients keeps the domains of the set when it is given other options', async () => {
  const to = (forwardPath: string) => ({ reversePath: 'a@example.net', forwardPath })
  const recipients = { valid: ['bob@example.org'] }
  expect(await judged('recipients', { recipients }, to('bob@example.org'))).toEqual([])
  expect(await judged('recipients', { recipients }, to('eve@example.org'))).toEqual([['recipients/unknown', 'reject']])
  expect(await judged('recipients', { recipients }, to('a@example.com'))).toEqual([['recipients/relay', 'reject']])
})

test('rateLimit takes other limits in place of the defaults', async () => {
  const limits = [{ what: 'transactions', per: 'ip', limit: 1, within: '1m' }] as const
  const [usual] = recommended({ domains }).filter(({ name }) => name === 'rate-limit')
  const [other] = recommended({ domains, rateLimit: { limits } }).filter(({ name }) => name === 'rate-limit')
  expect([usual?.mail, other?.mail].map(stage => stage !== undefined)).toEqual([true, true])
  expect([usual?.onDecision, other?.onDecision].map(stage => stage !== undefined)).toEqual([true, false])
})
