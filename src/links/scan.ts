/** Finds URLs in plain text, as mail programs make links of them. Linear: each character is examined a few times. */

/** A URL in a text. */
export interface FoundUrl {
  readonly target: string
  readonly at: number
  /** The characters that it has in the text. */
  readonly length: number
}

/** The most characters of one URL. */
const MAX_LENGTH = 2048

/** The most positions in one text where a URL could begin. */
const MAX_STARTS = 20_000

/** Finds `http://…`, `hxxp://…`, `www.…`, `mailto:…`, and host names with a common TLD. */
export function* addressesIn(text: string, max: number): Generator<FoundUrl> {
  let count = 0
  let until = 0
  for (const at of starts(text)) {
    if (count >= max) return
    if (at < until) continue
    const named = /^(?:www\d?\.|[a-z]{3,6}:)/i.test(text.slice(at, at + 8))
    if (!named && !LIKELY.test(text.slice(at, at + 260))) continue
    const target = trimmed(text.slice(at, at + MAX_LENGTH))
    if (target.length < 4 || (!named && !isName(target))) continue
    count++
    until = at + target.length
    yield { target: /^[a-z]{1,10}:/i.test(target) ? target : `http://${target}`, at, length: target.length }
  }
}

/** Searches natively for `://`, `mailto:` and dots, which every URL has one of; in ascending order. */
function starts(text: string): readonly number[] {
  const found: number[] = []
  for (let at = text.indexOf('://'); at >= 0 && found.length < MAX_STARTS; at = text.indexOf('://', at + 3)) {
    const scheme = /(?:https?|hxxps?|ftp)$/i.exec(text.slice(Math.max(at - 5, 0), at))?.[0]
    if (scheme) found.push(at - scheme.length)
  }
  for (const { index } of text.matchAll(/mailto:/gi)) if (found.length < MAX_STARTS) found.push(index)
  for (let at = text.indexOf('.'), tries = 0; at >= 0 && tries < MAX_STARTS; tries++) {
    const start = wordStart(text, at)
    if (start >= 0) found.push(start)
    at = text.indexOf('.', wordStop(text, at + 1))
  }
  return found.toSorted((one, other) => one - other)
}

/** The start of the word of letters, digits, dots and hyphens around `dot`; -1 if it is the end of another word. */
function wordStart(text: string, dot: number): number {
  let start = dot
  while (start > dot - 64 && isWord(text.charCodeAt(start - 1))) start--
  return start === dot || start === dot - 64 || '@./%=&_'.includes(text[start - 1] || ' ') ? -1 : start
}

function wordStop(text: string, from: number): number {
  let stop = from
  while (isWord(text.charCodeAt(stop)) || text[stop] === '.') stop++
  return stop
}

const isWord = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 45

/** Without a scheme only these TLDs make a link of a word: others are too often file names and typing errors. */
const TLDS =
  /^[a-z0-9][a-z0-9.-]{0,200}\.(?:com|net|org|info|biz|io|co|me|ru|cn|de|uk|fr|nl|pl|br|in|eu|us|ca|au|jp|it|es|top|xyz|online|site|shop|club|app|dev|live|store|vip|icu|link|click|cc|tv|tk|ml|ga|cf|gq|su|sbs|cfd|bond|lol|cyou|quest|buzz|monster|hair|autos|boats|mom|skin|makeup|pics|xin|fun|space|pro|life|world)(?:[/:?#]|$)/i

/** A cheap check before the whole candidate is extracted. */
const LIKELY = /^[a-z0-9][a-z0-9.-]{0,200}\.[a-z]{2,6}(?![\w@-])/i

const isName = (target: string): boolean => TLDS.test(target)

/** Cuts at white space or a delimiter. A full stop, a comma or a bracket at the end belongs to the sentence. */
function trimmed(text: string): string {
  const stop = text.search(/[\s<>"'`\u3000\u3001\uff0c\u201c\u201d{}|\\^]|\u3002(?![a-z0-9-])/i)
  let target = stop < 0 ? text : text.slice(0, stop)
  // Browsers read an ideographic full stop as the dot of a host; behind the host it ends a sentence.
  const path = target.indexOf('/', target.indexOf('://') + 3)
  const sentence = path < 0 ? -1 : target.indexOf('\u3002', path)
  if (sentence >= 0) target = target.slice(0, sentence)
  for (let rounds = 0; rounds < 20; rounds++) {
    const last = target.at(-1) ?? ''
    const bracket = last === ')' ? '(' : last === ']' ? '[' : ''
    const unopened = bracket !== '' && target.split(last).length > target.split(bracket).length
    if (!'.,;:!?*_~'.includes(last) && !unopened) break
    target = target.slice(0, -1)
  }
  return target
}

/** The URL that a link text shows, if it is one: `example.org`, or `www.example.org (secure)`. */
export function shownUrl(shown: string): string | undefined {
  const [text = '', ...more] = shown.trim().slice(0, MAX_LENGTH).split(/\s+/, 2)
  if (text === '' || text.includes('@')) return undefined
  if (more.length > 0 && !/^(?:https?:\/\/|www\.)/i.test(text)) return undefined
  if (/^(?:https?:\/\/|www\.)/i.test(text)) return /^www\./i.test(text) ? `http://${text}` : text
  return isName(text) ? `http://${text}` : undefined
}
