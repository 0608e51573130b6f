/** Finds what may be a password: in the text of a message, in its subject, and in the names of its files. */
import { asciiOf } from './ascii.ts'
import { PASSWORD_WORDS, WEAK_PASSWORD_WORDS } from './words.ts'

/** Where a candidate was found. */
export type PasswordPlace = 'text' | 'subject' | 'file name'

/** What may be a password. */
export interface PasswordCandidate {
  readonly password: string
  readonly place: PasswordPlace
}

/** What a message says about passwords. */
export interface PasswordCandidates {
  /** The likely ones first; at most {@link MAX_CANDIDATES}. */
  readonly candidates: readonly PasswordCandidate[]
  /** The place in which a password stands beside a word for it; undefined where there is none. */
  readonly given: PasswordPlace | undefined
}

/** Candidates that are kept. */
export const MAX_CANDIDATES = 20
/** Characters of each place that are searched. */
const MAX_LENGTH = 30_000
/** Occurrences of words for "password" that are followed. */
const MAX_OCCURRENCES = 30
/** Characters of a password. */
const MAX_PASSWORD = 64
/** Characters after and before a word for "password" that are read. */
const [AFTER, BEFORE] = [100, 40]

/** What is searched: the places of one message. */
export interface PasswordTexts {
  /** The text of the message, and attached texts. */
  readonly text: string
  readonly subject: string
  /** Names of attached files. */
  readonly names: readonly string[]
}

/** Linear in the length of the texts. */
export function passwordCandidates({ text, subject, names }: PasswordTexts): PasswordCandidates {
  const found = new Candidates()
  search(found, text, 'text')
  search(found, subject, 'subject')
  for (const name of names.slice(0, MAX_NAMES)) {
    const base = name.slice(-255).replace(/\.[^.]{1,5}$/, '')
    search(found, base.replace(/_/g, ' '), 'file name')
    for (const token of base.split(/[\s_\-.()[\]=+,;]+/)) if (/\d/.test(token)) found.add(token, 'file name', WEAK)
    found.add(base, 'file name', LAST)
  }
  for (const token of standingAlone(text)) found.add(token, 'text', WEAK)
  // The word for "password" may be disguised, or of a language that is not in the table.
  for (const token of unlikeWords(text)) found.add(token, 'text', LAST)
  return found.result()
}

const MAX_NAMES = 10

/** Ranks: a smaller one is tried before a larger one. */
const [CERTAIN, LIKELY, POSSIBLE, WEAK, LAST] = [0, 1, 2, 3, 4]

/** Collects candidates by rank. */
class Candidates {
  readonly #ranks = new Map<string, { readonly rank: number; readonly place: PasswordPlace }>()
  #given: PasswordPlace | undefined

  /** Adds a candidate, and the same in ASCII where it has full-width letters or digits of another script. */
  add(raw: string, place: PasswordPlace, rank: number): void {
    for (const password of new Set([asciiOf(raw), raw])) {
      if (password.length < 2 || password.length > MAX_PASSWORD) continue
      const before = this.#ranks.get(password)
      if (before === undefined || rank < before.rank) this.#ranks.set(password, { rank, place })
    }
  }

  give(place: PasswordPlace): void {
    this.#given ??= place
  }

