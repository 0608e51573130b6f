/**
 * A flood of seconds through real sockets, with server, clients and next hop in separate processes;
 * `npm run bench:flood` is the long one.
 */
import { expect, test } from 'vitest'
import { figuresOf } from '../../bench/flood/figures.ts'
import { play } from '../../bench/flood/stage.ts'
import { long } from '../support/full.ts'

const scene = { way: 'postern', seconds: long ? 3 : 1.5, rounds: 1 } as const

test('O01 O03 ten times as many enemies as honest clients: all honest mail is delivered and none of theirs', {
  timeout: 120_000,
}, async () => {
  const { known, unknown, refused, reached, hostile, ended, attempt, message } = figuresOf(
    await play({ ...scene, name: '10 ×', rate: 30, times: 10 }),
  )
  expect({ known, unknown, refused, reached }).toEqual({ known: 1, unknown: 1, refused: {}, reached: 0 })
  expect(hostile).toBeGreaterThan(200)
  // What content rules find is refused; none of it was accepted.
  expect(ended.spam).toHaveProperty('550')
  expect(ended.spam).not.toHaveProperty('250')
  // The share of our CPU time that hostile clients cost; wall-clock times depend on the machine.
  expect(attempt / message).toBeLessThan(0.3)
})

test('O02 O03 fifty times: known clients get through, hardly an unknown one is deferred, and no honest client gets a 5xx', {
  timeout: 120_000,
}, async () => {
  const { known, unknown, refused, reached, hostile, attempt, message } = figuresOf(
    await play({ ...scene, name: '50 ×', rate: 12, times: 50 }),
  )
  expect(hostile).toBeGreaterThan(450)
  expect(known).toBeGreaterThanOrEqual(0.99)
  expect(unknown).toBeGreaterThanOrEqual(0.9)
  expect(Object.keys(refused).filter(code => !code.startsWith('4'))).toEqual([])
  expect(reached).toBe(0)
  expect(attempt / message).toBeLessThan(0.3)
})
