/** What the first and last bytes of a long file say about its format. */
import { expect, test } from 'vitest'
import { HEAD_LENGTH } from '../../src/filetypes/detect.ts'
import { formatOf, hasNoFormat, MAX_DIRECTORY_END } from '../../src/filetypes/format.ts'
import { SIGNATURES } from '../../src/filetypes/signatures.ts'
import { fc, runs } from '../support/property.ts'

const marks = [...SIGNATURES.map(({ at, bytes }) => ({ at, bytes: Buffer.from(bytes.replaceAll('..', '00'), 'hex') }))]
const texts = [
  '<html>',
  '<svg ',
  '#!/bin/sh',
  '%PDF-1.4',
  'PK\x05\x06',
  'PK\x03\x04',
  '\xff\xfe<\0h\0t\0m\0l\0>\0',
].map(text => Buffer.from(text, 'latin1'))
const names = ['', 'a.bin', 'a.js', 'a.svg', 'a.html', 'a.txt']

const file = fc
  .record({
    size: fc.integer({ min: MAX_DIRECTORY_END, max: 200_000 }),
    byte: fc.constantFrom(0, 0x20, 0x41, 0xa5),
    blanks: fc.constantFrom(0, 0, 10, 4_000, 28_900, 33_000, 60_000),
    planted: fc.array(
      fc.oneof(
        fc.constantFrom(...marks),
        fc.record({ at: fc.constantFrom(0, 3, 100, 33_000, 45_000, -30, -600), bytes: fc.constantFrom(...texts) }),
      ),
      { maxLength: 2 },
    ),
  })
  .map(({ size, byte, blanks, planted }) => {
    const bytes = Buffer.alloc(size, byte)
    bytes.fill(' ', 0, blanks)
    for (const { at, bytes: mark } of planted)
      bytes.set(mark, at < 0 ? size + at : Math.min(at + blanks, size - mark.length))
    return bytes
  })

test('a long file that is said to have no format has none as a whole, but by its name', () => {
  const said = new Set<boolean>()
  fc.assert(
    fc.property(file, bytes => {
      const isPlain = hasNoFormat(bytes.subarray(0, HEAD_LENGTH), bytes.subarray(-MAX_DIRECTORY_END))
      said.add(isPlain)
      if (!isPlain) return
      for (const name of names) {
        // The beginning alone may end as an archive does; then the whole is read.
        const [whole, beginning] = [formatOf(bytes, name), formatOf(bytes.subarray(0, 40_960), name)]
        if (beginning !== 'zip') expect(whole).toBe(beginning)
      }
      expect([undefined, 'html', 'svg', 'script']).toContain(formatOf(bytes, ''))
    }),
    { numRuns: runs(300) },
  )
  expect(said).toEqual(new Set([true, false]))
})
