/** Sets of features: every run of four characters, hashed to one of 65,536 numbers. */

/** How many different features there can be. */
export const SPACE = 65_536

/** Different numbers below {@link SPACE}, in the order in which they were first seen. */
export type Grams = Uint16Array

/** Gathers the grams of texts and bytes that follow each other. */
export interface GramCollector {
  /** White space of any length counts as one space. */
  text(text: string): void
  octets(octets: Uint8Array): void
  /** What was gathered. The collector begins anew. */
  take(): Grams
}

/** Room for every gram of one piece, repeated ones too, and for the place of its last character. */
export interface Run {
  readonly grams: Uint16Array
  readonly places: Uint16Array
}

/** The most characters of a piece: each may end two grams. */
export const MAX_PIECE_LENGTH = 4_096

export const newRun = (): Run => ({
  grams: new Uint16Array(2 * MAX_PIECE_LENGTH),
  places: new Uint16Array(2 * MAX_PIECE_LENGTH),
})

const GOLDEN = 0x9e3779b1
const HIGH = 0x85ebca6b
const PAIR = 0xc2b2ae35
const SPACE_CODE = 32

/** From here on a character is about a word: CJK radicals and what follows them. */
const IDEOGRAPHS = 0x2e80

const hash = (word: number): number => Math.imul(word ^ (word >>> 15), GOLDEN) >>> 16

/**
 * Every gram of a text, in order; returns how many. Two ideographs that follow each other are a gram as well, for they carry as
 * much as four letters. What lies beyond {@link MAX_PIECE_LENGTH} is not read.
 */
export function gramsOfText(text: string, { grams, places }: Run): number {
  const end = Math.min(text.length, MAX_PIECE_LENGTH)
  let low = 0
  let high = 0
  let before = SPACE_CODE
  let length = 0
  let count = 0
  for (let at = 0; at < end; at += 1) {
    let code = text.charCodeAt(at)
    if (code <= SPACE_CODE) {
      if (before === SPACE_CODE) continue
      code = SPACE_CODE
    }
    low = (low << 8) | (code & 255)
    high = (high << 8) | (code >>> 8)
    length += 1
    if (length > 3) {
      grams[count] = hash(high === 0 ? low : low ^ Math.imul(high, HIGH))
      places[count++] = at
    }
    if (code > IDEOGRAPHS && before > IDEOGRAPHS) {
      grams[count] = hash(Math.imul((before << 16) | code, PAIR))
      places[count++] = at
    }
    before = code
  }
  return count
}

/** Every gram of bytes as they are. */
export function gramsOfOctets(octets: Uint8Array, { grams, places }: Run): number {
  const end = Math.min(octets.length, MAX_PIECE_LENGTH)
  let word = 0
  let count = 0
  for (let at = 0; at < end; at += 1) {
    word = (word << 8) | (octets[at] ?? 0)
    if (at < 3) continue
    grams[count] = hash(word)
    places[count++] = at
  }
  return count
}

/** A collector keeps one bit for each gram, so that each is taken once. */
export function gramCollector(room = 8192): GramCollector {
  const marks = new Uint32Array(SPACE / 32)
  const found = new Uint16Array(room)
  const run = newRun()
  let count = 0
  const add = (length: number): void => {
    const { grams } = run
    for (let index = 0; index < length && count < room; index += 1) {
      const gram = grams[index] ?? 0
      const mark = 1 << (gram & 31)
      const place = gram >>> 5
      const marked = marks[place] ?? 0
      if ((marked & mark) !== 0) continue
      marks[place] = marked | mark
      found[count++] = gram
    }
  }
  return {
    text: text => add(gramsOfText(text, run)),
    octets: octets => add(gramsOfOctets(octets, run)),
    take: () => {
      const taken = found.slice(0, count)
      for (let index = 0; index < count; index += 1) marks[(found[index] ?? 0) >>> 5] = 0
      count = 0
      return taken
    },
  }
}
