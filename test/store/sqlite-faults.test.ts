import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PosternError } from '../../src/model/errors.ts'
import type { Notice } from '../../src/model/services.ts'
import type { Store } from '../../src/model/store.ts'
import { type SqliteStoreOptions, sqliteStore } from '../../src/store/sqlite/sqlite.ts'
import { withFallback } from '../../src/store/with-fallback.ts'
import { handClock } from '../support/hand-clock.ts'
import { type Scratch, scratch } from '../support/scratch.ts'

const lasts = 600_000
const CHILD = new URL('./sqlite-child.ts', import.meta.url).pathname
const HOUR = 3_600_000

let folder: Scratch
let file: string
const ends: (() => unknown)[] = []
const notices: Notice[] = []
beforeEach(async () => {
  folder = await scratch()
  file = join(folder.path, 'store.db')
  notices.length = 0
})
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
  await folder.remove()
})

const opened = (options: Partial<SqliteStoreOptions> = {}) => {
  const store = sqliteStore({ file, notify: notice => notices.push(notice), ...options })
  ends.push(store.close)
  return store
}
const count = async (store: Store, key = 'counted') =>
  (await store.run([{ op: 'increment', key, by: 1, ttl: lasts }]))[0].count
const get = async (store: Store, key: string) => (await store.run([{ op: 'get', key }]))[0]
const child = (...args: string[]): ChildProcess & { stdout: NodeJS.ReadableStream } => {
  const started = spawn(process.execPath, [CHILD, file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  ends.push(() => started.kill('SIGKILL'))
  return started
}
const said = async (started: { stdout: NodeJS.ReadableStream | null }) =>
  JSON.parse(await text(started.stdout as NodeJS.ReadableStream))

test('entries are there after a restart, for the rest of their time', async () => {
  const first = opened()
  await first.run([
    { op: 'set', key: 'a', value: 'known', ttl: lasts },
    { op: 'decayingAdd', key: 's', amounts: [4], halfLife: 0, ttl: lasts },
  ])
  await first.close()
  const second = opened()
  const left = expect.toSatisfy((ms: number) => ms <= lasts && ms > lasts - 60_000)
  expect(await get(second, 'a')).toEqual({ value: 'known', endsIn: left })
  expect(await second.run([{ op: 'decayingAdd', key: 's', amounts: [1], halfLife: 0, ttl: lasts }])).toEqual([[5]])
})

test('three processes that count at once lose no count', async () => {
  const started = [child('count', '300'), child('count', '300'), child('count', '300')]
  const outcomes: { added: boolean; counts: number[] }[] = await Promise.all(started.map(said))
  expect(outcomes.filter(({ added }) => added)).toHaveLength(1)
  const counts = outcomes.flatMap(outcome => outcome.counts).sort((a, b) => a - b)
  expect(counts).toEqual(Array.from({ length: 900 }, (_, index) => index + 1))
})

test('a process that is killed at any moment loses no answered operation', async () => {
  let before = 0
  for (const lines of [1, 40, 200]) {
    const started = child('count-for-ever')
    let output = ''
    started.stdout.on('data', (bytes: Buffer) => {
      output += bytes
      if (output.split('\n').length > lines) started.kill('SIGKILL')
    })
    await once(started, 'close')
    const answered = Number(output.split('\n').at(-2))
    expect(answered).toBeGreaterThanOrEqual(before + lines)
    const store = opened()
    before = await count(store)
    await store.close()
    // One more was perhaps under way.
    expect([1, 2]).toContain(before - answered)
  }
  expect(notices).toEqual([])
})

test('an open store keeps no process alive', async () => {
  const [code] = await once(child('idle'), 'close')
  expect(code).toBe(0)
})

test('the file is for its owner alone', async () => {
  await count(opened())
  for (const name of await readdir(folder.path)) expect((await stat(join(folder.path, name))).mode & 0o077).toBe(0)
})

describe('a corrupt file', () => {
  const filled = async () => {
    const store = opened()
    await store.run(
      Array.from(
        { length: 2_000 },
        (_, index) => ({ op: 'set', key: `${index}`, value: 'v'.repeat(100), ttl: lasts }) as const,
      ),
    )
    await store.close()
  }
  const overwrite = async (from: number) => {
    const handle = await open(file, 'r+')
    const { size } = await handle.stat()
    await handle.write(Buffer.alloc(size - from, 'rubbish '), 0, size - from, from)
    await handle.close()
  }
  test.for([
    ['from its first byte', 0],
    ['from its second page', 4_096],
    ['in its last pages', 100_000],
  ] as const)('%s is renamed, and a new file created', async ([, from]) => {
    await filled()
    await overwrite(from)
    const store = opened()
    const keys = Array.from({ length: 2_000 }, (_, index) => ({ op: 'delete', key: `${index}` }) as const)
    expect(await store.run(keys)).toHaveLength(2_000)
    expect(await count(store)).toBe(1)
    expect(notices).toEqual([
      {
        code: 'store/broken',
        reason: expect.stringMatching(
          /store\.db is corrupt \(.*\); it was renamed to .*store\.db\.corrupt, and a new file was created/,
        ),
        level: 'warning',
      },
    ])
    expect((await readFile(`${file}.corrupt`)).includes('rubbish rubbish')).toBe(true)
    expect((await readdir(folder.path)).filter(name => name.endsWith('.mending'))).toEqual([])
  })

  test('is renamed once, when two processes find it', async () => {
    await filled()
    await overwrite(0)
    const stores = [opened(), opened()]
    // A process that comes while the other sets it aside fails, once.
    await Promise.allSettled(stores.map(store => count(store)))
    await Promise.all(stores.map(store => expect.poll(() => count(store, 'well')).toBeGreaterThan(0)))
    expect(notices).toHaveLength(1)
    for (const store of stores) expect(await count(store, 'again')).toBeGreaterThan(0)
    expect((await get(opened(), 'again'))?.value).toBe('2')
  })
})

test('a file that was removed is created again', async () => {
  const clock = handClock()
  const store = opened({ clock })
  expect([await count(store), await count(store)]).toEqual([1, 2])
  for (const end of ['', '-wal', '-shm']) await rm(`${file}${end}`)
  clock.pass(1_000)
  expect(await count(store)).toBe(1)
  expect((await stat(file)).size).toBeGreaterThan(0)
})

test.for([
  ['a database of another program', 'is a database of another program', 'CREATE TABLE users (name TEXT)'],
  [
    'one of a later version',
    'was made by a later version',
    'PRAGMA application_id = 0x706f7374; PRAGMA user_version = 99; CREATE TABLE t (a)',
  ],
] as const)('%s is refused and left as it is', async ([, complaint, sql]) => {
  const other = new DatabaseSync(file)
  other.exec(sql)
  other.close()
  const before = await readFile(file)
  const store = opened()
  await expect(count(store)).rejects.toThrow(complaint)
  await expect(count(store)).rejects.toThrow(complaint)
  await store.close()
  expect(before.equals(await readFile(file))).toBe(true)
})

test('without its folder each list fails, until the folder exists', async () => {
  const store = opened({ file: join(folder.path, 'later', 'store.db') })
  await expect(count(store)).rejects.toThrow('ENOENT')
  await mkdir(join(folder.path, 'later'))
  expect(await count(store)).toBe(1)
})

test('while another process holds the file, memory answers; then the file again', async () => {
  const store = withFallback(opened(), { deadline: 200, retry: 50, notify: notice => notices.push(notice) })
  while ((await count(store)) < 3);
  // The store may be writing at this moment.
  const other = new DatabaseSync(file, { timeout: 10_000 })
  other.exec('BEGIN IMMEDIATE')
  // It goes on from what was seen.
  expect(await count(store)).toBeGreaterThan(3)
  expect(store.state).toBe('down')
  await expect.poll(() => notices.map(({ code }) => code), { timeout: 10_000 }).toEqual(['store/down'])
  other.exec('ROLLBACK')
  other.close()
  await expect.poll(() => store.state, { timeout: 20_000 }).toBe('up')
  expect(notices.map(({ code }) => code)).toEqual(['store/down', 'store/up'])
})

test('a full disk makes writes fail, and corrupts nothing', async () => {
  // Files may have 400 KB.
  const command = `trap '' XFSZ; ulimit -f 800; exec '${process.execPath}' '${CHILD}' '${file}' fill`
  const started = spawn('/bin/sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] })
  const { outcomes, first }: { outcomes: string[]; first: number } = await said(started)
  expect(outcomes[0]).toBe('kept')
  expect(outcomes.filter(outcome => outcome !== 'kept').length).toBeGreaterThan(0)
  for (const outcome of new Set(outcomes)) expect(outcome).toMatch(/^kept$|disk I\/O error|database or disk is full/)
  expect(first).toBe(65_536)
  const store = opened()
  for (const [index, outcome] of outcomes.entries())
    expect([index, (await get(store, `${index}`))?.value.length]).toEqual([
      index,
      outcome === 'kept' ? 65_536 : undefined,
    ])
  expect(notices).toEqual([])
})

test('a full store evicts entries seen once before entries seen again', async () => {
  const store = opened({ entries: 1_000 })
  const known = Array.from(
    { length: 100 },
    (_, index) => ({ op: 'increment', key: `known ${index}`, by: 1, ttl: lasts }) as const,
  )
  await store.run([...known, ...known])
  for (let batch = 0; batch < 50; batch += 1)
    await store.run(
      Array.from(
        { length: 200 },
        (_, index) => ({ op: 'set', key: `${batch} ${index}`, value: 'v', ttl: 2 * lasts }) as const,
      ),
    )
  const counts = await store.run(known)
  expect(new Set(counts.map(({ count: seen }) => seen))).toEqual(new Set([3]))
  await store.close()
  const rows = new DatabaseSync(file).prepare('SELECT count(*) AS count FROM entries').get()
  expect(rows?.count).toBeLessThanOrEqual(1_200)
})

test('expired entries leave the file', async () => {
  const clock = handClock()
  const store = opened({ clock })
  await store.run(
    Array.from({ length: 1_500 }, (_, index) => ({ op: 'set', key: `${index}`, value: 'v', ttl: 1_000 }) as const),
  )
  for (let second = 0; second < 3; second += 1) {
    clock.pass(1_000)
    await count(store)
  }
  await store.close()
  const rows = new DatabaseSync(file).prepare('SELECT count(*) AS count FROM entries').get()
  expect(rows?.count).toBe(1)
})

describe('D09 a wall clock that jumps', () => {
  const jumping = () => {
    const steady = handClock({ now: Date.UTC(2026, 10, 23) })
    let offset = 0
    return {
      clock: { now: () => steady.now() + offset, monotonic: steady.monotonic },
      pass: steady.pass,
      jump: (ms: number) => {
        offset += ms
      },
    }
  }
  test.for([-24, -1, 1, 24])('D09 by %i hours moves no end while a store is open', async hours => {
    const { clock, pass, jump } = jumping()
    const stores = [opened({ clock }), opened({ clock })] as const
    expect(await count(stores[0])).toBe(1)
    pass(5_000)
    jump(hours * HOUR)
    for (const store of stores) expect(await get(store, 'counted')).toEqual({ value: '1', endsIn: lasts - 5_000 })
    pass(lasts - 5_001)
    for (const store of stores) expect(await get(store, 'counted')).toEqual({ value: '1', endsIn: 1 })
    pass(1)
    for (const store of stores) expect(await get(store, 'counted')).toBeUndefined()
  })

  test.for([
    [-24, lasts],
    [-1, lasts],
    [0.05, lasts - 0.05 * HOUR],
    [1, undefined],
    [24, undefined],
  ] as const)('D09 by %d hours while the machine was off leaves %s ms of ten minutes', async ([hours, endsIn]) => {
    const { clock, jump } = jumping()
    const before = opened({ clock })
    await before.run([{ op: 'set', key: 'a', value: 'v', ttl: lasts }])
    await before.close()
    jump(hours * HOUR)
    const entry = await get(opened({ clock }), 'a')
    expect(entry).toEqual(endsIn && { value: 'v', endsIn: expect.closeTo(endsIn, 3) })
  })

  test('D09 by ten years while the machine was off takes thirty days at most', async () => {
    const { clock, jump } = jumping()
    const before = opened({ clock })
    await before.run([{ op: 'set', key: 'a', value: 'v', ttl: 36 * 24 * HOUR }])
    await before.close()
    jump(10 * 365 * 24 * HOUR)
    expect(await get(opened({ clock }), 'a')).toEqual({ value: 'v', endsIn: expect.closeTo(6 * 24 * HOUR, 3) })
  })

  test('D09 of this machine is not asked about between two processes of one boot', async () => {
    const store = opened()
    await store.run([{ op: 'set', key: 'a', value: 'v', ttl: lasts }])
    await store.close()
    const raw = new DatabaseSync(file)
    // As if the wall clock had stood a day earlier.
    raw.exec('UPDATE anchor SET wall = wall - 86400000')
    raw.close()
    const left = expect.toSatisfy((ms: number) => ms <= lasts && ms > lasts - 60_000)
    expect(await get(opened(), 'a')).toEqual({ value: 'v', endsIn: left })
  })
})

test('operations before close() are performed, and later ones fail', async () => {
  const store = opened()
  const answers = Array.from({ length: 50 }, () => count(store))
  await store.close()
  expect(await Promise.all(answers)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
  await expect(count(store)).rejects.toThrow('is closed')
  await store.close()
})

test('more than twenty thousand operations do not wait', async () => {
  const store = opened()
  const answers = Array.from({ length: 25_000 }, () => count(store))
  const outcomes = await Promise.allSettled(answers)
  const refused = outcomes.flatMap(outcome => (outcome.status === 'rejected' ? [String(outcome.reason)] : []))
  expect(refused.length).toBeGreaterThan(4_000)
  expect(new Set(refused)).toEqual(new Set([`Error: the store ${file} is overrun`]))
})

test.for([0, -1, 1.5, Number.NaN])('%d is no number of entries', entries => {
  expect(() => sqliteStore({ file, entries })).toThrow(PosternError)
})

test('a path that is a folder makes each list fail', async () => {
  await mkdir(file)
  await writeFile(join(file, 'x'), '')
  await expect(count(opened())).rejects.toThrow(/EISDIR|unable to open/)
})
