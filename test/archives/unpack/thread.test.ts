/** The thread of 7-Zip: what exceeds a bound ends, and what follows is unpacked. */
import { existsSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { inspector } from '../../../src/archives/inspect.ts'
import type { UnpackLimits } from '../../../src/archives/unpack/task.ts'
import { type UnpackThread, unpack, unpackThread } from '../../../src/archives/unpack/unpack.ts'
import { pack } from '../../support/seven-zip.ts'

const { signal } = new AbortController()
const LIMITS: UnpackLimits = { entries: 100, files: 100, bytes: 10_000_000, cpu: 150 }
const ask = (bytes: Buffer, limits: Partial<UnpackLimits> = {}, thread?: UnpackThread) =>
  unpack(bytes, { signal, limits: { ...LIMITS, ...limits }, ...(thread && { thread }) })
const small = () => pack('a.7z', { 'note.txt': 'hello' })
const zeros = () => pack('a.7z', { zeros: Buffer.alloc(8_000_000) })

describe('bounds', () => {
  test('M13 no more bytes are unpacked than the limit, and what was unpacked is kept', async () => {
    const found = await ask(await pack('a.7z', { zeros: Buffer.alloc(3_000_000) }), { bytes: 1_000_000 })
    expect(found).toMatchObject({ kind: 'done', answer: { bound: 'bytes', entries: [{ name: 'zeros' }] } })
    const files = found.kind === 'done' ? found.answer.files : []
    expect(files.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThanOrEqual(1_000_000)
  })

  test('M13 no more entries are listed and no more files unpacked than the limits', async () => {
    const files = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`f${index}`, `text ${index}`]))
    const bytes = await pack('a.7z', files)
    expect(await ask(bytes, { entries: 10 })).toMatchObject({ answer: { bound: 'entries', entries: { length: 10 } } })
    expect(await ask(bytes, { files: 10 })).toMatchObject({ answer: { bound: 'files', files: { length: 10 } } })
  })

  test('M13 what takes more CPU than the limit ends', async () => {
    const found = await ask(await zeros(), { cpu: 5 })
    expect(found).toMatchObject({ kind: 'done', answer: { bound: 'time' } })
  })

  test('M13 an archive with a dictionary larger than the memory is not examined', async () => {
    const bytes = await pack('a.7z', { note: 'hello' }, ['-m0=LZMA2', '-mhc=off'])
    const header = 32 + Number(bytes.readBigUInt64LE(12))
    // One coder: LZMA2, with one byte of properties, which now stands for 128 MB.
    bytes[bytes.indexOf(Buffer.from('01212101', 'hex'), header) + 4] = 28 + 2
    bytes.writeUInt32LE(crc32(bytes.subarray(header)), 28)
    bytes.writeUInt32LE(crc32(bytes.subarray(12, 32)), 8)
    expect(await ask(bytes)).toMatchObject({ kind: 'done', answer: { type: '7z', bound: 'memory' } })
  })
})

describe('the thread', () => {
  test('M09 M13 a thread that misses its deadline is replaced, and its container alone is not unpacked', async () => {
    const thread = unpackThread({ deadline: 1, maxWait: 60_000 })
    const [bytes, other] = [await zeros(), await small()]
    expect(await ask(bytes, { cpu: 60_000 }, thread)).toMatchObject({ kind: 'timeout' })
    expect(await ask(bytes, { cpu: 60_000 }, thread)).toMatchObject({ kind: 'timeout' })
    expect(await ask(other)).toMatchObject({ kind: 'done' })
  })

  test('no more containers wait than the queue has places, and waiting ends', async () => {
    const bytes = await small()
    const full = unpackThread({ maxQueue: 1 })
    const kinds = (await Promise.all([1, 2, 3].map(() => ask(bytes, {}, full)))).map(({ kind }) => kind)
    expect(kinds).toEqual(['done', 'done', 'busy'])
    expect(await ask(bytes, {}, unpackThread({ maxWait: 1 }))).toMatchObject({ kind: 'busy' })
  })

  test('a message that is given up is not waited for', async () => {
    const stop = new AbortController()
    const asked = unpack(await small(), { signal: stop.signal, limits: LIMITS, thread: unpackThread() })
    stop.abort(new Error('given up'))
    await expect(asked).rejects.toThrow('given up')
  })

  test('nothing is written to the disk, whatever the entries are called', async () => {
    const found = await ask(await pack('a.tar', { '..': 'x' }).catch(small))
    expect(found).toMatchObject({ kind: 'done' })
    expect(existsSync('/sink')).toBe(false)
  })
})

test('M13 an archive for which no thread is free may be examined later', async () => {
  const bytes = await pack('a.7z', { 'invoice.exe': 'MZ' }, ['-mhc=off'])
  const found = await Promise.all(Array.from({ length: 80 }, () => inspector({ signal })('a.7z', bytes)))
  const busy = found.filter(inspection => inspection?.busy)
  expect(busy.length).toBeGreaterThan(0)
  for (const inspection of busy) {
    expect(inspection).toMatchObject({ members: [{ name: 'invoice.exe' }], traits: ['unscannable'] })
    expect(inspection?.beyond).toMatch(/tasks wait for the thread|was not free within/)
  }
})
