/**
 * Narrows many words down to the few that a text may contain, in one pass over the text: by the first characters of
 * each word. What it finds is examined exactly by the caller.
 */

/** Characters of a word that the index compares; it compares the low byte of each. */
const MAX_KEY_LENGTH = 4
const MARK_BITS = 14
const GOLDEN = 0x9e3779b1

interface Numbered<T> {
  readonly index: number
  readonly entry: T
}

/** @typeParam T what the words stand for */
export class SubstringIndex<T> {
  readonly #keyLength: number
  readonly #mask: number
  /** One byte for each hash of a key: most characters of a text are passed over by it alone. */
  readonly #marks = new Uint8Array(1 << MARK_BITS)
  readonly #byKey = new Map<number, Numbered<T>[]>()
  /** Entries with a word that is shorter than a key. */
  readonly #always: Numbered<T>[] = []

  /** @param keyLength how many characters of each word are compared: 1 to 4 */
  constructor(entries: readonly T[], wordsOf: (entry: T) => readonly string[], keyLength = MAX_KEY_LENGTH) {
    this.#keyLength = keyLength
    this.#mask = keyLength < MAX_KEY_LENGTH ? 2 ** (8 * keyLength) - 1 : -1
    for (const [index, entry] of entries.entries()) {
      for (const word of wordsOf(entry)) this.#add(word, { index, entry })
    }
  }

  /** The entries that may have a word in the text, in their order: every entry that has, and few that have not. */
  candidates(text: string): readonly T[] {
    const found = new Map<number, Numbered<T>>()
    for (const numbered of this.#always) found.set(numbered.index, numbered)
    // In variables, because reading private fields for each character takes most of the time.
    const [marks, mask] = [this.#marks, this.#mask]
    let key = 0
    for (let at = 0; at < text.length; at += 1) {
      key = ((key << 8) | (text.charCodeAt(at) & 255)) & mask
      if (marks[markOf(key)] === 0) continue
      for (const numbered of this.#byKey.get(key) ?? []) found.set(numbered.index, numbered)
    }
    return [...found.values()].sort((a, b) => a.index - b.index).map(({ entry }) => entry)
  }

  #add(word: string, numbered: Numbered<T>): void {
    if (word.length < this.#keyLength) {
      this.#always.push(numbered)
      return
    }
    let key = 0
    for (let at = 0; at < this.#keyLength; at += 1) key = (key << 8) | (word.charCodeAt(at) & 255)
    this.#marks[markOf(key)] = 1
    this.#byKey.set(key, [...(this.#byKey.get(key) ?? []), numbered])
  }
}

const markOf = (key: number): number => Math.imul(key, GOLDEN) >>> (32 - MARK_BITS)
