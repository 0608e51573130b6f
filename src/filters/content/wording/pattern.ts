/** One phrase as a pattern: words, words whose end is open, and gaps of a few words. */
import { hashOfWord, isWordUnit, MAX_WORD_LENGTH } from '../../../links/words.ts'

/** Words, and in scripts without blanks characters, that a gap spans at most. */
const [MAX_GAP_WORDS, MAX_GAP_LENGTH] = [4, 16]
/** The first letters by which a word with an open end is looked up: the second number if it has as many. */
const [MIN_STEM_LENGTH, STEM_LENGTH] = [3, 5]

const GAP = ' ~ '
const BLANK = 32
/** `.!?;` and the signs of Hindi, of Chinese and Japanese, and of Arabic. */
const endsSentence = (code: number): boolean =>
  code === 46 || code === 33 || code === 63 || code === 59 || code === 0x0964 || code === 0x3002 || code === 0x061f

/** Thai, Hangul (fold takes its syllables apart), Kana and Han: words are not separated, or have endings. */
export const isWide = (text: string): boolean => /[\u0e00-\u0e7f\u1100-\u11ff\u3040-\u9fff]/.test(text)

/** How a phrase is looked up: by its first word, its first two words, the first letters of an open word … */
export interface Key {
  readonly index: 'word' | 'pair' | 'stem' | 'shortStem' | 'wide' | 'searched'
  readonly hash: number
  /** Of a word or a pair: the hash of the first word; of a stem: that of its first three letters. */
  readonly beginning: number
}

/** The key of a folded phrase. @throws RangeError for an open first word of fewer than three letters */
export function keyOf(folded: string): Key {
  if (isWide(folded)) return { index: 'wide', hash: pairOf(folded.charCodeAt(0), folded.charCodeAt(1)), beginning: 0 }
  const end = wordEnd(folded, 0)
  if (end === 0) return { index: 'searched', hash: 0, beginning: 0 }
  if (folded[end] === '*') {
    if (end < MIN_STEM_LENGTH) throw new RangeError(`“${folded}” needs ${MIN_STEM_LENGTH} letters before its first *`)
    const short = shortStemAt(folded, 0)
    if (end < STEM_LENGTH) return { index: 'shortStem', hash: short, beginning: short }
    return { index: 'stem', hash: stemAt(folded, 0, short), beginning: short }
  }
  const first = hashOfWord(folded.slice(0, end))
  // A word after a gap, or with an open end, is looked at when the first was found.
  let at = end
  while (at < folded.length && !isWordUnit(folded.charCodeAt(at)) && folded[at] !== '~') at++
  const stop = wordEnd(folded, at)
  if (stop === at || folded[stop] === '*') return { index: 'word', hash: first, beginning: first }
  return { index: 'pair', hash: pairOf(first, hashOfWord(folded.slice(at, stop))), beginning: first }
}

/** The hash of two words that follow each other. */
export const pairOf = (first: number, second: number): number => Math.imul(first, 31) ^ second

/** The hash of the first three letters of a word. */
export const shortStemAt = (text: string, at: number): number =>
  (Math.imul(Math.imul(text.charCodeAt(at), 961) + text.charCodeAt(at + 1), 961) + text.charCodeAt(at + 2)) | 0

/** The hash of the first five, made of the one of three. */
export const stemAt = (text: string, at: number, short: number): number =>
  (Math.imul(Math.imul(short, 961) + text.charCodeAt(at + 3), 961) + text.charCodeAt(at + 4)) | 0

/**
 * The hash of the beginning of the longest word after the first, by five letters or by three; 0 where none has three.
 * A text that has the phrase has a word that begins so.
 */
export function laterStem(folded: string): number {
  let [longest, stem] = [MIN_STEM_LENGTH - 1, 0]
  for (let at = wordEnd(folded, 0); at < folded.length; at++) {
    const end = wordEnd(folded, at)
    // What follows an open end is not where a word begins.
    if (end - at > longest && folded[at - 1] !== '*') {
      longest = end - at
      stem = shortStemAt(folded, at)
      if (longest >= STEM_LENGTH) stem = stemAt(folded, at, stem)
    }
    if (end > at) at = end - 1
  }
  return stem
}

/** A folded phrase that is compared with a folded text. */
export class Pattern {
  /** The characters with which the phrase begins, up to the first open end or gap. */
  readonly start: string
  /** Between the gaps: what stands between the open ends. */
  readonly #parts: readonly (readonly string[])[]
  readonly #wide: boolean

  constructor(folded: string) {
    this.#wide = isWide(folded)
    this.#parts = folded.split(GAP).map(part => (this.#wide ? [part.replaceAll('*', '')] : part.split('*')))
    this.start = this.#parts[0]?.[0] ?? ''
  }

  /** The end of the phrase that stands at this place, which is where a word begins; -1 if it does not. */
  endAt(text: string, at: number): number {
    if (!text.startsWith(this.start, at)) return -1
    const parts = this.#parts
    let end = this.#wide ? at + this.start.length : endOfPart(text, at, parts[0] as readonly string[])
    for (let index = 1; index < parts.length && end >= 0; index++) {
      const part = parts[index] as readonly string[]
      end = this.#wide ? afterWideGap(text, end, part[0] as string) : afterGap(text, end, part)
    }
    return end
  }
}

/** Returns the place after the part, or -1. */
function endOfPart(text: string, at: number, pieces: readonly string[]): number {
  let end = at
  for (let index = 0; index < pieces.length; index++) {
    const piece = pieces[index] as string
    if (index > 0) end = wordEnd(text, end)
    if (!text.startsWith(piece, end)) return -1
    end += piece.length
  }
  return continues(text, end) && pieces[pieces.length - 1] !== '' ? -1 : end
}

function afterGap(text: string, from: number, pieces: readonly string[]): number {
  const lead = (pieces[0] ?? '').charCodeAt(0)
  let at = from
  for (let skipped = 0; skipped <= MAX_GAP_WORDS; skipped++) {
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code !== BLANK && isWordUnit(code)) break
      if (code !== BLANK && endsSentenceAt(text, at)) return -1
      if (at - from > MAX_GAP_LENGTH * MAX_GAP_WORDS) return -1
    }
    const end = text.charCodeAt(at) === lead ? endOfPart(text, at, pieces) : -1
    if (end >= 0) return end
    at = wordEnd(text, at)
  }
  return -1
}

/** A sign ends the sentence at the end of the text or before a blank; a dot after three letters abbreviates a word. */
function endsSentenceAt(text: string, at: number): boolean {
  if (!endsSentence(text.charCodeAt(at)) || (at + 1 < text.length && text[at + 1] !== ' ')) return false
  return text[at] !== '.' || [1, 2, 3, 4].every(back => isWordUnit(text.charCodeAt(at - back)))
}

function afterWideGap(text: string, from: number, piece: string): number {
  const room = text.slice(from, from + MAX_GAP_LENGTH + piece.length)
  const found = room.indexOf(piece)
  for (let at = 0; at < found; at++) if (endsSentence(room.charCodeAt(at))) return -1
  return found < 0 ? -1 : from + found + piece.length
}

function wordEnd(text: string, at: number): number {
  let end = at
  while (end < text.length && end - at < MAX_WORD_LENGTH && isWordUnit(text.charCodeAt(end))) end++
  return end
}

const continues = (text: string, at: number): boolean =>
  at > 0 && at < text.length && isWordUnit(text.charCodeAt(at)) && isWordUnit(text.charCodeAt(at - 1))
