import { expect, test } from 'vitest'
import { EventStream } from '../../src/console/live/event-stream.ts'
import { LiveFeed } from '../../src/console/live/feed.ts'
import { Counters } from '../../src/console/live/growth.ts'
import { MeasuredMeans, type ReadHistory } from '../../src/console/live/means.ts'
import { Sampler } from '../../src/console/live/sampler.ts'
import type { HistoryEntry } from '../../src/history/types.ts'
import type { GatewayEvent } from '../../src/model/events.ts'
import type { Metric } from '../../src/model/metric.ts'
import type { Notice } from '../../src/model/services.ts'
import { clock, settled } from '../../src/testing/clock.ts'
import { NOON, transactionEvent } from '../history/events.ts'

type Labels = Readonly<Record<string, string>>

const counter = (name: string, ...samples: readonly (readonly [labels: Labels, value: number])[]): Metric => ({
  name,
  help: '',
  type: 'counter',
  samples: samples.map(([labels, value]) => ({ labels, value })),
})
const gauge = (name: string, ...samples: readonly (readonly [labels: Labels, value: number])[]): Metric =>
  ({
    ...counter(name, ...samples),
    type: 'gauge' as const,
  }) as Metric

const decisions = (...counts: readonly (readonly [stage: string, verdict: string, value: number])[]): Metric =>
  counter('postern_decisions_total', ...counts.map(([stage, verdict, value]) => [{ stage, verdict }, value] as const))

const entry = (fields: Partial<HistoryEntry> = {}): HistoryEntry => ({
  time: NOON,
  ref: 'K3X9ABCD',
  transaction: 1,
  ip: '192.0.2.1',
  reversePath: 'ann@example.com',
  recipient: 'bob@example.org',
  verdict: 'accept',
  score: 0,
  ...fields,
})

const none: ReadHistory = { search: async () => ({ entries: [] }), get: async () => [] }

function watched({ history = none, metrics = () => [] as readonly Metric[] } = {}) {
  const hand = clock({ now: NOON })
  const notices: Notice[] = []
  const means = new MeasuredMeans(history, hand)
  const sampler = new Sampler({ metrics, means, clock: hand, notify: notice => notices.push(notice) })
  return { hand, sampler, means, notices }
}

/** All events that a stream has written so far. */
async function eventsOf(reader: ReadableStreamDefaultReader<Uint8Array>, count: number) {
  const events: { readonly name: string; readonly data: unknown }[] = []
  while (events.length < count) {
    const { value, done } = await reader.read()
    if (done) break
    const text = new TextDecoder().decode(value)
    const [, name, data] = /^event: (\w+)\ndata: (.*)\n\n$/.exec(text) ?? []
    if (name !== undefined) events.push({ name, data: JSON.parse(data ?? 'null') })
  }
  return events
}

test('a counter that fell began anew, and a worker that was silent adds only what it has counted since', () => {
  const counters = new Counters()
  const of = (...samples: readonly (readonly [Labels, number])[]) =>
    counters.next([counter('sessions', ...samples)]).of('sessions')
  expect(of([{ worker: '1' }, 100], [{ worker: '2' }, 50])).toBe(0)
  expect(of([{ worker: '1' }, 110], [{ worker: '2' }, 55])).toBe(15)
  // The second worker is too busy to answer.
  expect(of([{ worker: '1' }, 111])).toBe(1)
  expect(of([{ worker: '1' }, 111], [{ worker: '2' }, 60])).toBe(5)
  // The first one is started again; a third one has run for long.
  expect(of([{ worker: '1' }, 4], [{ worker: '2' }, 60], [{ worker: '3' }, 9_000])).toBe(4)
  expect(of([{ worker: '3' }, 9_001])).toBe(1)
})

test('a label that appears between two snapshots counts from nought', () => {
  const counters = new Counters()
  counters.next([decisions(['rcpt', 'reject', 5])])
  const growth = counters.next([decisions(['rcpt', 'reject', 5], ['message', 'quarantine', 2])])
  expect(growth.of('postern_decisions_total')).toBe(2)
})

test('counters of fifty thousand names take bounded memory, and the newest names are remembered', () => {
  const counters = new Counters()
  counters.next([counter('n', [{ of: '0' }, 0])])
  for (let batch = 0; batch < 5; batch += 1)
    counters.next([counter('n', ...Array.from({ length: 10_000 }, (_, i) => [{ of: `${batch} ${i}` }, 1] as const))])
  expect(counters.next([counter('n', [{ of: '4 9999' }, 3])]).of('n')).toBe(2)
  expect(counters.next([counter('n', [{ of: '0 0' }, 1])]).of('n')).toBe(1)
})

