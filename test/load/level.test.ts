/** Levels rise at once, fall slowly and do not flap. */
import { expect, test } from 'vitest'
import { levelHolder } from '../../src/load/level.ts'

/** The changes of level over time, for a load that is given for each tenth of a second. */
function changes(seconds: number, load: (ms: number) => number): readonly (readonly [ms: number, level: string])[] {
  const holder = levelHolder(0)
  const seen: [number, string][] = []
  for (let ms = 0; ms <= seconds * 1000; ms += 100) {
    const before = holder.level
    const level = holder.step(load(ms), ms)
    if (level !== before) seen.push([ms, level])
  }
  return seen
}

test('amber begins at once and ends after five calm seconds', () => {
  expect(changes(60, ms => (ms < 1_000 ? 0.2 : ms < 3_000 ? 0.8 : 0.2))).toEqual([
    [1_000, 'amber'],
    [7_900, 'green'],
  ])
})

test('a single stall is amber, and two seconds of full load are red', () => {
  expect(changes(5, ms => (ms === 1_000 ? 1 : 0.2))).toEqual([[1_000, 'amber']])
  expect(changes(5, ms => (ms >= 1_000 ? 1 : 0.2))).toEqual([
    [1_000, 'amber'],
    [3_000, 'red'],
  ])
})

test('a load just below the beginning of a level keeps the level, so that it does not oscillate', () => {
  expect(changes(300, ms => (ms < 1_000 ? 0.75 : ms % 2_000 < 1_000 ? 0.65 : 0.72))).toEqual([[0, 'amber']])
})

test('a level that comes back soon is held longer: a stall every twelve seconds leads to few changes', () => {
  const seen = changes(600, ms => (ms % 12_000 === 0 ? 0.8 : 0.1))
  expect(seen.length).toBeLessThanOrEqual(5)
})

test.for([0.71, 0.85, 0.95, 1])('after a load of %s the level is green within a minute', load => {
  const seen = changes(700, ms => (ms < 600_000 ? (ms % 30_000 < 20_000 ? load : 0) : 0))
  const [at, level] = seen.at(-1) ?? []
  expect(level).toBe('green')
  expect(at).toBeLessThanOrEqual(590_000 + 60_000)
})
