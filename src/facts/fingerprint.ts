/** `fingerprint`: digests by which the messages of one campaign are recognised, though each copy differs a little. */
import { hash as digestOf } from 'node:crypto'
import { hashOfWord, type WordTable, wordsOf } from '../links/words.ts'
import { visibleStart } from '../mime/decode/blanks.ts'
import { type Fact, fact } from '../model/fact.ts'
import type { Message } from '../model/stage.ts'
import { links } from './links.ts'
import { parts } from './parts.ts'
import { MAX_WORDS_LENGTH, words } from './words.ts'

/** The value of the fact `fingerprint`: three digests, from the strictest to the loosest. */
export interface Fingerprint {
  /**
   * The digest of the words without numbers, addresses and punctuation; absent where there are fewer than ten words.
   */
  readonly exact?: string
  /**
   * Locality-sensitive: texts that share most of their phrases share at least one of these. Four bands of four hashes
   * each (MinHash over runs of three words, by one permutation for each band: Li, Owen, Zhang, NIPS 2012): a likeness
   * of 0.9 is met with a chance of 99 %, one of 0.5 with 23 %; short texts are met a little less often.
   */
  readonly bands: readonly string[]
  /** The digest of the structure: the parts, their sizes in powers of two, and the domains of the links. */
  readonly structure: string
}

const BANDS = 4
const ROWS = 4
const SHINGLE = 3
/** The two highest bits of a value are its bin. */
const BIN_SHIFT = 30
/** Not less than any hash. */
const EMPTY = 0xffff_ffff
/** Words that are examined, and the minimum. */
const [MAX_WORDS, MIN_WORDS] = [2000, 10]

/**
 * The digests of the visible text and of the structure of the message.
 *
 * @example
 * const { bands } = await message.ask(fingerprint)
 */
export const fingerprint: Fact<Message, Fingerprint> = fact('fingerprint', 'message', async message => {
  const [table, { all }, { domains }] = await Promise.all([message.ask(words), message.ask(parts), message.ask(links)])
  const shape = all.map(({ contentType, size }) => `${contentType} ${Math.ceil(Math.log2(size + 1))}`)
  const structure = digest([...shape.slice(0, 50), ...domains.slice(0, 20).toSorted()].join('\n'))
  return { ...digestsOf(table, table.bodyWord), structure }
})

/** The digests of any text, without a structure. */
export const fingerprintOf = (text: string): Omit<Fingerprint, 'structure'> =>
  digestsOf(wordsOf(visibleStart(text, MAX_WORDS_LENGTH)), 0)

/** @param first the index of the first word */
function digestsOf(table: WordTable, first: number): Omit<Fingerprint, 'structure'> {
  const hashes = hashesOf(table, first)
  if (hashes.length < MIN_WORDS) return { bands: [] }
  return { exact: digest(hashes), bands: bandsOf(hashes) }
}

/** The hashes of the first words of letters. Words with digits are left out: numbers and ids differ in each copy. */
function hashesOf({ text, count, starts, stops, hashes, latin }: WordTable, first: number): Uint32Array {
  const found = new Uint32Array(MAX_WORDS)
  let length = 0
  for (let index = first; index < count && length < MAX_WORDS; index += 1) {
    const start = starts[index] ?? 0
    const stop = stops[index] ?? 0
    if (latin[index] === 1) {
      if (stop - start > 1) found[length++] = hashes[index] ?? 0
    } else {
      for (const word of wideWords(text.slice(start, stop))) if (length < MAX_WORDS) found[length++] = hashOfWord(word)
    }
  }
  return found.subarray(0, length)
}

/** In other scripts a run of the table has punctuation, too. */
const wideWords = (run: string): readonly string[] =>
  /^[\0-\x7f]*$/.test(run) ? [] : (run.match(/\p{L}{2,40}/gu) ?? [])

/**
 * The least hashes of all runs of three words. The permutation of a band puts each run into one of four bins: a quarter
 * of the work of a permutation for each hash.
 */
function bandsOf(hashes: Uint32Array): readonly string[] {
  const least = new Uint32Array(BANDS * ROWS).fill(EMPTY)
  for (let at = 0; at + SHINGLE <= hashes.length; at += 1) {
    const shingle = mix(hashes[at] ?? 0, hashes[at + 1] ?? 0, hashes[at + 2] ?? 0)
    for (let band = 0; band < BANDS; band += 1) {
      const value = Math.imul(shingle ^ (SEEDS[band] ?? 0), FACTORS[band] ?? 1) >>> 0
      const bin = band * ROWS + (value >>> BIN_SHIFT)
      if (value < (least[bin] ?? 0)) least[bin] = value
    }
  }
  return Array.from({ length: BANDS }, (_, band) => {
    const bins = [...least.subarray(band * ROWS, (band + 1) * ROWS)]
    return [band, ...bins.map((value, bin) => (value === EMPTY ? borrowed(bins, bin) : value))]
      .map(value => value.toString(36))
      .join('.')
  })
}

/** An empty bin has what the next one has, made distinct (densification; Shrivastava, Li, ICML 2014). */
function borrowed(bins: readonly number[], empty: number): number {
  const steps = bins.findIndex((_, step) => bins[(empty + step) % ROWS] !== EMPTY)
  return (bins[(empty + steps) % ROWS] ?? 0) + steps * EMPTY
}

const digest = (data: string | Uint32Array): string => digestOf('sha256', data, 'base64url').slice(0, 16)

/** One hash of three: their sum by weights, and the finaliser of MurmurHash3. */
function mix(one: number, two: number, three: number): number {
  let value = Math.imul(Math.imul(one, 0x9e3779b1) ^ two, 0x9e3779b1) ^ three
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return value ^ (value >>> 16)
}

/** The permutation of each band: an exclusive or with a seed, and a product with an odd number. */
const SEEDS = Uint32Array.from({ length: BANDS }, (_, band) => mix(band, 1, 1))
const FACTORS = Uint32Array.from({ length: BANDS }, (_, band) => mix(band, 2, 2) | 1)
