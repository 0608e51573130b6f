/** Sets of features: every run of four characters, and whole words, hashed to one of 65,536 numbers. */

/** The number of distinct features. */
export const SPACE = 65_536

/** Distinct numbers below {@link SPACE}, in the order of their first occurrence. */
export type Grams = Uint16Array

/** Collects the grams of consecutive texts and bytes. */
export interface GramCollector {
  /** Adds a text; white space of any length counts as one space. */
  text(text: string): void
  /** Adds bytes as they are. */
  bytes(bytes: Uint8Array): void
  /** Adds a text as one feature. */
  word(word: string): void
  /** Returns the grams and empties the collector. */
  take(): Grams
}

/** A buffer for every gram of one piece, repeated ones too, and for the position of its last character. */
export interface Run {
  readonly grams: Uint16Array
  readonly positions: Uint16Array
}

/** The most characters of a piece. Each can end two grams. */
const MAX_PIECE_LENGTH = 4_096

export const newRun = (): Run => ({
  grams: new Uint16Array(2 * MAX_PIECE_LENGTH),
  positions: new Uint16Array(2 * MAX_PIECE_LENGTH),
})

const GOLDEN = 0x9e3779b1
const HIGH = 0x85ebca6b
const PAIR = 0xc2b2ae35
const SPACE_CODE = 32

/** From this code on, a character is about a word: CJK radicals and the characters after them. */
const IDEOGRAPHS = 0x2e80

const hash = (word: number): number => Math.imul(word ^ (word >>> 15), GOLDEN) >>> 16

/**
 * Writes every gram of a text into the run, in order, and returns their number. Two consecutive ideographs are a gram
 * as well:
 * they carry as much information as four letters. Characters beyond {@link MAX_PIECE_LENGTH} are ignored.
 */
export function gramsOfText(text: string, { grams, positions }: Run): number {
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
      positions[count++] = at
    }
    if (code > IDEOGRAPHS && before > IDEOGRAPHS) {
      grams[count] = hash(Math.imul((before << 16) | code, PAIR))
      positions[count++] = at
    }
    before = code
  }
  return count
}

/** Writes every gram of bytes into the run, and returns their number. */
export function gramsOfBytes(bytes: Uint8Array, { grams, positions }: Run): number {
  const end = Math.min(bytes.length, MAX_PIECE_LENGTH)
  let word = 0
  let count = 0
  for (let at = 0; at < end; at += 1) {
    word = (word << 8) | (bytes[at] ?? 0)
    if (at < 3) continue
    grams[count] = hash(word)
    positions[count++] = at
  }
  return count
}

/** A whole text as one feature. */
export function gramOfWord(word: string): number {
  let hashed = 0x811c9dc5
  for (let at = 0; at < word.length; at += 1) hashed = Math.imul(hashed ^ word.charCodeAt(at), 0x01000193)
  return hash(Math.imul(hashed ^ (hashed >>> 16), PAIR))
}

/** Makes a collector. It has one bit for each gram, so that each is collected once. */
export function gramCollector(capacity = 8192): GramCollector {
  const marks = new Uint32Array(SPACE / 32)
  const found = new Uint16Array(capacity)
  const run = newRun()
  let count = 0
  const addOne = (gram: number): void => {
    const mark = 1 << (gram & 31)
    const index = gram >>> 5
    const marked = marks[index] ?? 0
    if ((marked & mark) !== 0 || count === capacity) return
    marks[index] = marked | mark
    found[count++] = gram
  }
  const add = (length: number): void => {
    const { grams } = run
    for (let at = 0; at < length && count < capacity; at += 1) addOne(grams[at] ?? 0)
  }
  return {
    text: text => add(gramsOfText(text, run)),
    bytes: bytes => add(gramsOfBytes(bytes, run)),
    word: word => addOne(gramOfWord(word)),
    take: () => {
      const taken = found.slice(0, count)
      for (let index = 0; index < count; index += 1) marks[(found[index] ?? 0) >>> 5] = 0
      count = 0
      return taken
    },
  }
}
