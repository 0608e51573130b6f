/** The types that readers may find in a Content-Type (RFC 2045 §5.1), the commonest first. */
import { decodeWords } from './words.ts'

/** RFC 2045 §5.1: all printable US-ASCII but the specials. */
const TOKEN = "[!#$%&'*+.0-9A-Z^_`a-z{|}~-]"
const GRAMMAR = new RegExp(`^${TOKEN}+/${TOKEN}+$`)
/** What some readers drop: blanks, quotes, brackets, control characters, and bytes beyond US-ASCII. */
const JUNK = '[^!#$%&*+.0-9A-Z^_`a-z{|}~/;=-]{0,20}'
const MEANT = new RegExp(`([a-z][a-z0-9+.-]{0,59})${JUNK}[/\\\\]${JUNK}/*${JUNK}(${TOKEN}{0,100})`, 'g')
/** A type that is followed by its end, a blank, a comment or a parameter. */
const LEADS = new RegExp(`^${TOKEN}+/${TOKEN}+(?:[ \\t(;]|$)`)

const COMPOSITE = /^(?:multipart|message)\//

/** Characters that are searched for a type, and types of one field that are followed. */
const [MAX_SEARCHED, MAX_TYPES] = [300, 4]

/**
 * One type where the grammar is followed. Otherwise every type that a lenient reader may find, and last the type that
 * RFC 2045 §5.2 prescribes for an unreadable one: `fallback`.
 *
 * @param named what stands before the first semicolon, without comments, in lower case
 */
export function plausibleTypes(value: string, named: string, fallback: string): readonly string[] {
  const head = value.slice(0, MAX_SEARCHED)
  const end = head.indexOf(';')
  const before = end < 0 ? head : head.slice(0, end)
  const isType = GRAMMAR.test(named) && /^[a-z0-9-]/.test(named)
  if (isType && !before.includes('(')) return [named]
  const found = new Set<string>(isType ? [named] : [])
  for (const text of [named.slice(0, MAX_SEARCHED), before, decodeWords(before), named === '' ? head : '']) {
    for (const type of typesIn(text.toLowerCase())) found.add(type)
  }
  const [first = ''] = found
  // All readers agree: what follows a type, such as a parameter without its semicolon, is no part of it.
  if (first.startsWith('text/') && found.size === 1) return [first]
  if (!LEADS.test(before.trim()) || (!isType && COMPOSITE.test(first))) found.add(fallback)
  return [...found].slice(0, MAX_TYPES)
}

function* typesIn(text: string): Generator<string> {
  let any = false
  for (const [, major = '', minor = ''] of text.matchAll(MEANT)) {
    const subtype = minor.replace(/'$/, '') || DEFAULT_SUBTYPES[major]
    if (subtype === undefined) continue
    any = true
    yield `${major}/${subtype}`
  }
  if (any) return
  for (const [major = '', minor = ''] of Object.entries(DEFAULT_SUBTYPES)) {
    if (new RegExp(`(?:^|[^a-z])${major}(?![a-z])`).test(text)) yield `${major}/${minor}`
  }
  if (text.includes('html')) yield 'text/html'
}

/** RFC 2046 §5.1.3: an unknown multipart is mixed. */
const DEFAULT_SUBTYPES: Readonly<Record<string, string>> = { multipart: 'mixed', message: 'rfc822', text: 'plain' }
