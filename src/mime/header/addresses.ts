/** Reads lists of addresses (RFC 5322 §3.4, obsolete forms included) and notes where readers may disagree. */
import { type Token, tokens } from './tokens.ts'
import { decodeWords } from './words.ts'

export interface Mailbox {
  /** The name that people see, quotes and encoded words resolved; '' when there is none. */
  readonly display: string
  /** Before the `@`, unquoted. */
  readonly local: string
  /** After the `@`, as written; '' when there is none. */
  readonly domain: string
  /** The mailbox as written. */
  readonly raw: string
}

/** What is unusual or wrong about a list of addresses. */
export type AddressDefect =
  /** `Friends: a@example.org;` */
  | 'group'
  /** `Support: Larch <a@example.org>`: a group that is not closed, or rather a name with a colon. */
  | 'colon-in-display'
  /** `<@relay.example:a@example.org>` */
  | 'route'
  /** A comment before, in or after an address, in which no reader can find another address. */
  | 'comment'
  /** A comment that holds `@`, `<`, `>` or `"`, or that divides the local part or the domain. */
  | 'odd-comment'
  /** `a@example.org <b@example.org>` with nothing quoted: some readers find another address in the name. */
  | 'address-in-display'
  /**
   * An unquoted `@` in the name, which makes no other address: `Anna @ Larch <a@example.org>`, `a@example.org
   * <a@example.org>`.
   */
  | 'at-in-display'
  /** An encoded word inside the address. */
  | 'encoded-word'
  /** `"a b"@example.org` */
  | 'quoted-local'
  /** `a@[192.0.2.1]` */
  | 'domain-literal'
  | 'space-in-address'
  /** `< a@example.org >` */
  | 'space-around-address'
  | 'several-at'
  | 'no-local'
  | 'no-domain'
  /** `<a@example.org> via Forum`: words and full stops. */
  | 'text-after-address'
  /** Two commas with nothing between. */
  | 'empty-element'
  /** A quote, comment, bracket or angle without its end, or comments nested too deep. */
  | 'unterminated'
  /** A special where none may stand. */
  | 'unexpected'
  | 'too-long'
  | 'too-many'

export interface AddressList {
  readonly mailboxes: readonly Mailbox[]
  readonly defects: ReadonlySet<AddressDefect>
}

export interface AddressLimits {
  /** Mailboxes that are read. @default 1000 */
  readonly mailboxes?: number
  /** Characters that are read. @default 65536 */
  readonly length?: number
  /** How deep comments may nest. @default 20 */
  readonly depth?: number
}

/**
 * The mailboxes in the unfolded value of an address field. Never throws, and is linear within its limits.
 *
 * @example
 * parseAddresses(header.all('to')[0]?.value ?? '').mailboxes
 */
export function parseAddresses(
  value: string,
  { mailboxes: maxMailboxes = 1000, length = 65_536, depth = 20 }: AddressLimits = {},
): AddressList {
  const mailboxes: Mailbox[] = []
  const defects = new Set<AddressDefect>()
  const source = value.slice(0, length)
  if (value.length > length) defects.add('too-long')

  let entry: Token[] = []
  let angle = false
  /** Words before a colon, until it is known whether the group is closed. */
  let group: readonly Token[] | undefined
  const finish = (last: boolean): boolean => {
    if (entry.length === 0) {
      if (!last) defects.add('empty-element')
      return true
    }
    if (mailboxes.length === maxMailboxes) defects.add('too-many')
    else mailboxes.push(readMailbox(source, entry, defects))
    entry = []
    return mailboxes.length < maxMailboxes || !defects.has('too-many')
  }

  for (const token of tokens(source, depth)) {
    if (token.broken) defects.add('unterminated')
    if (token.kind === '<') angle = true
    if (token.kind === '>') angle = false
    if (angle) entry.push(token)
    else if (token.kind === ',') {
      if (!finish(false)) break
    } else if (token.kind === ';') {
      defects.add(group ? 'group' : 'unexpected')
      group = undefined
      if (!finish(true)) break
    } else if (token.kind === ':') {
      if (group || mailboxes.length > 0) defects.add('group')
      group = entry
      entry = []
    } else entry.push(token)
  }
  if (angle) defects.add('unterminated')
  const named = group?.every(({ kind }) => kind === 'atom' || kind === '.') && entry.some(({ kind }) => kind === '<')
  if (group) defects.add(named && mailboxes.length === 0 ? 'colon-in-display' : 'group')
  finish(mailboxes.length === 0 || !source.trimEnd().endsWith(','))
  return { mailboxes, defects }
}

