import { expect, test } from 'vitest'
import { previewPoints } from '../../src/console/rules/preview.ts'
import { RuleReports } from '../../src/console/rules/report.ts'
import { labelOf, type RuleHistory } from '../../src/console/rules/sample.ts'
import { outcomeOf } from '../../src/console/rules/verdicts.ts'
import { BusyError, WorkQueue } from '../../src/console/rules/work-queue.ts'
import type { FeedbackEvent, FindingEntry, GatewayEvent, RecipientEvent } from '../../src/model/events.ts'
import { clock } from '../../src/testing/clock.ts'
import { NOON, recipientEvent, sessionEvent } from '../history/events.ts'
import { historyOf } from './support/history-of.ts'

const DAY = 86_400_000
const thresholds = () => ({ quarantine: 6, reject: 15 })

const finding = (rule: string, fields: Partial<FindingEntry> = {}): FindingEntry => ({ rule, reason: rule, ...fields })

const said = (label: 'ham' | 'spam', fields: Partial<FeedbackEvent> = {}): FeedbackEvent => ({
  v: 1,
  time: NOON,
  node: 'mx1',
  type: 'feedback',
  ref: 'K3X9ABCD',
  label,
  by: 'user:bob',
  undo: false,
  ...fields,
})

const judged = (findings: readonly FindingEntry[], fields: Partial<RecipientEvent> = {}): RecipientEvent =>
  recipientEvent({
    findings,
    score: findings.reduce((sum, { points = 0 }) => sum + points, 0),
    time: NOON - 3_600_000,
    ...fields,
  })

test.for([
  ['points that cross a threshold', [finding('a', { points: 5 })], 'accept', { a: 6 }, 'quarantine', 6],
  ['points that fall below it', [finding('a', { points: 7 })], 'quarantine', { a: 1 }, 'accept', 1],
  [
    'a certain refusal stays',
    [finding('a', { points: 7 }), finding('b', { verdict: 'reject' })],
    'reject',
    { a: 0 },
    'reject',
    0,
  ],
  ['what does not follow from the findings stays', [finding('a', { points: 20 })], 'accept', { a: 0 }, 'accept', 0],
  [
    'a rule that gives no points gets none',
    [finding('a', { verdict: 'quarantine' })],
    'quarantine',
    { a: 9 },
    'quarantine',
    0,
  ],
] as const)('%s', ([, findings, verdict, points, expected, score]) => {
  const event = judged(findings, { verdict })
  const change = (one: FindingEntry) =>
    one.points !== undefined && Object.hasOwn(points, one.rule)
      ? { ...one, points: (points as Record<string, number>)[one.rule] ?? 0 }
      : one
  expect(outcomeOf(event, thresholds(), change)).toEqual({ verdict: expected, score })
})

test('points of findings beyond those in the event count as well', () => {
  const event = judged([finding('a', { points: 2 })], { score: 7, verdict: 'quarantine' })
  expect(outcomeOf(event, thresholds(), one => ({ ...one, points: 0 }))).toEqual({ verdict: 'accept', score: 5 })
})

test('the last word of each reporter counts, and what was taken back does not', () => {
  expect(labelOf([said('spam'), said('ham')])).toBe('ham')
  expect(labelOf([said('spam'), said('spam', { undo: true })])).toBeUndefined()
  expect(
    labelOf([said('spam', { by: 'ann' }), said('ham', { by: 'bob' }), said('ham', { by: 'bob', undo: true })]),
  ).toBe('spam')
})

test('rules show hits by day, hits on corrected mail, mean points, cost, and what dry runs would have done', async () => {
  const dry = finding('content/new', { dryRun: { points: 9 } })
  const events: readonly GatewayEvent[] = [
    judged([finding('rdns/generic', { points: 1 }), dry], { ref: 'A' }),
    sessionEvent({ ref: 'A', filters: { spf: { cpu: 1, wait: 10 }, rdns: { cpu: 0.5, wait: 2 } } }),
    judged([finding('rdns/generic', { points: 3 }), dry], { ref: 'B' }),
    sessionEvent({ ref: 'B', filters: { spf: { cpu: 3, wait: 30 } } }),
    said('ham', { ref: 'B' }),
    judged([finding('dnsbl/listed', { verdict: 'reject' })], { ref: 'C', verdict: 'reject' }),
    said('spam', { ref: 'C' }),
  ]
  const totals = [
    { hour: NOON - 1.5 * DAY, name: 'rdns/generic', count: 40 },
    { hour: NOON - DAY / 2, name: 'rdns/generic', count: 60 },
  ]
  const { history, asked } = historyOf(events, totals)
  const hand = clock({ now: NOON })
  const reports = new RuleReports({
    history,
    queue: new WorkQueue(8),
    corrected: async () => ['B', 'C'],
    thresholds,
    clock: hand,
  })
  const report = await reports.of(2)
  expect(report.rules).toEqual([
    { rule: 'rdns/generic', hits: 100, days: [40, 60], calledHam: 1, calledSpam: 0, points: 2 },
    {
      ...{ rule: 'content/new', hits: 2, calledHam: 1, calledSpam: 0 },
      dryRun: { hits: 2, verdicts: { quarantine: 2 }, calledHam: 1 },
    },
    { rule: 'dnsbl/listed', hits: 1, calledHam: 0, calledSpam: 1 },
  ])
  expect(report.filters).toEqual([
    { filter: 'spf', cpu: 2, wait: 20, sessions: 2 },
    { filter: 'rdns', cpu: 0.5, wait: 2, sessions: 1 },
  ])
  expect(report).toMatchObject({ corrected: 2, sample: { sessions: 3, recipients: 3 }, isSampled: false })
  // The same report within two minutes costs nothing.
  const before = asked.searches
  await reports.of(2)
  expect(asked.searches).toBe(before)
  await hand.advance(121_000)
  await reports.of(2)
  expect(asked.searches).toBeGreaterThan(before)
})