test('a point has rates, the largest load of all workers, and each message once', async () => {
  let step = 0
  const metrics = (): readonly Metric[] => {
    step += 1
    return [
      counter('postern_sessions_total', [{}, 10 * step]),
      gauge('postern_sessions', [{ worker: '1' }, 3], [{ worker: '2' }, 4]),
      decisions(['connect', 'accept', 50 * step], ['message', 'accept', 4 * step], ['rcpt', 'reject', 6 * step]),
      gauge('postern_load', [{ worker: '1' }, 0.2], [{ worker: '2' }, 0.75]),
      gauge('postern_load_level', [{ worker: '1' }, 0], [{ worker: '2' }, 1]),
      gauge('postern_load_part', [{ worker: '1', part: 'busy' }, 0.2], [{ worker: '2', part: 'busy' }, 0.75]),
    ]
  }
  const { hand, sampler } = watched({ metrics })
  const unwatch = sampler.watch()
  await hand.advance(2_000)
  expect(sampler.points.at(-1)).toMatchObject({
    time: NOON + 2_000,
    seconds: 1,
    sessions: { open: 7, opened: 10 },
    verdicts: { accept: 4, reject: 6, quarantine: 0, defer: 0, discard: 0 },
    load: { value: 0.75, level: 'amber', parts: { busy: 0.75 } },
  })
  unwatch()
  await hand.advance(1_000)
  const before = step
  await hand.advance(30_000)
  expect(step - before).toBe(3)
  sampler.close()
  expect(hand.next()).toBeUndefined()
})

test('next hops that are down come first, with the mean time of their deliveries in the interval', async () => {
  let step = 0
  const metrics = (): readonly Metric[] => {
    step += 1
    const times = (sum: number, count: number) => ({ buckets: [], sum: sum * step, count: count * step })
    return [
      gauge('postern_next_hop_up', [{ host: 'a:25' }, 1], [{ host: 'b:25' }, 0]),
      counter(
        'postern_deliveries_total',
        [{ next_hop: 'a:25', result: 'delivered' }, 8 * step],
        [{ next_hop: 'a:25', result: 'repeated' }, 2 * step],
        [{ next_hop: 'b:25', result: 'deferred' }, 3 * step],
      ),
      {
        name: 'postern_delivery_seconds',
        help: '',
        type: 'histogram',
        samples: [{ labels: { next_hop: 'a:25' }, ...times(0.5, 10) }],
      },
    ]
  }
  const { hand, sampler } = watched({ metrics })
  sampler.watch()
  await hand.advance(2_000)
  expect(sampler.points.at(-1)?.nextHops).toEqual([
    { name: 'b:25', up: false, delivered: 0, deferred: 3, refused: 0, ms: null },
    { name: 'a:25', up: true, delivered: 10, deferred: 0, refused: 0, ms: 50 },
  ])
})

test('what refusing early saves: connections are counted, bytes and scans are estimated from measured means', async () => {
  const sessions: Record<string, readonly GatewayEvent[]> = {
    A: [transactionEvent({ ref: 'A', size: 1_000 }), transactionEvent({ ref: 'A', transaction: 2, size: 3_000 })],
    // Two of four refused recipients lost no message: another one was accepted.
    B: [
      { ...without(transactionEvent({ ref: 'B', accepted: 0, refused: 2 }), 'size') },
      transactionEvent({ ref: 'B', transaction: 2, accepted: 1, refused: 2, size: 2_000 }),
    ],
  }
  const history: ReadHistory = {
    search: async () => ({ entries: [entry({ ref: 'A' }), entry({ ref: 'A' }), entry({ ref: 'B' })] }),
    get: async ref => sessions[ref] ?? [],
  }
  let step = 0
  const metrics = (): readonly Metric[] => {
    step += 1
    return [
      decisions(
        ...[['connect', 'reject', 4 * step] as const, ['connect', 'defer', 50 * step] as const],
        ...[['mail', 'reject', step] as const, ['rcpt', 'reject', 8 * step] as const],
      ),
      counter('postern_recently_refused_closed_total', [{}, 10 * step]),
      counter('postern_filter_wait_seconds_total', [{ filter: 'clamav' }, 0]),
    ]
  }
  const { hand, sampler } = watched({ history, metrics })
  sampler.watch()
  await hand.advance(3_000)
  // 14 connections, one MAIL, a quarter of the refused recipients: 17 messages of 2,000 bytes. Deferrals come again.
  expect(sampler.points.at(-1)?.saved).toEqual({ connections: 14, messages: 17, bytes: 34_000, scans: 17 })
})

test('without history and scanner nothing is estimated', async () => {
  let step = 0
  const metrics = (): readonly Metric[] => {
    step += 1
    return [decisions(['connect', 'reject', step], ['rcpt', 'reject', step])]
  }
  const { hand, sampler } = watched({ metrics })
  sampler.watch()
  await hand.advance(2_000)
  expect(sampler.points.at(-1)?.saved).toEqual({ connections: 1, messages: 1, bytes: null, scans: null })
})