  result(): PasswordCandidates {
    const candidates = [...this.#ranks]
      .map(([password, { rank, place }], order) => ({ password, place, rank, order }))
      .sort((a, b) => a.rank - b.rank || a.order - b.order)
      .slice(0, MAX_CANDIDATES)
      .map(({ password, place }) => ({ password, place }))
    return { candidates, given: this.#given }
  }
}

interface Word {
  readonly word: string
  /** It is found inside longer words. */
  readonly inside: boolean
  readonly weak: boolean
}

let table: readonly Word[] | undefined

/** Every word with and without its diacritics, made when it is first needed. */
function wordTable(): readonly Word[] {
  if (table !== undefined) return table
  const words = new Map<string, Word>()
  const add = (list: string, weak: boolean): void => {
    for (const listed of list.split(',')) {
      const word = searchable(listed.trim())
      const spaceless = NO_BLANKS.test(word)
      for (const form of [
        word,
        word
          .normalize('NFD')
          .replace(/[\u0300-\u036f]/g, '')
          .normalize('NFC'),
      ])
        if (!words.has(form)) words.set(form, { word: form, inside: spaceless || (form.length >= 5 && !weak), weak })
    }
  }
  for (const list of Object.values(PASSWORD_WORDS)) add(list, false)
  add(WEAK_PASSWORD_WORDS, true)
  table = [...words.values()]
  return table
}

/** Scripts that write no blanks between words. */
const NO_BLANKS = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/

/** Letters that no reader sees, and marks of direction. */
const INVISIBLE = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g

/** In lower case, of the same length as the text without its invisible letters. */
const searchable = (text: string): string =>
  lowered(
    text
      .replace(INVISIBLE, '')
      .replace(/[’‘`´]/g, "'")
      .normalize('NFC'),
  )

/** A few letters have a longer lower case: they stay as they are. */
function lowered(text: string): string {
  const lower = text.toLowerCase()
  if (lower.length === text.length) return lower
  return Array.from(text, letter =>
    letter.toLowerCase().length === letter.length ? letter.toLowerCase() : letter,
  ).join('')
}

/** Adds what stands beside each word for "password". */
function search(found: Candidates, raw: string, place: PasswordPlace): void {
  const given = raw.slice(0, MAX_LENGTH).replace(INVISIBLE, '').normalize('NFC')
  const compatible = given.normalize('NFKC')
  searchForm(found, given, place)
  // Half-width katakana and full-width letters: the words are found in this form alone.
  if (compatible !== given) searchForm(found, compatible, place)
}

function searchForm(found: Candidates, text: string, place: PasswordPlace): void {
  const lower = searchable(text)
  let left = MAX_OCCURRENCES
  for (const { word, inside, weak } of wordTable()) {
    for (let at = lower.indexOf(word); at >= 0 && left > 0; at = lower.indexOf(word, at + word.length)) {
      const end = at + word.length
      if (!inside && (isLetter(lower[at - 1]) || isLetter(lower[end]))) continue
      left--
      if (readAfter(found, text.slice(end, end + AFTER), place, weak) && !weak) found.give(place)
      if (readBefore(found, text.slice(Math.max(0, at - BEFORE), at), place, weak) && !weak) found.give(place)
    }
  }
}

const isLetter = (letter: string | undefined): boolean => letter !== undefined && /[\p{L}\p{M}]/u.test(letter)

/** Between a word and its password. */
const SEPARATOR = /[:=：＝→⇒>｜|]|\s[-–—]\s/
const QUOTED = /["“”„«»'‘’`「」『』<>[\]【】*]([^"“”„«»'‘’`「」『』<>[\]【】*\n]{2,64})["“”„«»'‘’`「」『』<>[\]【】*]/g

/** Reads what follows the word. @returns whether it looks like a password that is given */
function readAfter(found: Candidates, window: string, place: PasswordPlace, weak: boolean): boolean {
  const step = weak ? 1 : 0
  // The rest of an inflected word.
  const text = NO_BLANKS.test(window[0] ?? '') ? window : window.replace(/^\p{L}{1,12}/u, '')
  let isGiven = false
  for (const [, quoted = ''] of text.matchAll(QUOTED)) {
    found.add(quoted.trim(), place, CERTAIN + step)
    isGiven ||= looksLikePassword(quoted.trim()) || !/\s/.test(quoted.trim())
  }
  const separator = SEPARATOR.exec(text)
  if (separator && separator.index < 60) {
    const rest = text.slice(separator.index + separator[0].length).trimStart()
    const [line = ''] = rest.split('\n', 1)
    const [first = ''] = tokensOf(line)
    for (const form of formsOf(first)) found.add(form, place, CERTAIN + step)
    isGiven ||= looksLikePassword(trimmed(first)) || (first !== '' && line.trim() === first)
    // A password of several words.
    found.add(line.trim(), place, POSSIBLE + step)
  }
  return readSentence(found, sentence(text), place, step) || isGiven
}

/** Reads the end of what precedes the word: `7721 is the password`. */
function readBefore(found: Candidates, window: string, place: PasswordPlace, weak: boolean): boolean {
  const line = window.slice(Math.max(window.lastIndexOf('\n'), window.lastIndexOf('. ')) + 1)
  const step = weak ? 1 : 0
  for (const [, quoted = ''] of line.matchAll(QUOTED)) found.add(quoted.trim(), place, LIKELY + step)
  return readSentence(found, line, place, LIKELY + step)
}

function readSentence(found: Candidates, text: string, place: PasswordPlace, step: number): boolean {
  let isGiven = false
  for (const token of tokensOf(text).slice(0, MAX_TOKENS)) {
    for (const form of formsOf(token)) {
      const looks = looksLikePassword(form)
      found.add(form, place, (looks ? LIKELY : POSSIBLE) + step)
      isGiven ||= looks
    }
  }
  return isGiven
}

const MAX_TOKENS = 10

/** To the end of the sentence, or of the first paragraph that has words. */
function sentence(text: string): string {
  const words: string[] = []
  for (const line of text.split('\n')) {
    const has = /[\p{L}\p{N}]/u.test(line)
    if (!has && words.length > 0) break
    if (has) words.push(line)
  }
  const joined = words.join(' ')
  const end = /[.!?。！？؟।](?:\s|$)/u.exec(joined)
  return end ? joined.slice(0, end.index + 1) : joined
}

const tokensOf = (text: string): readonly string[] => text.split(/[\s\u3000]+/).filter(token => token !== '')

/** A token without the punctuation around it, as it stands, and the runs of ASCII in it where it has other letters. */
function formsOf(token: string): readonly string[] {
  const inner = trimmed(token)
  const forms = [inner.replace(/^[-–—=_]{1,9}/, ''), inner, ...(token === inner ? [] : [withoutEnd(token), token])]
  if (OTHER_SCRIPT.test(token)) forms.unshift(...(token.normalize('NFKC').match(/[!-~]{2,64}/g) ?? []).map(trimmed))
  return forms.filter(form => form !== '')
}

/** A letter that is not Latin. */
const OTHER_SCRIPT = /[^\P{L}\p{Script=Latin}]/u

const PUNCTUATION = /[\s.,;:!?"'“”„«»‘’`()<>[\]{}*。、，：；！？「」『』【】（）]/

/** Not by a regular expression: one for the end of a text is quadratic. */
function trimmed(token: string): string {
  let start = 0
  let stop = token.length
  while (start < stop && PUNCTUATION.test(token[start] ?? '')) start++
  while (stop > start && PUNCTUATION.test(token[stop - 1] ?? '')) stop--
  return token.slice(start, stop)
}

/** A full stop or a comma ends the sentence; other signs may belong to the password. */
const withoutEnd = (token: string): string => token.replace(/[.,;。、，]$/, '')

/** It has a digit, or a sign inside, or a capital after a small letter: most words have none. */
const looksLikePassword = (token: string): boolean =>
  token.length >= 3 &&
  token.length <= MAX_PASSWORD &&
  !/\s/.test(token) &&
  (/\p{Nd}/u.test(token) || /\p{Ll}\p{Lu}/u.test(token) || /^[^\s@#$%&!]{1,60}[@#$%&!][^\s@]{0,60}$/.test(token)) &&
  !DATE_OR_TIME.test(token) &&
  !ADDRESS.test(token)

const DATE_OR_TIME = /^(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}:\d{2})$/
const ADDRESS = /^(?:https?:|[^@]{1,64}@[^@.]{1,63}\.)/i

/** Tokens with letters and digits, or with signs inside. */
const unlikeWords = (text: string): readonly string[] =>
  tokensOf(text.slice(0, MAX_LENGTH).replace(INVISIBLE, ''))
    .flatMap(token =>
      looksLikePassword(trimmed(token)) && !/^[\d.,/:+-]+$/.test(trimmed(token)) ? formsOf(token) : [],
    )
    .slice(0, MAX_TOKENS)

/** Lines of one token with a digit: the second message that brings a password often has nothing else. */
function standingAlone(text: string): readonly string[] {
  return text
    .slice(0, MAX_LENGTH)
    .split('\n')
    .map(trimmed)
    .filter(line => /^\S{3,40}$/.test(line) && looksLikePassword(line))
    .slice(0, MAX_TOKENS)
}
