/** Deceptive characters beside the patterns that say what they are. */
import { expect, test } from 'vitest'
import { countDeceptiveCharacters, type DeceptiveCharacters } from '../../src/html/characters.ts'
import { fc, runs } from '../support/property.ts'

const piece = fc.oneof(
  fc.string({ maxLength: 6, unit: 'binary' }),
  fc.constantFrom('pаypal', 'Привет', 'a', 'Z', '[', '`', '{', 'α', 'x'.repeat(39), 'я'.repeat(40), ' ', '@'),
  fc.constantFrom('\u200b', '\u200d', '\u034f', '\u00ad', '\ufeff', '\u{e0041}', '\u{e0080}', '\udb40', '\udc41'),
  fc.constantFrom('\u202e', '\u2066', '\u{1d400}', '\u{1f130}', '\u{1f18a}', '\ud835', '\u0590', '\u2190', '😀'),
)

test('deceptive characters of any text are counted as by the patterns', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), pieces => {
      const text = pieces.join('')
      expect(countDeceptiveCharacters(text)).toEqual(countSlowly(text))
    }),
    { numRuns: runs(3000) },
  )
})

test('every character counts alike after a letter and after an emoji', () => {
  for (let point = 0x80; point < 0x20000; point += 1) {
    const text = `a${String.fromCodePoint(point)}b😀${String.fromCodePoint(point)}`
    const [fast, slow] = [countDeceptiveCharacters(text), countSlowly(text)]
    if (fast.invisible !== slow.invisible || fast.bidi !== slow.bidi || fast.confusable !== slow.confusable) {
      expect(fast, `U+${point.toString(16)}`).toEqual(slow)
    }
  }
})

const INVISIBLE = /\u034f|[\u00ad\u180e\u200b-\u200d\u2060-\u2064\ufeff\u{e0000}-\u{e007f}]/gu
const BIDI =
  /[\u202d\u202e]|(?<=[A-Za-z][\u034f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069]{0,15})[\u200e\u200f\u202a-\u202e\u2066-\u2069](?=[\u034f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069]{0,15}[A-Za-z])/g
const MIXABLE = /[A-Za-z\u0370-\u03ff\u0400-\u052f]{2,40}/g
const CYRILLIC = /[\u0400-\u052f]/g
const GREEK = /[\u0370-\u03ff]/g
const MATHEMATICAL = /[\u{1d400}-\u{1d7ff}\u{1f130}-\u{1f189}]/gu

function countSlowly(text: string): DeceptiveCharacters {
  if (/^[\0-\x7f]*$/.test(text)) return { invisible: 0, bidi: 0, confusable: 0 }
  let invisible = 0
  for (const { index } of text.matchAll(INVISIBLE)) if (!needsJoiner(text.charCodeAt(index - 1))) invisible++
  let confusable = text.match(MATHEMATICAL)?.length ?? 0
  for (const { 0: word, index } of text.matchAll(MIXABLE)) {
    if (!/[A-Za-z]/.test(word)) continue
    const greek = [...word.matchAll(GREEK)].map(match => index + match.index)
    const enclosed = greek.filter(at => /^[a-z].[a-z]$/.test(text.slice(at - 1, at + 2)))
    confusable += (word.match(CYRILLIC)?.length ?? 0) + (greek.length > 2 ? greek : enclosed).length
  }
  return { invisible, bidi: text.match(BIDI)?.length ?? 0, confusable }
}

/** After letters from Hebrew on, and after symbols and emoji, joiners are correct spelling. */
const needsJoiner = (before: number): boolean => (before >= 0x590 && before < 0x2000) || before >= 0x2190
