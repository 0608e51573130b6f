/** Sets of features: every run of four characters, hashed to one of 65,536 numbers. */

/** How many different features there can be. */
export const SPACE = 65_536

/** Different numbers below {@link SPACE}, in the order in which they were first seen. */
export type Grams = Uint16Array

/** Gathers the grams of texts and octets that follow each other. */
export interface GramCollector {
  /** White space of any length counts as one space. */
  text(text: string): void
  octets(octets: Uint8Array): void
  /** What was gathered. The collector begins anew. */
  take(): Grams
}

/** Called for each gram with the place of its last character. */
export type Visit = (gram: number, at: number) => void

const GOLDEN = 0x9e3779b1
const HIGH = 0x85ebca6b
const PAIR = 0xc2b2ae35
const SPACE_CODE = 32

/** From here on a character is about a word: CJK radicals and what follows them. */
const IDEOGRAPHS = 0x2e80

const hash = (word: number): number => Math.imul(word ^ (word >>> 15), GOLDEN) >>> 16

/**
 * Every gram of a text. Two ideographs that follow each other are a gram as well, for they carry as much as four letters.
 * Linear, and nothing is copied.
 */
export function visitText(text: string, visit: Visit): void {
  let low = 0
  let high = 0
  let before = SPACE_CODE
  let length = 0
  for (let at = 0; at < text.length; at += 1) {
    let code = text.charCodeAt(at)
    if (code <= SPACE_CODE) {
      if (before === SPACE_CODE) continue
      code = SPACE_CODE
    }
    low = (low << 8) | (code & 255)
    high = (high << 8) | (code >>> 8)
    length += 1
    if (length > 3) visit(hash(high === 0 ? low : low ^ Math.imul(high, HIGH)), at)
    if (code > IDEOGRAPHS && before > IDEOGRAPHS) visit(hash(Math.imul((before << 16) | code, PAIR)), at)
    before = code
  }
}

/** Every gram of octets as they are. */
export function visitOctets(octets: Uint8Array, visit: Visit): void {
  let word = 0
  for (let at = 0; at < octets.length; at += 1) {
    word = (word << 8) | (octets[at] ?? 0)
    if (at > 2) visit(hash(word), at)
  }
}

/** A collector keeps one bit for each gram, so that each is taken once. */
export function gramCollector(room = 8192): GramCollector {
  const marks = new Uint32Array(SPACE / 32)
  const found = new Uint16Array(room)
  let count = 0
  const add = (gram: number): void => {
    const mark = 1 << (gram & 31)
    const place = gram >>> 5
    const marked = marks[place] ?? 0
    if ((marked & mark) !== 0 || count === room) return
    marks[place] = marked | mark
    found[count] = gram
    count += 1
  }
  return {
    text: text => visitText(text, add),
    octets: octets => visitOctets(octets, add),
    take: () => {
      const taken = found.slice(0, count)
      for (const gram of taken) marks[gram >>> 5] = 0
      count = 0
      return taken
    },
  }
}
