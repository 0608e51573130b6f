import { expect, test } from 'vitest'
import { escaped, quote, quoteList } from '../../../src/filters/rules/quote.ts'

test('a text of 80 characters is whole, of 81 it is cut', () => {
  expect(quote('a'.repeat(80))).toBe(`“${'a'.repeat(80)}”`)
  expect(quote('a'.repeat(81))).toBe(`“${'a'.repeat(80)}…”`)
  expect(quote('abc', 2)).toBe('“ab…”')
  expect(quote('')).toBe('“”')
})

test('line ends and white space are one blank', () => {
  expect(quote('a\r\n\t b')).toBe('“a b”')
})

test.for([
  ['\0', '0'],
  ['\x1b', '1b'],
  ['\x7f', '7f'],
  ['\x9f', '9f'],
  ['\u00ad', 'ad'],
  ['\u034f', '34f'],
  ['\u061c', '61c'],
  ['\u180e', '180e'],
  ['\u200b', '200b'],
  ['\u200f', '200f'],
  ['\u2028', '2028'],
  ['\u202e', '202e'],
  ['\u2060', '2060'],
  ['\u206f', '206f'],
  ['\ufeff', 'feff'],
  ['\ud800', 'd800'],
] as const)('the character %j is written as its number', ([character, number]) => {
  expect(escaped(`a${character}b`, 80)).toBe(`a\\u{${number}}b`)
})

test.for(['\u00a0', '\u200a', '\u2010', '\u2027', '\u202f', '\u2070', 'é', '日', '\u{1f600}', '\x7e'])(
  'the character %j stays',
  character => {
    expect(escaped(character, 80)).toBe(character)
  },
)

test('a character that the cut leaves half of is written as its number', () => {
  expect(escaped('\u{1f600}', 1)).toBe('\\u{d83d}…')
})

test('three of a list are quoted, and more are hinted at', () => {
  expect(quoteList([])).toBe('')
  expect(quoteList(['a', 'b', 'c'])).toBe('“a”, “b”, “c”')
  expect(quoteList(['a', 'b', 'c', 'd'])).toBe('“a”, “b”, “c” …')
  expect(quoteList(['a', 'b'], 1)).toBe('“a” …')
})

test('each text of a list has 60 characters at most', () => {
  expect(quoteList(['a'.repeat(60)])).toBe(`“${'a'.repeat(60)}”`)
  expect(quoteList(['a'.repeat(61)])).toBe(`“${'a'.repeat(60)}…”`)
})
