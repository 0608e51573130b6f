/** The rules: what each finds, what it does not, and what it says. */
import { describe, expect, test } from 'vitest'
import { RULES } from '../../src/alerts/rules.ts'
import type { Seen } from '../../src/alerts/seen.ts'
import { HOUR, MINUTE, Node } from './node.ts'

const OPTIONS = { mail: ['ops@example.org'] }

async function started(given: ConstructorParameters<typeof Node>[0] = { options: OPTIONS }) {
  const node = new Node(given)
  for (const name of ['postern_deliveries_total', 'postern_findings_total', 'postern_turned_away_total'])
    node.count(name, 0)
  for (const name of ['postern_admitted_total', 'postern_arrivals_total', 'postern_decisions_total'])
    node.count(name, 0)
  for (const name of ['postern_log_dropped_total', 'postern_history_dropped_total']) node.count(name, 0)
  await node.alerts.start()
  await node.pass(MINUTE)
  return node
}

const names = (node: Node): readonly string[] => node.alerts.active.map(({ id }) => id)

interface Case {
  readonly title: string
  readonly expected: readonly string[]
  /** Called each minute for ten minutes. */
  readonly each: (node: Node, minute: number) => void
}

const deliveries =
  (result: string, by: number, hop = 'mail.example.org:25') =>
  (node: Node) =>
    node.count('postern_deliveries_total', by, { next_hop: hop, result })
const finding = (rule: string, by: number) => (node: Node) => node.count('postern_findings_total', by, { rule })
const turnedAway = (priority: string, by: number) => (node: Node) =>
  node.count('postern_turned_away_total', by, { priority })
const quarantine = (bytes: number) => (node: Node) => {
  node.gauge('postern_quarantine_bytes', bytes)
  node.gauge('postern_quarantine_max_bytes', 1_000)
}
const check = (name: string, status: 'ok' | 'warning' | 'failed' | 'unknown') => (node: Node) => {
  node.checks = [{ name, status, found: 'it ends in 9 days', remedy: 'renew it' }]
}

const cases: readonly Case[] = [
  { title: 'nothing happens', expected: [], each: () => undefined },
  {
    title: 'a next hop defers half of what it gets',
    expected: ['next-hop/mail.example.org:25'],
    each: node => {
      deliveries('deferred', 6)(node)
      deliveries('delivered', 5)(node)
    },
  },
  {
    title: 'a next hop defers a few of many',
    expected: [],
    each: node => {
      deliveries('deferred', 4)(node)
      deliveries('delivered', 50)(node)
    },
  },
  {
    title: 'a next hop defers its only three messages',
    expected: [],
    each: (node, minute) => minute < 3 && deliveries('deferred', 1)(node),
  },
  {
    title: 'one of two workers does not reach a next hop',
    expected: [],
    each: node => {
      node.gauge('postern_next_hop_up', 0, { host: 'a:25', worker: '1' })
      node.gauge('postern_next_hop_up', 1, { host: 'a:25', worker: '2' })
    },
  },
  { title: 'clamd gives no verdict', expected: ['clamd'], each: finding('clamav/failed', 3) },
  { title: 'clamd gives no verdict in time', expected: ['clamd'], each: finding('clamav/timeout', 3) },
  { title: 'encrypted and large messages: clamd works', expected: [], each: finding('clamav/unscannable', 30) },
  {
    title: 'one message in ten minutes cannot be scanned',
    expected: [],
    each: (node, minute) => minute === 3 && finding('clamav/failed', 1)(node),
  },
  { title: 'messages are scanned', expected: [], each: finding('clamav/infected', 30) },
  { title: 'the doctor does not reach clamd', expected: ['clamd'], each: check('clamd', 'failed') },
  { title: 'the doctor cannot find out whether clamd is there', expected: [], each: check('clamd', 'unknown') },
  { title: 'the quarantine is nine tenths full', expected: ['quarantine'], each: quarantine(900) },
  { title: 'the quarantine is half full', expected: [], each: quarantine(500) },
  {
    title: 'a certificate ends soon',
    expected: ['certificate/0.0.0.0:25'],
    each: check('certificate 0.0.0.0:25', 'warning'),
  },
  {
    title: 'a certificate is self-signed, as without one',
    expected: [],
    each: node => {
      node.checks = [{ name: 'certificate :25', status: 'warning', found: 'a self-signed certificate is presented' }]
    },
  },
  { title: 'a certificate is good', expected: [], each: check('certificate 0.0.0.0:25', 'ok') },
  { title: 'the store is down', expected: ['store'], each: node => node.gauge('postern_store_up', 0) },
  { title: 'the store is up', expected: [], each: node => node.gauge('postern_store_up', 1) },
  {
    title: 'a sink drops events',
    expected: ['log-dropped/redis'],
    each: node => node.count('postern_log_dropped_total', 4, { sink: 'redis' }),
  },
  {
    title: 'the history drops events',
    expected: ['log-dropped/history'],
    each: node => node.count('postern_history_dropped_total', 1),
  },
  { title: 'the load is red for long', expected: ['load'], each: node => node.gauge('postern_load_level', 2) },
  { title: 'the load is amber for long', expected: [], each: node => node.gauge('postern_load_level', 1) },
  {
    title: 'the load is red now and then',
    expected: [],
    each: (node, minute) => node.gauge('postern_load_level', minute % 4 === 3 ? 0 : 2),
  },
  { title: 'unknown clients are turned away', expected: ['surge'], each: turnedAway('unknown', 7) },
  { title: 'known clients are turned away', expected: ['surge'], each: turnedAway('known', 1) },
  { title: 'clients with a bad record are turned away', expected: [], each: turnedAway('bad', 70) },
  { title: 'expensive checks are left out', expected: ['surge'], each: finding('clamav/deferred', 2) },
]

