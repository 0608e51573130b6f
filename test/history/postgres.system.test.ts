/** History in PostgreSQL: the contract of every history, and what several nodes and a server that goes away demand. */
import { readdir } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type History,
  type HistoryQuery,
  type PostgresHistoryOptions,
  postgresHistory,
} from '../../src/history/index.ts'
import { Searcher } from '../../src/history/postgres/searcher.ts'
import type { Notice } from '../../src/model/services.ts'
import { PostgresClient } from '../../src/postgres/client.ts'
import { placeOf } from '../../src/postgres/options.ts'
import { type RealPostgres, startPostgres, startProxy } from '../support/postgres.ts'
import { type Scratch, scratch } from '../support/scratch.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'
import { historyContract } from './contract.ts'
import { deliveryEvent, NOON, recipientEvent, sessionOf } from './events.ts'

let server: RealPostgres
let folder: Scratch
let schemas = 0
let schema: string
let notices: Notice[]
const opened: History[] = []

beforeAll(async () => {
  server = await startPostgres()
}, INSTALL_TIMEOUT)
afterAll(async () => await server.stop())
beforeEach(async () => {
  folder = await scratch()
  notices = []
  schemas += 1
  schema = `test_${schemas}`
})
afterEach(async () => {
  for (const history of opened.splice(0)) await history.close()
  await folder.remove()
})

function historyIn(options: Partial<PostgresHistoryOptions> = {}): History {
  const history = postgresHistory({
    ...{ url: server.url, schema, keep: '3650d', timeout: '2s' },
    notify: notice => notices.push(notice),
    ...options,
  })
  opened.push(history)
  return history
}

const refsOf = async (history: History, query: HistoryQuery) =>
  (await history.search(query)).entries.map(({ ref }) => ref)

historyContract(options => historyIn(options))

const DAY_MS = 86_400_000
const handClock = (now: () => number) => ({ now, monotonic: now, after: () => () => undefined })

/** The names of all partitions of a table, by day. */
const daysOf = async (table: string) =>
  (
    await server.query(
      `SELECT c.relname AS name FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
       WHERE i.inhparent = '${schema}.${table}'::regclass ORDER BY 1`,
    )
  ).map(({ name }) => String(name).slice(-8))

describe('several nodes', () => {
  test('make the tables at the same time', async () => {
    const nodes = Array.from({ length: 4 }, () => historyIn())
    for (const [index, node] of nodes.entries()) node.append(sessionOf(`N${index}`))
    await Promise.all(nodes.map(node => node.flush()))
    expect((await refsOf(nodes[0] as History, {})).sort()).toEqual(['N0', 'N1', 'N2', 'N3'])
    expect(notices).toEqual([])
    expect(await server.query(`SELECT name, version FROM ${schema}.versions`)).toEqual([
      { name: 'history', version: expect.any(Number) },
    ])
  })

  test('write at the same time, and each finds what the others have written', async () => {
    const [one, two] = [historyIn(), historyIn()]
    for (let index = 0; index < 50; index += 1) {
      one.append(sessionOf(`A${index}`))
      two.append(sessionOf(`B${index}`))
      await Promise.all([one.flush(), two.flush()])
    }
    expect(await refsOf(one, { limit: 500 })).toHaveLength(100)
    expect(await two.aggregate({ since: NOON, by: 'verdict' })).toMatchObject([{ name: 'accept', count: 100 }])
  })

  test('of a later version are refused by the earlier one', async () => {
    const first = historyIn()
    await first.search({})
    await server.query(`UPDATE ${schema}.versions SET version = 99`)
    await expect(historyIn().search({})).rejects.toThrow('made by a later version')
  })
})

