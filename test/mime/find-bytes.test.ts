import { expect, test } from 'vitest'
import { ByteSearch } from '../../src/mime/find-bytes.ts'
import { fc, runs } from '../support/property.ts'

test('three bytes are found where a native search finds them, near and far', () => {
  const piece = fc.constantFrom('\n--', '\n-', '\n', '-', 'x', 'y'.repeat(62), 'z'.repeat(70))
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.nat(90), (pieces, from) => {
      const bytes = Buffer.from(pieces.join(''))
      expect(new ByteSearch('\n--').in(bytes, from)).toBe(from > bytes.length ? -1 : bytes.indexOf('\n--', from))
    }),
    { numRuns: runs(300) },
  )
})
