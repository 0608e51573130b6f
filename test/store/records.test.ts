import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { keyHash } from '../../src/store/key-hash.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { FIELDS, Records } from '../../src/store/records.ts'
import { handClock } from '../support/hand-clock.ts'
import { dice } from '../support/random.ts'

test('any additions and removals give what a Map gives', () => {
  const store = memoryStore({ clock: handClock() })
  const model = new Map<string, string>()
  const roll = dice()
  for (let step = 0; step < 60_000; step += 1) {
    const key = `key ${roll(4_000)}`
    const kind = roll(3)
    if (kind === 0) expect(store.run([{ op: 'delete', key }])[0]).toBe(model.delete(key))
    else if (kind === 1) expect(store.run([{ op: 'get', key }])[0]?.value).toBe(model.get(key))
    else {
      store.run([{ op: 'set', key, value: `${step}`, ttl: 0 }])
      model.set(key, `${step}`)
    }
    if (step % 10_000 === 0) expect(store.size).toBe(model.size)
  }
  for (const [key, value] of model) expect(store.run([{ op: 'get', key }])).toEqual([{ value }])
})

test('records with the same home slot are all found, whichever are removed', () => {
  const held = new Records<number>()
  // All in one table of 16 places, all at its end, so that they go on at its beginning.
  const hashes = Array.from({ length: 10 }, (_, index) => 15 * 128 + index * 2 ** 32)
  for (const gone of hashes) {
    const byHash = new Map(hashes.map(hash => [hash, held.add(hash, hash)]))
    held.drop(byHash.get(gone) ?? 0)
    for (const [hash, record] of byHash) expect(held.find(hash)).toBe(hash === gone ? 0 : record)
    for (const [hash, record] of byHash) if (hash !== gone) held.drop(record)
    expect(held.size).toBe(0)
  }
})

test('a reused record is empty', () => {
  const held = new Records<string>()
  const first = held.add(1, 'first')
  held.set(first, FIELDS.cost, 7)
  held.drop(first)
  const second = held.add(2, 'second')
  expect([second, held.get(second, FIELDS.cost), held.value(second)]).toEqual([first, 0, 'second'])
})

test('hashes of similar keys differ, spread evenly, and cannot be predicted', () => {
  const [one, other] = [keyHash(), keyHash()]
  const keys = Array.from({ length: 100_000 }, (_, index) => `2001:db8:0:${index.toString(16)}::/64`)
  const hashes = keys.map(one)
  expect(new Set(hashes).size).toBe(keys.length)
  const perTable = Map.groupBy(hashes, hash => (hash >>> 0) & 127)
  for (const { length } of perTable.values()) expect(Math.abs(length - 100_000 / 128)).toBeLessThan(200)
  expect(keys.filter((key, index) => other(key) === hashes[index])).toEqual([])
  expect(hashes.every(hash => Number.isSafeInteger(hash) && hash >= 0)).toBe(true)
  // What differs in nothing but a NUL at its end, or in its length, is another key.
  expect(new Set(['', '\0', '\0\0', 'a', 'a\0', '\0a'].map(one)).size).toBe(6)
})

test('importing postern loads no SQLite and starts no thread', () => {
  const program = `
    const { postern } = await import('./src/index.ts')
    postern({ filters: [] })
    console.log(process.moduleLoadList.filter(name => /NativeModule (sqlite|internal.worker)$/.test(name)).join())`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  expect([stderr, stdout.trim()]).toEqual(['', expect.not.stringContaining('sqlite')])
})
