/** History in SQLite: what goes in is found again by every name it has, and leaves when it must. */
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type History, type HistoryQuery, sqliteHistory } from '../../src/history/index.ts'
import type { GatewayEvent } from '../../src/model/events.ts'
import type { Notice } from '../../src/model/services.ts'
import { type Scratch, scratch } from '../support/scratch.ts'
import { deliveryEvent, NOON, recipientEvent, sessionOf, transactionEvent } from './events.ts'

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

describe('a search', () => {
  const events = [
    ...sessionOf('AAAA'),
    ...sessionOf('BBBB', { recipient: 'Eve@Example.org', ip: '2001:db8::7', verdict: 'reject', time: NOON + 1_000 }),
    ...sessionOf('CCCC', {
      reversePath: 'bounce@lists.example.net',
      from: 'carl@example.net',
      findings: [{ rule: 'links/deceptive', reason: 'a link', points: 4 }],
      time: NOON + 2_000,
    }),
  ]

  test.for<[query: HistoryQuery, refs: readonly string[]]>([
    [{}, ['CCCC', 'BBBB', 'AAAA']],
    [{ recipient: 'eve@example.org' }, ['BBBB']],
    [{ recipient: 'example.org' }, ['CCCC', 'BBBB', 'AAAA']],
    [{ recipient: 'xample.org' }, []],
    [{ sender: 'carl@example.net' }, ['CCCC']],
    [{ sender: 'lists.example.net' }, ['CCCC']],
    [{ sender: 'ANN@example.com' }, ['BBBB', 'AAAA']],
    [{ sender: 'bob@example.org' }, []],
    [{ ip: '2001:DB8:0::7' }, ['BBBB']],
    [{ ref: 'AAAA' }, ['AAAA']],
    [{ ref: 'ref=AAAA' }, ['AAAA']],
    [{ messageId: 'CCCC@example.com' }, ['CCCC']],
    [{ messageId: '<CCCC@example.com>' }, ['CCCC']],
    [{ rule: 'links/deceptive' }, ['CCCC']],
    [{ verdict: 'reject' }, ['BBBB']],
    [{ since: NOON + 1_000 }, ['CCCC', 'BBBB']],
    [{ until: NOON + 1_000 }, ['AAAA']],
    [{ domains: ['example.org'] }, ['CCCC', 'BBBB', 'AAAA']],
    [{ domains: ['example.net'] }, []],
    [{ sender: 'example.com', verdict: 'accept', rule: 'rdns/generic' }, ['AAAA']],
    [{ text: 'eve@example.org' }, ['BBBB']],
    [{ text: 'carl@example.net' }, ['CCCC']],
    [{ text: 'lists.example.net' }, ['CCCC']],
    [{ text: '2001:db8::7' }, ['BBBB']],
    [{ text: ' ref=BBBB ' }, ['BBBB']],
    [{ text: '<AAAA@example.com>' }, ['AAAA']],
    [{ text: 'links/deceptive' }, ['CCCC']],
    [{ text: 'nothing of this' }, []],
  ])('for %o finds %o', async ([query, refs]) => {
    expect(await refsOf(await filled(...events), query)).toEqual(refs)
  })

  test('gives a line with all that a list shows', async () => {
    const history = await filled(...sessionOf('AAAA', { verdict: 'accept', dryRun: 'quarantine' }))
    expect((await history.search({})).entries).toEqual([
      {
        time: NOON,
        ref: 'AAAA',
        transaction: 1,
        ip: '192.0.2.1',
        reversePath: 'ann@example.com',
        recipient: 'bob@example.org',
        verdict: 'accept',
        dryRun: 'quarantine',
        score: 0.5,
        code: 250,
        from: 'ann@example.com',
        subject: 'Hello',
        messageId: '<AAAA@example.com>',
        delivery: 'delivered',
      },
    ])
  })

  test('comes in pages, over several weeks, that miss nothing and repeat nothing', async () => {
    const week = 7 * 86_400_000
    const refs = Array.from({ length: 90 }, (_, index) => `R${index}`)
    const history = await filled(
      ...refs.flatMap((ref, index) => sessionOf(ref, { time: NOON - (2 - Math.floor(index / 30)) * week + index })),
    )
    const found: string[] = []
    let cursor: string | undefined
    do {
      const page = await history.search({ sender: 'example.com', limit: 7, ...(cursor !== undefined && { cursor }) })
      found.push(...page.entries.map(({ ref }) => ref))
      cursor = page.next
    } while (cursor !== undefined)
    expect(found).toEqual(refs.toReversed())
    expect((await readdir(folder.path)).filter(name => name.endsWith('.db'))).toEqual([
      'history-2026-11-09.db',
      'history-2026-11-16.db',
      'history-2026-11-23.db',
    ])
  })

  test('finds what a hostile client sent, whatever it is', async () => {
    const odd = `"'; DROP TABLE recipients; --"@example.org`
    const history = await filled(...sessionOf('AAAA', { recipient: odd, reversePath: '\u202e\0x'.repeat(50) }))
    expect(await refsOf(history, { recipient: odd })).toEqual(['AAAA'])
    for (const text of ['%', '_', '*', "'", '"', '\0', '', 'a'.repeat(100_000)])
      expect([text.slice(0, 9), await refsOf(history, { text })]).toEqual([text.slice(0, 9), []])
  })
})

