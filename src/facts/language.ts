/** `language`: the scripts of the visible text, and its language by a few common words. */

import { visibleStart } from '../mime/decode/blanks.ts'
import { type Fact, fact } from '../model/fact.ts'
import type { Message } from '../model/stage.ts'
import { text } from './text.ts'

/** A script of Unicode; `Kana` is Hiragana and Katakana. */
export type Script =
  | 'Latin'
  | 'Cyrillic'
  | 'Greek'
  | 'Han'
  | 'Kana'
  | 'Hangul'
  | 'Arabic'
  | 'Hebrew'
  | 'Thai'
  | 'Devanagari'

/** The value of the fact `language`. */
export interface Language {
  /** The share of each script among the letters, the largest first; those below one in a hundred are left out. */
  readonly scripts: readonly { readonly script: Script; readonly share: number }[]
  /** ISO 639-1: the language with the most common words in the text; absent where these are too few. */
  readonly language?: string
  /** The number of letters that were examined. */
  readonly letters: number
}

/** Characters that are examined. */
const MAX_LENGTH = 8192
const MIN_WORDS = 3

const SCRIPTS: readonly (readonly [Script, RegExp])[] = [
  ['Latin', /\p{Script=Latin}/gu],
  ['Cyrillic', /\p{Script=Cyrillic}/gu],
  ['Greek', /\p{Script=Greek}/gu],
  ['Han', /\p{Script=Han}/gu],
  ['Kana', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['Hangul', /\p{Script=Hangul}/gu],
  ['Arabic', /\p{Script=Arabic}/gu],
  ['Hebrew', /\p{Script=Hebrew}/gu],
  ['Thai', /\p{Script=Thai}/gu],
  ['Devanagari', /\p{Script=Devanagari}/gu],
]

/** Words that occur in every text and in few other languages. */
const COMMON_WORDS: Readonly<Record<string, string>> = {
  en: 'the and you your that with this have from are was will not for which our',
  de: 'und der die das nicht sie mit ist ein eine auf für ihre wir dem den werden',
  fr: 'les des vous votre une est dans pour que nous avec sur pas cette vos aux',
  es: 'los las una que para con por del usted su sus este como más nuestra esta',
  pt: 'você não uma para com seu sua por dos mais são foi nosso está pelo seus',
  it: 'che per una con sono della del gli non nel alla questo come più anche il',
  nl: 'het een van voor niet met zijn wij deze uw aan door ook naar wordt bij',
  pl: 'się nie jest oraz dla przez jak twoje które przy został lub aby tego może',
  ru: 'и в не на что вы для это как ваш или по от мы все вас',
  tr: 've bir için bu ile olarak daha sizin çok değil olan kadar',
  sv: 'och att det som för inte med är din ett kan från har vi',
}

const LANGUAGES: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(COMMON_WORDS)
    .flatMap(([language, words]) => words.split(' ').map(word => [word, language] as const))
    .reduce(
      (map, [word, language]) => map.set(word, [...(map.get(word) ?? []), language]),
      new Map<string, string[]>(),
    ),
)

/**
 * The scripts and the language of the visible text.
 *
 * @example
 * const { language, scripts } = await message.ask(language)
 */
export const language: Fact<Message, Language> = fact('language', 'message', async message =>
  languageOf((await message.ask(text)).visible),
)

/** The language of any text. */
export function languageOf(text: string): Language {
  const start = visibleStart(text, MAX_LENGTH).normalize('NFC')
  const counts = SCRIPTS.map(([script, letters]) => ({ script, count: start.match(letters)?.length ?? 0 }))
  const letters = counts.reduce((sum, { count }) => sum + count, 0)
  const scripts = counts
    .map(({ script, count }) => ({ script, share: letters === 0 ? 0 : Math.round((count / letters) * 100) / 100 }))
    .filter(({ share }) => share >= 0.01)
    .toSorted((a, b) => b.share - a.share)
  const found = scripts[0]?.script === 'Han' ? 'zh' : mostCommonLanguage(start)
  const kana = scripts.some(({ script, share }) => script === 'Kana' && share > 0.1)
  const spoken = kana ? 'ja' : scripts[0]?.script === 'Hangul' ? 'ko' : found
  return { scripts, letters, ...(spoken && { language: spoken }) }
}

function mostCommonLanguage(text: string): string | undefined {
  const tallies = new Map<string, number>()
  for (const [word] of text.toLowerCase().matchAll(/\p{L}{1,12}/gu)) {
    for (const language of LANGUAGES.get(word) ?? []) tallies.set(language, (tallies.get(language) ?? 0) + 1)
  }
  const [first] = [...tallies].toSorted(([, a], [, b]) => b - a)
  return first && first[1] >= MIN_WORDS ? first[0] : undefined
}
