/** The one pass over a message: sizes at their limit, streams that break, readers and spools that wait or fail. */
import { PassThrough, Readable } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { type Reception, receive } from '../../src/engine/receive.ts'
import { Spool } from '../../src/engine/spool.ts'
import type { Reader } from '../../src/types.ts'

const MESSAGE = 'From: a@example.net\r\nSubject: Hello\r\n\r\nline\r\n'
const ample = { size: 10_000, header: () => [] }
const spool = (): Spool => new Spool({ memory: 1_000_000 })
const kept = async (spool: Spool): Promise<string> => {
  const parts: Buffer[] = []
  for await (const part of spool.open()) parts.push(part)
  return Buffer.concat(parts).toString('latin1')
}
const chunked = (text: string, size: number): Readable =>
  Readable.from(
    Array.from({ length: Math.ceil(text.length / size) }, (_, i) => Buffer.from(text.slice(i * size, (i + 1) * size))),
  )

test.for([1, 2, 3, 7, 1_000])('a message in chunks of %i bytes is kept as it came', async size => {
  const store = spool()
  const header = vi.fn(() => [])
  expect(await receive(chunked(MESSAGE, size), { ...ample, spool: store, header })).toMatchObject({ kind: 'complete' })
  expect(await kept(store)).toBe(MESSAGE)
  expect(header).toHaveBeenCalledTimes(1)
})

test.for([
  [0, 'complete'],
  [-1, 'too-large'],
  [1, 'complete'],
] as const)('a message of the limit, with a limit %i bytes larger: %s', async ([more, kind]) => {
  for (const chunk of [1, 1_000])
    expect(
      await receive(chunked(MESSAGE, chunk), { ...ample, size: MESSAGE.length + more, spool: spool() }),
    ).toMatchObject({ kind })
})

test('a message of its header alone, and one without a byte, have a header all the same', async () => {
  for (const text of ['Subject: only', '']) {
    const store = spool()
    const header = vi.fn(() => [])
    const content = Readable.from(text === '' ? [] : [Buffer.from(text)])
    expect(await receive(content, { ...ample, spool: store, header })).toMatchObject({ kind: 'complete' })
    expect(header).toHaveBeenCalledTimes(1)
    expect(await kept(store)).toBe(text)
  }
})

test('what is decided at the header is not read any further, and nothing is kept', async () => {
  const content = new PassThrough()
  content.write(MESSAGE)
  const store = spool()
  expect(await receive(content, { ...ample, spool: store, header: () => undefined })).toEqual({ kind: 'decided' })
  expect(store.size).toBe(0)
  content.write('more')
  expect(content.destroyed).toBe(false)
  expect([content.listenerCount('readable'), content.listenerCount('error')]).toEqual([0, 0])
})

test('a header that is judged later holds the message back until then', async () => {
  const blocker = Promise.withResolvers<readonly Reader<unknown>[]>()
  const store = spool()
  const reception = receive(chunked(MESSAGE, 5), { ...ample, spool: store, header: () => blocker.promise })
  await new Promise(resolve => setImmediate(resolve))
  expect(store.size).toBe(0)
  blocker.resolve([])
  expect(await reception).toMatchObject({ kind: 'complete' })
  expect(store.size).toBe(MESSAGE.length)
})

test('readers get every byte in order, and a slow one holds the sender back', async () => {
  const seen: string[] = []
  let busy = 0
  const reader: Reader<void> = {
    chunk: async bytes => {
      busy += 1
      expect(busy).toBe(1)
      await new Promise(resolve => setImmediate(resolve))
      seen.push(bytes.toString('latin1'))
      busy -= 1
    },
    end: () => undefined,
  }
  await receive(chunked(MESSAGE, 9), { ...ample, spool: spool(), header: () => [reader] })
  expect(seen.join('')).toBe(MESSAGE)
})

const broken = new Error('the client left')
test.for<readonly [what: string, make: () => Readable, error: string]>([
  ['breaks in the header', () => breaking('Subject: x'), 'the client left'],
  ['breaks in the body', () => breaking(MESSAGE), 'the client left'],
  ['is closed without an end', () => new PassThrough().destroy(), 'the stream was closed before it was read'],
  ['was destroyed before', () => new PassThrough().on('error', () => undefined).destroy(broken), 'the client left'],
])('a stream that %s is lost, and says why', async ([, make, error]) => {
  const reception = await receive(make(), { ...ample, spool: spool() })
  expect(reception).toMatchObject({ kind: 'lost' })
  expect(String((reception as Reception & { kind: 'lost' }).error)).toContain(error)
})

function breaking(text: string): Readable {
  const content = new PassThrough()
  content.write(text)
  setImmediate(() => content.destroy(broken))
  return content
}

test('a stream that is closed while it is read is lost', async () => {
  const content = new PassThrough()
  content.write(MESSAGE)
  const reception = receive(content, { ...ample, spool: spool() })
  setImmediate(() => content.destroy())
  expect(await reception).toMatchObject({ kind: 'lost' })
})

test('a stream that has ended before is read as an empty message', async () => {
  const content = Readable.from([])
  content.resume()
  await new Promise(resolve => content.once('end', resolve))
  expect(await receive(content, { ...ample, spool: spool() })).toMatchObject({ kind: 'complete' })
})

test.for([
  [
    'at once',
    () => {
      throw new Error('full')
    },
  ],
  ['later', () => Promise.reject(new Error('full'))],
] as const)('a spool that fails %s is no-space, with its error', async ([, write]) => {
  const failing = Object.assign(spool(), { write })
  const reception = await receive(Readable.from([Buffer.from(MESSAGE)]), { ...ample, spool: failing })
  expect(reception).toMatchObject({ kind: 'no-space', error: { message: 'full' } })
})

test.for([
  [
    'at once',
    () => {
      throw new Error('broken')
    },
  ],
  ['later', () => Promise.reject(new Error('broken'))],
] as const)('a header callback that fails %s loses the message', async ([, header]) => {
  const reception = await receive(Readable.from([Buffer.from(MESSAGE)]), { ...ample, spool: spool(), header })
  expect(reception).toMatchObject({ kind: 'lost', error: { message: 'broken' } })
})
