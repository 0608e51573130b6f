/** Counts characters that make text look different from what it is. */

/** How many characters of a text make it look different from what it is. */
export interface DeceptiveCharacters {
  /** Zero-width and other invisible characters. Joiners after emoji and in scripts that need them do not count. */
  readonly invisible: number
  /** Characters that change the direction of writing. */
  readonly bidi: number
  /** Letters that look Latin and are not, inside words with Latin letters; mathematical letters. */
  readonly confusable: number
}

const INVISIBLE = /\u034f|[\u00ad\u180e\u200b-\u200d\u2060-\u2064\ufeff\u{e0000}-\u{e007f}]/gu
const BIDI = /[\u202a-\u202e\u2066-\u2069]/g
const MIXABLE = /[A-Za-z\u0370-\u03ff\u0400-\u052f]{2,40}/g
const FOREIGN = /[\u0370-\u03ff\u0400-\u052f]/g
const MATHEMATICAL = /[\u{1d400}-\u{1d7ff}\u{1f130}-\u{1f189}]/gu

/** Linear, and almost free for ASCII. */
export function countDeceptiveCharacters(text: string): DeceptiveCharacters {
  if (/^[\0-\x7f]*$/.test(text)) return { invisible: 0, bidi: 0, confusable: 0 }
  let invisible = 0
  for (const { index } of text.matchAll(INVISIBLE)) if (!needsJoiner(text.charCodeAt(index - 1))) invisible++
  let confusable = text.match(MATHEMATICAL)?.length ?? 0
  for (const [word] of text.matchAll(MIXABLE)) {
    if (/[A-Za-z]/.test(word)) confusable += word.match(FOREIGN)?.length ?? 0
  }
  return { invisible, bidi: text.match(BIDI)?.length ?? 0, confusable }
}

/** After letters from Hebrew on, and after symbols and emoji, joiners are correct spelling. */
const needsJoiner = (before: number): boolean => (before >= 0x590 && before < 0x2000) || before >= 0x2190
