/** The thresholds of the gateway program, by recipient. */
import { describe, expect, test } from 'vitest'
import { type Filter, type Gateway, points, postern } from '../../src/index.ts'
import { effective } from '../../src/relay/config/options.ts'
import type { RelayConfig } from '../../src/relay/config/types.ts'
import { relayFilters } from '../../src/relay/filters.ts'
import { KeptFilters } from '../../src/relay/kept-filters.ts'
import { greylistBounds, relayPolicy, thresholdsFor } from '../../src/relay/policy.ts'
import { clock } from '../../src/testing/clock.ts'
import { probe } from '../../src/testing/probe.ts'
import { zone } from '../../src/testing/zone.ts'
import { send } from '../support/mail-flow.ts'

const policies = [
  { recipients: ['bob@example.org', 'example.net'], thresholds: { quarantine: 8, greylist: 3 } },
  { recipients: ['.example.org'], thresholds: { tag: 'off' } },
] as const

const NOTHING = { args: [], environment: {} }

test('the console names the thresholds of a recipient', () => {
  const of = thresholdsFor({ reject: 20 }, policies)
  expect(of('')).toEqual({ tag: 4, quarantine: 6, reject: 20 })
  expect(of('bob@example.org')).toEqual({ tag: 4, quarantine: 8, reject: 20 })
  expect(of('eve@a.example.org')).toEqual({ quarantine: 6, reject: 20 })
  expect(thresholdsFor({ quarantine: 3 }, [])('')).toEqual({ tag: 3, quarantine: 3, reject: 15 })
})

test.for([
  { thresholds: { quarantine: 3 } },
  { policies: [{ recipients: ['example.net'], thresholds: { quarantine: 3 } }] },
] satisfies RelayConfig[])('%j needs no other tag', config => {
  const { options } = effective({ name: 'mx.example.org', domains: ['example.org'], ...config }, NOTHING)
  expect(thresholdsFor(options.thresholds, options.policies)('bob@example.net')).toMatchObject({
    tag: 3,
    quarantine: 3,
  })
  expect(() => relayPolicy(options.thresholds, options.policies)).not.toThrow()
})

test('a recipient is judged by them', () => {
  const policy = relayPolicy({}, policies)
  const judge = (forwardPath: string) => policy([points(7, 'why')], { stage: 'message', ref: 'R', forwardPath })
  expect(judge('bob@example.org')).toMatchObject({ verdict: 'accept', tagged: true })
  expect(judge('eve@example.org')).toMatchObject({ verdict: 'quarantine' })
})

test('mail is greylisted between the thresholds of the recipient, and nowhere unless one is given', () => {
  expect(greylistBounds({}, [])).toBeUndefined()
  const bounds = greylistBounds({}, policies)
  expect(bounds?.('bob@example.org')).toEqual({ from: 3, to: 8 })
  expect(bounds?.('eve@example.org').from).toBe(Number.POSITIVE_INFINITY)
  expect(greylistBounds({ greylist: 2, quarantine: 5 }, [])?.('')).toEqual({ from: 2, to: 5 })
})

describe('a score between two thresholds', () => {
  const hand = clock()
  const made = (config: RelayConfig) => {
    const { options } = effective({ name: 'mx.example.org', domains: ['example.org'], ...config }, NOTHING)
    const delivery = { domains: ['example.org'], isKnown: async () => true }
    return relayFilters({ options, delivery, scanner: [], kept: new KeptFilters() })
  }
  const nextHop = { hosts: ['127.0.0.1:25'] }
  const verdictsOf = async (gateway: Gateway) =>
    (await send(gateway)).decisions.slice(3).map(({ stage, verdict, score }) => [stage, verdict, score])

  test('defers a new sender once, after the content that gives it', async () => {
    const greylist = made({ nextHop, thresholds: { greylist: 3 }, filters: { greylist: { wait: '2m' } } }).filter(
      ({ name }) => name === 'greylist',
    )
    const words: Filter = { name: 'words', message: async () => points(3.5, 'an offer') }
    const gateway = postern({ name: 'mx.example.org', dns: zone({}), clock: hand, filters: [words, ...greylist] })
    expect(greylist).toHaveLength(1)
    expect(await verdictsOf(gateway)).toEqual([
      ['rcpt', 'accept', 0],
      ['message', 'defer', 3.5],
    ])
    await hand.advance(2 * 60_000)
    expect(await verdictsOf(gateway)).toEqual([
      ['rcpt', 'accept', 0],
      ['message', 'accept', 3.5],
    ])
  })

  test('is not looked at by default', () => {
    expect(made({ nextHop }).filter(({ name }) => name === 'greylist')).toEqual([])
  })
})

test.for<[RelayConfig['thresholds'], number, readonly number[]]>([
  [{}, 4, [3.9, 9]],
  [{ quarantine: 3 }, 3, [2.9, 6]],
  [{ quarantine: 8, tag: 'off' }, 5, [4.9, 11]],
  [{ quarantine: 5, reject: 6 }, 4, [3.9, 6]],
])('with the thresholds %j an opinion is asked from %d on, and not at %j', async ([thresholds, from, not]) => {
  const asked: number[] = []
  for (const score of [from, ...not]) {
    const config = { name: 'mx.example.org', domains: ['example.org'], nextHop: { hosts: ['127.0.0.1:25'] } }
    const ask = () => void asked.push(score)
    const filters = { opinion: { ask: async () => ask() ?? undefined } }
    const { options } = effective(
      { ...config, ...(thresholds && { thresholds }), filters },
      { args: [], environment: {} },
    )
    const delivery = { domains: ['example.org'], isKnown: async () => true }
    const made = relayFilters({ options, delivery, scanner: [], kept: new KeptFilters() })
    const opinion = made.find(({ name }) => name === 'opinion')
    if (opinion === undefined) throw new Error('there is no filter opinion')
    await probe(opinion, { message: 'Subject: a\n\ntext\n', score })
  }
  expect(asked).toEqual([from])
})
