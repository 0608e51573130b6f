/** The limits of messages as numbers, and their defaults. */
import { expect, test } from 'vitest'
import { readLimits } from '../../src/engine/message-limits.ts'

test('without limits the defaults hold', () => {
  expect(readLimits({})).toEqual({ size: 26_214_400, memory: 262_144, files: 1_000, disk: 2_147_483_648 })
})

test('each limit is read in its own unit', () => {
  expect(readLimits({ size: '1mb', memory: 0, files: 3, disk: '1kb' })).toEqual({
    size: 1_048_576,
    memory: 0,
    files: 3,
    disk: 1_024,
  })
})
