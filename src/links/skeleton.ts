/**
 * How a short text reads, and how it is disguised: the skeleton of Unicode Technical Standard 39, for display names,
 * subjects and titles. Long texts are read by `fold`, which maps the same letters.
 */
import { looksLike } from './confusables.ts'
import { type Disguise, disguisesIn } from './disguise.ts'
import { fold } from './fold.ts'

/** Characters that are examined. */
export const MAX_SKELETON_LENGTH = 500

const ASCII = /^[\0-\x7f]*$/

/** What a short text says. Each part is found when it is first asked for. Linear. */
export class Skeleton {
  /** The text as `fold` returns it. */
  readonly text: string
  readonly #start: string
  #others: readonly string[] | undefined
  #disguises: readonly Disguise[] | undefined

  constructor(text: string) {
    this.#start = text.length > MAX_SKELETON_LENGTH ? text.slice(0, MAX_SKELETON_LENGTH) : text
    this.text = fold(this.#start)
  }

  /**
   * Other ways to read it, folded too: with signs and digits as the letters that they stand for, without dots, hyphens
   * or blanks between letters, with words of another script as the Latin words that they look like. Most texts have
   * none.
   */
  get others(): readonly string[] {
    this.#others ??= this.#read()
    return this.#others
  }

  /** What hides words in the text; empty for honest text in any script. */
  get disguises(): readonly Disguise[] {
    this.#disguises ??= disguisesIn(this.#start)
    return this.#disguises
  }

  #read(): readonly string[] {
    const found = new Set([this.text])
    if (!ASCII.test(this.text)) found.add(fold(looksLike(this.#start.normalize('NFKD'))))
    if (MASKED.test(this.#start) || HIDDEN.test(this.text))
      for (const reading of unmasked(this.#start, this.text)) found.add(reading)
    if (APART.test(this.text)) found.add(unspaced(this.#start))
    if (PARTED.test(this.text))
      for (const reading of [...found]) found.add(reading.replace(SIGNS_BETWEEN, ' ').replace(PARTS, ''))
    found.delete(this.text)
    return [...found]
  }
}

/** A sign or a digit beside a letter, a capital I. */
const MASKED = /[A-Za-z][0134578@$|!I]|I[a-z]|[034578@$|!][A-Za-z]|[€£]/
/** Pairs of letters that look like one, and an l that stands for a capital I. */
const HIDDEN = /rn|vv|\bl[b-df-hj-np-tv-xz]/

const SIGNS: Readonly<Record<string, string>> = {
  '0': 'o',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '@': 'a',
  $: 's',
  '|': 'l',
  '!': 'i',
  '€': 'e',
  '£': 'l',
}

/** A sign between letters, before a word, and after one. 1 is read apart, because it stands for two letters. */
const SIGN =
  /(?<=[a-z])[034578@$|!€£](?=[a-z])|(?<![a-z0-9@$|])[034578@$|!€£](?=[a-z]{2})|(?<=[a-z]{2})[035$€](?![a-z0-9])/g

/** The text with letters for digits and signs. 1 and I are read as l and as i. */
function unmasked(text: string, folded: string): readonly string[] {
  const letters = withLetters(folded)
  const upright = /[a-z]I|I[a-z]/.test(text)
    ? withLetters(fold(text.replace(/(?<=[a-z]I{0,2})I(?=I{0,2}(?:[a-z]|(?![A-Za-z])))|(?<![A-Za-z])I(?=[a-z])/g, 'l')))
    : letters
  return [
    upright.replace(/(?<=[a-z])1(?=[a-z])|(?<=[a-z]{2})1(?![a-z0-9])/g, 'l'),
    letters.replace(/(?<=[a-z])1(?=[a-z])/g, 'i').replace(/\bl(?=[b-df-hj-np-tv-xz])/g, 'i'),
    letters.replaceAll('rn', 'm').replaceAll('vv', 'w'),
  ]
}

const withLetters = (folded: string): string => folded.replace(/[®™©]/g, '').replace(SIGN, sign => SIGNS[sign] ?? sign)

/** Single letters with the same sign between each two: `P a y P a l`, `P.a.y.P.a.l`. Two blanks part words. */
const APART = /(?:^|[^a-z0-9])[^ ]([ ._*~|·•-])[^ ]\1[^ ]\1/
const SPACED = /(?<![\p{L}\p{N}])[\p{L}\p{N}@$]([ ._*~|·•-])[\p{L}\p{N}@$](?:\1[\p{L}\p{N}@$]){2,}(?![\p{L}\p{N}])/gu

const unspaced = (text: string): string =>
  fold(text.replace(SPACED, (run, between: string) => run.replaceAll(between, '')))

/** A sign inside a word (`Pay-Pal`), or in place of a blank (`Banco*do*Brasil`). */
const PARTED = /[a-z][-._*~'·|][a-z]/
const SIGNS_BETWEEN = /(?<=[a-z])[*_~|]+(?=[a-z])/g
const PARTS = /(?<=[a-z])[-.'·](?=[a-z])/g
