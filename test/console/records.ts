/** The contract of everything that keeps the console's records. */
import { expect, test } from 'vitest'
import type { ConsoleRecords } from '../../src/console/index.ts'
import { clock } from '../../src/testing/clock.ts'

/** @param open opens the same records each time within one test */
export function recordsContract(open: (now: { now: () => number }) => ConsoleRecords): void {
  const opened = async (use: (records: ConsoleRecords, hand: ReturnType<typeof clock>) => Promise<void>) => {
    const hand = clock({ now: 1_000_000 })
    const records = open(hand)
    try {
      await use(records, hand)
    } finally {
      await records.close()
    }
  }

  test('a record is written where its version is there, and by one of two', () =>
    opened(async records => {
      const write = (value: string, version: number) => records.put('account', 'ann', { value }, version)
      const both = async (version: number) =>
        (await Promise.all([write('one', version), write('other', version)])).toSorted()
      expect(await both(0)).toEqual([false, true])
      const first = await records.get('account', 'ann')
      expect(first).toMatchObject({ id: 'ann', owner: '', version: 1 })
      expect(await both(1)).toEqual([false, true])
      expect(await write('5', 7)).toBe(false)
      expect(await records.get('account', 'ann')).toMatchObject({ version: 2 })
      expect(await records.get('session', 'ann')).toBeUndefined()
    }))

  test('what has expired is not there, and makes room', () =>
    opened(async (records, hand) => {
      const record = { value: '1', expires: hand.now() + 10 }
      expect(await records.put('link', 'x', record, 0)).toBe(true)
      expect(await records.get('link', 'x')).toMatchObject({ expires: record.expires })
      await hand.advance(10)
      expect(await records.get('link', 'x')).toBeUndefined()
      expect(await records.list('link')).toEqual([])
      expect(await records.remove('link', 'x')).toBe(false)
      expect(await records.put('link', 'x', { value: '2' }, 0)).toBe(true)
      expect(await records.get('link', 'x')).toEqual({ id: 'x', owner: '', value: '2', version: 2 })
      await records.put('link', 'y', { value: '3', expires: hand.now() }, 0)
      await records.tidy()
      expect(await records.put('link', 'y', { value: '4' }, 0)).toBe(true)
      expect(await records.get('link', 'y')).toMatchObject({ version: 1 })
    }))

  test('of two that remove a record, one has it', () =>
    opened(async records => {
      await records.put('link', 'x', { value: '1' }, 0)
      const both = await Promise.all([records.remove('link', 'x'), records.remove('link', 'x')])
      expect(both.toSorted()).toEqual([false, true])
    }))

  test('records of an owner are listed and removed, but for one', () =>
    opened(async records => {
      for (const [id, owner] of [
        ['1', 'ann'],
        ['2', 'ann'],
        ['3', 'bob'],
      ] as const)
        await records.put('session', id, { owner, value: id }, 0)
      expect((await records.list('session', 'ann')).map(({ id }) => id)).toEqual(['1', '2'])
      expect(await records.list('session')).toHaveLength(3)
      await records.removeOwned('session', 'ann', '2')
      expect((await records.list('session')).map(({ id }) => id)).toEqual(['2', '3'])
      await records.removeOwned('session', 'bob')
      expect((await records.list('session')).map(({ id }) => id)).toEqual(['2'])
    }))

  test('an id of any length and of any characters finds nothing, and breaks nothing', () =>
    opened(async records => {
      for (const id of ['x'.repeat(100_000), "'; DROP TABLE records", 'a\0b', '\u202e', ''])
        expect(await records.get('session', id)).toBeUndefined()
    }))
}