test('an operator of some domains sees nothing of other recipients of the same session', async () => {
  const events = [
    judged([finding('a', { points: 1 })], { ref: 'A', recipient: 'bob@example.org' }),
    judged([finding('b', { points: 1 })], { ref: 'A', recipient: 'eve@example.net' }),
  ]
  const { history } = historyOf(events, [{ hour: NOON, name: 'b', count: 9 }])
  const reports = new RuleReports({
    history,
    queue: new WorkQueue(8),
    corrected: async () => ['A'],
    thresholds,
    clock: clock({ now: NOON }),
  })
  const { rules, isSampled } = await reports.of(7, ['example.org'])
  expect(rules.map(({ rule, hits }) => [rule, hits])).toEqual([['a', 1]])
  expect(isSampled).toBe(true)
})

test('a report of a large history reads a bounded number of sessions, and rules beyond the bound are left out', async () => {
  const events = Array.from({ length: 5_000 }, (_, index) =>
    judged([finding(`rule/${index}`)], { ref: `R${index}`, time: NOON - (index * DAY) / 5_000 }),
  )
  const { history, asked } = historyOf(
    events,
    Array.from({ length: 3_000 }, (_, i) => ({ hour: NOON, name: `n${i}`, count: 1 })),
  )
  const reports = new RuleReports({
    history,
    queue: new WorkQueue(8),
    corrected: async () => [],
    thresholds,
    clock: clock({ now: NOON }),
  })
  const { rules } = await reports.of(1)
  expect(asked.sessions).toBe(400)
  expect(rules.length).toBe(1_000)
})

test('a report that fails is made again', async () => {
  const { history } = historyOf([])
  let fails = true
  const broken: RuleHistory = { ...history, aggregate: async () => (fails ? Promise.reject(new Error('no file')) : []) }
  const reports = new RuleReports({
    history: broken,
    queue: new WorkQueue(8),
    corrected: async () => [],
    thresholds,
    clock: clock(),
  })
  await expect(reports.of(1)).rejects.toThrow('no file')
  fails = false
  expect((await reports.of(1)).rules).toEqual([])
})

test('a preview replays the newest hits of a rule and says what changes, also of corrected mail', async () => {
  const events: readonly GatewayEvent[] = [
    judged([finding('a', { points: 7 })], { ref: 'A', verdict: 'quarantine' }),
    said('ham', { ref: 'A' }),
    judged([finding('a', { points: 7 }), finding('b', { points: 9 })], { ref: 'B', verdict: 'reject' }),
    said('spam', { ref: 'B' }),
    judged([finding('b', { points: 1 })], { ref: 'C' }),
  ]
  const { history } = historyOf(events)
  const window = { since: NOON - DAY, until: NOON }
  const preview = await previewPoints({ history, thresholds }, { ...window, points: { a: 1 } })
  expect(preview.all).toEqual({
    examined: 2,
    changed: [
      { from: 'quarantine', to: 'accept', count: 1 },
      { from: 'reject', to: 'quarantine', count: 1 },
    ],
  })
  expect(preview.calledHam).toEqual({ examined: 1, changed: [{ from: 'quarantine', to: 'accept', count: 1 }] })
  expect(preview.calledSpam.changed).toEqual([{ from: 'reject', to: 'quarantine', count: 1 }])
  expect(preview.examples[0]).toMatchObject({
    ref: 'A',
    verdict: 'quarantine',
    to: 'accept',
    newScore: 1,
    label: 'ham',
  })
  expect(preview.isPartial).toBe(false)
})

test('a preview of many hits is partial and says so', async () => {
  const events = Array.from({ length: 700 }, (_, i) => judged([finding('a', { points: 1 })], { ref: `R${i}` }))
  const { history, asked } = historyOf(events)
  const window = { since: NOON - DAY, until: NOON }
  const preview = await previewPoints({ history, thresholds }, { ...window, points: { a: 7, __proto__: 1 } })
  expect(preview).toMatchObject({ isPartial: true, all: { examined: 500 } })
  expect(preview.examples.length).toBe(20)
  expect(asked.sessions).toBe(500)
})

test('work waits for its turn, fails alone, and what is too much is refused', async () => {
  const queue = new WorkQueue(3)
  const order: string[] = []
  const first = Promise.withResolvers<void>()
  const one = queue.run(async () => {
    await first.promise
    order.push('one')
  })
  const two = queue.run(async () => {
    order.push('two')
    throw new Error('two')
  })
  const three = queue.run(async () => order.push('three'))
  await expect(queue.run(async () => order.push('four'))).rejects.toThrow(BusyError)
  first.resolve()
  await one
  await expect(two).rejects.toThrow('two')
  await three
  expect(order).toEqual(['one', 'two', 'three'])
  expect(await queue.run(async () => 'again')).toBe('again')
})

test('mail of one hour alone fills the whole sample', async () => {
  const events = Array.from({ length: 300 }, (_, i) => judged([finding('a')], { ref: `R${i}`, time: NOON - 1_000 - i }))
  const { history } = historyOf(events)
  const reports = new RuleReports({
    ...{ history, queue: new WorkQueue(8), corrected: async () => [], thresholds },
    clock: clock({ now: NOON }),
  })
  expect((await reports.of(7)).sample.sessions).toBe(300)
})
