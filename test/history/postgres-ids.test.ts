/** Ids of rows in PostgreSQL: whatever a request names, a column can hold it. */
import { expect, test } from 'vitest'
import { idIn, idOf, MAX_ID } from '../../src/history/postgres/schema.ts'

test('a moment beyond all time has the last id', () => {
  for (const time of [8.64e15, 999_999_999_999_999, Number.MAX_SAFE_INTEGER]) expect(idOf(time)).toBe(MAX_ID)
  expect(idOf(Date.UTC(2200, 0))).toBeLessThan(MAX_ID)
})

test('a cursor that was not given out leads to nothing, and never to an error', () => {
  for (const cursor of ['', 'abc', '-1', '1.5', '0x10', '1e3', ' 1', '1\0'])
    expect([cursor, idIn(cursor)]).toEqual([cursor, 0n])
  expect([idIn('17'), idIn('9'.repeat(19)), idIn(undefined)]).toEqual([17n, MAX_ID, MAX_ID])
})
