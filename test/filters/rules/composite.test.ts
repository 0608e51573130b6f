/** Combinations of what other filters have found. */

import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { ROUTE } from '../../../bench/tuning/signals.ts'
import { postern } from '../../../src/engine/gateway.ts'
import { combinations } from '../../../src/filters/content/combinations.ts'
import { type Condition, composite } from '../../../src/filters/content/composite.ts'
import { ruleSets } from '../../../src/filters/content/rule-sets.ts'
import { all, any, atLeast, type ConditionOf, holds, not, rule, rulesIn } from '../../../src/filters/rules/condition.ts'
import type { Filter } from '../../../src/model/filter.ts'
import { points } from '../../../src/model/finding.ts'
import { zone } from '../../../src/testing/zone.ts'

test.for<[string, ConditionOf<string>, readonly string[], boolean]>([
  ['a rule that was found', 'links/ip', ['links/ip'], true],
  ['a rule that was not', 'links/ip', ['links/port'], false],
  ['a rule of any filter', rule('dnsbl/listed'), ['dnsbl/listed'], true],
  ['all of two', all('links/ip', 'links/port'), ['links/ip', 'links/port'], true],
  ['one of two that are wanted', all('links/ip', 'links/port'), ['links/port'], false],
  ['any of two', any('links/ip', 'links/port'), ['links/port'], true],
  ['none of two', any('links/ip', 'links/port'), [], false],
  [
    'two of three',
    atLeast(2, 'links/ip', 'links/port', 'links/malformed-url'),
    ['links/ip', 'links/malformed-url'],
    true,
  ],
  ['not', not('links/ip'), [], true],
  [
    'one in another',
    all(any('links/ip', rule('x')), not(all('links/port', 'links/malformed-url'))),
    ['x', 'links/port'],
    true,
  ],
])('%s', ([, condition, found, expected]) => {
  expect(holds(condition, new Set(found))).toBe(expected)
})

test('the compiler reports an unknown rule', () => {
  // @ts-expect-error there is no such rule
  const wrong: Condition = 'links/mismach'
  expect(holds(wrong, new Set())).toBe(false)
})

test('a composite sees earlier stages and the other filters of its stage, and its points count', async () => {
  const listed: Filter = { name: 'listed', connect: () => points(2, 'the client is listed') }
  const linked: Filter = { name: 'links', message: async () => points(1, 'an address', { rule: 'ip' }) }
  const both = composite('both', all(rule('listed'), 'links/ip'), points(4, 'a listed client links to an address'))
  const neither = composite('neither', not(rule('listed')), points(9, 'never'))
  const gateway = postern({ name: 'mx.example.org', filters: [both, neither, listed, linked], dns: zone({}) })
  const session = gateway.open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('a.example')
  await session.mail('alice@example.org')
  await session.rcpt('bob@example.net')
  const outcome = await session.data(Readable.from([Buffer.from('From: alice@example.org\r\n\r\nHello\r\n')]))
  session.close()
  await gateway.close()
  expect(outcome.score).toBe(7)
  expect(outcome.findings).toEqual([
    points(2, 'the client is listed', { rule: 'listed' }),
    points(4, 'a listed client links to an address', { rule: 'both' }),
    points(1, 'an address', { rule: 'links/ip' }),
  ])
})

test('the combinations name existing rules', () => {
  // The policy of a domain has its rule in the filter of DMARC, and no points to measure.
  const known = new Set([...ruleSets().flatMap(({ rules }) => Object.keys(rules)), ...Object.keys(ROUTE), 'dmarc/none'])
  expect(combinations.flatMap(({ when }) => rulesIn(when)).filter(id => !known.has(id))).toEqual([])
})
