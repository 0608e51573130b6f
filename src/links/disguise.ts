/** What hides words in a name or a subject from programs, and not from people. */
import { looksLike } from './confusables.ts'
import { MIXABLE } from './plain.ts'

/**
 * A way to hide words: invisible characters inside a word; a forced direction; letters of several scripts in one word;
 * words of decorated letters; combining marks as decoration; a capital I for an l.
 */
export type Disguise = 'invisible' | 'direction' | 'mixed-scripts' | 'decorated' | 'marks' | 'capital-i'

/**
 * The disguises of a text in the order of {@link Disguise}. Honest text in any script has none: Greek letters in the
 * names of science, Arabic with direction marks, single mathematical letters, transcriptions in IPA, fullwidth letters
 * beside Chinese or Japanese, Vietnamese with two marks on a letter.
 */
export function disguisesIn(text: string): readonly Disguise[] {
  const found: Disguise[] = []
  if (!/^[\0-\x7f]*$/.test(text)) {
    if (INVISIBLE.test(text)) found.push('invisible')
    if (FORCED.test(text)) found.push('direction')
    const words = text.normalize('NFC').match(WORDS) ?? []
    if (words.some(word => isMixed(word, words))) found.push('mixed-scripts')
    if (isDecorated(text)) found.push('decorated')
    if (MARKS.test(text.normalize('NFC'))) found.push('marks')
  }
  if (CAPITAL_I.test(text)) found.push('capital-i')
  return found
}

const LETTER = String.raw`[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]`

/**
 * Soft hyphens, zero-width characters, variation selectors and tag characters between letters of scripts that need
 * none of them.
 */
const INVISIBLE = new RegExp(
  String.raw`${LETTER}[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2060-\u2064\u3164\ufe00-\ufe0f\ufeff\uffa0\u{e0000}-\u{e01ef}]{1,20}${LETTER}`,
  'u',
)

/** A direction that is forced upon Latin letters or digits. Right-to-left text has honest uses for U+202D. */
const FORCED = /\u202e[^\u202c\n]{0,50}[A-Za-z]|^(?!.*[\p{Script=Hebrew}\p{Script=Arabic}]).*\u202d/su

/** Three marks on a letter, or letters that are crossed out, underlined or enclosed one by one. */
const MARKS = new RegExp(String.raw`${LETTER}\p{M}{3}|(?:${LETTER}[\u0332-\u0338\u20d0-\u20f0]){3}`, 'u')

/** A capital I at the end of a word: `EmaiI`. Inside words it is honest: `LinkedIn`. */
const CAPITAL_I = /[A-Za-z]{3}[a-z]I(?![A-Za-z])/

const WORDS = /[\p{L}\p{N}]{3,64}/gu

function isMixed(word: string, words: readonly string[]): boolean {
  if (!/[A-Za-z]/.test(word)) return false
  if (RARE_SCRIPT.test(word)) return true
  if (PHONETIC.test(word)) return !words.some(other => TRANSCRIBED.test(other))
  if (!MIXABLE.test(word) || !/^[\0-\x7f]*$/.test(looksLike(word))) return false
  const greek = /\p{Script=Greek}/u.test(word)
  if (greek && !GREEK.test(word)) return false
  if (!greek && !/\p{Script=Cyrillic}/u.test(word)) return true
  const changes = word.match(/[A-Za-z](?=[^\0-\x7f])|[^\0-\x7f](?=[A-Za-z])/g)?.length ?? 0
  return changes > 1 || !words.some(other => (greek ? GREEK_WORD : CYRILLIC_WORD).test(other))
}

/**
 * A letter of a script that no text mixes with Latin letters. Left out are scripts whose texts join foreign names to
 * words without a blank.
 */
const RARE_SCRIPT = new RegExp(
  `[^${(
    'Latin Common Inherited Greek Cyrillic Armenian Georgian Hebrew Arabic Han Hiragana Katakana Hangul Bopomofo Thai ' +
      'Lao Khmer Myanmar Tibetan Mongolian Ethiopic Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada ' +
      'Malayalam Sinhala Thaana Syriac'
  ).replace(/\w+ ?/g, script => `\\p{Script=${script.trim()}}`)}]`,
  'u',
)

/** Letters of phonetic alphabets that look like ASCII letters, between ASCII letters. */
const PHONETIC = /[A-Za-z][\u0251\u0261\u0269\u026f\u028b\u1d04\u1d0f\u1d1c\u1d20-\u1d22][A-Za-z]/
/** Letters of phonetic alphabets that look like no ASCII letter: the text is a transcription. */
const TRANSCRIBED = /[\u0254\u0259\u025b\u025c\u0283\u0292\u014b\u02c8\u02cc\u02d0]/
/** Words with a letter that looks like no Latin one: the text is in that script. */
const CYRILLIC_WORD = /^\p{Script=Cyrillic}*[бгджзийлптфцчшщыэюяєїґђљњћџ]\p{Script=Cyrillic}*$/iu
const GREEK_WORD = /^\p{Script=Greek}*[γδζθλμξπσςφψωάέήίόύώΓΔΘΛΞΠΣΦΨΩ]\p{Script=Greek}*$/u

/**
 * Greek capitals and the omicron have no use beside Latin letters; other small letters are names in science, and a
 * disguise inside a word in lower case.
 */
const GREEK =
  /[A-Za-z][ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο]|[ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο][A-Za-z]|[A-Za-z][a-z]{0,20}[ανικρστυγηωε]{1,3}[a-z]{2}|[a-z]{2}[ανικρστυγηωε][a-z]/

/** Mathematical, enclosed, negative and small capital letters. */
const STYLED = String.raw`\u{1d400}-\u{1d7ff}\u24b6-\u24e9\u{1f110}-\u{1f169}\u{1f170}-\u{1f189}\u1d00-\u1d2b\u0262\u026a\u0274\u0280\u028f\u0299\u029c\u029f\ua730\ua731`
const DECORATED = new RegExp(`[${STYLED}][A-Za-z]{0,3}[${STYLED}][A-Za-z]{0,3}[${STYLED}]`, 'u')
const WIDE = /[\uff21-\uff3a\uff41-\uff5a]{4}/
const EAST_ASIAN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u
/** Scripts with letters that look like Latin capitals. */
const RARE = /[\p{Script=Cherokee}\p{Script=Lisu}\p{Script=Canadian_Aboriginal}\p{Script=Coptic}]{3,64}/gu

function isDecorated(text: string): boolean {
  if (DECORATED.test(text) && !/[\u02c8\u02cc\u02d0\u0259\u0283]/.test(text)) return true
  if (WIDE.test(text) && !EAST_ASIAN.test(text)) return true
  const rare = text.match(RARE) ?? []
  return rare.length > 0 && rare.every(word => /^[\0-\x7f]*$/.test(looksLike(word)))
}
