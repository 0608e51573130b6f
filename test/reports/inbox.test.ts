import { readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { ReportInbox, readInbox } from '../../src/reports/inbox.ts'
import { scratch } from '../support/scratch.ts'

const nothing = () => undefined

test('a copy is read once, and is gone', async () => {
  await using folder = await scratch()
  const inbox = new ReportInbox(join(folder.path, 'reports'), nothing)
  await inbox.copy(() => Readable.from([Buffer.from('one'), Buffer.from(' mail')]), true)
  const seen: string[] = []
  const read = async ({ content, isProven }: { content: Buffer; isProven: boolean }) =>
    void seen.push(`${content} ${isProven}`)
  expect(await readInbox(join(folder.path, 'reports'), read, nothing)).toBe(1)
  expect(await readInbox(join(folder.path, 'reports'), read, nothing)).toBe(0)
  expect(seen).toEqual(['one mail true'])
  expect(await readdir(join(folder.path, 'reports'))).toEqual([])
})

test('a copy that could not be noted stays', async () => {
  await using folder = await scratch()
  await new ReportInbox(folder.path, nothing).copy(() => Readable.from([Buffer.from('x')]), false)
  const failing = readInbox(folder.path, () => Promise.reject(new Error('the store is down')), nothing)
  await expect(failing).rejects.toThrow('the store is down')
  expect(await readInbox(folder.path, async () => undefined, nothing)).toBe(1)
})

test('a copy at which the process ended is not read again', async () => {
  await using folder = await scratch()
  await writeFile(join(folder.path, '1.reading'), 'x')
  const notices: string[] = []
  expect(await readInbox(folder.path, nothing as never, ({ reason }) => notices.push(reason))).toBe(0)
  expect(notices).toEqual(['a report was not read to its end, and is not shown'])
  expect(await readdir(folder.path)).toEqual([])
})

test('a message that is cut short, too large, or one too many is not copied; one notice says so', async () => {
  await using folder = await scratch()
  const notices: string[] = []
  const inbox = new ReportInbox(folder.path, ({ reason }) => notices.push(reason))
  const broken = async function* () {
    yield Buffer.from('x')
    throw new Error('the message was cut short')
  }
  await inbox.copy(() => Readable.from(broken()), false)
  await inbox.copy(() => Readable.from(Array.from({ length: 33 }, () => Buffer.alloc(1024 ** 2))), false)
  expect(await readdir(folder.path)).toEqual([])
  const names = Array.from({ length: 1_000 }, (_, index) => join(folder.path, `${index}.eml`))
  await Promise.all(names.map(name => writeFile(name, '')))
  await inbox.copy(() => Readable.from([Buffer.from('x')]), false)
  expect(await readdir(folder.path)).toHaveLength(1_000)
  expect(notices).toEqual(['a report is delivered and not shown: the message was cut short'])
})

test('a copy that another process writes stays, unless it was abandoned', async () => {
  await using folder = await scratch()
  await writeFile(join(folder.path, 'new.new'), 'x')
  await writeFile(join(folder.path, 'old.new'), 'x')
  const then = new Date(Date.now() - 2 * 3_600_000)
  await utimes(join(folder.path, 'old.new'), then, then)
  await readInbox(folder.path, nothing as never, nothing)
  expect(await readdir(folder.path)).toEqual(['new.new'])
})
