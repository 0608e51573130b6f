/**
 * Finds phrases of several lists in one pass over a text. Each word is looked up once, by a hash, which keeps the
 * search linear and makes no string for it: a sixth of the time of a table of strings.
 */

interface Entry {
  readonly list: string
  readonly phrase: string
  /** The length of the first word, by whose hash the phrase is looked up. */
  readonly wordLength: number
  /** The phrase may continue with more letters. */
  readonly open: boolean
}

interface Match {
  readonly phrase: string
  readonly at: number
}

/** Matches that are kept for one text. */
const MAX = 1000
/** Letters that are read as one word. */
const MAX_WORD_LENGTH = 64
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
  /** One byte for each hash of a word: most words of a text are passed over by it alone. */
  readonly #marks = new Uint8Array(1 << MARK_BITS)
  readonly #byWord = new Map<number, Entry[]>()
  /** Phrases that do not begin with a word are searched for. */
  readonly #searched: Entry[] = []

  constructor(lists: Readonly<Record<Name, string>>) {
    for (const [list, text] of Object.entries<string>(lists)) {
      for (const written of text.split(/[,\n]/)) this.#add(list, written.trim())
    }
  }

  read(text: string): Phrases<Name> {
    const found = new Map<string, Match[]>()
    const marks = this.#marks
    let left = MAX
    for (let at = 0; at < text.length && left > 0; ) {
      const start = at
      const limit = Math.min(text.length, start + MAX_WORD_LENGTH)
      let hash = 0
      for (; at < limit && isLetter(text.charCodeAt(at)); at += 1) hash = hashed(hash, text.charCodeAt(at))
      if (at === start) at += 1
      else if (marks[markOf(hash)] === 1) left -= this.#addMatches(found, text, start, at - start, hash)
    }
    for (const { list, phrase } of this.#searched) {
      const at = text.indexOf(phrase)
      if (at >= 0) addMatch(found, list, { phrase, at })
    }
    return new Phrases(found)
  }

  #add(list: string, written: string): void {
    const phrase = written.replace(/\*$/, '')
    if (phrase === '') return
    let wordLength = 0
    let hash = 0
    for (; wordLength < MAX_WORD_LENGTH && isLetter(phrase.charCodeAt(wordLength)); wordLength += 1) {
      hash = hashed(hash, phrase.charCodeAt(wordLength))
    }
    const entry = { list, phrase, wordLength, open: written.endsWith('*') }
    if (wordLength === 0 || isWide(phrase)) {
      this.#searched.push(entry)
      return
    }
    this.#marks[markOf(hash)] = 1
    this.#byWord.set(hash, [...(this.#byWord.get(hash) ?? []), entry])
  }

  /** Adds the phrases that begin with this word, and returns their number. */
  #addMatches(found: Map<string, Match[]>, text: string, at: number, length: number, hash: number): number {
    let count = 0
    for (const { list, phrase, wordLength, open } of this.#byWord.get(hash) ?? []) {
      // Another word can have the same hash.
      if (wordLength !== length || !text.startsWith(phrase, at)) continue
      if (!open && continues(text, at + phrase.length)) continue
      addMatch(found, list, { phrase, at })
      count += 1
    }
    return count
  }
}

function addMatch(found: Map<string, Match[]>, list: string, match: Match): void {
  const matches = found.get(list)
  if (matches === undefined) found.set(list, [match])
  else matches.push(match)
}

const hashed = (hash: number, code: number): number => Math.imul(hash ^ code, 0x01000193)

const markOf = (hash: number): number => Math.imul(hash, 0x9e3779b1) >>> (32 - MARK_BITS)

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code >= 0xaa

const continues = (text: string, at: number): boolean =>
  at < text.length && isLetter(text.charCodeAt(at)) && isLetter(text.charCodeAt(at - 1))

/** The phrase is in a script without blanks between words. */
const isWide = (text: string): boolean => /[\u3040-\u9fff\uac00-\ud7af]/.test(text)
