/** What was to be noted of a delivery when the process was killed is noted by the next one. */
import { spawnSync } from 'node:child_process'
import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Store } from '../../src/model/store.ts'
import { journaled } from '../../src/relay/delivery/journal.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { scratch } from '../support/scratch.ts'

const note = (key: string, ttl = 60_000) => ({ op: 'set', key, value: '1', ttl }) as const
const silent: Store = { run: () => new Promise<never>(() => undefined) }
const fails = (notice: unknown) => expect.fail(`a notice: ${JSON.stringify(notice)}`)

/** A number that no process has: that of a process that has ended. */
const { pid: ended } = spawnSync(process.execPath, ['--version'])

async function only(folder: string): Promise<string> {
  const [name = '', ...more] = (await readdir(folder)).filter(file => file.endsWith('.journal'))
  expect(more).toEqual([])
  return join(folder, name)
}

/** As if the process that holds the journal had been killed. */
async function kill(folder: string): Promise<void> {
  const path = await only(folder)
  await writeFile(path.replace(`-${process.pid}.`, `-${ended}.`), await readFile(path))
}

const keysIn = async (store: Store, ...keys: readonly string[]) => {
  const entries = await store.run(keys.map(key => ({ op: 'get', key }) as const))
  return keys.filter((_, index) => entries[index] !== undefined)
}

test('K01 what the store had not taken yet goes to it at the next start, and what it had, does not', async () => {
  await using folder = await scratch()
  let answer: ((value: never) => void) | undefined
  const slow: Store = {
    run: () =>
      new Promise<never>(resolve => {
        answer = resolve
      }),
  }
  const store = await journaled(slow, folder.path, fails)
  const first = store.run([note('first')])
  answer?.([] as never)
  await first
  void store.run([note('second'), { op: 'get', key: 'x' }])
  void store.run([{ op: 'delete', key: 'first' }])
  await kill(folder.path)
  store.close()
  const next = memoryStore()
  const again = await journaled(next, folder.path, fails)
  expect(await keysIn(next, 'first', 'second')).toEqual(['second'])
  again.close()
})

test('K01 a journal of a process that runs is left alone, and lines that were cut short count as absent', async () => {
  await using folder = await scratch()
  const store = await journaled(silent, folder.path, fails)
  void store.run([note('mine')])
  const path = await only(folder.path)
  const text = await readFile(path, 'utf8')
  const other = path.replace(`-${process.pid}.`, `-${process.ppid}.`)
  await rename(path, other)
  const next = memoryStore()
  const later = await journaled(next, folder.path, fails)
  expect(await keysIn(next, 'mine')).toEqual([])
  await rename(other, path.replace(`-${process.pid}.`, `-${ended}.`))
  await writeFile(path.replace(`-${process.pid}.`, `-${ended}.`), `${text}{"n":2,"pending":{"at":1,"s\n{}\nnull\n`)
  const last = await journaled(next, folder.path, fails)
  expect(await keysIn(next, 'mine')).toEqual(['mine'])
  for (const one of [store, later, last]) one.close()
})

test('the file stays short: what is settled is left out, however much is pending with it', async () => {
  await using folder = await scratch()
  const store = await journaled(memoryStore(), folder.path, fails)
  for (let count = 0; count < 5_000; count += 1) store.run([note(`key ${count}`)])
  expect(await readFile(await only(folder.path), 'utf8')).toBe('')
  store.close()
  expect(await readdir(folder.path)).toEqual([])
  const waits: (() => void)[] = []
  const slow: Store = { run: () => new Promise<never>(resolve => waits.push(() => resolve([] as never))) }
  const busy = await journaled(slow, folder.path, fails)
  void busy.run([note('pending')])
  const rest = waits.splice(0)
  for (let count = 0; count < 15_000; count += 1) {
    const done = busy.run([note(`key ${count}`)])
    for (const settle of waits.splice(0)) settle()
    await done
  }
  const text = await readFile(await only(folder.path), 'utf8')
  expect(text.length).toBeLessThan(1_100_000)
  expect(text).toContain('"pending",')
  for (const settle of rest) settle()
  busy.close()
})

test('a folder that takes no file costs a notice, and no mail', async () => {
  await using folder = await scratch()
  const file = join(folder.path, 'file')
  await writeFile(file, '')
  const codes: string[] = []
  const store = await journaled(memoryStore(), file, ({ code }) => codes.push(code))
  await store.run([note('a')])
  expect(await keysIn(store, 'a')).toEqual(['a'])
  expect(new Set(codes)).toEqual(new Set(['relay/journal']))
  store.close()
})
