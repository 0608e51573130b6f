/** Counts characters that make text look different from what it is. */

/** How many characters of a text make it look different from what it is. */
export interface DeceptiveCharacters {
  /** Zero-width and other invisible characters. Joiners after emoji and in scripts that need them do not count. */
  readonly invisible: number
  /**
   * Characters that change the direction of writing: overrides, and inside of Latin words all others and direction
   * marks. Isolates and embeddings around a name or a number are correct spelling in text from right to left.
   */
  readonly bidi: number
  /**
   * Letters that look Latin and are not, inside words with Latin letters; mathematical letters. Single Greek letters at
   * the edge of a word do not count: `μg`, `TNFα`.
   */
  readonly confusable: number
}

/** Letters of a word that are read together. */
const MAX_WORD_LENGTH = 40

/** Linear, and almost free for ASCII. Words are looked at only where there are Greek or Cyrillic letters. */
export function countDeceptiveCharacters(text: string): DeceptiveCharacters {
  const counts = { invisible: 0, bidi: 0, confusable: 0 }
  if (/^[\0-\x7f]*$/.test(text)) return counts
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= 128) countCharacter(counts, text, at, code)
  }
  if (/[\u0370-\u052f]/.test(text)) counts.confusable += countMixed(text)
  return counts
}

/** Greek and Cyrillic letters in words that have Latin letters. */
function countMixed(text: string): number {
  let count = 0
  // Letters of the word so far: all, those of ASCII, of Cyrillic and of Greek, and Greek ones between small letters.
  let [length, latin, cyrillic, greek, enclosed] = [0, 0, 0, 0, 0]
  for (let at = 0; at <= text.length; at++) {
    const code = text.charCodeAt(at)
    const isLatin = code < 128 && isAsciiLetter(code)
    const isForeign = code >= 0x370 && code <= 0x52f
    if ((!isLatin && !isForeign) || length === MAX_WORD_LENGTH) {
      if (latin > 0) count += cyrillic + (greek > 2 ? greek : enclosed)
      length = latin = cyrillic = greek = enclosed = 0
    }
    if (isLatin) latin++
    else if (isForeign && code >= 0x400) cyrillic++
    else if (isForeign) {
      greek++
      if (isSmallLetter(text.charCodeAt(at - 1)) && isSmallLetter(text.charCodeAt(at + 1))) enclosed++
    }
    if (isLatin || isForeign) length++
  }
  return count
}

const isSmallLetter = (code: number): boolean => code >= 97 && code <= 122

type Counts = { -readonly [Kind in keyof DeceptiveCharacters]: number }

function countCharacter(counts: Counts, text: string, at: number, code: number): void {
  const next = text.charCodeAt(at + 1)
  if (isOverride(code) || (isDirection(code) && isInsideWord(text, at))) counts.bidi++
  else if (isMathematical(code, next)) counts.confusable++
  else if (isInvisible(code, next) && !needsJoiner(text.charCodeAt(at - 1))) counts.invisible++
}

const isAsciiLetter = (code: number): boolean => (code | 32) >= 97 && (code | 32) <= 122

const isOverride = (code: number): boolean => code === 0x202d || code === 0x202e

const isDirection = (code: number): boolean =>
  code === 0x200e || code === 0x200f || (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)

/** How many invisible characters may stand between two letters of a word. */
const MAX_GAP = 16

/** Whether the next visible characters before and after are ASCII letters. */
function isInsideWord(text: string, at: number): boolean {
  let [before, after] = [at - 1, at + 1]
  while (at - before < MAX_GAP && isZeroWidth(text.charCodeAt(before))) before--
  while (after - at < MAX_GAP && isZeroWidth(text.charCodeAt(after))) after++
  return isAsciiLetter(text.charCodeAt(before)) && isAsciiLetter(text.charCodeAt(after))
}

const isZeroWidth = (code: number): boolean =>
  code === 0x34f || (code >= 0x200b && code <= 0x200f) || isDirection(code) || (code >= 0x2060 && code <= 0x2064)

/** U+1D400 to U+1D7FF, and U+1F130 to U+1F189. */
const isMathematical = (high: number, low: number): boolean =>
  (high === 0xd835 && low >= 0xdc00 && low <= 0xdfff) || (high === 0xd83c && low >= 0xdd30 && low <= 0xdd89)

const isInvisible = (code: number, next: number): boolean =>
  code === 0xad ||
  code === 0x34f ||
  code === 0x180e ||
  (code >= 0x200b && code <= 0x200d) ||
  (code >= 0x2060 && code <= 0x2064) ||
  code === 0xfeff ||
  // U+E0000 to U+E007F
  (code === 0xdb40 && next >= 0xdc00 && next <= 0xdc7f)

/** After letters from Hebrew on, and after symbols and emoji, joiners are correct spelling. */
const needsJoiner = (before: number): boolean => (before >= 0x590 && before < 0x2000) || before >= 0x2190
