/** The gateway: what it starts and stops, what it asks before a session, and the services that it uses. */
import { expect, test, vi } from 'vitest'
import { type Filter, type Notice, points, postern } from '../../src/index.ts'
import { memoryStore, type Store } from '../../src/store/index.ts'
import { zone } from '../../src/testing/zone.ts'
import type { Reply } from '../../src/types.ts'

const base = { name: 'mx.example.org', dns: zone({}) }
const BUSY: Reply = { code: 421, status: '4.7.0', text: 'Try again later' }

test('the first filter that refuses an address before a session replies', () => {
  const [none, busy, unused] = [vi.fn(() => undefined), vi.fn(() => BUSY), vi.fn(() => undefined)]
  const gateway = postern({
    ...base,
    filters: [
      { name: 'a', precheck: none },
      { name: 'b', precheck: busy },
      { name: 'c', precheck: unused },
    ],
  })
  expect(gateway.precheck('::ffff:192.0.2.1')).toBe(BUSY)
  expect(none).toHaveBeenCalledWith('192.0.2.1')
  expect(unused).not.toHaveBeenCalled()
})

test('without a filter that refuses, an address is let through; what is not an address is asked for as it is', () => {
  const none = vi.fn(() => undefined)
  expect(postern({ ...base, filters: [] }).precheck('192.0.2.1')).toBeUndefined()
  expect(postern({ ...base, filters: [{ name: 'a', precheck: none }] }).precheck('nowhere')).toBeUndefined()
  expect(none).toHaveBeenCalledWith('nowhere')
})

test('a filter that cannot start is reported, and runs all the same', async () => {
  const notices: Notice[] = []
  const filters: readonly Filter[] = [
    {
      name: 'throws',
      start: () => {
        throw new Error('at once')
      },
      connect: () => points(1, 'ran'),
    },
    { name: 'rejects', start: () => Promise.reject(new Error('later')) },
    { name: 'starts', start: async () => undefined },
  ]
  const gateway = postern({ ...base, filters, notify: notice => notices.push(notice) })
  await new Promise(resolve => setImmediate(resolve))
  expect(notices).toEqual([
    { code: 'throws/start', reason: 'at once', level: 'warning' },
    { code: 'rejects/start', reason: 'later', level: 'warning' },
  ])
  expect((await gateway.open({}).connect()).score).toBe(1)
})

test('close stops every filter, although one of them fails, and writes what is in the batch', async () => {
  const stop = vi.fn()
  const memory = memoryStore()
  const store: Store = { run: operations => memory.run(operations) }
  const gateway = postern({
    ...base,
    store,
    filters: [
      { name: 'fails', stop: () => Promise.reject(new Error('no')) },
      { name: 'stops', stop },
    ],
  })
  void gateway.services.store.later?.([{ op: 'set', key: 'k', value: 'v', ttl: 0 }])
  await gateway.close()
  expect(stop).toHaveBeenCalledTimes(1)
  expect(await memory.run([{ op: 'get', key: 'k' }])).toMatchObject([{ value: 'v' }])
})

test('a store that may fail has local memory as its fallback', async () => {
  const down: Store = { run: () => Promise.reject(new Error('down')) }
  const gateway = postern({ ...base, filters: [], store: down, notify: () => undefined })
  const count = { op: 'increment', key: 'k', by: 1, ttl: 0 } as const
  expect(await gateway.services.store.run([count])).toMatchObject([{ count: 1 }])
  expect(await gateway.services.store.run([count])).toMatchObject([{ count: 2 }])
  await gateway.close()
})

test('secrets of all filters are listed once, and metrics of filters beside those of the gateway', () => {
  const metric = { name: 'mine_total', help: 'Mine.', type: 'counter', samples: [{ value: 3 }] } as const
  const gateway = postern({
    ...base,
    filters: [
      { name: 'a', secrets: ['key', 'other'] },
      { name: 'b', secrets: ['key'], metrics: () => [metric] },
    ],
  })
  expect(gateway.secrets).toEqual(['key', 'other'])
  expect(gateway.metrics()).toContainEqual(metric)
})

test('a session takes its own services in place of those of the gateway', async () => {
  const dns = zone({ 'host.example': { A: ['192.0.2.7'] } })
  const asks: Filter = {
    name: 'asks',
    connect: async ({ dns }) => points(1, (await dns.resolve('host.example', 'A')).kind),
  }
  const gateway = postern({ ...base, filters: [asks] })
  const reasons = await Promise.all(
    [gateway.open({}), gateway.open({}, { dns })].map(async session => (await session.connect()).findings[0]?.reason),
  )
  expect(reasons).toEqual(['nxdomain', 'answer'])
})

test('open sessions are counted, and those that have ended are not', () => {
  const gateway = postern({ ...base, filters: [] })
  const open = () => gateway.metrics().find(({ name }) => name === 'postern_sessions')?.samples
  const sessions = [gateway.open({}), gateway.open({})]
  expect(open()).toEqual([{ value: 2 }])
  sessions[0]?.close()
  expect(open()).toEqual([{ value: 1 }])
  expect(() => gateway.open({ ip: 'nowhere' })).toThrow('an IPv4 or IPv6 address')
  expect(open()).toEqual([{ value: 1 }])
})