describe('a session', () => {
  test('has all its events in their order, also those of another week, and no other’s', async () => {
    const later = deliveryEvent({ ref: 'AAAA', result: 'refused', time: NOON + 7 * 86_400_000 })
    const history = await filled(...sessionOf('AAAA'), ...sessionOf('AAAB'), later)
    const events = await history.get('AAAA')
    expect(events.map(({ type }) => type)).toEqual(['transaction', 'recipient', 'delivery', 'session', 'delivery'])
    expect(events).toEqual([...sessionOf('AAAA'), later])
    expect((await history.search({ ref: 'AAAA' })).entries).toMatchObject([{ delivery: 'refused' }])
    expect(await history.get('ZZZZ')).toEqual([])
  })

  test('a delivery is noted at its own recipient and transaction', async () => {
    const history = await filled(
      recipientEvent({ recipient: 'bob@example.org' }),
      recipientEvent({ recipient: 'eve@example.org' }),
      recipientEvent({ recipient: 'bob@example.org', transaction: 2 }),
      deliveryEvent({ recipient: 'bob@example.org', transaction: 2, result: 'deferred' }),
    )
    const { entries } = await history.search({})
    expect(entries.map(({ recipient, transaction, delivery }) => [recipient, transaction, delivery])).toEqual([
      ['bob@example.org', 2, 'deferred'],
      ['eve@example.org', 1, undefined],
      ['bob@example.org', 1, undefined],
    ])
  })
})

test('recipients are counted by the hour, by verdict, rule and domain', async () => {
  const hour = 3_600_000
  const history = await filled(
    ...sessionOf('AAAA'),
    ...sessionOf('BBBB', { verdict: 'reject', time: NOON + 1 }),
    ...sessionOf('CCCC', { time: NOON + hour, recipient: 'x@other.example' }),
    recipientEvent({ stage: 'rcpt', verdict: 'reject', recipient: 'x@anything.example' }),
  )
  const of = async (by: 'verdict' | 'rule' | 'domain', domains?: readonly string[]) =>
    (await history.aggregate({ since: NOON, by, ...(domains && { domains }) })).map(({ hour: at, name, count }) =>
      [(at - NOON) / hour, name, count].join(' '),
    )
  expect(await of('verdict')).toEqual(['0 accept 1', '0 reject 2', '1 accept 1'])
  expect(await of('rule')).toEqual(['0 rdns/generic 3', '1 rdns/generic 1'])
  expect(await of('domain')).toEqual(['0 example.org 2', '1 other.example 1'])
  expect(await of('domain', ['other.example'])).toEqual(['1 other.example 1'])
  expect(await history.aggregate({ since: NOON + hour, until: NOON + 2 * hour, by: 'verdict' })).toHaveLength(1)
})

describe('erasing an address', () => {
  test('removes it as recipient, reverse-path and author, and nothing else', async () => {
    const history = await filled(
      ...sessionOf('AAAA', { recipient: 'bob@example.org' }),
      ...sessionOf('BBBB', { reversePath: 'bob@example.org', recipient: 'eve@example.org' }),
      ...sessionOf('CCCC', { from: 'Bob@example.org', recipient: 'eve@example.org' }),
      transactionEvent({ ref: 'DDDD' }),
      recipientEvent({ ref: 'DDDD', recipient: 'bob@example.org' }),
      recipientEvent({ ref: 'DDDD', recipient: 'eve@example.org' }),
    )
    expect(await history.erase('BOB@example.org')).toBe(4)
    expect(await refsOf(history, {})).toEqual(['DDDD'])
    for (const ref of ['AAAA', 'BBBB', 'CCCC', 'DDDD'])
      expect(JSON.stringify(await history.get(ref)).toLowerCase()).not.toContain('bob@example.org')
    expect(await history.get('DDDD')).toHaveLength(2)
    expect(await history.erase('bob@example.org')).toBe(0)
  })
})

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

test('what does not fit into the queue is dropped, counted and reported once', async () => {
  await chmod(folder.path, 0o700)
  const history = historyIn(folder.path, { queue: '64kb' })
  const events = Array.from({ length: 500 }, (_, index) => recipientEvent({ ref: `R${index}` }))
  history.append(events)
  const dropped = history.metrics().find(({ name }) => name === 'postern_history_dropped_total')?.samples[0]
  expect(dropped).toMatchObject({ value: expect.any(Number) })
  expect(notices.map(({ code }) => code)).toEqual(['history/dropped'])
  await history.flush()
  const { entries } = await history.search({ limit: 500 })
  expect(entries.length + Number((dropped as { value: number }).value)).toBe(500)
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
