import { expect, test } from 'vitest'
import { SPACE } from '../../src/classify/grams.ts'
import { pack, unpack } from '../../src/classify/packing.ts'
import { fc, runs } from '../support/property.ts'

const grams = fc.uniqueArray(fc.nat(SPACE - 1), { maxLength: 300 }).map(numbers => Uint16Array.from(numbers))

test('what is packed comes back, in order', () => {
  fc.assert(
    fc.property(fc.array(grams, { minLength: 3, maxLength: 3 }), features => {
      expect(unpack(pack(features), 3)).toEqual(features.map(view => view.toSorted()))
    }),
    { numRuns: runs(50) },
  )
})

test('a feature costs about one byte', () => {
  const view = Uint16Array.from({ length: 3_000 }, (_, index) => (index * 21) % SPACE)
  expect(pack([view]).length).toBeLessThan(3_100)
})

test('bytes from anywhere are features or nothing, and never an exception', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
      const features = unpack(bytes, 3)
      if (features !== undefined) expect(unpack(pack(features), 3)).toEqual(features)
    }),
    { numRuns: runs(500) },
  )
})

test.for<[string, readonly number[]]>([
  ['ends early', [2, 5]],
  ['goes on after its end', [1, 5, 0, 0, 9]],
  ['promises more than it holds', [255, 255, 3, 0, 0]],
  ['leaves the space', [2, 255, 255, 3, 1, 0, 0]],
  ['has a number without end', [255, 255, 255, 255, 255]],
])('what %s is refused', ([, bytes]) => {
  expect(unpack(Uint8Array.from(bytes), 3)).toBeUndefined()
})
