/** Normalizes text for the search for words. */
import { skeleton } from './confusables.ts'

const INVISIBLE =
  /\u034f|[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/gu

/** Runs of white space but single blanks, which stay as they are: a sixth of the matches of `\s+` in ordinary text. */
const BLANKS = /[^\S ]\s*| \s+/g

/**
 * Returns the text in lower case, with single blanks, without diacritics and invisible characters, with mathematical
 * and fullwidth letters as plain letters, and without look-alike letters inside words that have Latin ones. Linear.
 */
export function plain(text: string): string {
  const lower = text.toLowerCase()
  if (/^[\0-\x7f]*$/.test(lower)) return lower.replace(BLANKS, ' ')
  return lower
    .replace(INVISIBLE, '')
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[a-z0-9\u0131\u0370-\u03ff\u0400-\u052f]{2,64}/g, unmixed)
    .replace(/[\u2018\u2019]/g, "'")
    .toLowerCase()
    .replace(BLANKS, ' ')
}

const unmixed = (word: string): string => (/[a-z]/.test(word) ? (skeleton(word) ?? word) : word)