describe('days', () => {
  test('are made ahead, and dropped whole when they are too old', async () => {
    let now = NOON
    const history = historyIn({ keep: '2d', clock: handClock(() => now) })
    history.append(sessionOf('AAAA'))
    await history.flush()
    await history.tidy()
    expect(await daysOf('recipients')).toEqual(['20261125', '20261126', '20261127'])
    now += 3 * DAY_MS
    history.append(sessionOf('BBBB', { time: now }))
    await history.flush()
    await history.tidy()
    expect(await refsOf(history, {})).toEqual(['BBBB'])
    expect(await history.aggregate({ since: 0, by: 'verdict' })).toHaveLength(1)
    expect((await daysOf('blocks'))[0]).toBe('20261126')
    // The process has not seen that another one has dropped the day.
    history.append(sessionOf('CCCC'))
    await history.flush()
    expect(await refsOf(history, {})).toEqual(['BBBB', 'CCCC'])
  })

  test('go, the oldest first, when all are too large; the present one stays', async () => {
    const history = historyIn({ size: '1mb', clock: handClock(() => NOON) })
    const many = (ref: string, time: number) =>
      Array.from({ length: 2_000 }, (_, index) => recipientEvent({ ref: `${ref}${index}`, time }))
    history.append([...many('A', NOON - 2 * DAY_MS), ...many('B', NOON - DAY_MS), ...many('C', NOON)])
    await history.flush()
    await history.tidy()
    expect([(await refsOf(history, { ref: 'A1' })).length, await refsOf(history, { ref: 'C1' })]).toEqual([0, ['C1']])
  })
})