test.for(cases)('$title: $expected', async ({ expected, each }) => {
  const node = await started()
  for (let minute = 0; minute < 10; minute += 1) {
    each(node, minute)
    await node.pass(MINUTE)
  }
  expect(names(node)).toEqual(expected)
  for (const { affected, remedy, what } of node.alerts.active)
    expect([what, affected, remedy].map(text => /^[\w`].*[.?]$/s.test(text))).toEqual([true, true, true])
})

test('counters that began before are not growth, and a process that begins anew is none either', async () => {
  const node = new Node({ options: OPTIONS })
  node.count('postern_turned_away_total', 5_000, { priority: 'unknown' })
  await node.alerts.start()
  await node.pass(10 * MINUTE)
  expect(names(node)).toEqual([])
  node.count('postern_turned_away_total', -5_000, { priority: 'unknown' })
  await node.pass(10 * MINUTE)
  expect(names(node)).toEqual([])
})

test('digests that are not sent are an alert until one is sent', async () => {
  const node = await started()
  const say = (code: string, level: 'info' | 'warning') =>
    node.alerts.noticed({ code, reason: 'no route to it', level })
  say('digest/not-sent', 'warning')
  await node.pass(MINUTE)
  expect(names(node)).toEqual(['digest'])
  expect(node.alerts.active[0]?.what).toContain('no route to it')
  await node.pass(2 * HOUR)
  expect(names(node)).toEqual(['digest'])
  node.count('postern_digests_sent_total', 0)
  say('digest/sent', 'info')
  await node.pass(6 * MINUTE)
  expect(names(node)).toEqual([])
})

test('a rule that fails is unknown, said once, and stops no other', async () => {
  const node = await started()
  node.checks = [{ name: null as never, status: 'failed', found: '' }]
  Object.defineProperty(node.checks[0], 'name', {
    get: () => {
      throw new Error('broken')
    },
  })
  node.gauge('postern_load_level', 2)
  await node.pass(10 * MINUTE)
  expect(names(node)).toEqual(['load'])
  expect(node.notices.filter(({ code }) => code === 'alerts/failed').map(({ reason }) => reason)).toEqual([
    'rule clamd: broken',
    'rule certificate: broken',
  ])
})

/** Two days of traffic, by minutes of five. */
async function days(node: Node, count: number, arrivals: (step: number) => number, refusals: (step: number) => number) {
  for (let step = 0; step < count * 288; step += 1) {
    node.count('postern_arrivals_total', arrivals(step))
    node.count('postern_decisions_total', refusals(step), { stage: 'rcpt', verdict: 'reject' })
    for (let minute = 0; minute < 5; minute += 1) {
      await node.alerts.tick()
      node.clock.pass(MINUTE)
    }
  }
}

const daily =
  (mean: number) =>
  (step: number): number =>
    Math.round(mean * (1 + 0.5 * Math.sin((step / 288) * 2 * Math.PI)))

describe('forecasts', () => {
  test('four times as many refusals as expected are an alert, as many as at this time of every day are none', async () => {
    const node = new Node({ options: OPTIONS })
    await days(node, 2, daily(1_000), daily(60))
    expect(names(node)).toEqual([])
    await days(node, 4 / 288, daily(1_000), () => 500)
    expect(names(node)).toEqual(['refusals'])
    expect(node.alerts.active[0]?.what).toMatch(/^1500 refusals in a quarter of an hour; \d+ were expected\.$/)
  })

  test('before a day was observed, refusals are not judged', async () => {
    const node = new Node({ options: OPTIONS })
    await days(node, 0.5, daily(1_000), daily(60))
    await days(node, 4 / 288, daily(1_000), () => 5_000)
    expect(names(node)).toEqual([])
  })

  test.for([
    ['more', 'Load control gives known clients precedence if it becomes too much.'],
    ['fewer', 'Mail that should arrive may not reach this host.'],
  ] as const)('%s arrivals than expected are an alert that says what it may be', ([direction, affected]) => {
    const unusual = () => ({ direction, kind: 'sudden', count: 12.3, expected: 200.4 }) as const
    const rule = RULES.find(({ name }) => name === 'arrivals')
    const found = rule?.check({ forecasts: { unusual } } as unknown as Seen)
    expect(found).toMatchObject([{ what: '12 sessions in five minutes; 200 were expected.', affected }])
  })

  test('the surge notice says when the forecast expects the end', async () => {
    // A peak from 8 to 10 every day, of which the last one is more than the node can serve.
    const peak = (step: number): number => (step % 288 >= 96 && step % 288 < 120 ? 2_000 : 400)
    const node = new Node({ options: OPTIONS })
    for (const priority of ['known', 'unknown']) node.count('postern_turned_away_total', 0, { priority })
    node.count('postern_admitted_total', 0, { priority: 'unknown' })
    await days(node, 2, peak, () => 0)
    await days(node, 97 / 288, peak, () => 0)
    for (let step = 97; step < 100; step += 1) {
      node.count('postern_turned_away_total', 900, { priority: 'unknown' })
      node.count('postern_admitted_total', 1_100, { priority: 'unknown' })
      await days(
        node,
        1 / 288,
        () => peak(step),
        () => 0,
      )
    }
    const [surge] = node.alerts.active
    expect(surge?.id).toBe('surge')
    expect(surge?.what).toContain('900 unknown')
    expect(surge?.affected).toContain('Clients with a good record are served')
    const minutes = Number(/the end in about (\d+) minutes/.exec(surge?.affected ?? '')?.[1])
    // It is 8:20, and the peak ends at ten.
    expect(minutes).toBeGreaterThanOrEqual(85)
    expect(minutes).toBeLessThanOrEqual(115)
  })

  test('a surge that the forecast did not expect has no forecast end', async () => {
    const node = new Node({ options: OPTIONS })
    node.count('postern_turned_away_total', 0, { priority: 'unknown' })
    await days(node, 1.5, daily(400), () => 0)
    for (let step = 0; step < 3; step += 1) {
      node.count('postern_turned_away_total', 9_000, { priority: 'unknown' })
      await days(
        node,
        1 / 288,
        () => 10_000,
        () => 0,
      )
    }
    expect(node.alerts.active.find(({ id }) => id === 'surge')?.affected).toContain('did not expect so many')
  })
})

describe('rules of the operator', () => {
  const custom = [
    { name: 'many-sessions', metric: 'postern_sessions', above: 100, for: '2m', severity: 'critical', remedy: 'Look.' },
    { name: 'no-mail', metric: 'postern_deliveries_total', labels: { result: 'delivered' }, below: 1, for: '10m' },
  ] as const
  const own = (node: Node) => names(node).filter(id => id === 'many-sessions' || id === 'no-mail')

  test('compare the sum of a gauge, and the growth of a counter in a minute', async () => {
    const node = await started({ options: { ...OPTIONS, custom } })
    node.gauge('postern_sessions', 60, { worker: '1' })
    node.gauge('postern_sessions', 60, { worker: '2' })
    for (let minute = 0; minute < 20; minute += 1) {
      node.count('postern_deliveries_total', 3, { result: 'delivered' })
      await node.pass(MINUTE)
    }
    expect(own(node)).toEqual(['many-sessions'])
    expect(node.alerts.active[0]).toMatchObject({
      severity: 'critical',
      remedy: 'Look.',
      what: 'many-sessions: postern_sessions is 120, above 100.',
    })
    await node.pass(20 * MINUTE)
    expect(own(node)).toEqual(['many-sessions', 'no-mail'])
  })

  test('about a metric that is not there are unknown, which is no alert', async () => {
    const node = await started({
      options: { ...OPTIONS, custom: [{ name: 'typo', metric: 'postern_sesions', below: 5 }] },
    })
    await node.pass(HOUR)
    expect(names(node)).toEqual([])
  })
})
