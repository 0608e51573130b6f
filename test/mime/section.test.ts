import { expect, test } from 'vitest'
import { readLongSection, readSection } from '../../src/mime/section.ts'
import { fc, runs } from '../support/property.ts'

test('the short way to the end of a header section finds what the reader of all sections finds', () => {
  const piece = fc.constantFrom(
    'A: b',
    'Content-Type: a/b',
    ' c',
    '\r\n',
    '\r\n',
    '\n',
    '\r',
    '--b',
    ':',
    'x'.repeat(600),
    '\0',
    'é',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), fc.nat(12), fc.nat(12), (pieces, before, after) => {
      const bytes = Buffer.from(pieces.join(''), 'latin1')
      const start = Math.min(before, bytes.length)
      const span = { start, stop: Math.max(bytes.length - after, start) }
      const [short, long] = [readSection(bytes, span), readLongSection(bytes, span)]
      expect([short.body, short.cutOff]).toEqual([long.body, long.cutOff])
      const { header } = short
      expect([
        header.raw.toString('latin1'),
        header.count,
        header.bodyOffset,
        header.longestLine,
        header.defects,
      ]).toEqual([
        long.header.raw.toString('latin1'),
        long.header.count,
        long.header.bodyOffset,
        long.header.longestLine,
        long.header.defects,
      ])
      expect([...header].map(({ name, value, offset }) => [name, value, offset])).toEqual(
        [...long.header].map(({ name, value, offset }) => [name, value, offset]),
      )
    }),
    { numRuns: runs(500) },
  )
})
