import { expect, test } from 'vitest'
import { ReportBook } from '../../src/reports/book.ts'
import { readReports } from '../../src/reports/read/read.ts'
import { StoreList } from '../../src/reports/store-list.ts'
import type { ReceivedReport } from '../../src/reports/types.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { recordXml, reportXml } from './files.ts'

const read = async (text: string): Promise<ReceivedReport> =>
  (await readReports(Buffer.from(text)))[0] ?? { kind: 'unreadable', reason: '' }

const FAILS = '<disposition>reject</disposition><dkim>fail</dkim><spf>fail</spf>'

test('an aggregate report is added up, with the clients that do not pass', async () => {
  const book = new ReportBook(memoryStore())
  const records = [
    recordXml({ count: '90' }),
    recordXml({ ip: '192.0.2.7', count: '3', evaluated: FAILS }),
    recordXml({ ip: '192.0.2.8', count: '5', evaluated: FAILS.replace('reject', 'quarantine') }),
    recordXml({ ip: '192.0.2.7', count: '4', evaluated: FAILS }),
  ]
  expect(await book.receive(await read(reportXml(records.join(''))), 1_000, true)).toBe(true)
  expect(await book.received({ since: 0 })).toEqual([
    {
      ...{ kind: 'dmarc', time: 1_000, domain: 'example.com', reporter: 'receiver.example', id: '42' },
      ...{ begin: 1_795_564_800_000, end: 1_795_651_199_000, messages: 102, passed: 90, quarantined: 5, rejected: 7 },
      failing: [
        { source: '192.0.2.7', messages: 7 },
        { source: '192.0.2.8', messages: 5 },
      ],
      isProven: true,
    },
  ])
})

test('a report that comes again is noted once', async () => {
  const book = new ReportBook(memoryStore())
  const report = await read(reportXml())
  expect(await book.receive(report, 1, false)).toBe(true)
  expect(await book.receive(report, 2, false)).toBe(false)
  expect(await book.received({ since: 0 })).toHaveLength(1)
})

test('an operator of some domains sees reports about them, and no others', async () => {
  const book = new ReportBook(memoryStore())
  for (const domain of ['example.com', 'mail.example.com', 'badexample.com', 'example.net'])
    await book.receive(await read(reportXml().replaceAll('example.com', domain)), 1, false)
  await book.receive({ kind: 'complaint', type: 'abuse', reporter: 'x', domain: 'Example.com' }, 1, false)
  await book.receive({ kind: 'unreadable', reason: 'x' }, 1, false)
  const seen = await book.received({ since: 0, domains: ['example.com'] })
  expect(seen.map(entry => ('domain' in entry ? entry.domain : entry.kind))).toEqual([
    ...['example.com', 'mail.example.com', 'example.com'],
  ])
})

test('the newest come first, none older than is asked for', async () => {
  const book = new ReportBook(memoryStore())
  const sent = { domain: 'a.example', recipient: 'x@a.example', messages: 1, result: 'sent' } as const
  for (const time of [1, 2, 3]) await book.sent({ ...sent, time })
  expect((await book.sentReports({ since: 2 })).map(({ time }) => time)).toEqual([3, 2])
  expect((await book.sentReports({ since: 0, limit: 1 })).map(({ time }) => time)).toEqual([3])
})

test('a list keeps the newest entries, and writes over the oldest', async () => {
  const list = new StoreList<number>(memoryStore(), { key: 'l', max: 300, ttl: 1_000_000 })
  for (let entry = 1; entry <= 1_000; entry += 1) await list.append(entry)
  const found: number[] = []
  for await (const entry of list.newest()) found.push(entry)
  expect(found).toEqual(Array.from({ length: 300 }, (_, index) => 1_000 - index))
})
