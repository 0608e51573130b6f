/** Normalizes text for the search for words. */
import { LOOKS, looksLike } from './confusables.ts'

const INVISIBLE =
  /\u034f|[\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0]|[\u{e0000}-\u{e01ef}]/gu

/** Runs of white space but single blanks, which stay as they are: a sixth of the matches of `\s+` in ordinary text. */
const BLANKS = /[^\S ]\s*| \s+/g

/** Scripts whose letters are read as those that they look like only inside a word that has Latin letters, too. */
const MIXED = String.raw`\u0370-\u052f\u0531-\u0587\u10a0-\u10ff\u13a0-\u13fd\u1400-\u167f\u16a0-\u16ea\u1950-\u197f\u1c80-\u1cbf\u2c80-\u2cff\u2d30-\u2d67\ua4d0-\ua4ff\ua640-\ua69f\uab70-\uabbf`

/** Matches a letter that is read by the word in which it stands. */
export const MIXABLE = new RegExp(`[${MIXED}]`)
const WORD = new RegExp(`[A-Za-z0-9${MIXED}]{2,64}`, 'g')

/** Latin letters that have no decomposition, small capitals, letters of phonetic alphabets: read the same anywhere. */
const LATIN = new RegExp(`[${[...LOOKS.keys()].filter(letter => /\p{Script=Latin}/u.test(letter)).join('')}]`, 'g')

/** White letters in black circles and squares, which have no decomposition. */
const NEGATIVE = /[\u{1f150}-\u{1f169}\u{1f170}-\u{1f189}]/gu

/**
 * Returns the text in lower case, with single blanks, without diacritics and invisible characters, with mathematical,
 * fullwidth, enclosed and phonetic letters as plain letters, and without look-alike letters inside words that have
 * Latin ones. Linear.
 */
export function plain(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text.toLowerCase().replace(BLANKS, ' ')
  return text
    .replace(INVISIBLE, '')
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(NEGATIVE, letter => String.fromCharCode(97 + (((letter.codePointAt(0) ?? 0) - 0x1f150) % 32)))
    .replace(LATIN, looksLike)
    .replace(WORD, unmixed)
    .replace(/[\u2018\u2019]/g, "'")
    .toLowerCase()
    .replace(BLANKS, ' ')
}

/** A word of Latin letters and of others that look like Latin ones. */
function unmixed(word: string): string {
  if (!/[A-Za-z]/.test(word) || /^[\0-\x7f]*$/.test(word)) return word
  const looks = looksLike(word)
  return /^[\0-\x7f]*$/.test(looks) ? looks : word
}
