import { expect, test } from 'vitest'
import { inBackground } from '../../src/filters/background.ts'
import type { Decision } from '../../src/model/decision.ts'
import type { Connection } from '../../src/model/stage.ts'
import { settled } from '../../src/testing/clock.ts'

const decision = { verdict: 'accept' } as Decision
const connection = { ip: '192.0.2.1' } as Connection

test('the work is given the decision and its context, and nothing waits for it', () => {
  const given: unknown[] = []
  const onDecision = inBackground((...all) => {
    given.push(all)
    return new Promise(() => undefined)
  })
  expect(onDecision(decision, connection)).toBeUndefined()
  expect(given).toEqual([[decision, connection]])
})

test('a thousand are under way at most, and work that ends makes room for other work', async () => {
  const ends: (() => void)[] = []
  const onDecision = inBackground((..._all: readonly unknown[]) => new Promise<void>(resolve => ends.push(resolve)))
  for (let count = 0; count < 1_500; count += 1) onDecision(decision, connection)
  expect(ends).toHaveLength(1_000)
  ends[0]?.()
  await settled()
  onDecision(decision, connection)
  onDecision(decision, connection)
  expect(ends).toHaveLength(1_001)
})

test('work that fails makes room, too, and is no unhandled rejection', async () => {
  let begun = 0
  const onDecision = inBackground((..._all: readonly unknown[]) => {
    begun += 1
    return Promise.reject(new Error('the store is down'))
  })
  for (let round = 0; round < 3; round += 1) {
    for (let count = 0; count < 1_000; count += 1) onDecision(decision, connection)
    await settled()
  }
  expect(begun).toBe(3_000)
})
