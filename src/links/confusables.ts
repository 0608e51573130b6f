/**
 * Letters that look like ASCII letters (UTS 39), and labels that mix scripts. The table has the letters that domains
 * can contain.
 */

/** Groups of look-alikes by the ASCII letter that they look like. Diacritics are removed before the lookup. */
const GROUPS: Readonly<Record<string, string>> = {
  a: 'аɑα',
  b: 'ьƅɓвƀϐ',
  c: 'сϲᴄƈҫς',
  d: 'ԁɗđժɖ',
  e: 'еҽɛєəҿ',
  f: 'ƒϝք',
  g: 'ɡցǥɢԍ',
  h: 'һհħнʜҥ',
  i: 'іıɩιɨ',
  j: 'јʝϳյȷ',
  k: 'κкҡƙᴋқҟӄĸ',
  l: 'ӏƚɫłŀɭ',
  m: 'мɱʍᴍ',
  n: 'ոпղɲƞηŋ',
  o: 'оοօσᴏøөѳ',
  p: 'рρƿթҏ',
  q: 'ԛգզ',
  r: 'гᴦʀɾ',
  s: 'ѕꜱʂƽ',
  t: 'тτţƭᴛŧҭ',
  u: 'υսцʋᴜʉ',
  v: 'νѵᴠט',
  w: 'ԝɯωшѡᴡա',
  x: 'хχжҳ',
  y: 'уүγყɣʏұ',
  z: 'ᴢʐƶȥʑ',
  ss: 'ß',
  ae: 'æ',
  oe: 'œ',
  '3': 'зʒӡҙ',
  '4': 'чҷ',
  '6': 'б',
  '-': '‐‑–ー',
}

const LOOKS: ReadonlyMap<string, string> = new Map(
  Object.entries(GROUPS).flatMap(([ascii, letters]) => Array.from(letters, letter => [letter, ascii] as const)),
)

/**
 * The ASCII name that a Unicode name looks like: `аррӏе.com` looks like `apple.com`. Undefined if the name is ASCII, or
 * if one of its letters has no ASCII look-alike.
 */
export function skeleton(name: string): string | undefined {
  if (/^[\0-\x7f]*$/.test(name)) return undefined
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
  const looks = Array.from(plain, letter => LOOKS.get(letter) ?? letter).join('')
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
