import { expect, test } from 'vitest'
import { ExpiringTable } from '../../src/model/expiring-table.ts'
import { growth } from '../support/cpu.ts'
import { fc } from '../support/property.ts'

const table = (entries = 3, ttl = 1_000) => new ExpiringTable<string>({ entries, ttl })

test('a value is there to the last millisecond of its lifetime, and not at its end', () => {
  const held = table()
  held.put('a', 'x', 500)
  expect(held.get('a', 1_499)).toBe('x')
  expect(held.get('a', 1_500)).toBeUndefined()
})

test('a look at an expired value removes it; a look at another one removes nothing', () => {
  const held = table()
  held.put('a', 'x', 0)
  held.put('b', 'y', 600)
  expect(held.get('b', 1_000)).toBe('y')
  expect(held.size).toBe(2)
  expect(held.get('a', 1_000)).toBeUndefined()
  expect(held.size).toBe(1)
})

test('the table holds as many entries as it may, and the oldest one goes for the next', () => {
  const held = table(3)
  for (const key of ['a', 'b', 'c']) held.put(key, key, 0)
  expect(held.size).toBe(3)
  held.put('d', 'd', 1)
  expect(held.size).toBe(3)
  expect(['a', 'b', 'c', 'd'].map(key => held.get(key, 1))).toEqual([undefined, 'b', 'c', 'd'])
})

test('what is set again lives anew, and is the youngest', () => {
  const held = table(2)
  held.put('a', 'x', 0)
  held.put('b', 'y', 0)
  held.put('a', 'z', 900)
  held.put('c', 'w', 900)
  expect([held.get('a', 1_800), held.get('b', 950), held.get('c', 1_800)]).toEqual(['z', undefined, 'w'])
})

test('a new entry removes all that have expired, and none that ends in a millisecond', () => {
  const held = table(10)
  held.put('a', 'x', 0)
  held.put('b', 'y', 0)
  held.put('c', 'z', 1)
  held.put('d', 'w', 1_000)
  expect(held.size).toBe(2)
  expect(held.get('c', 1_000)).toBe('z')
})

test('an entry is removed by its key, and all by clear()', () => {
  const held = table()
  held.put('a', 'x', 0)
  held.put('b', 'y', 0)
  held.delete('a')
  expect([held.get('a', 0), held.get('b', 0), held.size]).toEqual([undefined, 'y', 1])
  held.clear()
  expect([held.get('b', 0), held.size]).toEqual([undefined, 0])
})

test('whatever is set, removed and asked for, it holds what a list by age would hold', () => {
  const step = fc.record({
    key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    act: fc.constantFrom('put', 'put', 'put', 'delete', 'get'),
    pass: fc.nat(400),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const held = table(3)
      let list: { key: string; value: string; expires: number }[] = []
      let now = 0
      for (const [index, { key, act, pass }] of steps.entries()) {
        now += pass
        if (act === 'get')
          expect(held.get(key, now)).toBe(list.find(row => row.key === key && row.expires > now)?.value)
        if (act === 'delete') held.delete(key)
        if (act !== 'get') list = list.filter(row => row.key !== key)
        if (act !== 'put') continue
        held.put(key, `${index}`, now)
        list = [...list, { key, value: `${index}`, expires: now + 1_000 }]
          .filter(({ expires }) => expires > now)
          .slice(-3)
      }
      expect([...'abcdef'].map(key => held.get(key, now))).toEqual(
        [...'abcdef'].map(key => list.find(row => row.key === key && row.expires > now)?.value),
      )
    }),
  )
})

test('a full table of 64,000 entries takes a new one for what a table of 2,000 costs, give or take caches', async () => {
  const filled = (entries: number) => {
    const held = table(entries)
    for (let index = 0; index < entries; index += 1) held.put(`key-${index}`, '', 0)
    let next = entries
    return () => {
      for (let count = 0; count < 20_000; count += 1, next += 1) held.put(`key-${next}`, '', 0)
    }
  }
  const sizes = { small: filled(2_000), large: filled(64_000) }
  expect(await growth(fill => fill(), { ...sizes, enough: 6 })).toBeLessThan(6)
})
