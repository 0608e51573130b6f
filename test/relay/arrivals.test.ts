/** The forecast of arrivals: what it shows, and that it survives a restart. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Metric } from '../../src/model/metric.ts'
import type { Notice } from '../../src/model/services.ts'
import type { Operation, Store } from '../../src/model/store.ts'
import { arrivals } from '../../src/relay/arrivals.ts'
import { readOptions } from '../../src/relay/config/options.ts'
import { startRelay } from '../../src/relay/relay.ts'
import { memoryStore } from '../../src/store/index.ts'
import { sqliteStore } from '../../src/store/sqlite/sqlite.ts'
import { handClock } from '../support/hand-clock.ts'
import { scratch } from '../support/scratch.ts'

const MINUTE = 60_000
const DAY = 1_440

function setUp() {
  const clock = handClock({ now: Date.UTC(2026, 10, 2) })
  const notices: Notice[] = []
  const store = memoryStore({ clock })
  const begin = async (name = 'mx1') => {
    const filter = arrivals({ kept: { store, name }, clock, notify: notice => notices.push(notice) })
    await filter.start?.(undefined as never)
    return filter
  }
  const live = (filter: ReturnType<typeof arrivals>, minutes: number, each = 20) => {
    for (let minute = 0; minute < minutes; minute += 1) {
      for (let session = 0; session < each; session += 1) filter.connect?.(undefined as never, undefined as never)
      clock.pass(MINUTE)
    }
  }
  return { clock, notices, store, begin, live }
}

const valueNamed = (metrics: readonly Metric[] = [], name: string, labels: object = {}): number | undefined => {
  const metric = metrics.find(found => found.name === name)
  if (metric === undefined || metric.type === 'histogram') return undefined
  return metric.samples.find(sample => JSON.stringify(sample.labels ?? {}) === JSON.stringify(labels))?.value
}

test('in the first day arrivals are counted, and nothing is forecast', async () => {
  const { begin, live } = setUp()
  const filter = await begin()
  live(filter, 60)
  const metrics = filter.metrics?.()
  expect(valueNamed(metrics, 'postern_arrivals_total')).toBe(1_200)
  expect(valueNamed(metrics, 'postern_forecast_anomaly')).toBe(0)
  expect(valueNamed(metrics, 'postern_forecast_unusual')).toBe(0)
  expect(metrics?.map(({ name }) => name)).not.toContain('postern_forecast_arrivals')
})

test('after a restart the forecast goes on where it was, also without a proper end', async () => {
  const { begin, live, clock } = setUp()
  const filter = await begin()
  live(filter, DAY + 30)
  // Killed: what was saved ten minutes ago is all that is left.
  clock.pass(5 * MINUTE)
  const again = await begin()
  const metrics = again.metrics?.()
  expect(valueNamed(metrics, 'postern_arrivals_total')).toBe(0)
  expect(valueNamed(metrics, 'postern_forecast_arrivals', { ahead: '1h', bound: 'expected' })).toBeCloseTo(20, -1)
  expect(valueNamed(metrics, 'postern_forecast_peak_seconds')).toBeGreaterThan(0)
  expect(again.forecast.peak('1h')?.expected).toBeGreaterThan(10)
})

test('a proper end saves at once, and each process has its own', async () => {
  const { begin, live } = setUp()
  const filter = await begin('mx1/1')
  live(filter, DAY + 1)
  await filter.stop?.()
  const [first, second] = [await begin('mx1/1'), await begin('mx1/2')]
  expect(first.forecast.peak('1h')).toBeDefined()
  expect(second.forecast.peak('1h')).toBeUndefined()
})

test('what cannot be read is a notice and a fresh start, and so is a store that fails', async () => {
  const { begin, store, notices, clock } = setUp()
  await store.run([{ op: 'set', key: 'forecast:mx1', value: 'garbage', ttl: 0 }])
  const filter = await begin()
  expect(notices).toHaveLength(1)
  expect(notices[0]?.code).toBe('arrivals/forecast')
  expect(notices[0]?.reason).toContain('begins anew')
  expect(filter.forecast.peak('1h')).toBeUndefined()
  const failing = {
    run: () => {
      throw new Error('gone')
    },
  }
  const told: Notice[] = []
  const other = arrivals({ kept: { store: failing, name: 'a' }, clock, notify: notice => told.push(notice) })
  await other.start?.(undefined as never)
  await clock.advance(60 * MINUTE)
  await other.stop?.()
  expect(told.map(({ reason }) => reason)).toEqual(['the forecast of arrivals cannot be read: gone'])
})

test('a store that is down at the start does not cost what was learnt', async () => {
  const { begin, live, store, clock } = setUp()
  const filter = await begin()
  live(filter, DAY + 30)
  await filter.stop?.()
  const shared = {
    state: 'down',
    run: (operations: readonly Operation[]) => (shared.state === 'up' ? store : memoryStore({ clock })).run(operations),
  }
  const again = arrivals({ kept: { store: shared as Store, name: 'mx1' }, clock })
  await again.start?.(undefined as never)
  await clock.advance(15 * MINUTE)
  expect(again.forecast.peak('1h')).toBeUndefined()
  shared.state = 'up'
  await clock.advance(2 * MINUTE)
  expect(again.forecast.peak('1h')).toBeDefined()
})

test('arrivals that stop are unusual after a week', async () => {
  const { begin, live } = setUp()
  const filter = await begin()
  live(filter, 8 * DAY)
  expect(valueNamed(filter.metrics?.(), 'postern_forecast_unusual')).toBe(0)
  live(filter, 60, 0)
  expect(valueNamed(filter.metrics?.(), 'postern_forecast_unusual')).toBe(-1)
})

test('a relay without a shared store keeps it beside its Maildir', async () => {
  await using folder = await scratch()
  const options = readOptions(['--listen', '127.0.0.1:0', '--maildir', folder.path, '--name', 'mx.example.org'], {})
  const silent = { log: () => undefined, tell: () => undefined }
  for (let turn = 0; turn < 2; turn += 1) {
    const relay = await startRelay({ ...options, dns: ['127.0.0.1:9'] }, silent)
    await relay.close()
  }
  const store = sqliteStore({ file: join(folder.path, 'delivered.db') })
  const [entry] = await store.run([{ op: 'get', key: 'forecast:mx.example.org' }])
  expect(entry?.value).toContain('"version":1')
  await store.close()
})
