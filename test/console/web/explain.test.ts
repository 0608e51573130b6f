/** Why a verdict fell, in a sentence; and the events of a session, in order. */
import { expect, test } from 'vitest'
import { byWeight, explain, type Judged, storyOf } from '../../../src/console/web/explain.ts'
import { Formats } from '../../../src/console/web/format.ts'
import { resultTexts } from '../../../src/console/web/held.ts'
import { LANGUAGES } from '../../../src/console/web/texts/languages.ts'
import type { DeliveryEvent, GatewayEvent, RecipientEvent } from '../../../src/model/events.ts'

const formats = new Formats('en-GB', 'UTC')
const sentence = (judged: Partial<Judged>): string =>
  explain({ verdict: 'accept', score: 0, findings: [], ...judged }, LANGUAGES.en, formats)

test.for<[Partial<Judged>, string]>([
  [{}, 'It was accepted: nothing that was found weighs enough against it.'],
  [{ score: 2.5 }, 'It was accepted with 2.5 points, which is below the limit.'],
  [{ score: 4.5, tagged: true }, 'It was accepted and tagged: its findings add up to 4.5 points.'],
  [{ verdict: 'quarantine', score: 7 }, 'It is held for review: its findings add up to 7 points.'],
  [
    { verdict: 'reject', findings: [{ rule: 'a/b', reason: '192.0.2.1 is listed', verdict: 'reject' }] },
    'It was refused because 192.0.2.1 is listed.',
  ],
  [
    { verdict: 'reject', score: 16, findings: [{ rule: 'a/b', reason: 'x', verdict: 'accept' }] },
    'It was refused: its findings add up to 16 points.',
  ],
  [
    { verdict: 'accept', dryRun: 'reject' },
    'It was accepted: nothing that was found weighs enough against it. The gateway only watches: this was not carried' +
      ' out. It would be: Refused.',
  ],
])('%j is explained', ([judged, text]) => {
  expect(sentence(judged)).toBe(text)
})

test('every verdict is explained in every language, with and without a reason', () => {
  const findings = [{ rule: 'a', reason: 'REASON', verdict: 'discard' } as const]
  for (const texts of Object.values(LANGUAGES))
    for (const verdict of ['accept', 'quarantine', 'defer', 'reject', 'discard'] as const) {
      const because = findings.map(finding => ({ ...finding, verdict }))
      expect(explain({ verdict, score: 3, findings: because }, texts, formats)).toContain('REASON')
      expect(explain({ verdict, score: 3, findings: [] }, texts, formats).length).toBeGreaterThan(4)
    }
})

test('S03 a reason that quotes a stranger is inert', () => {
  const findings = [{ rule: 'a', reason: 'from \u202eevil\n<b>', verdict: 'reject' } as const]
  expect(sentence({ verdict: 'reject', findings })).toBe('It was refused because from \\u202eevil\\u000a<b>.')
})

test('findings that decide come first, then those with the most points, and those without effect last', () => {
  const findings = [
    { rule: 'dry', reason: '', dryRun: { points: 50 } },
    { rule: 'small', reason: '', points: 1 },
    { rule: 'good', reason: '', points: -3 },
    { rule: 'decides', reason: '', verdict: 'reject' } as const,
    { rule: 'note', reason: '' },
  ]
  expect(byWeight(findings).map(({ rule }) => rule)).toEqual(['decides', 'good', 'small', 'note', 'dry'])
})

const base = { v: 1, time: 0, ref: 'R', node: 'n' } as const
const recipient = (name: string, transaction: number): RecipientEvent => ({
  ...base,
  ...{ type: 'recipient', transaction, ip: null, reversePath: '', recipient: name, stage: 'message' },
  ...{ verdict: 'accept', score: 0, findings: [] },
})
const delivery = (name: string, transaction?: number): DeliveryEvent => ({
  ...base,
  ...{ type: 'delivery', recipient: name, result: 'delivered' },
  ...(transaction !== undefined && { transaction }),
})

test('each delivery stands with its recipient of its transaction; one without a number with all of that name', () => {
  const events: GatewayEvent[] = [
    recipient('b@x', 2),
    recipient('a@x', 1),
    recipient('a@x', 2),
    delivery('a@x', 2),
    delivery('b@x'),
    delivery('gone@x', 1),
  ]
  const told = storyOf(events).transactions.map(({ number, recipients }) => [
    number,
    recipients.map(({ event, deliveries }) => [event.recipient, deliveries.length]),
  ])
  expect(told).toEqual([
    [1, [['a@x', 0]]],
    [
      2,
      [
        ['b@x', 1],
        ['a@x', 1],
      ],
    ],
  ])
})

test('what came of an action on several messages is said in one sentence each', () => {
  const results = [
    { id: '1', recipient: 'a', kind: 'done' },
    { id: '2', recipient: 'a', kind: 'done' },
    { id: '3', recipient: 'a', kind: 'done-before' },
    { id: '4', recipient: 'a', kind: 'failed', reason: 'the next hop is down' },
    { id: '5', recipient: 'a', kind: 'failed', reason: 'the next hop is down' },
  ] as const
  expect(resultTexts('release', [...results], LANGUAGES.en, formats)).toEqual({
    done: '2 messages were released.',
    failed: '3 messages not done: it was done before and the next hop is down',
  })
  expect(resultTexts('delete', [results[0]], LANGUAGES.en, formats)).toEqual({
    done: '1 message was deleted.',
    failed: undefined,
  })
})
