/** What a gateway counts, and how it is written down. */
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { type Filter, points, postern, quarantine, reject } from '../../src/index.ts'
import { loadMeter } from '../../src/load/index.ts'
import type { Metric } from '../../src/model/metric.ts'
import { tally } from '../../src/observe/count.ts'
import { prometheus } from '../../src/observe/index.ts'
import { memoryStore } from '../../src/store/index.ts'
import { clock } from '../../src/testing/clock.ts'
import { zone } from '../../src/testing/zone.ts'

const judge: Filter = {
  name: 'judge',
  connect: ({ ip }) =>
    ip === '192.0.2.66' ? reject('5.7.1', 'listed', { rule: 'listed', close: true }) : points(1, 'odd'),
  message: () => quarantine('spam', { rule: 'spam' }),
}

async function traffic() {
  const hand = clock()
  const load = loadMeter({ clock: hand, process: { busy: () => 0.25, memory: () => 0.5 } })
  const store = memoryStore({ clock: hand })
  store.run([{ op: 'set', key: 'a', value: 'b', ttl: 0 }])
  const gateway = postern({ filters: [judge], dns: zone({}), clock: hand, load, store })
  const refused = gateway.open({ ip: '192.0.2.66' })
  await refused.connect()
  refused.close()
  const session = gateway.open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('client.example')
  await session.mail('a@example.net')
  await session.rcpt('b@example.org')
  await session.data(Readable.from([Buffer.from('From: a@example.net\r\n\r\nx\r\n')]))
  hand.pass(1_500)
  session.close()
  await gateway.open({ ip: '192.0.2.2' }).connect()
  return gateway
}

const of = (metrics: readonly Metric[], name: string) => metrics.find(metric => metric.name === name)?.samples

test('sessions, decisions, rules and the time of filters are counted; findings where something came of them', async () => {
  const metrics = (await traffic()).metrics()
  expect(of(metrics, 'postern_sessions_total')).toEqual([{ value: 3 }])
  expect(of(metrics, 'postern_sessions')).toEqual([{ value: 1 }])
  expect(of(metrics, 'postern_decisions_total')).toEqual([
    { labels: { stage: 'connect', verdict: 'accept' }, value: 2 },
    { labels: { stage: 'helo', verdict: 'accept' }, value: 1 },
    { labels: { stage: 'mail', verdict: 'accept' }, value: 1 },
    { labels: { stage: 'rcpt', verdict: 'accept' }, value: 1 },
    { labels: { stage: 'header', verdict: 'accept' }, value: 1 },
    { labels: { stage: 'message', verdict: 'accept' }, value: 0 },
    { labels: { stage: 'connect', verdict: 'reject' }, value: 1 },
    { labels: { stage: 'message', verdict: 'quarantine' }, value: 1 },
  ])
  expect(of(metrics, 'postern_findings_total')).toEqual([
    { labels: { rule: 'judge/listed' }, value: 1 },
    { labels: { rule: 'judge' }, value: 1 },
    { labels: { rule: 'judge/spam' }, value: 1 },
  ])
  for (const time of ['cpu', 'wait'])
    expect(of(metrics, `postern_filter_${time}_seconds_total`)).toEqual([{ labels: { filter: 'judge' }, value: 0 }])
  expect(of(metrics, 'postern_store_keys')).toEqual([{ value: 1 }])
  expect(of(metrics, 'postern_load_level')).toEqual([{ value: 0 }])
  expect(of(metrics, 'postern_load_part')).toContainEqual({ labels: { part: 'memory' }, value: 0.5 })
  expect(of(metrics, 'postern_session_seconds')).toEqual([
    {
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300].map(bound => [bound, bound < 2.5 ? 1 : 2]),
      sum: 1.5,
      count: 2,
    },
  ])
})

test('filters add what they have counted, each name once', async () => {
  const counting = (name: string): Filter => ({
    name,
    metrics: () => [{ name: 'mine', help: 'Mine.', type: 'gauge', samples: [{ labels: { filter: name }, value: 1 }] }],
  })
  const metrics = postern({ filters: [counting('a'), counting('b')], dns: zone({}) }).metrics()
  expect(metrics.filter(({ name }) => name === 'mine')).toEqual([
    {
      name: 'mine',
      help: 'Mine.',
      type: 'gauge',
      samples: [
        { labels: { filter: 'a' }, value: 1 },
        { labels: { filter: 'b' }, value: 1 },
      ],
    },
  ])
})

test('the exposition is what Prometheus reads: help, type, escaped labels, buckets that end in +Inf', () => {
  const text = prometheus([
    {
      name: 'a_total',
      help: 'Of \\ two\nlines.',
      type: 'counter',
      samples: [{ labels: { rule: 'say "no"\\\n' }, value: 3 }],
    },
    { name: 'b', help: 'B.', type: 'gauge', samples: [{ value: Number.POSITIVE_INFINITY }, { value: Number.NaN }] },
    {
      name: 'c_seconds',
      help: 'C.',
      type: 'histogram',
      samples: [
        {
          labels: { of: 'x' },
          buckets: [
            [0.5, 1],
            [1, 3],
          ],
          sum: 4.5,
          count: 4,
        },
      ],
    },
  ])
  expect(text).toBe(
    [
      '# HELP a_total Of \\\\ two\\nlines.',
      '# TYPE a_total counter',
      'a_total{rule="say \\"no\\"\\\\\\n"} 3',
      '# HELP b B.',
      '# TYPE b gauge',
      'b +Inf',
      'b NaN',
      '# HELP c_seconds C.',
      '# TYPE c_seconds histogram',
      'c_seconds_bucket{of="x",le="0.5"} 1',
      'c_seconds_bucket{of="x",le="1"} 3',
      'c_seconds_bucket{of="x",le="+Inf"} 4',
      'c_seconds_sum{of="x"} 4.5',
      'c_seconds_count{of="x"} 4',
      '',
    ].join('\n'),
  )
})

test('every line of a real gateway is a comment or a sample, and no name is announced twice', async () => {
  const lines = prometheus((await traffic()).metrics())
    .trimEnd()
    .split('\n')
  const sample = /^[a-z_]+(?:\{[a-z_]+="[^"\\\n]*"(?:,[a-z_]+="[^"\\\n]*")*\})? (?:[-+\d.e]+|\+Inf)$/
  for (const line of lines) expect(line).toMatch(line.startsWith('#') ? /^# (?:HELP|TYPE) postern_[a-z_]+ ./ : sample)
  const types = lines.filter(line => line.startsWith('# TYPE')).map(line => line.split(' ')[2])
  expect(new Set(types).size).toBe(types.length)
})

test('names that traffic can make are bounded: what is beyond shares one', () => {
  const counts = tally(10)
  for (let index = 0; index < 10_000; index += 1) counts.add(`rule-${index}`)
  expect(counts.entries()).toHaveLength(11)
  expect(counts.entries().at(-1)).toEqual(['other', 9_990])
})
