/** Finds addresses in plain text, as mail programs make links of them. Linear: each character is looked at a few times. */

export interface Found {
  readonly target: string
  readonly at: number
}

/** Characters of one address. */
const LONGEST = 2048

/** `http://…`, `hxxp://…`, `www.…`, `mailto:…`, and names with a common ending. */
export function* addressesIn(text: string, most: number): Generator<Found> {
  let count = 0
  let until = 0
  for (const { index: at } of text.matchAll(START)) {
    if (count >= most) return
    if (at < until) continue
    const target = trimmed(text.slice(at, at + LONGEST))
    const named = /^(?:www\.|[a-z]+:)/i.test(target)
    if (target.length < 4 || (!named && !isName(target))) continue
    count++
    until = at + target.length
    yield { target: /^[a-z]{1,10}:/i.test(target) ? target : `http://${target}`, at }
  }
}

/** Where an address may begin: a scheme, `www.`, or a word with a dot in it that no other word leads into. */
const START =
  /(?:https?|hxxps?|ftp):\/\/|mailto:|(?<![\w@.%/=&-])www\d?\.|(?<![\w@.%/=&-])(?=(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,10}(?![\w@.-]))(?=[a-z0-9])/gi

/** Without a scheme only these endings make a link of a word: others are too often file names and slips of the pen. */
const ENDINGS =
  /^[a-z0-9][a-z0-9.-]{0,200}\.(?:com|net|org|info|biz|io|co|me|ru|cn|de|uk|fr|nl|pl|br|in|eu|us|ca|au|jp|it|es|top|xyz|online|site|shop|club|app|dev|live|store|vip|icu|link|click|cc|tv|tk|ml|ga|cf|gq|su)(?:[/:?#]|$)/i

const isName = (target: string): boolean => ENDINGS.test(target)

/** Up to white space or a delimiter; a full stop, a comma or a bracket at the end is the sentence's. */
function trimmed(text: string): string {
  const stop = text.search(/[\s<>"'`\u3000-\u3002\uff0c\u201c\u201d{}|\\^]/)
  let target = stop < 0 ? text : text.slice(0, stop)
  for (let rounds = 0; rounds < 20; rounds++) {
    const last = target.at(-1) ?? ''
    const bracket = last === ')' ? '(' : last === ']' ? '[' : ''
    const unopened = bracket !== '' && target.split(last).length > target.split(bracket).length
    if (!'.,;:!?*_~'.includes(last) && !unopened) break
    target = target.slice(0, -1)
  }
  return target
}

/** The host that a text claims to lead to, when it reads as an address and as nothing else. */
export function claimedAddress(shown: string): string | undefined {
  const text = shown.trim()
  if (text === '' || /\s/.test(text) || text.includes('@')) return undefined
  if (/^(?:https?:\/\/|www\.)/i.test(text)) return /^www\./i.test(text) ? `http://${text}` : text
  return isName(text) ? `http://${text}` : undefined
}
