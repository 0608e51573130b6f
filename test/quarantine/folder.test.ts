/** Quarantine in a folder: the contract of every quarantine, and what files demand. */
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Notice } from '../../src/model/services.ts'
import { IndexFile } from '../../src/quarantine/folder/index-file.ts'
import {
  type FolderQuarantineOptions,
  folderQuarantine,
  type HeldKind,
  kindOf,
  mayRelease,
  type Quarantine,
  type Role,
} from '../../src/quarantine/index.ts'
import { type Scratch, scratch } from '../support/scratch.ts'
import { action, held, idOf, KEY, quarantineContract, textOf } from './contract.ts'

let folder: Scratch
let notices: Notice[]
/** What was delivered, by the name of the delivery. */
let delivered: { readonly name: string; readonly recipient: string; readonly text: string }[]
let failure: Error | undefined
const open: Quarantine[] = []

beforeEach(async () => {
  folder = await scratch()
  notices = []
  delivered = []
  failure = undefined
})
afterEach(async () => {
  for (const quarantine of open.splice(0)) await quarantine.close()
  await folder.remove()
})

async function quarantineWith(options: Partial<FolderQuarantineOptions> = {}): Promise<Quarantine> {
  const quarantine = await folderQuarantine({
    folder: folder.path,
    notify: notice => notices.push(notice),
    deliver: async ({ entry, name, open: opened }) => {
      if (failure !== undefined) throw failure
      delivered.push({ name, recipient: entry.recipient, text: await textOf(opened()) })
    },
    ...options,
  })
  open.push(quarantine)
  return quarantine
}

quarantineContract({
  open: options => folderQuarantine({ ...options, folder: folder.path }),
  kept: () => readdir(join(folder.path, 'messages')),
})

test.for([[undefined], [KEY]])(
  'with the key %s, files are for their owner alone, and readable only without it',
  async ([key]) => {
    await idOf(await quarantineWith(key === undefined ? {} : { key }))
    const names = (await readdir(folder.path, { recursive: true })).map(name => join(folder.path, name))
    for (const name of names) {
      const status = await stat(name)
      expect([name, status.mode & 0o77]).toEqual([name, 0])
      if (status.isFile() && key !== undefined)
        expect(await readFile(name, 'latin1')).not.toMatch(/secret offer|bob@example|ann@example|text of the message/)
    }
  },
)

test('a release of a file that was changed fails, and gives nothing out', async () => {
  const quarantine = await quarantineWith({ key: KEY })
  const id = await idOf(quarantine)
  const path = join(folder.path, 'messages', id)
  const bytes = await readFile(path)
  bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1
  await writeFile(path, bytes)
  expect(await quarantine.release(action(id))).toMatchObject({ kind: 'failed' })
  expect(delivered).toEqual([])
})

const KINDS: readonly HeldKind[] = ['spam', 'phishing', 'policy', 'unexamined', 'malware']
test.for<[role: Role, kinds: readonly HeldKind[]]>([
  ['user', ['spam']],
  ['operator', ['spam', 'phishing', 'policy', 'unexamined']],
  ['admin', KINDS],
])('a %s may release %o', ([role, kinds]) => {
  expect(KINDS.filter(kind => mayRelease(role, kind))).toEqual(kinds)
})

test.for<[kind: HeldKind, findings: Parameters<typeof kindOf>[0]]>([
  ['malware', [{ rule: 'clamav/infected', reason: 'x', verdict: 'reject' }]],
  ['unexamined', [{ rule: 'clamav/unscannable', reason: 'x', verdict: 'quarantine' }]],
  [
    'malware',
    [
      { rule: 'clamav/unscannable', reason: 'x', verdict: 'quarantine' },
      { rule: 'clamav/infected', reason: 'x', verdict: 'quarantine' },
    ],
  ],
  ['policy', [{ rule: 'dmarc/fail', reason: 'x', verdict: 'quarantine' }]],
  ['unexamined', [{ rule: 'unexamined', reason: 'x', verdict: 'quarantine' }]],
  [
    'phishing',
    [
      { rule: 'links/deceptive', reason: 'x', points: 4 },
      { rule: 'html/hidden', reason: 'x', points: 3 },
    ],
  ],
  [
    'spam',
    [
      { rule: 'links/deceptive', reason: 'x', points: 1 },
      { rule: 'wording/pitch', reason: 'x', points: 6 },
    ],
  ],
  ['spam', []],
])('%s is what these findings make of a message', ([kind, findings]) => {
  expect(kindOf(findings)).toBe(kind)
})

