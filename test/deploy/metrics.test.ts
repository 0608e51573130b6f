/** The rules for Prometheus, the dashboard and the examples for autoscalers name metrics and labels that we have. */
import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { RULE_NAMES } from '../../src/alerts/options.ts'
import { DigestReports } from '../../src/digest/digest-reports.ts'
import { loadControl } from '../../src/filters/index.ts'
import { EventQueue } from '../../src/history/queue.ts'
import { postern } from '../../src/index.ts'
import type { Metric } from '../../src/model/metric.ts'
import { DeliveryCounts } from '../../src/observe/deliveries.ts'
import { HeldCounts } from '../../src/quarantine/counts.ts'
import { arrivals } from '../../src/relay/arrivals.ts'
import { clock, zone } from '../../src/testing/index.ts'

interface Panel {
  readonly id: number
  readonly title: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly datasource: { readonly uid: string }
  readonly targets: readonly { readonly refId: string; readonly expr: string; readonly legendFormat: string }[]
}

const read = (name: string): string => readFileSync(`deploy/${name}`, 'utf8')
const dashboard = JSON.parse(read('grafana.json')) as {
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly { readonly name: string }[] }
}
const rules = read('prometheus-rules.yml')
const others = ['keda.yml', 'hpa.yml'].map(read)

/** Where a metric is made; where it is read does not count. */
const MADE = /(?:\bname: |\b(?:single|gauge|counter|metric)\(\s*)'(postern_[a-z0-9_]+)'/g

/** What `/metrics` may have: names that stand in the source, and those that are put together. */
function namesOfSource(): ReadonlySet<string> {
  const held = new HeldCounts()
  held.used({ messages: 1, bytes: 1 }, 2)
  const literal = globSync('src/**/*.ts').flatMap(file =>
    Array.from(readFileSync(file, 'utf8').matchAll(MADE), ([, name = '']) => name),
  )
  const digests = new DigestReports(clock(), () => undefined)
  const history = new EventQueue({} as ConstructorParameters<typeof EventQueue>[0])
  return new Set([
    ...literal,
    ...[...held.metrics(), ...history.metrics(), ...digests.metrics()].map(({ name }) => name),
  ])
}

const namesIn = (text: string): readonly string[] => [
  ...new Set(
    Array.from(text.matchAll(/\bpostern_[a-z0-9_]+/g), ([name]) => name.replace(/_(?:bucket|sum|count)$/, '')),
  ),
]

describe.each([
  ['prometheus-rules.yml', rules],
  ['prometheus-rules.test.yml', read('prometheus-rules.test.yml')],
  ['grafana.json', JSON.stringify(dashboard)],
  ['keda.yml', others[0] ?? ''],
  ['hpa.yml', others[1] ?? ''],
  [
    'the rules of src/alerts',
    globSync('src/alerts/*.ts')
      .map(file => readFileSync(file, 'utf8'))
      .join('\n'),
  ],
])('%s', (_name, text) => {
  test('names metrics that we have, and no others', () => {
    const known = namesOfSource()
    const named = namesIn(text)
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter(name => !known.has(name))).toEqual([])
  })
})

/** Metrics with their labels, of a gateway that has seen a session, and of what counts beside it. */
async function labelled(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const hand = clock()
  const counted = arrivals({ clock: hand })
  const look = () => ({ rule: 'seen', reason: 'for the test' })
  const gateway = postern({
    name: 'mx.example.org',
    filters: loadControl({
      filters: [counted, { name: 'looks', connect: look }].map(({ ...filter }) => withoutForecast(filter)),
    }),
    dns: zone({}),
    clock: hand,
    notify: () => undefined,
  })
  const session = gateway.open({ ip: '192.0.2.1' })
  await session.connect()
  session.close()
  gateway.services.notify({ code: 'a/b', reason: 'for the test', level: 'info' })
  const deliveries = new DeliveryCounts()
  deliveries.add({ result: 'delivered', nextHop: 'a:25', ms: 5 })
  const all: readonly Metric[] = [...gateway.metrics(), ...deliveries.read()]
  const labels = new Map<string, Set<string>>()
  for (const { name, samples } of all)
    for (const { labels: found = {} } of samples)
      labels.set(name, new Set([...(labels.get(name) ?? []), ...Object.keys(found)]))
  await gateway.close()
  return labels
}

const withoutForecast = ({ forecast: _forecast, ...filter }: { readonly name: string; readonly forecast?: unknown }) =>
  filter

/** Labels that Prometheus adds, or that workers have. */
const ADDED = new Set(['instance', 'job', 'worker', 'le'])

test('selectors name labels that the metrics have', async () => {
  const known = await labelled()
  const text = [rules, JSON.stringify(dashboard).replaceAll('\\"', '"'), ...others].join('\n')
  let checked = 0
  for (const [, name = '', selector = ''] of text.matchAll(/\b(postern_[a-z0-9_]+)\{([^}]*)\}/g)) {
    const labels = known.get(name)
    if (labels === undefined || labels.size === 0) continue
    const used = Array.from(selector.matchAll(/(\w+)\s*(?:=~|!=|!~|=)/g), ([, label = '']) => label)
    expect([name, used.filter(label => !labels.has(label) && !ADDED.has(label))]).toEqual([name, []])
    checked += 1
  }
  expect(checked).toBeGreaterThan(10)
})

test('there is a rule for each alert of postern, under its name', () => {
  const named = Array.from(
    rules.matchAll(/^ +labels: \{ severity: \w+, name: ([a-z-]+) \}$/gm),
    ([, name = '']) => name,
  )
  expect(named.toSorted()).toEqual([...RULE_NAMES].toSorted())
})

describe('the dashboard', () => {
  const { panels } = dashboard

  test('has panels with different ids, each with a title, a unit of data and a query', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    for (const { title, datasource, targets } of panels) {
      expect(title).not.toBe('')
      expect(datasource.uid).toBe('${datasource}')
      expect(targets.length).toBeGreaterThan(0)
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length)
    }
  })

  test('has no panel over another one, and none beyond the 24 columns', () => {
    const cells = new Set<string>()
    for (const { title, gridPos } of panels) {
      expect([title, gridPos.x + gridPos.w <= 24]).toEqual([title, true])
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect([title, cells.has(`${x} ${y}`)]).toEqual([title, false])
          cells.add(`${x} ${y}`)
        }
    }
  })

  test('has closed brackets in each query, and uses only its own variables', () => {
    const variables = new Set(dashboard.templating.list.map(({ name }) => name))
    for (const { expr } of panels.flatMap(({ targets }) => targets)) {
      for (const [open = '', close = ''] of ['()', '{}', '[]'])
        expect([expr, expr.split(open).length]).toEqual([expr, expr.split(close).length])
      const used = Array.from(expr.matchAll(/\$(\w+)/g), ([, name = '']) => name).filter(name => !name.startsWith('__'))
      expect(used.filter(name => !variables.has(name))).toEqual([])
    }
  })
})
