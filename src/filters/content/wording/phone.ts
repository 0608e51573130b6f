/** Finds telephone numbers, however they are written: full-width digits, letters for digits, words, many separators. */

const MAX_LENGTH = 8_000

/** Letters and signs that stand for digits inside of a number. */
const ALIKE: Readonly<Record<string, string>> = { o: '0', q: '0', i: '1', l: '1', '|': '1', z: '2', s: '5', b: '8' }

const WORDS: Readonly<Record<string, string>> = {
  zero: '0',
  oh: '0',
  one: '1',
  two: '2',
  three: '3',
  four: '4',
  five: '5',
  six: '6',
  seven: '7',
  eight: '8',
  nine: '9',
}
const WORD = new RegExp(`\\b(?:${Object.keys(WORDS).join('|')})\\b`, 'gi')

/**
 * Groups of digits with a few separators between them; a number does not begin inside of a word or of an address. Each
 * part is bounded, so that the search is linear.
 */
const GROUPS =
  /(?<![\w@.$€£#])(?:\+\s?|[([]|[il|][\s.-]{1,3})?\d[\doqil|]{0,14}(?:[\s.\-‐-―_/*~•·:,()[\]]{1,4}[oqil|szb]{0,3}\d[\doqil|szb]{0,9}){0,14}(?![\w@])/gi

/** Toll-free numbers of North America whose digits are letters of the keypad: `1-800-GET-HELP`. */
const VANITY =
  /(?<![\w.$-])(?:\+?1[\s.-]{1,2})?\(?8(?:00|33|44|55|66|77|88)\)?[\s.-]{1,2}(?:[A-Z]{7}|[A-Z\d]{3}[\s.-][A-Z\d]{4})(?!\w)/

/** The share of real digits in a number. */
const MIN_DIGITS = 0.55

/** The first number of a telephone as it is written. */
export function phoneIn(text: string): string | undefined {
  const plain = readable(text.slice(0, MAX_LENGTH))
  for (const [written] of plain.matchAll(GROUPS)) if (isPhone(written)) return written.trim()
  return VANITY.exec(plain)?.[0]
}

/** Whether a number, as it is written, is one of a town or a mobile phone: 0 and an area, which is no free line. */
export const isOrdinaryPhone = (written: string): boolean => {
  const digits = written.replace(/\D/g, '')
  return digits.startsWith('0') && !/^0(?:0|80|90|1?8[05]0)/.test(digits)
}

/** Without invisible characters and disguised digits; figures that are spelled stand as figures. */
const readable = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/\u034f|[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]|\u20e3|[\ufe00-\ufe0f]/g, '')
    .replace(DIGIT, latinDigit)
    .replace(/[оОοΟѕЅіІ]/g, letter => CONFUSABLE[letter] ?? letter)
    .replace(/[<>{}]/g, ' ')
    .replace(WORD, word => WORDS[word.toLowerCase()] ?? word)

/** Digits of other scripts: each script has its ten in a row. */
const DIGIT = /(?![0-9])\p{Nd}/gu

function latinDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0
  let value = 0
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value++
  return String(value)
}

/** Cyrillic and Greek letters that look like those of `ALIKE`. */
const CONFUSABLE: Readonly<Record<string, string>> = {
  о: 'o',
  О: 'O',
  ο: 'o',
  Ο: 'O',
  ѕ: 's',
  Ѕ: 'S',
  і: 'i',
  І: 'I',
}

function isPhone(written: string): boolean {
  const signs = written.toLowerCase().replace(/[^\da-z|]/g, '')
  const digits = signs.replace(/[a-z|]/g, sign => ALIKE[sign] ?? sign)
  const real = signs.replace(/\D/g, '').length
  if (real < 5 || real < signs.length * MIN_DIGITS) return false
  if (written.startsWith('+')) return digits.length >= 8 && digits.length <= 15
  const isParted = signs.length < written.trim().length
  // North America (NANP), and toll-free numbers of other countries.
  if (/^1?[2-9]\d{2}[2-9]\d{6}$/.test(digits)) return true
  if (!isParted) return false
  return /^00[1-9]\d{7,13}$/.test(digits) || /^0[1-9]\d{7,9}$/.test(digits) || /^1[38]00\d{6}$/.test(digits)
}
