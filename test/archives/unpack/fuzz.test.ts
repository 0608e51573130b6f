/** Containers with bytes changed, cut out and put in: the thread answers each, and then the next. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { inspector } from '../../../src/archives/inspect.ts'
import { fc, runs } from '../../support/property.ts'
import { pack } from '../../support/seven-zip.ts'
import { ar, cpio, lha } from './writers.ts'

const { signal } = new AbortController()
const files = { 'invoice.exe': `MZ\0${'program '.repeat(50)}`, 'note.txt': 'hello' }
const samples = [
  await pack('a.7z', files),
  await pack('a.7z', files, ['-mhc=off']),
  await pack('a.wim', files),
  await pack('a.xz', { 'note.txt': 'hello' }),
  await pack('a.bz2', { 'note.txt': 'hello' }),
  await pack('a.zip', files, ['-mm=LZMA']),
  readFileSync('fixtures/archives/invoice.arj'),
  readFileSync('fixtures/archives/invoice.cab'),
  readFileSync('fixtures/archives/invoice.Z'),
  gunzipSync(readFileSync('fixtures/archives/fat.img.gz')).subarray(0, 24_576),
  ar(files),
  cpio(files),
  lha(files),
]

test('M13 M09 containers with bytes changed, cut out and put in never throw, and do not stop the thread', async () => {
  const change = fc.record({ at: fc.nat(), byte: fc.nat(255), kind: fc.constantFrom('set', 'cut', 'insert', 'huge') })
  const mutations = fc.array(change, { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...samples), mutations, async (sample, changes) => {
      let bytes = Buffer.from(sample)
      for (const { at, byte, kind } of changes) {
        const place = at % Math.max(bytes.length, 1)
        if (kind === 'set') bytes[place] = byte
        else if (kind === 'huge') bytes.fill(0xff, place, Math.min(place + 4, bytes.length))
        else if (kind === 'cut') bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + 1 + byte)])
        else bytes = Buffer.concat([bytes.subarray(0, place), Buffer.alloc(byte % 32, byte), bytes.subarray(place)])
      }
      await inspector({ signal })('order.dat', bytes)
    }),
    { numRuns: runs(60) },
  )
  const found = await inspector({ signal })('a.7z', samples[0] ?? Buffer.alloc(0))
  expect(found?.inside).toMatchObject([{ name: 'invoice.exe', inspection: { format: 'pe' } }])
})
