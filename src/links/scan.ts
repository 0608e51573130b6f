/** Finds URLs in plain text, as mail programs make links of them. Linear: each character is examined a few times. */
import { hasPublicSuffix } from '../dns/organisation.ts'

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

/** Finds `http://…`, `hxxp://…`, `file://…`, `www.…`, `mailto:…`, and host names: see `isName`. */
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
    const scheme = /(?:https?|hxxps?|ftp|file)$/i.exec(text.slice(Math.max(at - 5, 0), at))?.[0]
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

/** Common TLDs, under which a word is a host name. */
const TLDS =
  /^[a-z0-9][a-z0-9.-]{0,200}\.(?:com|net|org|info|biz|io|co|me|ru|cn|de|uk|fr|nl|pl|br|in|eu|us|ca|au|jp|it|es|top|xyz|online|site|shop|club|app|dev|live|store|vip|icu|link|click|cc|tv|tk|ml|ga|cf|gq|su|sbs|cfd|bond|lol|cyou|quest|buzz|monster|hair|autos|boats|mom|skin|makeup|pics|xin|fun|space|pro|life|world)(?:[/:?#]|$)/i

/** A cheap check before the whole candidate is extracted. */
const LIKELY = /^[a-z0-9][a-z0-9.-]{0,200}\.[a-z]{2,18}(?![\w@-])/i

/**
 * Tells whether a word is a host name. Under a TLD that is not common it needs more than a name: a path, a hyphen, or
 * three labels under a country. Of 182 words in 4,800 honest messages that end in such a TLD, 149 have two labels and
 * nothing else, and are files or names in programs (`bench.sh`, `README.md`, `stream.name`); in unwanted mail there are
 * 22. Mail programs differ: Outlook links none of them, Gmail and Apple Mail link many.
 */
const isName = (target: string): boolean =>
  TLDS.test(target) || (SPECIAL.test(target) && !FILES.test(target) && hasPublicSuffix(hostOf(target)))

const hostOf = (target: string): string => target.split(/[/:?#]/, 1)[0] ?? ''

/** A path, a hyphen, or three labels under two letters. */
const SPECIAL =
  /^[a-z0-9][a-z0-9.-]{0,200}\.[a-z]{2,18}\/\w|^[a-z0-9.]{1,100}-[a-z0-9.-]{1,100}\.[a-z]{2,18}(?:[/:?#]|$)|^(?:[a-z0-9]{1,63}\.){2,8}[a-z]{2}(?:[/:?#]|$)/i

/** TLDs that are more common as the extensions of files. */
const FILES =
  /\.(?:md|py|sh|rs|ps|pm|zip|mov|ai|so|am|ac|mk|la|st|tf|do|gd|ad|as|mm|ms|tc|bz|cab|map|cs|pub|in|pl)(?:[:?#]|$)/i

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

/**
 * The URL that a link text shows: `example.org`, `www.example.org (secure)`, `Sign in at https://example.org/login`.
 * Letters, dots and blanks of other forms count as what they look like.
 */
export function shownUrl(shown: string): string | undefined {
  const text = plainForm(shown.trim().slice(0, MAX_LENGTH))
  const start = text.search(NAMED)
  if (start >= 0) {
    const target = trimmed(text.slice(start))
    // What stands before an `@` is a user: `www.example.org@…`.
    const path = target.search(/[^/:\\][/\\]/)
    if (!target.includes('@') || (path >= 0 && target.indexOf('@') > path)) return withScheme(target)
  }
  const [first = '', ...more] = text.split(/\s+/, 2)
  // A name with a path at the end of a sentence: `Sign in here: example.org/login`.
  const last = trimmed(/:\s{1,3}(\S{4,200})$/.exec(text)?.[1] ?? '')
  if (last.includes('/') && !text.includes('@') && isName(last)) return `http://${last}`
  const name = trimmed(first.replace(/^[("'[<\u00ab]+|[\u00bb>]+$/g, ''))
  if (name === '' || text.includes('@')) return undefined
  return (more.length === 0 || /^[^\p{L}\p{N}]/u.test(more[0] ?? '')) && isName(name) ? `http://${name}` : undefined
}

/** A scheme or `www.` at the beginning of a word. */
const NAMED = /(?<![\w.@/-])(?:h(?:tt|xx)ps?:[/\\]{1,4}\w|www\.\w)/i

const withScheme = (target: string): string => (/^www\./i.test(target) ? `http://${target}` : target)

/** Fullwidth and decorated letters as plain ones, every dot as a full stop, and no invisible characters. */
const plainForm = (text: string): string =>
  /^[\0-\x7f]*$/.test(text) ? text : text.replace(INVISIBLE, '').normalize('NFKC').replaceAll('\u3002', '.')

const INVISIBLE =
  /\u034f|[\ufe00-\ufe0f]|[\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g