test('metrics that fail or hang are reported once, and the view goes on when they come again', async () => {
  let answer: () => Promise<readonly Metric[]> = async () => []
  const { hand, sampler, notices } = watched({ metrics: (() => answer()) as unknown as () => readonly Metric[] })
  sampler.watch()
  await hand.advance(3_000)
  answer = () => new Promise(() => undefined)
  await hand.advance(20_000)
  expect(sampler.isFailing).toBe(true)
  answer = async () => []
  await hand.advance(10_000)
  expect(sampler.isFailing).toBe(false)
  expect(notices.map(({ code }) => code)).toEqual(['console/no-metrics', 'console/metrics'])
})

test('the ring keeps the newest points alone', async () => {
  const { hand, sampler } = watched()
  sampler.watch()
  await hand.advance(700_000)
  expect(sampler.points.length).toBe(600)
  expect(sampler.points.at(-1)?.time).toBe(NOON + 700_000)
})

test('who watches gets the last points first, then each new one, and the newest recipients when they change', async () => {
  let entries = [entry()]
  const history: ReadHistory = { search: async () => ({ entries }), get: async () => [] }
  const { hand, sampler } = watched({ history })
  await hand.advance(20_000)
  const feed = new LiveFeed({ sampler, history, clock: hand })
  const reader = feed.open({ name: 'ann' })?.getReader()
  if (reader === undefined) throw new Error('no stream')
  const [start, list] = await eventsOf(reader, 2)
  expect(start).toMatchObject({ name: 'start', data: { isFailing: false, points: [{ seconds: 10 }, { seconds: 10 }] } })
  expect(list).toEqual({ name: 'entries', data: [entry()] })
  await hand.advance(2_000)
  expect((await eventsOf(reader, 2)).map(({ name }) => name)).toEqual(['point', 'point'])
  entries = [entry({ ref: 'NEW' }), ...entries]
  await hand.advance(2_000)
  expect((await eventsOf(reader, 3)).map(({ name }) => name)).toEqual(['point', 'point', 'entries'])
})

test('an operator of some domains sees recipients of these domains alone', async () => {
  const asked: unknown[] = []
  const history: ReadHistory = {
    search: async query => {
      asked.push(query.domains)
      return { entries: [] }
    },
    get: async () => [],
  }
  const { hand, sampler } = watched()
  const feed = new LiveFeed({ sampler, history, clock: hand })
  feed.open({ name: 'ann', domains: ['example.org'] })
  feed.open({ name: 'bob', domains: ['example.net'] })
  await hand.advance(2_000)
  asked.length = 0
  await hand.advance(2_000)
  expect(asked).toEqual([['example.org'], ['example.net']])
})

test('a reader that stops reading costs bounded memory, misses events, and is cut off', async () => {
  const hand = clock()
  let ended = 0
  const stream = new EventStream({ clock: hand, onEnd: () => (ended += 1) })
  const large = 'x'.repeat(100_000)
  const sent = Array.from({ length: 100 }, () => stream.send('point', large)).filter(Boolean).length
  expect(sent).toBeLessThanOrEqual(6)
  await hand.advance(31_000)
  stream.send('point', large)
  expect(ended).toBe(1)
  expect(stream.send('point', 1)).toBe(false)
  expect(hand.next()).toBeUndefined()
})

test('a stream on which nothing happens has a comment each 15 seconds, and ends after 15 minutes', async () => {
  const hand = clock()
  const stream = new EventStream({ clock: hand, onEnd: () => undefined })
  await hand.advance(16 * 60_000)
  const text = await new Response(stream.body).text()
  expect(text.match(/^: still here$/gm)?.length).toBe(59)
  expect(text).toMatch(/^retry: 3000\n\n/)
})

test('too many streams are refused, of one person and of all; a stream that was left makes room', async () => {
  const { hand, sampler } = watched()
  const feed = new LiveFeed({ sampler, history: none, clock: hand, maxListeners: 3, maxOfOne: 2 })
  const [first, second] = [feed.open({ name: 'ann' }), feed.open({ name: 'ann' })]
  expect(feed.open({ name: 'ann' })).toBeUndefined()
  expect(feed.open({ name: 'bob' })).toBeDefined()
  expect(feed.open({ name: 'eve' })).toBeUndefined()
  await first?.cancel()
  expect(feed.open({ name: 'ann' })).toBeDefined()
  feed.close()
  await settled()
  expect((await new Response(second).text()).startsWith('retry')).toBe(true)
})

function without<T extends object, K extends keyof T>(value: T, key: K): Omit<T, K> {
  const { [key]: _left, ...rest } = value
  return rest
}