function readMailbox(source: string, entry: readonly Token[], defects: Set<AddressDefect>): Mailbox {
  const raw = source.slice(entry[0]?.start ?? 0, entry.at(-1)?.stop ?? 0)
  const open = entry.findIndex(({ kind }) => kind === '<')
  if (open < 0) {
    // `root@example.org (Cron Daemon)`: the old way to give a name.
    const last = entry.at(-1)
    const named = entry.length > 1 && last?.kind === 'comment' && isPlainComment(last.text)
    // Where comments end at their first `)`, what touches it continues the domain.
    if (named && /\)[^)\s]/.test(last.text)) defects.add('odd-comment')
    const { local, domain } = readAddress(source, named ? entry.slice(0, -1) : entry, defects, false)
    return { display: named ? decodeWords(last.text.trim()) : '', local, domain, raw }
  }
  const close = entry.findIndex(({ kind }, at) => kind === '>' && at > open)
  const stop = close < 0 ? entry.length : close
  if (entry[close]?.spaced || entry[open + 1]?.spaced) defects.add('space-around-address')
  for (const { kind, text } of entry.slice(stop + 1)) {
    if (kind === 'comment') noteComment(text, defects)
    else defects.add(kind === 'atom' || kind === '.' ? 'text-after-address' : 'unexpected')
  }
  const { local, domain } = readAddress(source, entry.slice(open + 1, stop), defects, true)
  const phrase = entry.slice(0, open)
  if (phrase.some(({ kind }) => kind === '@')) defects.add(atInDisplay(phrase, `${local}@${domain}`))
  return { display: readDisplay(phrase, defects), local, domain, raw }
}

