import { expect, test } from 'vitest'
import { fingerprint, fingerprintOf } from '../../src/facts/fingerprint.ts'
import { message } from '../../src/testing/message.ts'
import { ask } from '../../src/testing/probe.ts'

const words = (from: number, count: number): string[] =>
  Array.from(
    { length: count },
    (_, index) =>
      `word${String.fromCharCode(97 + ((from + index) % 26), 97 + (((from + index) * 7) % 26), 97 + (((from + index) * 3) % 26))}`,
  )
const shared = (one: readonly string[], other: readonly string[]): number =>
  one.filter(band => other.includes(band)).length

test('numbers, punctuation and deceptive characters change nothing', () => {
  const text = 'Your order number 17 is on its way, and you will have it on Monday at noon.'
  const same = 'YOUR order, number 9918, is on its way and you will have it on Mоndаy at nоon!!'
  expect(fingerprintOf(same)).toEqual(fingerprintOf(text))
})

test('a text with another name shares a band, another text does not', () => {
  const base = words(0, 200)
  const changed = base.with(100, 'otherword')
  expect(fingerprintOf(changed.join(' ')).exact).not.toBe(fingerprintOf(base.join(' ')).exact)
  expect(shared(fingerprintOf(base.join(' ')).bands, fingerprintOf(changed.join(' ')).bands)).toBeGreaterThan(0)
  const other = Array.from(
    { length: 200 },
    (_, index) => `else${String.fromCharCode(97 + (index % 26), 97 + ((index * 5) % 26))}`,
  )
  expect(shared(fingerprintOf(base.join(' ')).bands, fingerprintOf(other.join(' ')).bands)).toBe(0)
})

test('a text of a few words has none', () => {
  expect(fingerprintOf('Thank you very much')).toEqual({ bands: [] })
})

test('messages with the same structure and different words share the digest of the structure', async () => {
  const built = (text: string, host: string) => message({ html: `<p>${text}</p><a href="https://${host}/">x</a>` })
  const one = await ask(fingerprint, { message: built('first words here', 'example.org') })
  const two = await ask(fingerprint, { message: built('other words here', 'example.org') })
  const three = await ask(fingerprint, { message: built('first words here', 'example.com') })
  expect(two.structure).toBe(one.structure)
  expect(three.structure).not.toBe(one.structure)
})
