/** Words, names and addresses in place of others: the same one for the same, of the same length and kind. */
import { createHmac, randomBytes } from 'node:crypto'
import { publicSuffix } from '../../dns/organisation.ts'

const VOWELS = 'aeiou'
const CONSONANTS = 'bdfgklmnprst'
/** A few common letters of scripts in which a letter may be a word. */
const LETTERS: readonly (readonly [script: RegExp, letters: string])[] = [
  [/\p{Script=Han}/u, '天地山水人大中上下日月木'],
  [/\p{Script=Hiragana}/u, 'あいうえおかきく'],
  [/\p{Script=Katakana}/u, 'アイウエオカキク'],
  [/\p{Script=Hangul}/u, '가나다라마바사아'],
  [/\p{Script=Cyrillic}/u, 'аеиоуклмнрст'],
  [/\p{Script=Greek}/u, 'αειουκλμνρστ'],
  [/\p{Script=Hebrew}/u, 'אבגדהלמנ'],
  [/\p{Script=Arabic}/u, 'ابتدرسلمن'],
]
const TEST_NETWORKS = ['192.0.2', '198.51.100', '203.0.113']
const IPV4 = /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?[\w])/
const IPV6 = /(?<![\w:])(?=[0-9a-f:.]{0,40}:[0-9a-f:.]{0,40}:)[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])/
// What is longer than a label or a local part may be is read as words, whose letters change as well.
const HOST = /(?:[\p{L}\p{N}_-]{1,63}\.){1,30}\p{L}[\p{L}\p{N}-]{0,62}/u
const LOCAL_PART = /[^\s@<>()"',;:/?=&[\]]{1,64}(?=@)/
const ESCAPE = /%[0-9a-f]{2}|&#x?[0-9a-f]+;|&[a-z]{2,8};/
const SCHEME = /\b(?:https?|ftp|mailto|data|javascript|cid|tel|file)(?=:)/
const WORD = /[\p{L}\p{M}\p{N}]+/u
const WORDS = new RegExp(WORD, 'gu')
/** TLDs for tests, and extensions of files: they say what a name is of. */
const KNOWN_ENDS =
  endsOf(`example test invalid localhost local arpa pdf doc docx docm xls xlsx xlsm ppt pptx rtf txt csv
  htm html svg png jpg jpeg gif bmp zip rar 7z gz iso img exe scr js vbs lnk url ics eml msg one
  xml json`)
const TOKEN = new RegExp(
  [IPV4, IPV6, ESCAPE, SCHEME, LOCAL_PART, HOST, WORD].map(({ source }) => `(${source})`).join('|'),
  'giu',
)

/** Replaces what says who somebody is or what they wrote. */
export class Pseudonyms {
  readonly #key = randomBytes(32)
  readonly #kept: ReadonlySet<string>
  readonly #addresses = new Map<string, string>()

  /** @param kept words that stay as they are */
  constructor(kept: Iterable<string> = []) {
    this.#kept = new Set(Array.from(kept, word => word.toLowerCase()))
  }

  /** The same text in other words; marks, white space and escapes stay. */
  readonly text = (text: string): string =>
    text.replace(TOKEN, (token: string, ...groups: unknown[]) => {
      if (this.#kept.has(token.toLowerCase())) return token
      const [ipv4, ipv6, escaped, scheme, localPart, host] = groups as readonly (string | undefined)[]
      if (ipv4 !== undefined || ipv6 !== undefined) return this.#address(token)
      if (escaped !== undefined) return withoutLetter(token)
      if (scheme !== undefined) return token
      if (localPart !== undefined) return token.replace(WORDS, word => this.#word(word))
      return host === undefined ? this.#word(token) : this.#host(token)
    })

  /** The names below a public suffix, or before an extension of a file. */
  #host(name: string): string {
    const [, a, b, c, d, list] = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(.+)$/.exec(name) ?? []
    if (list !== undefined) {
      // A question to a DNS list, or for the name of an address: RFC 5782 §2.1.
      const reversed = this.#address([d, c, b, a].join('.')).split('.').toReversed().join('.')
      return `${reversed}.${/^in-addr\.arpa$/i.test(list) ? list : this.#host(list)}`
    }
    const last = name.slice(name.lastIndexOf('.') + 1)
    const suffix = publicSuffix(name) ?? (KNOWN_ENDS.has(last.toLowerCase()) ? last : '')
    const rest = name.slice(0, name.length - suffix.length)
    const labels = rest.split('.').map(label => (/^(?:www|_[a-z]+|)$/i.test(label) ? label : this.text(label)))
    return labels.join('.') + suffix
  }

  #word(word: string): string {
    if (/^[a-z0-9]$/i.test(word)) return word
    const letters = [...word]
    const noise = createHmac('sha256', this.#key).update(word.toLowerCase()).digest()
    return letters.map((letter, index) => replacementOf(letter, (noise[index % noise.length] ?? 0) + index)).join('')
  }

  /** One of the networks for documentation. An address of this host or a private one says nothing, and stays. */
  #address(address: string): string {
    if (/^(?:0|10|127|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01]))\.|^(?:::1?|f[cde])/i.test(address)) return address
    const known = this.#addresses.get(address)
    if (known !== undefined) return known
    const number = this.#addresses.size
    const made = address.includes(':')
      ? `2001:db8::${(number + 1).toString(16)}`
      : `${TEST_NETWORKS[Math.floor(number / 254) % 3]}.${(number % 254) + 1}`
    this.#addresses.set(address, made)
    return made
  }
}

function replacementOf(letter: string, noise: number): string {
  const pick = (from: string): string => [...from][noise % [...from].length] ?? letter
  if (/\p{M}/u.test(letter)) return letter
  if (/\p{N}/u.test(letter)) return pick('0123456789')
  const other = LETTERS.find(([script]) => script.test(letter))
  const made = other === undefined ? pick(/[aeiouy]/i.test(letter) ? VOWELS : CONSONANTS) : pick(other[1])
  return letter === letter.toLowerCase() ? made : made.toUpperCase()
}

/** An escape may spell a letter of a name. */
function withoutLetter(escaped: string): string {
  const [, hex, decimal] = /^(?:%|&#x)([0-9a-f]+)|^&#(\d+)/i.exec(escaped) ?? []
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
  if (Number.isNaN(code)) return escaped
  const isPlain = code < 0x80 && !/[a-z0-9]/i.test(String.fromCharCode(code))
  return isPlain ? escaped : escaped.startsWith('%') ? '%78' : '&#120;'
}

function endsOf(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/))
}
