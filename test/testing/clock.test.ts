/** The clock that is wound by hand: it stands still, rings in order, and lets what waits go on. */
import { describe, expect, test } from 'vitest'
import { clock } from '../../src/testing/clock.ts'

const rings = (timers: readonly number[]) => {
  const hand = clock()
  const rung: string[] = []
  for (const [index, ms] of timers.entries()) hand.after(ms, () => rung.push(`${index}@${hand.monotonic()}`))
  return { hand, rung }
}

describe('a clock wound by hand', () => {
  test('it stands still until it is advanced, and both of its faces move together', async () => {
    const hand = clock({ now: 1_000 })
    expect([hand.now(), hand.monotonic()]).toEqual([1_000, 0])
    await hand.advance(250)
    expect([hand.now(), hand.monotonic()]).toEqual([1_250, 250])
  })

  test.for<[string, readonly number[], number, readonly string[]]>([
    ['in the order of time', [30, 10, 20], 30, ['1@10', '2@20', '0@30']],
    ['in the order of asking when they are due together', [10, 10], 10, ['0@10', '1@10']],
    ['not before their time', [10, 11], 10, ['0@10']],
    ['at once when they are overdue', [-5], 0, ['0@0']],
  ])('bells ring %s', async ([, timers, ms, expected]) => {
    const advanced = rings(timers)
    await advanced.hand.advance(ms)
    expect(advanced.rung).toEqual(expected)
    const passed = rings(timers)
    passed.hand.pass(ms)
    expect(passed.rung).toEqual(expected)
  })

  test('a timer that was cleared does not fire, and one function may be asked for twice', async () => {
    const hand = clock()
    let count = 0
    const ring = () => {
      count += 1
    }
    const cancel = hand.after(5, ring)
    hand.after(5, ring)
    cancel()
    await hand.advance(10)
    expect(count).toBe(1)
  })

  test('what waits for a timer goes on before the next one fires', async () => {
    const hand = clock()
    const seen: string[] = []
    const sleeper = async () => {
      await new Promise<void>(resolve => hand.after(10, resolve))
      await Promise.resolve()
      seen.push(`woke at ${hand.monotonic()}`)
      await new Promise<void>(resolve => hand.after(5, resolve))
      seen.push(`slept again until ${hand.monotonic()}`)
    }
    const asleep = sleeper()
    hand.after(12, () => seen.push('next bell'))
    await hand.advance(20)
    await asleep
    expect(seen).toEqual(['woke at 10', 'next bell', 'slept again until 15'])
  })

  test('it returns how long it is until the next timer', () => {
    const hand = clock()
    expect(hand.next()).toBeUndefined()
    const cancel = hand.after(10, () => undefined)
    hand.after(25, () => undefined)
    hand.pass(4)
    expect(hand.next()).toBe(6)
    cancel()
    expect(hand.next()).toBe(21)
  })
})
