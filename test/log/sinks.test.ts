/** Sinks take events without holding mail: bounded queues, drops that are counted and said once, nothing thrown. */
import { readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { GatewayEvent, Notice } from '../../src/index.ts'
import { batches, type ClosableSink, jsonLine, jsonLines, logFile, otlpLogs, redisStream } from '../../src/log/index.ts'
import { clock } from '../../src/testing/clock.ts'
import { scratch } from '../support/scratch.ts'

const event = (reason: string, level: 'info' | 'warning' = 'info'): GatewayEvent => ({
  ...{ v: 1, type: 'notice', time: 1_000, ref: null, node: 'mx1' },
  ...{ code: 'test', reason, level },
})
const reasons = (lines: string): readonly string[] =>
  lines
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line).reason)
const metric = (sink: Pick<ClosableSink, 'metrics'>, name: string): number | undefined => {
  const found = sink.metrics?.().find(metric => metric.name === name)?.samples[0]
  return found && 'value' in found ? found.value : undefined
}

test('each event is one line, whatever stands in it', async () => {
  const stream = new PassThrough()
  const sink = jsonLines(stream)
  const hostile = 'a\nb\r\u2028\u202e\u001b[2J\ud800"'
  sink.write(event(hostile))
  sink.write(event('second'))
  await sink.close()
  const text = String(stream.read())
  expect(text).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]+\n[^\p{C}\p{Zl}\p{Zp}]+\n$/u)
  expect(reasons(text)).toEqual([hostile, 'second'])
  expect(metric(sink, 'postern_log_written_total')).toBe(2)
  sink.write(event('after the end'))
  expect(metric(sink, 'postern_log_dropped_total')).toBe(1)
})

test('a reader that stops costs a bounded queue, and once it reads again the drops are said', async () => {
  const stream = new PassThrough({ highWaterMark: 1_000 })
  const notices: Notice[] = []
  const sink = jsonLines(stream, { notify: notice => notices.push(notice) })
  const wide = 'x'.repeat(100_000)
  sink.write(event(wide))
  await expect.poll(() => stream.writableNeedDrain || stream.readableLength > 0).toBe(true)
  for (let count = 0; count < 200; count += 1) sink.write(event(wide))
  expect(metric(sink, 'postern_log_dropped_total')).toBeGreaterThan(100)
  expect(notices).toEqual([])
  let text = ''
  stream.on('data', bytes => {
    text += String(bytes)
  })
  await expect.poll(() => notices.length).toBe(1)
  await sink.close()
  const written = reasons(text).length
  expect(written + Number(metric(sink, 'postern_log_dropped_total'))).toBe(201)
  expect(notices).toEqual([
    { code: 'log/dropped', level: 'warning', reason: expect.stringMatching(/^stdout: \d+ events were dropped/) },
  ])
})

test('a reader that goes away ends nothing, and is said once', async () => {
  const hand = clock({ now: 0 })
  const notices: Notice[] = []
  const stream = new PassThrough()
  const sink = jsonLines(stream, { notify: notice => notices.push(notice), clock: hand })
  stream.destroy(new Error('EPIPE'))
  for (let round = 0; round < 3; round += 1) {
    sink.write(event(`${round}`))
    await new Promise(resolve => setImmediate(resolve))
    await hand.advance(1_000)
  }
  await sink.close()
  expect(notices).toMatchObject([{ code: 'log/down', reason: expect.stringContaining('EPIPE') }])
})

test('a batch that could not be written is written again, and nothing twice or out of order', async () => {
  const hand = clock({ now: 0 })
  const notices: Notice[] = []
  const written: string[] = []
  let failures = 2
  const sink = batches({
    name: 'mine',
    clock: hand,
    notify: notice => notices.push(notice),
    write: async events => {
      if (failures > 0) {
        failures -= 1
        throw new Error('away')
      }
      written.push(...events.map(event => (event.type === 'notice' ? event.reason : '')))
    },
  })
  for (const reason of ['a', 'b']) sink.write(event(reason))
  await new Promise(resolve => setImmediate(() => setImmediate(resolve)))
  sink.write(event('c'))
  expect(metric(sink, 'postern_log_queue')).toBe(3)
  for (let round = 0; round < 3; round += 1) {
    await hand.advance(1_000)
    await new Promise(resolve => setImmediate(resolve))
  }
  await sink.close()
  expect(written).toEqual(['a', 'b', 'c'])
  expect(notices.map(({ code }) => code)).toEqual(['log/down', 'log/up'])
})

test('a function that never settles holds nothing: its queue is bounded, and closing it ends', async () => {
  const sink = batches({ name: 'mine', max: 10, write: () => new Promise(() => undefined), notify: () => undefined })
  for (let count = 0; count < 25; count += 1) sink.write(event(`${count}`))
  expect(metric(sink, 'postern_log_dropped_total')).toBe(15)
  expect(metric(sink, 'postern_log_queue')).toBe(10)
})

test('a file holds whole lines, is readable by its user alone, and goes on where it was', async () => {
  await using folder = await scratch()
  const path = join(folder.path, 'events.jsonl')
  // What a process that was killed has left.
  await writeFile(path, `${jsonLine(event('old'))}{"v":1,"ty`)
  const sink = logFile({ path })
  sink.write(event('new'))
  await sink.close()
  expect(reasons(await readFile(path, 'utf8'))).toEqual(['old', 'new'])
  const other = logFile({ path: join(folder.path, 'other.jsonl'), sync: 'batch' })
  other.write(event('first'))
  await other.close()
  expect((await stat(join(folder.path, 'other.jsonl'))).mode & 0o777).toBe(0o600)
})

