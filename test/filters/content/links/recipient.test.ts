import { expect, test } from 'vitest'
import { digestIn } from '../../../../src/filters/content/links/recipient.ts'
import { fc, runs } from '../../../support/property.ts'

/** Slow: looks at every place. */
const DIGEST = /(?<![\da-f])[\da-f]{32,64}(?![\da-f])/i

test('a hash is found in a URL wherever a search of every place finds it', () => {
  const run = fc
    .tuple(fc.constantFrom('a', 'F', '0', '9b', 'E1c'), fc.nat(70))
    .map(([text, times]) => text.repeat(times))
  const piece = fc.oneof(run, fc.constantFrom('/', '?', 'g', 'G', '@', '`', 'https://example.com/', ':', 'é'))
  let found = 0
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
      const url = pieces.join('')
      const slow = DIGEST.exec(url)
      if (slow !== null) found++
      expect(digestIn(url)).toEqual(slow === null ? undefined : { at: slow.index, text: slow[0].toLowerCase() })
    }),
    { numRuns: runs(2000) },
  )
  expect(found).toBeGreaterThan(runs(2000) / 10)
})
