/** History in SQLite: what goes in is found again by every name it has, and leaves when it must. */
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type History, type HistoryQuery, sqliteHistory } from '../../src/history/index.ts'
import type { GatewayEvent } from '../../src/model/events.ts'
import type { Notice } from '../../src/model/services.ts'
import { type Scratch, scratch } from '../support/scratch.ts'
import { historyContract } from './contract.ts'
import { NOON, recipientEvent, sessionOf } from './events.ts'

let folder: Scratch
let notices: Notice[]
const open: History[] = []

beforeEach(async () => {
  folder = await scratch()
  notices = []
})
afterEach(async () => {
  for (const history of open.splice(0)) await history.close()
  await folder.remove()
})

function historyIn(path = folder.path, options: Partial<Parameters<typeof sqliteHistory>[0]> = {}): History {
  const history = sqliteHistory({ folder: path, notify: notice => notices.push(notice), keep: '3650d', ...options })
  open.push(history)
  return history
}

async function filled(...events: readonly GatewayEvent[]): Promise<History> {
  const history = historyIn()
  history.append(events)
  await history.flush()
  return history
}

const refsOf = async (history: History, query: HistoryQuery) =>
  (await history.search(query)).entries.map(({ ref }) => ref)

historyContract(options => historyIn(folder.path, options))

describe('files', () => {
  test('are readable by their owner alone', async () => {
    await filled(...sessionOf('AAAA'))
    for (const name of await readdir(folder.path)) expect((await stat(join(folder.path, name))).mode & 0o77).toBe(0)
  })

  test('of weeks that are too old are dropped whole', async () => {
    const history = await filled(...sessionOf('AAAA', { time: NOON - 30 * 86_400_000 }), ...sessionOf('BBBB'))
    await history.close()
    const clock = { now: () => NOON, monotonic: () => performance.now(), after: () => () => undefined }
    const again = historyIn(folder.path, { keep: '21d', clock })
    await expect.poll(() => refsOf(again, {})).toEqual(['BBBB'])
  })

  test('go, the oldest first, when all are too large; the present one stays', async () => {
    const many = (ref: string, time: number) =>
      Array.from({ length: 3_000 }, (_, index) =>
        recipientEvent({ ref: `${ref}${index}`, time, recipient: `u${index}@x.example` }),
      )
    const history = await filled(
      ...many('A', NOON - 14 * 86_400_000),
      ...many('B', NOON - 7 * 86_400_000),
      ...many('C', NOON),
    )
    await history.close()
    const clock = { now: () => NOON, monotonic: () => performance.now(), after: () => () => undefined }
    const again = historyIn(folder.path, { size: '1mb', clock })
    await expect.poll(async () => (await again.search({ text: 'A1' })).entries).toEqual([])
    expect(await refsOf(again, { ref: 'C1' })).toEqual(['C1'])
  })

  test('that cannot be dropped are reported as such, once, and events are written', async () => {
    await mkdir(join(folder.path, 'history-2020-01-06.db', 'full'), { recursive: true })
    const history = historyIn(folder.path, { keep: '21d' })
    await expect.poll(() => notices.map(({ code }) => code)).toEqual(['history/untidy'])
    await expect(history.tidy()).rejects.toThrow()
    const now = Date.now()
    history.append(sessionOf('AAAA', { time: now }))
    await history.flush()
    expect(await refsOf(history, { since: now })).toEqual(['AAAA'])
    expect(notices.map(({ code }) => code)).toEqual(['history/untidy'])
  })

  test('of another program are refused, and nothing is lost meanwhile', async () => {
    const path = join(folder.path, 'history-2026-11-23.db')
    await writeFile(path, 'this is no database, and it is longer than a header of one would be'.repeat(20))
    const history = historyIn()
    history.append(sessionOf('AAAA'))
    await expect.poll(() => notices.map(({ code }) => code)).toEqual(['history/failing'])
    expect(await readFile(path, 'utf8')).toMatch(/^this is no database/)
    await writeFile(path, '')
    await history.flush()
    expect(await refsOf(history, {})).toEqual(['AAAA'])
    expect(notices.at(-1)).toMatchObject({ code: 'history/writing', level: 'info' })
  })

  test('take events of two processes at the same time', async () => {
    const [one, two] = [historyIn(), historyIn()]
    for (let index = 0; index < 50; index += 1) {
      one.append(sessionOf(`A${index}`))
      two.append(sessionOf(`B${index}`))
    }
    await Promise.all([one.flush(), two.flush()])
    expect(await refsOf(one, { limit: 500 })).toHaveLength(100)
  })
})

test('what was erased is not left in the file', async () => {
  const history = await filled(...sessionOf('AAAA', { recipient: 'someone-rare@example.org' }), ...sessionOf('BBBB'))
  expect(await history.erase('someone-rare@example.org')).toBe(1)
  await history.close()
  for (const name of await readdir(folder.path))
    expect([name, (await readFile(join(folder.path, name), 'latin1')).includes('someone-rare')]).toEqual([name, false])
})

test('a recipient takes at most 1.2 KB of the disk', async () => {
  const rules = ['rdns/generic', 'helo/literal', 'spf/softfail', 'headers/date', 'links/deceptive', 'html/hidden']
  const findings = rules.map(rule => ({
    rule,
    reason: `the reason that the rule ${rule} gives for its points`,
    points: 0.7,
  }))
  const count = 4_000
  const history = await filled(
    ...Array.from({ length: count }, (_, index) =>
      sessionOf(`R${index.toString(36).toUpperCase()}XYZ`, {
        recipient: `person-${index % 900}@example.org`,
        reversePath: `sender-${index}@domain-${index % 1_500}.example`,
        ip: `198.51.${index % 250}.${index % 199}`,
        findings,
        time: NOON + index,
      }),
    ).flat(),
  )
  await history.close()
  const sizes = await Promise.all(
    (await readdir(folder.path)).map(async name => (await stat(join(folder.path, name))).size),
  )
  expect(sizes.reduce((sum, size) => sum + size, 0) / count).toBeLessThan(1_200)
})

test('a wrong option is refused with its path', () => {
  expect(() => sqliteHistory({ folder: '' })).toThrow('folder')
  expect(() => sqliteHistory({ folder: 'x', keep: 5 })).toThrow('keep')
})
