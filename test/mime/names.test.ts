import { expect, test } from 'vitest'
import { extensionOf } from '../../src/mime/names.ts'
import { fc, runs } from '../support/property.ts'

test('the extension of a name is what a regular expression finds', () => {
  const slow = (name: string): string => /\.([^.\s]{1,20})$/.exec(name)?.[1]?.toLowerCase() ?? ''
  const piece = fc.constantFrom('.', '.', 'exe', 'PDF', ' ', '\u00a0', '\n', '\ufeff', 'x'.repeat(19), 'é', '\u{1f600}')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), pieces => {
      const name = pieces.join('')
      expect(extensionOf(name)).toBe(slow(name))
    }),
    { numRuns: runs(2000) },
  )
  expect(extensionOf('a.EXE')).toBe('exe')
})
