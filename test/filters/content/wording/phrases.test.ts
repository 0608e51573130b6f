import { expect, test } from 'vitest'
import { book } from '../../../../src/filters/content/wording/lists.ts'
import { PhraseBook } from '../../../../src/filters/content/wording/phrases.ts'
import { plain } from '../../../../src/links/plain.ts'
import { wordsOf } from '../../../../src/links/words.ts'
import { cpuOf } from '../../../support/cpu.ts'
import { fc, runs } from '../../../support/property.ts'

test('phrases are found as whole words, in order, once each, and in scripts without blanks', () => {
  const book = new PhraseBook({ one: 'act now, now, us$*\n本人確認', two: 'ten' })
  const found = book.read(wordsOf('knowing: act now! act now, tension, us$5, ご本人確認ください'))
  expect(found.of('one')).toEqual(['act now', 'now', 'us$', '本人確認'])
  expect(found.of('one', 15)).toEqual(['act now', 'now'])
  expect(found.of('two')).toEqual([])
})

test('the time to read a text is linear in its length', () => {
  const book = new PhraseBook({ one: 'a a a b, aa ab' })
  const time = (length: number): number => {
    const text = 'a '.repeat(length)
    return cpuOf(() => {
      for (let round = 0; round < 5; round += 1) book.read(wordsOf(text))
    })
  }
  time(20_000)
  expect(time(200_000)).toBeLessThan(100 * Math.max(time(20_000), 1))
})

const LIST =
  'act now, now, now or never, us$*, act no*, b, b b, b b b, é a, 40%, free $*, $5, 本人, "a b*, s. 16, don\'t try'
const piece = fc.oneof(
  fc.constantFrom(...LIST.split(', ').map(phrase => phrase.replace(/\*$/, ''))),
  fc.constantFrom(
    ' ',
    ' ',
    ', ',
    '-',
    '\n',
    'act',
    'no',
    'w',
    'never',
    '5',
    'é',
    'ab',
    '\u200b',
    '確認',
    'x'.repeat(70),
  ),
)

test('one pass over the words finds what a search for each phrase finds', () => {
  const book = new PhraseBook({ one: LIST, two: LIST.split(', ').toReversed().join('\n') })
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.nat(60), (pieces, within) => {
      const text = pieces.join('')
      const found = book.read(wordsOf(text))
      expect(found.of('one', within).toSorted()).toEqual(searched(plain(text), LIST, within))
      expect(found.of('two').toSorted()).toEqual(found.of('one').toSorted())
    }),
    { numRuns: runs(1000) },
  )
})

test('each phrase of the lists is found alone, and phrases at one place come in the order of the lists', () => {
  const found = book.read(wordsOf('verify your account, and your order; account has been suspended.'))
  expect(found.of('accountThreat')).toEqual(['verify your account', 'account has been suspended'])
  const own = new PhraseBook({ one: 'a b c, a, a b' })
  expect(own.read(wordsOf('a b c')).of('one')).toEqual(['a b c', 'a', 'a b'])
})

/** Slow: looks for every phrase at every place. */
function searched(text: string, list: string, within: number): readonly string[] {
  const letter = '[a-z0-9\\u00aa-\\uffff]'
  // Where the table begins a word: a run of letters, and each 64 letters in it.
  const starts = new Set(Array.from(text.matchAll(new RegExp(`${letter}{1,64}`, 'g')), ({ index }) => index))
  const found = list.split(', ').flatMap(written => {
    const phrase = written.replace(/\*$/, '')
    const isSearched = !/^[a-z0-9é]/.test(phrase) || /[\u3040-\u9fff]/.test(phrase)
    const first = new RegExp(`^${letter}{0,64}`).exec(phrase)?.[0] ?? ''
    for (let at = 0; at < Math.min(text.length, within); at += 1) {
      if (!text.startsWith(phrase, at)) continue
      if (isSearched) return [phrase]
      const word = new RegExp(`^${letter}{0,64}`).exec(text.slice(at))?.[0]
      const end = text.slice(at + phrase.length - 1, at + phrase.length + 1)
      const continues = new RegExp(`^${letter}{2}$`).test(end)
      if (starts.has(at) && word === first && (written.endsWith('*') || !continues)) return [phrase]
    }
    return []
  })
  return found.toSorted()
}
