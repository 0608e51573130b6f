/** Letters that look like ASCII letters (after UTS 39), and words that mix scripts. A small table: the letters that domains may hold. */

/** Groups of look-alikes, each behind the ASCII letter that it looks like. Marks above and below are taken off before. */
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
 * What a name in Unicode looks like to somebody who expects ASCII: `аррӏе.com` is `apple.com`. Undefined when it is ASCII
 * already, or when one of its letters looks like none.
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
 * One label of the name has letters of scripts that are not written together (UTS 39 §5.2, highly restrictive): Latin goes
 * with Chinese, Japanese and Korean, and with nothing else.
 */
export const mixesScripts = (name: string): boolean =>
  !/^[\0-\x7f]*$/.test(name) &&
  name.split('.').some(label => {
    const found = SCRIPTS.filter(([, pattern]) => pattern.test(label)).map(([script]) => script)
    const others = found.filter(script => script !== 'Latin')
    return found.length > 1 || (others.length > 0 && EAST_ASIAN.test(label))
  })
