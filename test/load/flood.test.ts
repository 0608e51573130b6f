/**
 * A flood of some seconds through real sockets, with server, clients and next hop in separate processes;
 * `npm run bench:flood` is the long one.
 */
import { expect, test } from 'vitest'
import { figuresOf } from '../../bench/flood/figures.ts'
import { play } from '../../bench/flood/stage.ts'
import { refusedCosts } from '../../bench/recently-refused.ts'

const scene = { way: 'postern', seconds: 3, rounds: 1, warm: 1 } as const

test('O01 O03 ten times as many enemies as honest clients, for three seconds: all honest mail is delivered and none of theirs', async () => {
  const { known, unknown, refused, reached, hostile, ended, attempt, message } = figuresOf(
    await play({ ...scene, name: '10 ×', rate: 30, times: 10 }),
  )
  expect({ known, unknown, refused, reached }).toEqual({ known: 1, unknown: 1, refused: {}, reached: 0 })
  expect(hostile).toBeGreaterThan(200)
  // Unknown clients with suspicious mail are deferred; none of it was accepted.
  expect(ended.spam).toHaveProperty('451')
  expect(ended.spam).not.toHaveProperty('250')
  // The share of our CPU time that hostile clients cost; wall-clock times depend on the machine.
  expect(attempt / message).toBeLessThan(0.3)
})

test('O02 O03 fifty times, for three seconds: known clients get through, hardly an unknown one is deferred, and no honest client gets a 5xx', async () => {
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

test('O04 a client that was refused a moment ago costs about what a plain server pays to say a line and close', async () => {
  const costs = new Map((await refusedCosts(300, 1)).map(({ name, ms }) => [name, ms]))
  const [refused = Number.NaN, plain = Number.NaN, afterData = Number.NaN] = [
    'recently-refused',
    'a plain server that writes a line and closes',
    '14 KB refused after DATA',
  ].map(name => costs.get(name))
  expect(refused / plain).toBeLessThan(2)
  expect(refused / afterData).toBeLessThan(0.12)
})
