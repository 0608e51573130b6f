/** How phrases are looked up by the words of a text: sets of hashes that pass over most words. */
import type { WordTable } from '../../../links/words.ts'
import { isWide, laterStem, Pattern, shortStemAt, stemAt } from './pattern.ts'

/** A phrase of a list. Its pattern is made when it is first needed, which is never for most. */
export class Entry {
  readonly list: string
  readonly written: string
  readonly folded: string
  /** See {@link laterStem}; 0 for what is not looked up by words. */
  readonly later: number
  /** The next phrase with the same key. */
  next: Entry | undefined
  #pattern: Pattern | undefined

  constructor(list: string, written: string, folded: string) {
    this.list = list
    this.written = written
    this.folded = folded
    this.later = isWide(folded) ? 0 : laterStem(folded)
  }

  get pattern(): Pattern {
    this.#pattern ??= new Pattern(this.folded)
    return this.#pattern
  }
}

const MARK_FACTOR = 0x9e3779b1

/** A set of hashes, one bit for each, that may claim to have others. */
export class Marks {
  readonly #bits: Uint8Array
  readonly #shift: number

  /** @param bits two to this power are the bits */
  constructor(bits: number) {
    this.#bits = new Uint8Array(1 << (bits - 3))
    this.#shift = 32 - bits
  }

  has(hash: number): boolean {
    const mark = Math.imul(hash, MARK_FACTOR) >>> this.#shift
    return ((this.#bits[mark >> 3] as number) & (1 << (mark & 7))) !== 0
  }

  add(hash: number): void {
    const mark = Math.imul(hash, MARK_FACTOR) >>> this.#shift
    this.#bits[mark >> 3] = (this.#bits[mark >> 3] as number) | (1 << (mark & 7))
  }
}

/** The beginnings of the words of one text, by three letters and by five. It is valid until the next one is made. */
export class Stems {
  readonly short: Int32Array
  readonly long: Int32Array

  constructor({ text, count, starts }: WordTable) {
    const [short, long] =
      count <= scratch.short.length ? [scratch.short, scratch.long] : [new Int32Array(count), new Int32Array(count)]
    present.fill(0)
    for (let index = 0; index < count; index++) {
      const at = starts[index] as number
      const three = shortStemAt(text, at)
      const five = stemAt(text, at, three)
      short[index] = three
      long[index] = five
      present[markOf(three)] = 1
      present[markOf(five)] = 1
    }
    this.short = short
    this.long = long
  }

  /** False where no word begins so. */
  has(stem: number): boolean {
    return present[markOf(stem)] === 1
  }
}

const STEM_BITS = 14
const markOf = (stem: number): number => Math.imul(stem, MARK_FACTOR) >>> (32 - STEM_BITS)

/** Used for each text again: new arrays take a third of the time of the search. */
const present = new Uint8Array(1 << STEM_BITS)
const scratch = { short: new Int32Array(8192), long: new Int32Array(8192) }

/** Phrases by a hash. */
export class HashIndex {
  readonly #marks: Marks
  readonly #first = new Map<number, Entry>()

  constructor(bits: number) {
    this.#marks = new Marks(bits)
  }

  has(hash: number): boolean {
    return this.#marks.has(hash)
  }

  /** The first of the phrases with this hash. */
  get(hash: number): Entry | undefined {
    return this.#first.get(hash)
  }

  add(hash: number, entry: Entry): void {
    this.#marks.add(hash)
    let last = this.#first.get(hash)
    if (last === undefined) this.#first.set(hash, entry)
    else {
      while (last.next !== undefined) last = last.next
      last.next = entry
    }
  }

  get widest(): number {
    const lengthFrom = (entry: Entry | undefined): number => (entry === undefined ? 0 : 1 + lengthFrom(entry.next))
    return Math.max(0, ...Array.from(this.#first.values(), lengthFrom))
  }
}
