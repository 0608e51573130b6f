/** Items that come and go: a registry has what a set has, in any order of changes, also in the middle of a walk. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Place, Registry } from '../../src/model/registry.ts'

const items = <T>(registry: Registry<T>): T[] => {
  const found: T[] = []
  registry.walk(item => found.push(item))
  return found
}

test('a registry holds what a set holds after the same changes', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat())), changes => {
      const registry = new Registry<number>()
      const set = new Set<number>()
      const places: Place<number>[] = []
      for (const [index, [isAdded, which]] of changes.entries()) {
        if (isAdded) {
          places.push(registry.add(index))
          set.add(index)
          continue
        }
        const place = places[which % Math.max(places.length, 1)]
        if (place?.item !== undefined) set.delete(place.item)
        if (place !== undefined) registry.remove(place)
      }
      expect(items(registry).sort((a, b) => a - b)).toEqual([...set])
      expect(registry.size).toBe(set.size)
    }),
  )
})

test('each item is visited once where the visit removes it, and an item that is added meanwhile comes with the next walk', () => {
  const registry = new Registry<number>()
  const places = Array.from({ length: 9 }, (_, index) => registry.add(index))
  const visited: number[] = []
  registry.walk(item => {
    visited.push(item)
    const place = places[item]
    if (item % 2 === 0 && place !== undefined) registry.remove(place)
    if (item === 4) registry.add(99)
  })
  expect(visited.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  expect(items(registry).sort((a, b) => a - b)).toEqual([1, 3, 5, 7, 99])
})

test('what a removed place referred to is free, even where the place itself is kept', () => {
  const registry = new Registry<object>()
  const place = registry.add({})
  registry.remove(place)
  registry.remove(place)
  expect(place.item).toBeUndefined()
  expect(registry.size).toBe(0)
})
