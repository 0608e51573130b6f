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

/** Numbers below 1 that are always the same. */
function* numbers(): Generator<number> {
  for (let state = 1; ; state = Math.imul(state, 1664525) + 1013904223) yield (state >>> 0) / 2 ** 32
}
const drawn = numbers()
const letters = (): string =>
  String.fromCharCode(...Array.from({ length: 6 }, () => 97 + Math.floor((drawn.next().value ?? 0) * 26)))

/** How often a text shares a band with its copy in which every word of these places is another. */
function metOf(rounds: number, length: number, places: readonly number[]): number {
  let met = 0
  for (let round = 0; round < rounds; round += 1) {
    const text = Array.from({ length }, letters)
    const copy = text.map((word, at) => (places.includes(at) ? letters() : word))
    const [one, other] = [text, copy].map(list => fingerprintOf(list.join(' ')).bands)
    if (shared(one ?? [], other ?? []) > 0) met += 1
  }
  return met
}
const everyThird = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => 3 + index * 3)

test('a likeness of 0.9 is met nearly always, one of 0.5 in a quarter of the cases, other texts never', () => {
  // A changed word changes three runs of 298: 5 words leave 283 of 313 in common, 33 leave 199 of 397.
  expect(metOf(200, 300, everyThird(5))).toBeGreaterThan(190)
  const half = metOf(200, 300, everyThird(33))
  expect(half).toBeGreaterThan(24)
  expect(half).toBeLessThan(72)
  expect(metOf(200, 300, everyThird(99))).toBeLessThan(4)
  // Short texts, with empty bins: one word of 40 is 35 runs of 41 in common.
  expect(metOf(200, 40, [20])).toBeGreaterThan(160)
  expect(metOf(200, 12, [2, 5, 8, 11])).toBe(0)
})

test('words with digits do not count, and punctuation between other scripts does not join words', () => {
  const text = 'Уважаемый клиент, ваш заказ номер готов; заберите его сегодня — до конца дня, пожалуйста, в магазине'
  expect(fingerprintOf(text).exact).toBeDefined()
  expect(fingerprintOf(`${text} a1b2c3d4 2026 №17`)).toEqual(fingerprintOf(text))
  expect(fingerprintOf(text.replaceAll(/[,;—]/g, ' '))).toEqual(fingerprintOf(text))
})