test('a file is rotated by size and by day, and the oldest go', async () => {
  await using folder = await scratch()
  const path = join(folder.path, 'events.jsonl')
  await writeFile(join(folder.path, 'events-other.jsonl'), 'not ours')
  const hand = clock({ now: Date.UTC(2026, 10, 29, 23, 59) })
  const sink = logFile({ path, size: 250, keep: 2, clock: hand })
  const write = async (reason: string) => {
    sink.write(event(reason))
    const lines = Number(metric(sink, 'postern_log_written_total'))
    await expect.poll(() => metric(sink, 'postern_log_written_total')).toBe(lines + 1)
  }
  for (const reason of ['a', 'b', 'c', 'd', 'e']) await write(reason)
  await hand.advance(60_000)
  await write('next day')
  await sink.close()
  expect(reasons(await readFile(path, 'utf8'))).toEqual(['next day'])
  const rotated = (await readdir(folder.path)).filter(name => /^events-20/.test(name)).toSorted()
  expect(rotated).toHaveLength(2)
  expect(rotated.at(-1)).toBe('events-2026-11-30T00-00-00.000Z.jsonl')
  expect(await readFile(join(folder.path, 'events-other.jsonl'), 'utf8')).toBe('not ours')
})

test('after another program has renamed the file, reopen begins a new one', async () => {
  await using folder = await scratch()
  const path = join(folder.path, 'events.jsonl')
  const sink = logFile({ path })
  const written = (count: number) => expect.poll(() => metric(sink, 'postern_log_written_total')).toBe(count)
  sink.write(event('a'))
  await written(1)
  await rename(path, `${path}.1`)
  sink.write(event('b'))
  await written(2)
  sink.reopen()
  sink.write(event('c'))
  await sink.close()
  expect(reasons(await readFile(`${path}.1`, 'utf8'))).toEqual(['a', 'b'])
  expect(reasons(await readFile(path, 'utf8'))).toEqual(['c'])
})

test('a file that cannot be opened is said once, and what waits is written when it can', async () => {
  await using folder = await scratch()
  const path = join(folder.path, 'away', 'events.jsonl')
  const hand = clock({ now: 0 })
  const notices: Notice[] = []
  const sink = logFile({ path, clock: hand, notify: notice => notices.push(notice) })
  sink.write(event('a'))
  await expect.poll(() => notices.length).toBe(1)
  await rename((await scratch()).path, join(folder.path, 'away'))
  await expect
    .poll(async () => {
      await hand.advance(1_000)
      return metric(sink, 'postern_log_written_total')
    })
    .toBe(1)
  await sink.close()
  expect(reasons(await readFile(path, 'utf8'))).toEqual(['a'])
  expect(notices.map(({ code }) => code)).toEqual(['log/down', 'log/up'])
})

test('Redis gets one entry for each event, in order, within a stream of bounded length', async () => {
  const added: (string | number)[][] = []
  const client = { status: 'ready', xadd: async (...command: (string | number)[]) => void added.push(command) }
  const sink = redisStream({ client, maxLength: 1_000 })
  for (const reason of ['a', 'b']) sink.write(event(reason))
  await sink.close()
  expect(added.map(command => command.slice(0, -1))).toEqual(
    Array.from({ length: 2 }, () => ['postern:events', 'MAXLEN', '~', 1_000, '*', 'event']),
  )
  expect(added.map(command => JSON.parse(String(command.at(-1))).reason)).toEqual(['a', 'b'])
})

test('while Redis is away nothing is sent, and afterwards everything', async () => {
  const hand = clock({ now: 0 })
  const added: unknown[] = []
  const client = { status: 'reconnecting', xadd: async (...command: unknown[]) => void added.push(command.at(-1)) }
  const sink = redisStream({ client, clock: hand, notify: () => undefined })
  sink.write(event('a'))
  await new Promise(resolve => setImmediate(() => setImmediate(resolve)))
  expect(added).toEqual([])
  client.status = 'ready'
  await expect
    .poll(async () => {
      await hand.advance(1_000)
      return added.length
    })
    .toBe(1)
  await sink.close()
})

test('a record of OpenTelemetry has the fields of the event, and a logger that throws costs a count', () => {
  const records: unknown[] = []
  const provider = { getLogger: (name: string) => ({ emit: (record: unknown) => void records.push(name, record) }) }
  otlpLogs({ provider }).write(event('store is away', 'warning'))
  expect(records).toEqual([
    'postern',
    {
      timestamp: 1_000,
      severityNumber: 13,
      severityText: 'WARN',
      eventName: 'postern.notice',
      body: 'store is away',
      attributes: {
        'postern.v': 1,
        'postern.type': 'notice',
        'postern.time': 1_000,
        'postern.node': 'mx1',
        'postern.code': 'test',
        'postern.reason': 'store is away',
        'postern.level': 'warning',
      },
    },
  ])
  const broken = otlpLogs({ provider: { getLogger: () => ({ emit: () => JSON.parse('broken') }) } })
  broken.write(event('a'))
  expect(metric(broken, 'postern_log_dropped_total')).toBe(1)
})

test.for<[name: string, make: () => unknown, path: string]>([
  ['batches', () => batches({ name: 'x' } as never), 'batches.write'],
  ['logFile', () => logFile({ path: '', size: 0 }), 'logFile.path'],
  ['redisStream', () => redisStream({ client: {} } as never), 'redisStream.client'],
  ['otlpLogs', () => otlpLogs({} as never), 'otlpLogs.provider'],
])('P10 wrong options of %s are named', ([, make, path]) => {
  expect(make).toThrow(path)
})
