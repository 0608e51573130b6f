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

const COIN = 'BTC|bitcoins?|ETH|LTC|USDT|XMR|monero|ether|биткоин\\p{L}{0,3}|比特币|ビットコイン|비트코인|بيتكوين'
const CURRENCY = `[$€£¥₽₴₹₩₪]|USD|EUR|GBP|CHF|PLN|CZK|SEK|NOK|DKK|TRY|RUB|UAH|HUF|RON|zł|kč|kr|${COIN}`

/** A number beside a currency or a coin. */
const COIN_SUM = new RegExp(
  `(?:${CURRENCY})[ \\t:=]{0,3}\\d[\\d.,]{0,12}|\\d[\\d.,]{0,12} ?(?:${CURRENCY})(?!\\p{L})`,
  'iu',
)

/** The first sum in a currency or a coin. */
export const coinSum = (text: string): string | undefined => COIN_SUM.exec(text.slice(0, MAX_LENGTH))?.[0].trim()
