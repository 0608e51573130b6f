/** Store, folders, disks, clock, descriptors, Node. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { clock } from '../../src/doctor/clock.ts'
import { descriptors } from '../../src/doctor/descriptors.ts'
import { type DiskSpace, disk } from '../../src/doctor/disk.ts'
import { folder } from '../../src/doctor/folder.ts'
import { nodeVersion } from '../../src/doctor/node-version.ts'
import { store } from '../../src/doctor/store.ts'
import type { Store } from '../../src/model/store.ts'
import { OLDEST_NODE } from '../../src/relay/checks/checks.ts'
import { memoryStore } from '../../src/store/index.ts'
import { scratch } from '../support/scratch.ts'
import { look } from './look.ts'

const stored = (opened: Store | Error) =>
  look(
    store({
      text: 'Redis',
      store: async () => {
        if (opened instanceof Error) throw opened
        return { store: opened, close: async () => undefined }
      },
    }),
  )

test('a store that keeps a value is right, and nothing stays in it', async () => {
  const memory = memoryStore()
  const keys: string[] = []
  const watched = {
    run: (operations: Parameters<Store['run']>[0]) => {
      keys.push(...operations.map(({ key }) => key))
      return memory.run(operations)
    },
  } as Store
  const [found] = await stored(watched)
  expect(found).toMatch(/^ok store Redis: it keeps a value, in \d+ ms/)
  expect(await memory.run([{ op: 'get', key: keys[0] ?? '' }])).toEqual([undefined])
})

test('a store that is away fails, and so does a store that forgets', async () => {
  expect(await stored(new Error('connect ECONNREFUSED'))).toEqual([
    'failed store Redis: it does not answer: connect ECONNREFUSED',
  ])
  const forgetful = {
    run: async (operations: readonly unknown[]) => operations.map(() => undefined),
  } as unknown as Store
  expect(await stored(forgetful)).toEqual(['failed store Redis: it does not return what was written'])
})

test('a folder that can be written is right, and stays empty', async () => {
  await using place = await scratch()
  expect(await look(folder({ folder: { what: 'history', path: place.path } }))).toEqual([
    `ok history ${place.path}: a file was written and removed`,
  ])
})

test('a folder that is missing fails, and for another user it is unknown unless it is theirs', async () => {
  await using place = await scratch()
  const missing = { what: 'quarantine', path: join(place.path, 'held') }
  expect((await look(folder({ folder: missing })))[0]).toContain(
    `failed quarantine ${missing.path}: it cannot be written: ENOENT`,
  )
  const there = { what: 'quarantine', path: place.path }
  const as = async (uid: number | undefined) =>
    (await look(folder({ folder: there, user: { name: 'postern', uid: async () => uid } })))[0]?.split(' ')[0]
  expect([await as(process.getuid?.()), await as(54_321), await as(undefined)]).toEqual(['ok', 'unknown', 'unknown'])
})

test('a folder in which nothing may be written fails, for root too', async () => {
  expect((await look(folder({ folder: { what: 'history', path: '/proc/self' } })))[0]).toContain('failed')
})

const space = (change: Partial<DiskSpace>): DiskSpace => ({
  ...{ bsize: 4096, blocks: 25_000_000, bavail: 12_500_000, files: 1_000_000, ffree: 900_000 },
  ...change,
})

test.for<[Partial<DiskSpace>, string]>([
  [{}, 'ok disk /var/mail: 51.2 GB (50 %) and 90 % of the inodes are free'],
  [{ bavail: 2_000_000 }, 'warning disk /var/mail: 8.2 GB (8 %)'],
  [{ bavail: 300_000 }, 'failed disk /var/mail: 1.2 GB (1 %)'],
  [{ blocks: 200_000, bavail: 100_000 }, 'warning disk /var/mail: 0.4 GB (50 %)'],
  [{ ffree: 50_000 }, 'warning disk /var/mail'],
  [{ ffree: 10_000 }, 'failed disk /var/mail'],
  [{ files: 0, ffree: 0 }, 'ok disk /var/mail'],
])('room %#', async ([change, text]) => {
  const [found] = await look(disk({ paths: ['/var/mail', '/var/mail/'], space: async () => space(change) }))
  expect(found).toContain(text)
})

test('a folder that is not there yet has the room of the folder around it; what cannot be read is unknown', async () => {
  await using place = await scratch()
  const [found] = await look(disk({ paths: [join(place.path, 'a/b')] }))
  expect(found).toMatch(/^(?:ok|warning|failed) /)
  const space = () => Promise.reject(new Error('EIO'))
  expect(await look(disk({ paths: ['/var/mail'], space }))).toEqual(['unknown disk /var/mail: EIO'])
})

const timed = (times: readonly (number | Error)[], service?: string) =>
  look(
    clock({
      references: times.map((time, index) => ({
        name: `server ${index}`,
        time: async () => {
          if (time instanceof Error) throw time
          return time
        },
      })),
      synchronised: async () => service,
      now: () => 1_000_000,
    }),
  )

test('a clock is compared with those of others; without any it is unknown', async () => {
  expect(await timed([1_001_000])).toEqual(['ok clock server 0: it differs from that of server 0 by 1.0 s'])
  expect(await timed([1_010_000, new Error('away')])).toEqual([
    'warning clock server 0: it differs from that of server 0 by 10.0 s',
  ])
  expect((await timed([900_000]))[0]).toContain('failed clock server 0: it differs from that of server 0 by 100.0 s')
  expect((await timed([]))[0]).toContain('unknown clock')
  expect((await timed([Number.NaN, new Error('away')]))[0]).toContain('unknown clock')
  expect(await timed([new Error('away')], 'systemd-timesyncd')).toEqual(['ok clock: systemd-timesyncd keeps it right'])
})

test('descriptors are counted against the sessions of a process', async () => {
  const states = async (limit: number) => (await look(descriptors({ sessions: 1_000, limit })))[0]?.split(' ')[0]
  const limits = [Number.POSITIVE_INFINITY, 4_200, 4_199, 1_200, 1_024]
  expect(await Promise.all(limits.map(states))).toEqual(['ok', 'ok', 'warning', 'warning', 'failed'])
})

test.for([
  ['24.21.0', '2026-11-29', 'ok node: Node 24.21.0, with fixes until 2028-04-30'],
  ['v22.19.0', '2027-03-01', 'warning node: Node v22.19.0 gets its last security fix on 2027-04-30'],
  ['22.18.9', '2026-11-29', 'failed node: Node 22.18.9 is too old'],
  ['20.19.0', '2026-01-01', 'failed node: Node 20.19.0 is too old'],
  ['23.11.0', '2026-11-29', 'failed node: Node 23.11.0 has got no security fixes since 2025-06-01'],
  ['99.0.0', '2026-11-29', 'unknown node: when Node 99.0.0 gets its last fix is not known'],
])('Node %s on %s', async ([version = '', day = '', text = '']) => {
  const [found] = await look(nodeVersion({ version, oldest: OLDEST_NODE, now: () => Date.parse(day) }))
  expect(found).toContain(text)
})

test('the oldest Node is that of the package', async () => {
  const { engines } = JSON.parse(await readFile('package.json', 'utf8')) as { engines: { node: string } }
  expect(engines.node).toBe(`>=${OLDEST_NODE}`)
})
