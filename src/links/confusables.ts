/** Letters that look like ASCII letters (UTS 39), and labels that mix scripts. */
import { CONFUSABLE_LETTERS } from './confusable-letters.ts'

/** What each letter looks like in lower case. Diacritics are removed before the lookup. */
export const LOOKS: ReadonlyMap<string, string> = new Map(
  CONFUSABLE_LETTERS.trim()
    .split('\n')
    .flatMap(line => {
      const [ascii = '', letters = ''] = line.split(' ')
      return Array.from(letters, letter => [letter, ascii] as const)
    }),
)

/** The ASCII text that a text looks like. What has no look-alike stays. */
export const looksLike = (text: string): string => {
  let looks = ''
  for (const letter of text) looks += LOOKS.get(letter) ?? letter
  return looks
}

/**
 * The ASCII name that a Unicode name looks like: `аррӏе.com` looks like `apple.com`. Undefined if the name is ASCII, or
 * if one of its letters has no ASCII look-alike.
 */
export function skeleton(name: string): string | undefined {
  if (/^[\0-\x7f]*$/.test(name)) return undefined
  const looks = looksLike(name.normalize('NFKD').replace(/\p{M}+/gu, '')).toLowerCase()
  return /^[a-z0-9.-]+$/.test(looks) ? looks : undefined
}

const SCRIPTS = [
  'Latin',
  'Cyrillic',
  'Greek',
  'Armenian',
  'Hebrew',
  'Arabic',
  'Thai',
  'Devanagari',
  'Georgian',
  'Cherokee',
  'Coptic',
].map(script => [script, new RegExp(`\\p{Script=${script}}`, 'u')] as const)
const EAST_ASIAN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/u

/**
 * Tells whether a label of the name mixes scripts (UTS 39 §5.2, highly restrictive): Latin may be mixed with Chinese,
 * Japanese and Korean, and with no other script.
 */
export const mixesScripts = (name: string): boolean =>
  !/^[\0-\x7f]*$/.test(name) &&
  name.split('.').some(label => {
    const found = SCRIPTS.filter(([, pattern]) => pattern.test(label)).map(([script]) => script)
    const others = found.filter(script => script !== 'Latin')
    return found.length > 1 || (others.length > 0 && EAST_ASIAN.test(label))
  })
