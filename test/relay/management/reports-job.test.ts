/** The jobs of reports and of the summary, with everything around them by hand. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Notice } from '../../../src/model/services.ts'
import { effective } from '../../../src/relay/config/options.ts'
import type { RelayConfig } from '../../../src/relay/config/types.ts'
import type { OwnMail } from '../../../src/relay/delivery/types.ts'
import { StoreLease } from '../../../src/relay/management/lease.ts'
import { job as reportsJob } from '../../../src/relay/management/reports-job.ts'
import { job as summaryJob } from '../../../src/relay/management/summary-job.ts'
import type { ManagementParts } from '../../../src/relay/management/types.ts'
import { ReportBook } from '../../../src/reports/book.ts'
import { memoryStore } from '../../../src/store/memory.ts'
import { reportXml } from '../../reports/files.ts'
import { type HandClock, handClock } from '../../support/hand-clock.ts'
import { scratch } from '../../support/scratch.ts'

/** A Sunday. */
const BEGIN = Date.UTC(2026, 10, 29, 12)
const HOUR = 3_600_000

type Listener = Parameters<ManagementParts['onNotice']>[0]

function partsOf(config: RelayConfig) {
  const clock = handClock({ now: BEGIN })
  const store = memoryStore({ clock })
  const sent: OwnMail[] = []
  const notices: Notice[] = []
  const listeners = new Set<Listener>()
  const load = { name: 'postern_load', type: 'gauge', help: '', samples: [{ value: 0.95 }] }
  const parts = {
    ...{ options: effective(config, { args: ['--config', 'x'], environment: {} }).options, clock, store },
    notify: (notice: Notice) => notices.push(notice),
    sendMail: async (mail: OwnMail) => void sent.push(mail),
    metrics: async () => [load],
    onNotice: (listener: Listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    lease: (name: string) => new StoreLease(name, store, clock),
  } as unknown as ManagementParts
  return { parts, clock, store, sent, notices, listeners }
}

/** Lets time pass while work also waits for files. */
async function until(clock: HandClock, isDone: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 10_000 && !(await isDone()); turn += 1) {
    clock.pass(clock.next() ?? 0)
    // Files are read by other threads, which a busy machine may leave waiting.
    await (turn < 100 ? setImmediate() : sleep(1))
  }
}

test('a copy in the folder is read, noted for all nodes, and counted', async () => {
  await using folder = await scratch()
  const reports = { receive: ['dmarc@example.org'], folder: folder.path }
  const { parts, clock, store } = partsOf({ reports })
  await writeFile(join(folder.path, '1-a.eml'), reportXml())
  await writeFile(join(folder.path, '2-b.eml'), 'From: a@b.example\r\n\r\nHello\r\n')
  const running = await reportsJob.start(parts)
  const book = new ReportBook(store)
  await until(clock, async () => (await book.received({ since: 0 })).length === 2)
  expect(await book.received({ since: 0 })).toMatchObject([
    { kind: 'unreadable', isProven: false },
    { kind: 'dmarc', domain: 'example.com', messages: 2 },
  ])
  expect(running.metrics?.()[1]?.samples).toEqual([
    { labels: { kind: 'dmarc' }, value: 1 },
    { labels: { kind: 'unreadable' }, value: 1 },
  ])
  await running.close()
  expect(clock.next()).toBeUndefined()
})

test('the summary counts load and warnings of its node, and goes to each recipient in their language', async () => {
  const { parts, clock, sent, listeners } = partsOf({
    name: 'mx.example.org',
    mail: { from: 'postern@example.org' },
    summary: {
      ...{ day: 'monday', time: '08:00', timeZone: 'UTC' },
      to: ['ops@example.org', { address: 'zh@example.org', domains: ['example.org'], language: 'zh-CN' }],
    },
  })
  const running = await summaryJob.start(parts)
  for (const listener of listeners)
    listener({ code: 'store/down', reason: 'x', level: 'warning', node: 'mx', time: BEGIN })
  await clock.advance(21 * HOUR)
  await until(clock, async () => sent.length === 2)
  const [ops, zh] = sent.map(({ content }) => Buffer.from(content).toString())
  expect(sent.map(({ recipient, name }) => [recipient, name])).toEqual([
    ['ops@example.org', 'summary/2026-11-30/ops@example.org'],
    ['zh@example.org', 'summary/2026-11-30/zh@example.org'],
  ])
  expect(ops).toContain('Subject: Mail of the week at mx.example.org, 2026-11-23 to 2026-11-29')
  expect(ops).toMatch(/Red\s+7\d\d min/)
  expect(ops).toMatch(/store\/down\s+1/)
  expect(zh).toContain('Content-Language: zh-CN')
  await running.close()
  expect([listeners.size, clock.next()]).toEqual([0, undefined])
})
