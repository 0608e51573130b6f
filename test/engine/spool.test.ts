/** What the spool holds, and that it gives all of it back. */
import { readdirSync, readlinkSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Spool } from '../../src/engine/spool.ts'
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
  await kept.close()
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
