/** Finds phrases of several lists in one pass over the words of a text, each of which is looked up once by its hash. */
import { type WordTable, wordsOfFolded } from '../../../links/words.ts'

interface Entry {
  readonly list: string
  readonly phrase: string
  /** The length of the first word, by whose hash the phrase is looked up. */
  readonly wordLength: number
  /** The phrase may continue with more letters. */
  readonly open: boolean
  /** The place in the lists. */
  readonly order: number
}

interface Match {
  readonly phrase: string
  readonly at: number
}

/** Matches that are kept for one text. */
const MAX = 1000
const MARK_BITS = 14

/** The phrases of the lists that a text contains. */
export class Phrases<Name extends string> {
  readonly #byList: ReadonlyMap<string, readonly Match[]>

  constructor(byList: ReadonlyMap<string, readonly Match[]>) {
    this.#byList = byList
  }

  /** The distinct phrases of a list in the order of the text, of those that begin in its first characters. */
  of(list: Name, within = Number.POSITIVE_INFINITY): readonly string[] {
    const found = this.#byList.get(list)
    return found === undefined ? [] : [...new Set(found.flatMap(({ phrase, at }) => (at < within ? [phrase] : [])))]
  }
}

/**
 * Phrases of a list are separated by commas or line ends. A phrase begins and ends at a word boundary, unless it ends
 * in `*` or its script has no blanks.
 */
export class PhraseBook<Name extends string> {
  /** Phrases of one word, and the others by their first two words: few words of a text begin one. */
  readonly #byWord = new HashIndex()
  readonly #byPair = new HashIndex()
  /** Phrases that do not begin with a word are searched for. */
  readonly #searched: Entry[] = []

  constructor(lists: Readonly<Record<Name, string>>) {
    let order = 0
    for (const [list, text] of Object.entries<string>(lists)) {
      for (const written of text.split(/[,\n]/)) this.#add(list, written.trim(), order++)
    }
  }

  read(words: WordTable): Phrases<Name> {
    const { text, count, hashes } = words
    const found = new Map<string, Match[]>()
    let left = MAX
    for (let index = 0; index < count && left > 0; index += 1) {
      const hash = hashes[index] ?? 0
      const pair = pairOf(hash, hashes[index + 1] ?? 0)
      if (!this.#byWord.mayHave(hash) && !this.#byPair.mayHave(pair)) continue
      left -= addMatches(found, words, index, [...this.#byWord.get(hash), ...this.#byPair.get(pair)])
    }
    for (const { list, phrase } of this.#searched) {
      const at = text.indexOf(phrase)
      if (at >= 0) addMatch(found, list, { phrase, at })
    }
    return new Phrases(found)
  }

  #add(list: string, written: string, order: number): void {
    const phrase = written.replace(/\*$/, '')
    if (phrase === '') return
    const { starts, stops, hashes, count } = wordsOfFolded(phrase)
    const open = written.endsWith('*')
    const wordLength = starts[0] === 0 ? (stops[0] ?? 0) : 0
    const entry = { list, phrase, wordLength, open, order }
    const [first = 0, second = 0] = hashes
    if (wordLength === 0 || isWide(phrase)) this.#searched.push(entry)
    // The second word of an open phrase may continue with more letters.
    else if (count < (open ? 3 : 2)) this.#byWord.add(first, entry)
    else this.#byPair.add(pairOf(first, second), entry)
  }
}

/** Entries by a hash. */
class HashIndex {
  /** One byte for each mark of a hash: most hashes are passed over by it alone. */
  readonly #marks = new Uint8Array(1 << MARK_BITS)
  readonly #entries = new Map<number, Entry[]>()

  mayHave(hash: number): boolean {
    return this.#marks[markOf(hash)] === 1
  }

  get(hash: number): readonly Entry[] {
    return this.#entries.get(hash) ?? []
  }

  add(hash: number, entry: Entry): void {
    this.#marks[markOf(hash)] = 1
    this.#entries.set(hash, [...this.get(hash), entry])
  }
}

/** Adds the phrases that begin with the word of this index, in the order of the lists, and returns their number. */
function addMatches(
  found: Map<string, Match[]>,
  { text, starts, stops }: WordTable,
  index: number,
  entries: readonly Entry[],
): number {
  const at = starts[index] ?? 0
  // Another word can have the same hash.
  const matches = entries.filter(
    ({ phrase, wordLength, open }) =>
      at + wordLength === stops[index] && text.startsWith(phrase, at) && (open || !continues(text, at + phrase.length)),
  )
  for (const { list, phrase } of matches.sort((a, b) => a.order - b.order)) addMatch(found, list, { phrase, at })
  return matches.length
}

function addMatch(found: Map<string, Match[]>, list: string, match: Match): void {
  const matches = found.get(list)
  if (matches === undefined) found.set(list, [match])
  else matches.push(match)
}

const pairOf = (first: number, second: number): number => Math.imul(first, 31) ^ second

const markOf = (hash: number): number => Math.imul(hash, 0x9e3779b1) >>> (32 - MARK_BITS)

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code >= 0xaa

const continues = (text: string, at: number): boolean =>
  at < text.length && isLetter(text.charCodeAt(at)) && isLetter(text.charCodeAt(at - 1))

/** The phrase is in a script without blanks between words. */
const isWide = (text: string): boolean => /[\u3040-\u9fff\uac00-\ud7af]/.test(text)
