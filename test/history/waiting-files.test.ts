/** Batches wait on the disk: in their order, bounded, one process at a file; what one has left the next one takes. */
import { readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WaitingFiles } from '../../src/history/waiting-files.ts'
import { type Scratch, scratch } from '../support/scratch.ts'

let folder: Scratch
beforeEach(async () => {
  folder = await scratch()
})
afterEach(() => folder.remove())

const opened = (max = 1_000_000) => {
  const files = new WaitingFiles(folder.path, max)
  files.takeOver()
  return files
}
const batch = (number: number, lines = `{"n":${number}}`) => ({ writer: 'w', number, lines })

function numbersIn(files: WaitingFiles): readonly number[] {
  const numbers: number[] = []
  for (let first = files.first(); first !== undefined; first = files.first()) {
    numbers.push(first.number)
    files.removeFirst()
  }
  return numbers
}

test('what waits comes out as it went in, and the file is gone when nothing waits', async () => {
  const files = opened()
  for (const number of [1, 2, 3]) expect(files.add(batch(number), 7)).toBe(true)
  const [name = ''] = (await readdir(folder.path)).filter(file => file.endsWith('.db'))
  expect((await stat(join(folder.path, name))).mode & 0o77).toBe(0)
  expect(files.first()).toEqual({ ...batch(1), events: 7 })
  expect(numbersIn(files)).toEqual([1, 2, 3])
  expect([files.bytes, await readdir(folder.path)]).toEqual([0, []])
})

test('what a process leaves is taken over by one other, before what comes later', () => {
  const first = opened()
  first.add(batch(1), 1)
  first.add(batch(2), 1)
  const busy = opened()
  expect(busy.bytes).toBe(0)
  first.close()
  const [second, third] = [opened(), opened()]
  second.add(batch(3), 1)
  expect([third.bytes, numbersIn(second)]).toEqual([0, [1, 2, 3]])
})

test('beyond the bound nothing is taken, until there is room again', () => {
  const lines = Array.from({ length: 2_000 }, () => Math.random()).join('\n')
  const files = opened(40_000)
  const taken = [1, 2, 3, 4].map(number => files.add(batch(number, lines), 1))
  expect(taken[0]).toBe(true)
  expect(taken.at(-1)).toBe(false)
  files.removeFirst()
  expect(files.add(batch(9, lines), 1)).toBe(true)
  expect(files.bytes).toBeLessThanOrEqual(40_000)
  files.close()
})

test('a file that cannot be read is named, left as it is, and others are written', async () => {
  const path = join(folder.path, 'waiting-AAAAAAAAAAAA.db')
  await writeFile(path, 'no database at all, whatever its name may say'.repeat(30))
  const files = new WaitingFiles(folder.path, 1_000_000)
  expect(files.takeOver()).toEqual([path])
  expect(files.add(batch(1), 1)).toBe(true)
  expect(numbersIn(files)).toEqual([1])
  expect(await readdir(folder.path)).toEqual(['waiting-AAAAAAAAAAAA.db'])
})