test('an index of the first version is brought up to date with all that it holds', async () => {
  const quarantine = await quarantineWith({ each: { messages: 1 } })
  const id = await idOf(quarantine)
  await quarantine.close()
  open.splice(0)
  const file = new DatabaseSync(join(folder.path, 'index.db'))
  for (const name of ['by_spent', 'by_recipient_end', 'by_pending']) file.exec(`DROP INDEX ${name}`)
  for (const name of ['held_added', 'held_again', 'held_decided', 'held_removed']) file.exec(`DROP TRIGGER ${name}`)
  for (const name of ['size', 'expires', 'role', 'pending', 'trained', 'allowed'])
    file.exec(`ALTER TABLE recipients DROP COLUMN ${name}`)
  file.exec('ALTER TABLE messages DROP COLUMN spent; DROP TABLE names; PRAGMA user_version = 1')
  file.close()
  const later = await quarantineWith({ each: { messages: 1 } })
  expect((await later.list()).entries).toMatchObject([{ id, state: 'held', expires: expect.any(Number) }])
  expect((await later.hold(held())).kind).toBe('full')
  expect(await later.release(action(id))).toEqual({ kind: 'done' })
  expect((await later.hold(held())).kind).toBe('held')
})

test('a disk that fails is reported once, until a message is held again', async () => {
  const quarantine = await quarantineWith()
  await quarantine.tidy()
  const messages = join(folder.path, 'messages')
  await rm(messages, { recursive: true })
  for (let times = 0; times < 2; times += 1) await expect(quarantine.hold(held())).rejects.toThrow('ENOENT')
  expect(notices).toMatchObject([{ code: 'quarantine/failed', reason: expect.stringContaining('cannot be held') }])
  await mkdir(messages)
  expect((await quarantine.hold(held())).kind).toBe('held')
})

test.for<[options: Partial<FolderQuarantineOptions>, path: string]>([
  [{ key: 'short' }, 'key'],
  [{ folder: '' }, 'folder'],
  [{ deliver: undefined as never }, 'deliver'],
  [{ keep: 5 }, 'keep'],
])('the wrong option %o is refused with its path', async ([options, path]) => {
  await expect(quarantineWith(options)).rejects.toThrow(path)
})

test('what people decide while files are removed comes first', () => {
  const index = new IndexFile(join(folder.path, 'alone.db'))
  const budget = { messages: 10, size: 1_000, keep: 1_000 }
  const message = { id: 'one', time: 0, expires: 1_000, size: 10, kind: 'spam', details: new Uint8Array() } as const
  index.add(message, [{ name: 'bob', domain: 'd', address: new Uint8Array(), budget }], 1_000)
  const change = (from: 'held' | 'deleted' | 'releasing', to: 'held' | 'deleted' | 'releasing') =>
    index.change({ message: 'one', name: 'bob', from: [from], to, by: 'bob', role: 'user', why: null, at: 1 })

  change('held', 'deleted')
  expect(index.spent(1, 10)).toEqual(['one'])
  change('deleted', 'held')
  expect(index.dropFile('one')).toBe(false)
  expect(index.message('one')?.kept).toBe(1)

  expect(index.expired(1_000, 10)).toEqual(['one'])
  change('held', 'releasing')
  expect(index.remove('one')).toBe(false)
  change('releasing', 'held')
  expect([index.remove('one'), index.message('one')]).toEqual([true, undefined])
  index.close()
})