describe('a server that goes away', () => {
  test('loses nothing: events wait in a file, come in their order and once', async () => {
    const history = historyIn({ waiting: { folder: folder.path } })
    history.append(sessionOf('AAAA'))
    await history.flush()
    await server.kill()
    for (let index = 0; index < 40; index += 1) {
      history.append(sessionOf(`W${index}`, { time: NOON + 1 + index }).filter(({ type }) => type !== 'delivery'))
      history.append([deliveryEvent({ ref: `W${index}`, time: NOON + 100 + index, result: 'deferred' })])
      if (index % 10 === 0) await expect(history.flush()).rejects.toThrow()
    }
    await expect(history.flush()).rejects.toThrow()
    await expect(history.search({})).rejects.toThrow()
    expect((await readdir(folder.path)).filter(name => name.endsWith('.db'))).toHaveLength(1)
    expect(notices.filter(({ code }) => code === 'history/failing')).toHaveLength(1)
    await server.start()
    await expect.poll(() => history.flush().then(() => 'written', String), { timeout: 20_000 }).toBe('written')
    const { entries } = await history.search({ limit: 500 })
    expect(entries.map(({ ref }) => ref)).toEqual([
      ...Array.from({ length: 40 }, (_, index) => `W${39 - index}`),
      'AAAA',
    ])
    expect(new Set(entries.map(({ delivery }) => delivery))).toEqual(new Set(['deferred', 'delivered']))
    expect(await history.aggregate({ since: NOON, by: 'verdict' })).toMatchObject([{ count: 41 }])
    expect(notices.at(-1)).toMatchObject({ code: 'history/writing' })
    expect(await readdir(folder.path)).toEqual([])
  })

  test('in mid-traffic writes every event once, whatever was under way', async () => {
    const history = historyIn({ waiting: { folder: folder.path } })
    await history.search({})
    const traffic = (async () => {
      for (let index = 0; index < 300; index += 1) {
        history.append(Array.from({ length: 10 }, (_, step) => recipientEvent({ ref: `T${10 * index + step}` })))
        await new Promise(resolve => setTimeout(resolve, 5))
      }
    })()
    for (let times = 0; times < 2; times += 1) {
      await new Promise(resolve => setTimeout(resolve, 400))
      await server.kill()
      await server.start()
    }
    await traffic
    await expect.poll(() => history.flush().then(() => 'written', String), { timeout: 30_000 }).toBe('written')
    const found: string[] = []
    let cursor: string | undefined
    do {
      const page = await history.search({ limit: 500, ...(cursor !== undefined && { cursor }) })
      found.push(...page.entries.map(({ ref }) => ref))
      cursor = page.next
    } while (cursor !== undefined)
    expect([found.length, new Set(found).size]).toEqual([3_000, 3_000])
    expect(await history.aggregate({ since: NOON, by: 'verdict' })).toMatchObject([{ count: 3_000 }])
  })

  test('that answers nothing is given up after the time-out', async () => {
    await using proxy = await startProxy(server.port)
    const url = server.url.replace(`:${server.port}/`, `:${proxy.port}/`)
    const history = historyIn({ url, waiting: { folder: folder.path }, timeout: '500ms' })
    await history.search({})
    proxy.cut()
    history.append(sessionOf('AAAA'))
    await expect(history.flush()).rejects.toThrow(/no answer|CONNECT_TIMEOUT/)
    proxy.join()
    await expect.poll(() => history.flush().then(() => 'written', String), { timeout: 20_000 }).toBe('written')
    expect(await refsOf(history, {})).toEqual(['AAAA'])
  })

  test('drops, counts and reports what exceeds the file', async () => {
    const history = historyIn({
      url: server.url.replace(/:\d+\//, ':1/'),
      waiting: { folder: folder.path, size: '64kb' },
    })
    const events = Array.from({ length: 9_000 }, (_, index) =>
      recipientEvent({ ref: `R${index}`, recipient: `${Math.random()}@example.org` }),
    )
    history.append(events)
    await expect(history.flush()).rejects.toThrow()
    const value = (name: string): number => {
      const found = history.metrics().find(metric => metric.name === `postern_history_${name}`)
      return found?.type === 'counter' ? (found.samples[0]?.value ?? 0) : 0
    }
    expect(value('dropped_total')).toBeGreaterThan(0)
    expect(value('waited_total') + value('dropped_total')).toBe(9_000)
    expect(notices.map(({ code }) => code)).toContain('history/dropped')
    expect(JSON.stringify(notices)).not.toMatch(/secret/)
  })

  test('has its events written by the next process, where this one ends', async () => {
    const away = historyIn({ url: server.url.replace(/:\d+\//, ':1/'), waiting: { folder: folder.path } })
    away.append(sessionOf('AAAA'))
    await expect(away.flush()).rejects.toThrow()
    await away.close()
    const next = historyIn({ waiting: { folder: folder.path } })
    await next.tidy()
    await next.flush()
    expect(await refsOf(next, {})).toEqual(['AAAA'])
  })
})

test('a rule is found whole, however often it is found and wherever its hours are', { timeout: 120_000 }, async () => {
  const history = historyIn()
  const HOUR_MS = 3_600_000
  const every = { 'r/half': 2, 'r/some': 150, 'r/few': 700 }
  const events = Array.from({ length: 4_000 }, (_, index) =>
    recipientEvent({
      ref: `R${index}`,
      // Ten hours over two days, each busier than the one before.
      time: NOON + Math.floor(Math.sqrt(index / 40)) * 3 * HOUR_MS + index,
      findings: Object.entries(every)
        .filter(([, step]) => index % step === 0)
        .map(([rule]) => ({ rule, reason: 'found', points: 1 })),
    }),
  )
  history.append(events)
  await history.flush()
  const client = new PostgresClient(placeOf({ url: server.url, schema }), 'a test')
  try {
    for (const maxHits of [1, 3, 2_000])
      for (const [rule, step] of Object.entries(every)) {
        const searcher = new Searcher(client, maxHits)
        const found: string[] = []
        let cursor: string | undefined
        do {
          const page = await searcher.search({ rule, limit: 40, ...(cursor !== undefined && { cursor }) })
          found.push(...page.entries.map(({ ref }) => ref))
          cursor = page.next
        } while (cursor !== undefined)
        const all = events.filter((_, index) => index % step === 0).map(({ ref }) => ref)
        expect([maxHits, rule, found]).toEqual([maxHits, rule, all.toReversed()])
      }
  } finally {
    await client.close()
  }
})

test('a password stands in no error', async () => {
  const wrong = server.url.replace('postern:', 'nobody:')
  const failure = await historyIn({ url: wrong })
    .search({})
    .then(() => '', String)
  expect(failure).toMatch(/nobody/)
  expect(failure).not.toMatch(/secret/)
  expect(() => postgresHistory({ url: `mysql://a:secret@b/c` })).toThrow(/not shown/)
  expect(() => postgresHistory({ url: `${server.url}?sslmode=require` })).toThrow(/tls/)
})

test('TLS is demanded where it is asked for', async () => {
  await expect(historyIn({ tls: true }).search({})).rejects.toThrow()
})
