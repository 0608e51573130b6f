/** The fold and the word table beside the slow code that they replace. */
import { expect, test } from 'vitest'
import { messageWords } from '../../src/facts/words.ts'
import { fold } from '../../src/links/fold.ts'
import { plain } from '../../src/links/plain.ts'
import { hashOfWord, MAX_WORD_LENGTH, wordsOf, wordsOfFolded } from '../../src/links/words.ts'
import { fc, runs } from '../support/property.ts'

const numRuns = runs(1000)

const piece = fc.oneof(
  fc.string({ maxLength: 12, unit: 'binary' }),
  fc.string({ maxLength: 12, unit: 'grapheme' }),
  fc.constantFrom(
    'Paypal',
    'verify your account',
    ' ',
    '\r\n',
    '\t \u00a0',
    '\u200b',
    'é',
    'e\u0301',
    '\u2019',
    '™',
    'ﷺ',
  ),
  fc.constantFrom(
    'раyраl',
    'Ω',
    'ΟΔΟΣ ',
    'aΣ',
    'ı',
    '\ud835\udc00\ud835\udc01',
    'Ａｐｐｌｅ',
    '\ud83d',
    '\ude00',
    '24',
    '日本語',
    '½',
    'µ',
  ),
)
const anyText = fc.array(piece, { maxLength: 40 }).map(pieces => pieces.join(''))

test('the fold of any text is that of the search for words', () => {
  fc.assert(
    fc.property(anyText, text => {
      expect(fold(text)).toBe(plain(text))
    }),
    { numRuns },
  )
})

test('every character is folded alike, beside letters, beside blanks, and beside another', () => {
  const different: string[] = []
  for (let point = 0; point < 0x20000; point += 1) {
    const char = String.fromCodePoint(point)
    for (const text of [`x${char}Y ${char} `, `${char}${char}`]) if (fold(text) !== plain(text)) different.push(text)
  }
  expect(different).toEqual([])
})

test('a text that is longer when it is folded, and a long one, are folded alike', () => {
  for (const text of ['ﷺ'.repeat(5000), '™ a'.repeat(50_000), 'É à\n'.repeat(50_000), 'A  b\n'.repeat(50_000)]) {
    expect(fold(text)).toBe(plain(text))
  }
})

test('the table has the words of the slow search, with their places and hashes', () => {
  fc.assert(
    fc.property(anyText, text => {
      expect(listed(wordsOf(text))).toEqual(slowly(plain(text)))
    }),
    { numRuns },
  )
})

test('a run of letters is cut into words, and a text may consist of words of one letter', () => {
  const long = `${'a'.repeat(2 * MAX_WORD_LENGTH + 1)} b`
  expect(listed(wordsOfFolded(long)).map(({ word }) => word.length)).toEqual([64, 64, 1, 1])
  expect(wordsOfFolded('a b '.repeat(50_000)).count).toBe(100_000)
  expect(wordsOfFolded('').count).toBe(0)
})

test('the words of a message are those of its subject and then those of its text', () => {
  fc.assert(
    fc.property(anyText, anyText, (subject, visible) => {
      const { bodyAt, bodyWord, ...table } = messageWords(subject, visible)
      const [head, body] = [table.text.slice(0, bodyAt), table.text.slice(bodyAt)]
      expect(table.text).toBe(plain(`${table.subject}\n${table.shown}`))
      expect(listed(wordsOfFolded(head)).length).toBe(bodyWord)
      expect([...table.hashes.subarray(bodyWord)]).toEqual(listed(wordsOfFolded(body)).map(({ hash }) => hash))
    }),
    { numRuns },
  )
})

interface Word {
  readonly word: string
  readonly at: number
  readonly hash: number
  readonly latin: boolean
}

const listed = ({ text, count, starts, stops, hashes, latin }: ReturnType<typeof wordsOf>): readonly Word[] =>
  Array.from({ length: count }, (_, index) => ({
    word: text.slice(starts[index], stops[index]),
    at: starts[index] ?? -1,
    hash: hashes[index] ?? -1,
    latin: latin[index] === 1,
  }))

const slowly = (text: string): readonly Word[] =>
  Array.from(
    text.matchAll(/(?:[a-z0-9]|(?![«·»¿\u2010-\u205e\u3000-\u3003\u3008-\u3011])[\u00aa-\uffff]){1,64}/g),
    ({ 0: word, index }) => ({
      word,
      at: index,
      hash: hashOfWord(word),
      latin: /^[a-z]+$/.test(word),
    }),
  )
