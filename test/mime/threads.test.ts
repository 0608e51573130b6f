import { Readable } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { threadPool } from '../../src/mime/threads.ts'
import { readTree } from '../../src/mime/tree.ts'
import { long } from '../support/full.ts'

const messageOf = (text: string) => ({ size: Buffer.byteLength(text), open: () => Readable.from([Buffer.from(text)]) })
const small = 'Content-Type: text/plain\r\n\r\nHello\r\n'
const large = `A: x\r\n\r\n${'a\r\n'.repeat(4_000_000)}`
const options = { tree: {}, deadline: 20_000, maxWait: 20_000, signal: new AbortController().signal }
const done = { kind: 'done', list: readTree(Buffer.from(small)) }

test('at most maxThreads run, messages wait, and beyond maxQueue they are refused as busy', async () => {
  const pool = threadPool({ maxThreads: 1, maxQueue: 2 })
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => pool.read(messageOf(small), options)))
  expect(outcomes.map(({ kind }) => kind)).toEqual(['done', 'done', 'done', 'busy', 'busy'])
})

test('a waiting message is not opened before a thread is free', async () => {
  const pool = threadPool({ maxThreads: 1 })
  const opened: number[] = []
  const watched = (id: number) => ({
    size: small.length,
    open: () => {
      opened.push(id)
      return Readable.from([Buffer.from(small)])
    },
  })
  const first = pool.read(watched(1), options)
  const second = pool.read(watched(2), options)
  await vi.waitFor(() => expect(opened).toEqual([1]), { timeout: 10_000, interval: 1 })
  expect(await Promise.all([first, second])).toEqual([done, done])
  expect(opened).toEqual([1, 2])
})

test('a message that waits too long for a thread is refused as busy, and the others are read', async () => {
  const pool = threadPool({ maxThreads: 1 })
  const first = pool.read(messageOf(large), options)
  const second = await pool.read(messageOf(small), { ...options, maxWait: 1 })
  expect(second).toEqual({ kind: 'busy', reason: 'no thread was free within 1 ms' })
  expect((await first).kind).toBe('done')
  expect(await pool.read(messageOf(small), options)).toEqual(done)
})

test('a terminated thread is replaced, and the next message is parsed', async () => {
  const pool = threadPool({ maxThreads: 1 })
  expect((await pool.read(messageOf(large), { ...options, deadline: 5 })).kind).toBe('timeout')
  expect(await pool.read(messageOf(small), options)).toEqual(done)
})

test('a message that cannot be read rejects and leaves the pool as it was', async () => {
  const pool = threadPool({ maxThreads: 1 })
  const broken = async function* () {
    yield Buffer.from('A: x\r\n\r\n')
    throw new Error('the spool is gone')
  }
  const gone = { size: 100, open: () => Readable.from(broken()) }
  await expect(pool.read(gone, options)).rejects.toThrow('the spool is gone')
  const short = { size: 100, open: () => Readable.from([Buffer.from('A: x\r\n')]) }
  await expect(pool.read(short, options)).rejects.toThrow('the message has 6 bytes, and 100 were announced')
  expect(await pool.read(messageOf(small), options)).toEqual(done)
})

const KILLS = long ? 10 : 3

test('M09 a message that kills its thread again and again does not affect the next message', async () => {
  // Beside the message itself, a thread holds what it found: here twenty thousand names, in a heap that is small for
  // the test.
  const pool = threadPool({ maxThreads: 1, heap: 16 })
  const names = Array.from({ length: 24 }, (_, index) => `; filename="${'ж'.repeat(240)}${index}.exe "`).join('')
  const part = `--b\r\nContent-Disposition: attachment${names}\r\n\r\nx\r\n`
  const poison = messageOf(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${part.repeat(800)}`)
  for (let time = 0; time < KILLS; time++) {
    expect(await pool.read(poison, options)).toMatchObject({
      kind: 'failed',
      reason: expect.stringMatching(/^the thread died/),
    })
  }
  expect(await pool.read(messageOf(small), options)).toEqual(done)
}, 120_000)
