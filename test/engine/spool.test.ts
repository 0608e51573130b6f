/** What the spool holds, and that it gives all of it back. */
import { readdirSync, readlinkSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Spool } from '../../src/engine/spool.ts'
import { SpoolBudget } from '../../src/engine/spool-budget.ts'
import { scratch } from '../support/scratch.ts'

async function text(kept: Spool, start?: number): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of kept.open(start)) parts.push(part)
  return Buffer.concat(parts).toString()
}
const openFiles = (folder: string): number =>
  readdirSync('/proc/self/fd').filter(fd => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder)
    } catch {
      return false
    }
  }).length

test.for([1_000_000, 10])('what was written is read again from any byte, in memory or not (%i)', async memory => {
  await using folder = await scratch()
  const kept = new Spool({ memory, folder: folder.path })
  const whole = Array.from({ length: 500 }, (_, index) => `${index},`.repeat((index % 7) * 90 + 1))
  for (const part of whole) await kept.write(Buffer.from(part))
  const expected = whole.join('')
  expect(kept.size).toBe(expected.length)
  for (const start of [0, 1, 2_047, 100_000, expected.length - 1, expected.length])
    expect((await text(kept, start)) === expected.slice(start)).toBe(true)
  for (const start of [0, 1, 2_047, 100_000, expected.length])
    for (const length of [0, 1, 70_000, expected.length]) {
      const target = Buffer.alloc(Math.min(length, expected.length - start))
      await kept.copyTo(target, start)
      expect(target.toString() === expected.slice(start, start + length)).toBe(true)
    }
  const shared = new Uint8Array(new SharedArrayBuffer(expected.length))
  await kept.copyTo(shared)
  expect(Buffer.from(shared).toString() === expected).toBe(true)
  expect(() => kept.copyTo(Buffer.alloc(2), expected.length - 1)).toThrow(RangeError)
  await kept.close()
  expect(() => kept.copyTo(Buffer.alloc(1))).toThrow('its transaction has ended')
})

test('W26 a spool that is closed while its file is being opened leaves nothing open and nothing behind', async () => {
  await using folder = await scratch()
  const kept = new Spool({ memory: 10, folder: folder.path })
  const writing = kept.write(Buffer.alloc(100_000))
  const closing = kept.close()
  await Promise.allSettled([writing, closing])
  expect(openFiles(folder.path)).toBe(0)
  expect(readdirSync(folder.path)).toEqual([])
  await kept.close()
})

test.for([1_000_000, 10])('K02 a stream that is open when the spool closes never ends short (%i)', async memory => {
  await using folder = await scratch()
  const kept = new Spool({ memory, folder: folder.path })
  for (let index = 0; index < 100; index += 1) await kept.write(Buffer.alloc(5_000, 'x'))
  const stream = kept.open()
  let read = 0
  let failure: unknown
  try {
    for await (const part of stream) {
      read += part.length
      await kept.close()
    }
  } catch (error) {
    failure = error
  }
  if (failure === undefined) expect(read).toBe(500_000)
  else expect(read).toBeLessThan(500_000)
})

test('the temporary file can be read by its owner alone', async () => {
  await using folder = await scratch()
  const kept = new Spool({ memory: 0, folder: folder.path })
  await kept.write(Buffer.from('secret'))
  const modes = readdirSync('/proc/self/fd').flatMap(fd => {
    const path = `/proc/self/fd/${fd}`
    try {
      return readlinkSync(path).startsWith(folder.path) ? [statSync(path).mode & 0o777] : []
    } catch {
      return []
    }
  })
  expect(modes).toEqual([0o600])
  await kept.close()
})

test('a stream may begin in the file, at its end, or in the tail that is still in memory', async () => {
  await using folder = await scratch()
  const kept = new Spool({ memory: 10, folder: folder.path })
  await kept.write(Buffer.from('0123456789A'))
  await kept.write(Buffer.from('BCDE'))
  for (const start of [0, 5, 10, 11, 12, 14, 15]) expect(await text(kept, start)).toBe('0123456789ABCDE'.slice(start))
  await kept.close()
})