/** Nothing in which a reader could find an address, or a separator where comments end at their first `)`. */
const isPlainComment = (text: string): boolean =>
  !/[@<>"]/.test(text) && !/[@<>"]/.test(decodeWords(text)) && !/\)[^,;:[]*[,;:[]/.test(text)

/**
 * Readers that do not nest comments take the rest of a comment that touches an address for a part of it: `(a (b))c@d`.
 */
const noteAdjoining = (text: string, defects: Set<AddressDefect>) =>
  /[()]/.test(text) ? defects.add('odd-comment') : noteComment(text, defects)

/** Within the brackets readers agree only on a comment behind the address and a blank: `<a@example.org (work)>`. */
const noteBracketed = ({ text, spaced }: Token, isBehind: boolean, defects: Set<AddressDefect>) =>
  isBehind && spaced ? noteAdjoining(text, defects) : defects.add('odd-comment')

const noteComment = (text: string, defects: Set<AddressDefect>) =>
  defects.add(isPlainComment(text) ? 'comment' : 'odd-comment')

/** Of two labels or more. */
const DOMAIN = /^[\p{L}\p{M}\p{N}_-]+(?:\.[\p{L}\p{M}\p{N}_-]+)+/u

/** Some take the words around an unquoted `@` for the address, and drop the blanks between them. */
function atInDisplay(phrase: readonly Token[], address: string): 'at-in-display' | 'address-in-display' {
  const words = phrase.filter(({ kind }) => kind !== 'comment')
  const spelt = words.map(({ text, spaced }, index) => (spaced && index > 0 ? ` ${text}` : text)).join('')
  if (spelt.replace(/^'(.*)'$/s, '$1').toLowerCase() === address.toLowerCase()) return 'at-in-display'
  const isOther = (rest: string): boolean => {
    const joined = rest.replaceAll(' ', '')
    return DOMAIN.test(rest.trimStart()) || joined.replace(DOMAIN, '').length < Math.min(joined.length, 2)
  }
  return spelt.split('@').slice(1).some(isOther) ? 'address-in-display' : 'at-in-display'
}

function readDisplay(phrase: readonly Token[], defects: Set<AddressDefect>): string {
  const parts: string[] = []
  for (const { kind, text, spaced } of phrase) {
    if (kind === 'comment') noteComment(text, defects)
    else if (kind === '>' || kind === 'stray') defects.add('unexpected')
    // A bracket is no quote to everybody: what stands in it must be plain.
    else if (kind === 'literal' && /["\\<>@(),;:[]/.test(text)) defects.add('unexpected')
    // A quote that touches the word before it is no quote to everybody either.
    else if (kind === 'quoted' && !spaced && parts.length > 0 && /[,;:<>@]/.test(text)) defects.add('unexpected')
    if (kind === 'comment') continue
    if (spaced && parts.length > 0) parts.push(' ')
    parts.push(kind === 'literal' ? `[${text}]` : text)
  }
  return decodeWords(parts.join(''))
}

function readAddress(
  source: string,
  tokens: readonly Token[],
  defects: Set<AddressDefect>,
  isBracketed: boolean,
): Pick<Mailbox, 'local' | 'domain'> {
  const colon = tokens[0]?.kind === '@' ? tokens.findIndex(({ kind }) => kind === ':') : -1
  if (colon >= 0) defects.add('route')
  const all = colon < 0 ? tokens : tokens.slice(colon + 1)
  const first = all.findIndex(({ kind }) => kind !== 'comment')
  const stop = all.findLastIndex(({ kind }) => kind !== 'comment') + 1
  const spec = first === 0 && stop === all.length ? all : all.slice(Math.max(first, 0), stop)
  if (spec !== all) {
    const note = (comments: readonly Token[], isBehind: boolean) => {
      for (const comment of comments)
        if (isBracketed) noteBracketed(comment, isBehind, defects)
        else noteAdjoining(comment.text, defects)
    }
    note(all.slice(0, Math.max(first, 0)), false)
    note(all.slice(stop), true)
  }
  if (source.slice(spec[0]?.start ?? 0, spec.at(-1)?.stop ?? 0).includes('=?')) defects.add('encoded-word')

  const at = spec.findLastIndex(({ kind }) => kind === '@')
  const cut = at < 0 ? spec.length : at
  spec.forEach(({ kind, text, spaced }, index) => {
    if (spaced && index > 0) defects.add('space-in-address')
    if (kind === 'comment') {
      // RFC 5322 §3.2.3 allows comments beside the `@`, but readers agree only on one before it.
      if (index === cut - 1 && !isBracketed) noteAdjoining(text, defects)
      else defects.add('odd-comment')
    } else if (kind === 'quoted') {
      defects.add(index < cut ? 'quoted-local' : 'unexpected')
      // RFC 5322 §3.4.1: words of a local part are joined by dots. `fs"!"a@…` is two different addresses to two
      // readers.
      if ([spec[index - 1]?.kind, spec[index + 1]?.kind].some(near => near === 'atom' || near === 'quoted'))
        defects.add('unexpected')
    } else if (kind === 'literal') defects.add(index > cut ? 'domain-literal' : 'unexpected')
    else if (kind === '@' && index !== at) defects.add('several-at')
    else if (kind !== 'atom' && kind !== '.' && kind !== '@') defects.add('unexpected')
  })
  const join = (part: readonly Token[]): string =>
    part.map(({ kind, text }) => (kind === 'comment' ? '' : kind === 'literal' ? `[${text}]` : text)).join('')
  const local = join(spec.slice(0, cut))
  const domain = join(spec.slice(cut + 1))
  if (local === '') defects.add('no-local')
  if (domain === '') defects.add('no-domain')
  return { local, domain }
}
