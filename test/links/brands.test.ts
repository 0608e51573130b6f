import { describe, expect, test } from 'vitest'
import { brands, brandsIn, brandsOften } from '../../src/links/brands.ts'
import { distinctive, looksLikeBrand } from '../../src/links/look-alike.ts'
import { SubstringIndex } from '../../src/links/substring-index.ts'
import { fc, runs } from '../support/property.ts'

const every = () => brands
const everyName = () => distinctive

/** Names of brands as mail has them: whole, cut, with a letter changed, between other words. */
const words = brands.flatMap(brand => brand.words)
const labels = distinctive.map(([name]) => name)
const edited = (from: readonly string[]) =>
  fc
    .tuple(
      fc.constantFrom(...from),
      fc.nat(12),
      fc.constantFrom('', '0', '1', '3', 'rn', 'vv', 'i', 'l', 'x', '-', 'é'),
    )
    .chain(([word, at, letters]) =>
      fc.constantFrom(
        word,
        word.slice(0, at) + letters + word.slice(at),
        word.slice(0, at) + letters + word.slice(at + 1),
        word.slice(0, at) + word.slice(at + 2),
        word.toUpperCase(),
      ),
    )
const filler = fc.constantFrom(' ', ' team ', '. ', '-', '®', 'support', 'mail', 'アマゾン', ' 1 ', 'l1nk', '\n', 'x')
const texts = (from: readonly string[], max: number) =>
  fc.array(fc.oneof(edited(from), filler), { maxLength: max }).map(pieces => pieces.join(''))

describe('the index finds what the search for every brand finds', () => {
  test('in names and subjects', () => {
    fc.assert(
      fc.property(texts(words, 6), text => {
        expect(brandsIn(text)).toEqual(brandsIn(text, every))
      }),
      { numRuns: runs(500) },
    )
  })

  test('in long texts', () => {
    fc.assert(
      fc.property(texts(words, 200), fc.integer({ min: 1, max: 3 }), (text, times) => {
        expect(brandsOften(text.toLowerCase(), times)).toEqual(brandsOften(text.toLowerCase(), times, every))
      }),
      { numRuns: runs(200) },
    )
  })

  test('in host names', () => {
    fc.assert(
      fc.property(texts(labels, 3), texts(labels, 2), (label, other) => {
        const host = `${label}.${other}.example.org`
        expect(looksLikeBrand(host)).toEqual(looksLikeBrand(host, undefined, everyName))
      }),
      { numRuns: runs(1000) },
    )
  })

  test('for each brand by itself', () => {
    for (const { words } of brands) for (const word of words) expect(brandsIn(word)).toEqual(brandsIn(word, every))
    for (const name of labels) {
      for (const host of [`${name}.example.org`, `a${name}b.example.org`, `${name.slice(1)}.example.org`]) {
        expect(looksLikeBrand(host)).toEqual(looksLikeBrand(host, undefined, everyName))
      }
    }
  })
})

test('an index leaves out no word that a text contains', () => {
  const anyWord = fc.string({ unit: 'binary', minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(
      fc.array(anyWord, { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 4 }),
      fc.string(),
      fc.nat(19),
      (list, length, around, chosen) => {
        const index = new SubstringIndex(list, word => [word], length)
        const text = `${around}${list[chosen % list.length] ?? ''}${around}`
        const found = index.candidates(text)
        expect(list.filter(word => text.includes(word) && !found.includes(word))).toEqual([])
      },
    ),
  )
})

test('an index leaves out most words', () => {
  const index = new SubstringIndex(brands, ({ words }) => words, 3)
  expect(index.candidates('alice example from the sales team').length).toBeLessThan(brands.length / 10)
})
