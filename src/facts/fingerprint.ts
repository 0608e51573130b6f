/** `fingerprint`: digests by which the messages of one campaign are recognised, though each copy differs a little. */
import { createHash } from 'node:crypto'
import { plain } from '../links/plain.ts'
import { visibleStart } from '../mime/decode/blanks.ts'
import { type Fact, fact } from '../model/fact.ts'
import type { Message } from '../model/stage.ts'
import { links } from './links.ts'
import { parts } from './parts.ts'
import { text } from './text.ts'

/** The value of the fact `fingerprint`: three digests, from the strictest to the loosest. */
export interface Fingerprint {
  /**
   * The digest of the words without numbers, addresses and punctuation; absent where there are fewer than ten words.
   */
  readonly exact?: string
  /**
   * Locality-sensitive: texts that share most of their phrases share at least one of these. Four bands of four hashes
   * each (MinHash over runs of three words): a likeness of 0.9 is met with a chance of 99 %, one of 0.5 with 23 %.
   */
  readonly bands: readonly string[]
  /** The digest of the structure: the parts, their sizes in powers of two, and the domains of the links. */
  readonly structure: string
}

const BANDS = 4
const ROWS = 4
const SHINGLE = 3
/** Words that are examined, and the minimum. */
const [MAX_WORDS, MIN_WORDS] = [2000, 10]

/**
 * The digests of the visible text and of the structure of the message.
 *
 * @example
 * const { bands } = await message.ask(fingerprint)
 */
export const fingerprint: Fact<Message, Fingerprint> = fact('fingerprint', 'message', async message => {
  const [{ visible }, { all }, { domains }] = await Promise.all([
    message.ask(text),
    message.ask(parts),
    message.ask(links),
  ])
  const shape = all.map(({ contentType, size }) => `${contentType} ${Math.ceil(Math.log2(size + 1))}`)
  const structure = digest([...shape.slice(0, 50), ...domains.slice(0, 20).toSorted()].join('\n'))
  return { ...fingerprintOf(visible), structure }
})

/** The digests of any text, without a structure. */
export function fingerprintOf(text: string): Omit<Fingerprint, 'structure'> {
  const words = (plain(visibleStart(text, MAX_WORDS * 16)).match(/\p{L}{2,40}/gu) ?? []).slice(0, MAX_WORDS)
  if (words.length < MIN_WORDS) return { bands: [] }
  const least = new Uint32Array(BANDS * ROWS).fill(0xffff_ffff)
  for (let at = 0; at + SHINGLE <= words.length; at += 1) {
    const hash = hashOf(words.slice(at, at + SHINGLE).join(' '))
    for (let row = 0; row < least.length; row += 1) {
      const value = mix(hash, row)
      if (value < (least[row] ?? 0)) least[row] = value
    }
  }
  const bands = Array.from({ length: BANDS }, (_, band) =>
    digest(`${band} ${least.slice(band * ROWS, (band + 1) * ROWS).join(' ')}`),
  )
  return { exact: digest(words.join(' ')), bands }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 16)

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}

/** One of many permutations: the finaliser of MurmurHash3 over the hash and a seed. */
function mix(hash: number, seed: number): number {
  let value = hash ^ Math.imul(seed + 1, 0x9e3779b1)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}
