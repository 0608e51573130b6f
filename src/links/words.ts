/** The words of a text: its folded form, and where each word is, with a hash by which readers look it up. */
import { ASCII_FOLDED, fold } from './fold.ts'

/**
 * The words of a folded text in their order. A word is a run of letters and digits: of `a` to `z`, `0` to `9`, and all
 * code units from U+00AA on but quotes, dashes and other punctuation. A run of more than 64 is several words.
 */
export interface WordTable {
  /** The folded text: what `plain` makes of the text. */
  readonly text: string
  readonly count: number
  /** Where each word begins in the folded text, and the place after its end. */
  readonly starts: Uint32Array
  readonly stops: Uint32Array
  /** The hash of each word: see {@link hashOfWord}. Two words can have the same hash. */
  readonly hashes: Uint32Array
  /** 1 for a word that consists of the letters `a` to `z` only, else 0. */
  readonly latin: Uint8Array
}

/** The code units of one word at most. */
export const MAX_WORD_LENGTH = 64

/** The words of a text, which is folded here once for all readers. Linear: 4 ns for a character of ASCII. */
export function wordsOf(text: string): WordTable {
  if (text.length > ROOM || bytes.write(text) !== text.length) return wordsOfFolded(fold(text))
  return wordsOfAscii(text.length)
}

/** Folds the ASCII text in `bytes` in its place, and finds its words in the same walk. */
function wordsOfAscii(length: number): WordTable {
  const { starts, stops, hashes, latin } = scratch
  let to = 0
  let count = 0
  let last = 0
  let start = 0
  let hash = OFFSET
  let kinds = 0
  // A blank after the last character ends the last word.
  for (let at = 0; at <= length; at++) {
    const code = at < length ? (ASCII_FOLDED[bytes[at] as number] as number) : BLANK
    const kind = KINDS[code] as number
    if (kinds !== 0 && (kind === 0 || to - start === MAX_WORD_LENGTH)) {
      starts[count] = start
      stops[count] = to
      hashes[count] = hash
      latin[count++] = kinds === LETTER ? 1 : 0
      kinds = 0
    }
    if (at === length || (code === BLANK && last === BLANK)) continue
    if (kinds === 0) {
      start = to
      hash = OFFSET
    }
    hash = Math.imul(hash ^ code, PRIME)
    kinds |= kind
    last = code
    bytes[to++] = code
  }
  return table(bytes.toString('latin1', 0, to), count, scratch)
}

/** The words of a text that is folded already. */
export function wordsOfFolded(text: string): WordTable {
  const room = text.length <= ROOM ? scratch : newColumns((text.length >> 1) + 1)
  const { starts, stops, hashes, latin } = room
  let count = 0
  for (let at = 0; at < text.length; ) {
    let code = text.charCodeAt(at)
    if (!isWordUnit(code)) {
      at++
      continue
    }
    const start = at
    const limit = Math.min(start + MAX_WORD_LENGTH, text.length)
    let hash = OFFSET
    let letters = 1
    do {
      hash = Math.imul(hash ^ code, PRIME)
      if (code < 97 || code > 122) letters = 0
      code = text.charCodeAt(++at)
    } while (at < limit && isWordUnit(code))
    starts[count] = start
    stops[count] = at
    hashes[count] = hash
    latin[count++] = letters
  }
  return table(text, count, room)
}

type Columns = Pick<WordTable, 'starts' | 'stops' | 'hashes' | 'latin'>

const table = (text: string, count: number, { starts, stops, hashes, latin }: Columns): WordTable => ({
  text,
  count,
  starts: starts.slice(0, count),
  stops: stops.slice(0, count),
  hashes: hashes.slice(0, count),
  latin: latin.slice(0, count),
})

const newColumns = (room: number) => ({
  starts: new Uint32Array(room),
  stops: new Uint32Array(room),
  hashes: new Uint32Array(room),
  latin: new Uint8Array(room),
})

/** FNV-1a (32 bits) over the code units. */
export function hashOfWord(word: string): number {
  let hash = OFFSET
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), PRIME)
  return hash >>> 0
}

const OFFSET = 0x811c9dc5
const PRIME = 0x01000193

/** Letters and digits; of what is not ASCII, all but white space, quotes, dashes and other punctuation. */
export const isWordUnit = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 0xaa && !isPunctuation(code))

const isPunctuation = (code: number): boolean =>
  code === 0xab ||
  code === 0xb7 ||
  code === 0xbb ||
  code === 0xbf ||
  (code >= 0x2010 && code <= 0x205e) ||
  (code >= 0x3000 && code <= 0x3003) ||
  (code >= 0x3008 && code <= 0x3011)

const BLANK = 32
const [LETTER, DIGIT] = [1, 2]

const KINDS = Uint8Array.from({ length: 128 }, (_, code) => (isWordUnit(code) ? (code >= 97 ? LETTER : DIGIT) : 0))

/** Texts up to this length need no new buffers. One of ASCII fits into `bytes` however it is written. */
const ROOM = 65_536

const bytes = Buffer.allocUnsafe(3 * ROOM)
const scratch = newColumns(ROOM)
