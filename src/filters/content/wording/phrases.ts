/** Finds phrases of several lists in one pass over the words of a text, each of which is looked up once by its hash. */
import { fold } from '../../../links/fold.ts'
import type { WordTable } from '../../../links/words.ts'
import { isWide, keyOf, pairOf } from './pattern.ts'
import { Entry, HashIndex, Marks, Stems } from './phrase-index.ts'

interface Match {
  readonly phrase: string
  readonly at: number
  /** The end of its first words, up to an open end or a gap, and of the whole. */
  readonly stop: number
  readonly end: number
}

/** Comparisons of a phrase with a place in one text. What a text has beyond them is not examined, and says so. */
const MAX_COMPARISONS = 30_000
/** Places of one phrase that are kept. */
const MAX_PLACES = 8
/** Two to these powers are the bits that tell whether an index may have a hash: together they fit into the cache. */
const MARK_BITS = { word: 16, pair: 17, stem: 15, shortStem: 12, wide: 15 } as const

/** How many distinct phrases of two lists stand near each other. */
export interface Nearby {
  /** Distinct phrases of the first list, and of the second. */
  readonly min: readonly [number, number]
  /** Distinct phrases of both together. @default the sum of `min` */
  readonly together?: number
  /** Characters from the first phrase to the last. @default 2000 */
  readonly span?: number
}

/** The phrases of the lists that a text contains. */
export class Phrases<Name extends string> {
  readonly #byList: ReadonlyMap<string, readonly Match[]>

  /** The text has more beginnings of phrases than are compared: phrases behind them are not found. */
  readonly isCut: boolean

  constructor(byList: ReadonlyMap<string, readonly Match[]>, isCut = false) {
    this.#byList = byList
    this.isCut = isCut
  }

  /** The distinct phrases of a list in the order of the text, of those that begin in its first characters. */
  of(list: Name, within = Number.POSITIVE_INFINITY): readonly string[] {
    const found = this.#byList.get(list)
    return found === undefined ? [] : [...new Set(found.flatMap(({ phrase, at }) => (at < within ? [phrase] : [])))]
  }

  /** The distinct phrases of a list that end in the first characters of the text. */
  endingIn(list: Name, length: number): readonly string[] {
    const found = this.#byList.get(list) ?? []
    return [...new Set(found.flatMap(({ phrase, end }) => (end <= length ? [phrase] : [])))]
  }

  /** The phrases of the first passage that has enough of both lists; none where no passage has. Linear. */
  nearby(first: Name, second: Name, { min, together = min[0] + min[1], span = 2000 }: Nearby): readonly string[] {
    const [a, b] = [this.#byList.get(first), this.#byList.get(second)]
    if (a === undefined || b === undefined) return []
    const all = [...withoutOverlaps(a, 0), ...withoutOverlaps(b, 1)].sort((one, other) => one.at - other.at)
    const counts: readonly [Map<string, number>, Map<string, number>] = [new Map(), new Map()]
    let start = 0
    for (const { at, phrase, side } of all) {
      const here = counts[side]
      here.set(phrase, (here.get(phrase) ?? 0) + 1)
      for (let old = all[start]; old !== undefined && at - old.at > span; old = all[++start]) {
        const left = counts[old.side]
        const rest = (left.get(old.phrase) ?? 0) - 1
        if (rest > 0) left.set(old.phrase, rest)
        else left.delete(old.phrase)
      }
      const [ones, others] = [counts[0].size, counts[1].size]
      if (ones >= min[0] && others >= min[1] && ones + others >= together) {
        return [...counts[0].keys(), ...counts[1].keys()]
      }
    }
    return []
  }
}

/** Phrases in the order of the text, without those that begin within the first words of another. */
function withoutOverlaps(matches: readonly Match[], side: 0 | 1): readonly (Match & { readonly side: 0 | 1 })[] {
  let stop = 0
  return matches
    .toSorted((one, other) => one.at - other.at || other.stop - one.stop)
    .flatMap(match => {
      if (match.at < stop) return []
      stop = match.stop
      return [{ ...match, side }]
    })
}

/**
 * Phrases of a list are separated by commas or line ends, and are folded as the text is. A phrase begins and ends at a
 * word boundary, unless its script has no blanks. In a phrase, `*` after the beginning of a word stands for the rest of
 * the word, and `~` between blanks for at most four words of the same sentence.
 */
export class PhraseBook<Name extends string> {
  /** See {@link Key}. */
  readonly #indexes = {
    word: new HashIndex(MARK_BITS.word),
    pair: new HashIndex(MARK_BITS.pair),
    stem: new HashIndex(MARK_BITS.stem),
    shortStem: new HashIndex(MARK_BITS.shortStem),
    wide: new HashIndex(MARK_BITS.wide),
  }
  /** The first words, and the first letters of open ones: most words of a text begin no phrase. */
  readonly #beginnings = { words: new Marks(15), stems: new Marks(13) }
  /** Phrases that do not begin with a word are searched for. */
  readonly #searched: Entry[] = []