test('what is put first comes before the message, from memory and from a file', async () => {
  await using folder = await scratch()
  for (const memory of [0, 100]) {
    const kept = new Spool({ memory, folder: folder.path })
    await kept.write(Buffer.from('Subject: x\r\n'))
    const parts: Buffer[] = []
    for await (const part of kept.open(9, [Buffer.from('a'), Buffer.from('b')])) parts.push(part)
    expect(Buffer.concat(parts).toString()).toBe('abx\r\n')
    await kept.close()
  }
})

test('a file is made for one byte beyond the memory, and none for the last byte within it', async () => {
  await using folder = await scratch()
  const kept = new Spool({ memory: 4, folder: folder.path })
  expect(kept.write(Buffer.from('1234'))).toBeUndefined()
  expect(openFiles(folder.path)).toBe(0)
  await kept.write(Buffer.from('5'))
  expect(openFiles(folder.path)).toBe(1)
  await kept.close()
  await kept.close()
  expect(openFiles(folder.path)).toBe(0)
})

test('the size that is reported is given back once', async () => {
  const sizes: number[] = []
  const kept = new Spool({ memory: 100, onSizeChange: bytes => sizes.push(bytes) })
  await kept.write(Buffer.from('12345'))
  await kept.write(Buffer.from('678'))
  await kept.close()
  await kept.close()
  expect(sizes).toEqual([5, 3, -8])
  expect(() => kept.open()).toThrow('the message is gone: its transaction has ended')
})

test('the budget counts files and bytes, grants the last of each, and takes back all of it', async () => {
  await using folder = await scratch()
  let descriptors = 0
  let work = 0
  const load = {
    adjust: (what: string, by: number) => {
      if (what === 'work') work += by
      else descriptors += by
    },
    hasBudget: () => true,
    hasDescriptor: () => true,
    reportOverflow: () => undefined,
  }
  const budget = new SpoolBudget({ files: 1, disk: 10, load })
  const [first, second] = [0, 1].map(() => new Spool({ memory: 0, folder: folder.path, budget })) as [Spool, Spool]
  await first.write(Buffer.alloc(10))
  await expect(second.write(Buffer.alloc(1))).rejects.toMatchObject({ code: 'ENOSPC' })
  await expect(first.write(Buffer.alloc(1))).rejects.toMatchObject({ code: 'ENOSPC' })
  expect([descriptors, work]).toEqual([1, 1])
  await first.close()
  await second.close()
  expect([descriptors, work]).toEqual([0, 0])
  const third = new Spool({ memory: 0, folder: folder.path, budget })
  await third.write(Buffer.alloc(5))
  await third.write(Buffer.alloc(5))
  await third.close()
  const fourth = new Spool({ memory: 0, folder: folder.path, budget })
  await expect(fourth.write(Buffer.alloc(11))).rejects.toMatchObject({ code: 'ENOSPC' })
  await fourth.close()
})

test('K03 when few descriptors are left a file is opened for a known sender only, and who that is, is asked only then', async () => {
  await using folder = await scratch()
  const left = new Set<string>(['file', 'known-file'])
  let [asked, overflows] = [0, 0]
  const load = {
    adjust: () => undefined,
    hasBudget: () => true,
    hasDescriptor: (use: string) => left.has(use),
    reportOverflow: () => {
      overflows += 1
    },
  }
  const budget = new SpoolBudget({ files: 10, disk: 1_000, load })
  const write = async (known: boolean) => {
    const isKnown = () => {
      asked += 1
      return Promise.resolve(known)
    }
    const spool = new Spool({ memory: 0, folder: folder.path, budget, isKnown })
    try {
      await spool.write(Buffer.alloc(1))
    } finally {
      await spool.close()
    }
  }
  const noneLeft = 'the process has no file descriptor left for a temporary file'
  await write(false)
  expect([asked, overflows]).toEqual([0, 0])
  left.delete('file')
  await expect(write(false)).rejects.toThrow(noneLeft)
  await write(true)
  expect([asked, overflows]).toEqual([2, 2])
  left.delete('known-file')
  await expect(write(true)).rejects.toThrow(noneLeft)
  expect(asked).toBe(2)
})
