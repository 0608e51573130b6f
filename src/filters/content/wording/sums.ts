/** Finds large sums of money in a text. */

const SIGN = 'US\\$|USD|[$€£₦]|EUR|GBP'
const NAME = '(?:US |U\\.S\\. |United States )?(?:dollars?|euros?|pounds?)'
const DIGITS = "\\d[\\d.,' ]{5,24}"

/** Digits after or before a currency, or millions of a currency. Each part is bounded, so that the search is linear. */
const SUM = new RegExp(
  [
    `(?:${SIGN})[ \\t:]{0,2}(${DIGITS})`,
    `\\b(${DIGITS})(?:${NAME}|${SIGN})`,
    `\\b[mb]illions?\\b[^.\\n]{0,40}?(?:${NAME}|USD|EUR|GBP)\\b`,
    `(?:${SIGN})[ \\t:]{0,2}\\d[\\d.,]{0,9} ?(?:[mb]illion|M\\b)`,
  ].join('|'),
  'gi',
)

const MAX_LENGTH = 20_000

/** The first sum of at least 100,000 in a currency, in the beginning of a text. */
export function largeSum(text: string): string | undefined {
  for (const [sum, after, before] of text.slice(0, MAX_LENGTH).matchAll(SUM)) {
    const digits = after ?? before
    if (digits === undefined || countDigits(digits) >= 6) return sum.trim()
  }
  return undefined
}

/** The number of digits, without cents. */
const countDigits = (digits: string): number => digits.replace(/[.,]\d{1,2}\D{0,9}$/, '').replace(/\D/g, '').length