  constructor(lists: Readonly<Partial<Record<Name, string>>>) {
    for (const [list, text = ''] of Object.entries<string | undefined>(lists)) {
      const written = new Set(text.split(/[,\n]/).map(phrase => phrase.trim()))
      written.delete('')
      const phrases = [...written]
      // All phrases are folded at once; fold makes no commas.
      const folded = fold(phrases.join(',')).split(',')
      for (const [index, phrase] of phrases.entries()) {
        this.#add(new Entry(list, phrase, folded[index] ?? ''))
      }
    }
  }

  /** The most phrases that are tried at one word. */
  get widest(): number {
    const { word, pair, stem, shortStem, wide } = this.#indexes
    return Math.max(word.widest + pair.widest + stem.widest + shortStem.widest, wide.widest)
  }

  /** The phrases of this book, and of others with the same lists. */
  read(words: WordTable, ...others: readonly PhraseBook<never>[]): Phrases<Name> {
    const stems = new Stems(words)
    const matches = new Matches(stems)
    for (const book of [this, ...others]) book.#read(words, stems, matches)
    return new Phrases(matches.byList, matches.isCut)
  }

  #read({ text, count, hashes, starts }: WordTable, beginnings: Stems, matches: Matches): void {
    const { word, pair, stem, shortStem, wide } = this.#indexes
    const { words, stems } = this.#beginnings
    let first = hashes[0] ?? 0
    for (let index = 0; index < count; index += 1) {
      const second = hashes[index + 1] ?? 0
      const at = starts[index] as number
      if (words.has(first)) {
        const both = pairOf(first, second)
        if (pair.has(both)) matches.try(text, at, pair.get(both))
        if (word.has(first)) matches.try(text, at, word.get(first))
      }
      const short = beginnings.short[index] as number
      if (stems.has(short)) {
        const long = beginnings.long[index] as number
        if (stem.has(long)) matches.try(text, at, stem.get(long))
        if (shortStem.has(short)) matches.try(text, at, shortStem.get(short))
      }
      first = second
    }
    if (isWide(text)) {
      for (let at = 0; at < text.length; at++) {
        const both = pairOf(text.charCodeAt(at), text.charCodeAt(at + 1))
        if (wide.has(both)) matches.try(text, at, wide.get(both))
      }
    }
    for (const entry of this.#searched) {
      const at = text.indexOf(entry.pattern.start)
      if (at >= 0) matches.add(entry, at, at + entry.pattern.start.length)
    }
  }

  #add(entry: Entry): void {
    const { index, hash, beginning } = keyOf(entry.folded)
    if (index === 'searched') this.#searched.push(entry)
    else this.#indexes[index].add(hash, entry)
    if (index === 'word' || index === 'pair') this.#beginnings.words.add(beginning)
    if (index === 'stem' || index === 'shortStem') this.#beginnings.stems.add(beginning)
  }
}

/** The matches in one text. */
class Matches {
  readonly byList = new Map<string, Match[]>()
  readonly #places = new Map<Entry, number>()
  readonly #stems: Stems
  #left = MAX_COMPARISONS
  isCut = false

  constructor(stems: Stems) {
    this.#stems = stems
  }

  /** Adds those of a phrase and the next ones with its key that begin here. */
  try(text: string, at: number, first: Entry | undefined): void {
    // Another word can have the same hash: the pattern decides.
    for (let entry = first; entry !== undefined; entry = entry.next) {
      if (this.#left === 0) {
        this.isCut = true
        return
      }
      this.#left -= 1
      // Most phrases have a word that the text has nowhere: without this look the search takes twice the time.
      if (entry.later !== 0 && !this.#stems.has(entry.later)) continue
      const end = entry.pattern.endAt(text, at)
      if (end >= 0) this.add(entry, at, end)
    }
  }

  add(entry: Entry, at: number, end: number): void {
    const places = this.#places.get(entry) ?? 0
    if (places === MAX_PLACES) return
    this.#places.set(entry, places + 1)
    const phrase = entry.written.replaceAll('*', '').replaceAll('~', '…')
    const match = { phrase, at, stop: at + entry.pattern.start.length, end }
    const matches = this.byList.get(entry.list)
    if (matches === undefined) this.byList.set(entry.list, [match])
    else matches.push(match)
  }
}
