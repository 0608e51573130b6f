/** The small model of what one user judges otherwise than the site. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Grams } from '../../src/classify/grams.ts'
import { OVERLAY_LENGTH, Overlay } from '../../src/classify/overlay.ts'
import { PosternError } from '../../src/model/errors.ts'

const traits = (from: number): Grams => Uint16Array.from({ length: 40 }, (_, index) => from + index)
const newsletter = traits(1_000)
const other = traits(5_000)

test('an overlay that knows nothing changes nothing', () => {
  expect(new Overlay().effect(newsletter)).toBe(0)
})

test('the first example removes a fifth of the difference to the site, five alike remove two thirds', () => {
  const overlay = new Overlay()
  // The site says spam by a margin of one, the user says honest: what is missing is two.
  overlay.learn(newsletter, 'ham', 1)
  expect(overlay.effect(newsletter)).toBeCloseTo(-0.4, 1)
  for (let count = 1; count < 5; count += 1) overlay.learn(newsletter, 'ham', 1)
  expect(overlay.effect(newsletter)).toBeLessThan(-1.2)
  expect(overlay.effect(newsletter)).toBeGreaterThan(-1.6)
  expect(overlay.effect(other)).toBe(0)
})

test('from what the site knows already it learns nothing', () => {
  const overlay = new Overlay()
  overlay.learn(newsletter, 'spam', 1.2)
  overlay.learn(newsletter, 'ham', -1)
  expect(overlay.export().equals(new Overlay().export())).toBe(true)
})

test('its effect is bounded, whatever it has learned', () => {
  const overlay = new Overlay()
  for (let count = 0; count < 500; count += 1) overlay.learn(newsletter, 'spam', -9)
  expect(overlay.effect(newsletter)).toBe(2)
  for (let count = 0; count < 500; count += 1) overlay.learn(newsletter, 'ham', 9)
  expect(overlay.effect(newsletter)).toBe(-2)
})

test('from a reporter without trust it learns nothing, and an example can be taken back', () => {
  const overlay = new Overlay()
  overlay.learn(newsletter, 'spam', -1, 0)
  expect(overlay.effect(newsletter)).toBe(0)
  const step = overlay.learn(newsletter, 'spam', -1)
  overlay.unlearn(newsletter, step)
  expect(overlay.effect(newsletter)).toBeCloseTo(0, 3)
})

test('an export has 48 KB and restores the same overlay', () => {
  const overlay = new Overlay()
  overlay.learn(newsletter, 'spam', -1)
  const bytes = overlay.export()
  expect(bytes.length).toBe(OVERLAY_LENGTH)
  expect(bytes.length).toBeLessThanOrEqual(65_536)
  expect(Overlay.from(bytes).effect(newsletter)).toBe(overlay.effect(newsletter))
})

describe('an export is refused with a sentence', () => {
  const sound = new Overlay().export()
  const sealed = (change: (body: Buffer) => void) => {
    const body = Buffer.from(sound.subarray(0, -32))
    change(body)
    return Buffer.concat([body, createHash('sha256').update(body).digest()])
  }
  const start = 'postern overlay 1\n'.length
  test.for<[string, Buffer]>([
    ['is empty', Buffer.alloc(0)],
    ['was cut', sound.subarray(0, -1)],
    ['has one bit turned', Buffer.from(sound).fill((sound[99] ?? 0) ^ 1, 99, 100)],
    ['is of another version', sealed(body => body.write('postern overlay 2'))],
    ['holds NaN', sealed(body => body.writeFloatLE(Number.NaN, start))],
    ['holds a weight that no training makes', sealed(body => body.writeFloatLE(1e9, start))],
    ['holds a variance of nothing', sealed(body => body.writeUInt16LE(0, start + 4 * 8_192))],
  ])('when it %s', ([, bytes]) => {
    expect(() => Overlay.from(bytes)).toThrow(PosternError)
  })
})
