/** Reads lists of addresses (RFC 5322 §3.4, obsolete forms included) and says where readers may differ about them. */
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
  /** `<@relay.example:a@example.org>` */
  | 'route'
  /** Before, inside or after an angle address, or inside an address. */
  | 'comment'
  /** `a@example.org <b@example.org>` with nothing quoted. */
  | 'address-in-display'
  /** An encoded word inside the address. */
  | 'encoded-word'
  /** `"a b"@example.org` */
  | 'quoted-local'
  /** `a@[192.0.2.1]` */
  | 'domain-literal'
  | 'space-in-address'
  | 'several-at'
  | 'no-local'
  | 'no-domain'
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
  { mailboxes: most = 1000, length = 65_536, depth = 20 }: AddressLimits = {},
): AddressList {
  const mailboxes: Mailbox[] = []
  const defects = new Set<AddressDefect>()
  const source = value.slice(0, length)
  if (value.length > length) defects.add('too-long')

  let entry: Token[] = []
  let angle = false
  let group = false
  const finish = (last: boolean): boolean => {
    if (entry.length === 0) {
      if (!last) defects.add('empty-element')
      return true
    }
    if (mailboxes.length === most) defects.add('too-many')
    else mailboxes.push(readMailbox(source, entry, defects))
    entry = []
    return mailboxes.length < most || !defects.has('too-many')
  }

  for (const token of tokens(source, depth)) {
    if (token.broken) defects.add('unterminated')
    if (token.kind === '<') angle = true
    if (token.kind === '>') angle = false
    if (angle) entry.push(token)
    else if (token.kind === ',') {
      if (!finish(false)) break
    } else if (token.kind === ';') {
      if (!group) defects.add('unexpected')
      group = false
      if (!finish(true)) break
    } else if (token.kind === ':') {
      defects.add('group')
      group = true
      entry = []
    } else entry.push(token)
  }
  if (angle) defects.add('unterminated')
  finish(mailboxes.length === 0 || !source.trimEnd().endsWith(','))
  return { mailboxes, defects }
}

function readMailbox(source: string, entry: readonly Token[], defects: Set<AddressDefect>): Mailbox {
  const raw = source.slice(entry[0]?.start ?? 0, entry.at(-1)?.stop ?? 0)
  const open = entry.findIndex(({ kind }) => kind === '<')
  if (open < 0) {
    // `root@example.org (Cron Daemon)`: the old way to give a name. Anything more in the comment, and readers differ.
    const last = entry.at(-1)
    const named = entry.length > 1 && last?.kind === 'comment' && !/[^\w .+=?*'&!/-]/.test(last.text)
    const { local, domain } = readAddress(source, named ? entry.slice(0, -1) : entry, defects)
    return { display: named ? decodeWords(last.text.trim()) : '', local, domain, raw }
  }
  const close = entry.findIndex(({ kind }, at) => kind === '>' && at > open)
  const stop = close < 0 ? entry.length : close
  if (entry[close]?.spaced) defects.add('space-in-address')
  for (const { kind } of entry.slice(stop + 1)) defects.add(kind === 'comment' ? 'comment' : 'text-after-address')
  if (entry[open + 1]?.spaced) defects.add('space-in-address')
  const { local, domain } = readAddress(source, entry.slice(open + 1, stop), defects)
  return { display: readDisplay(entry.slice(0, open), defects), local, domain, raw }
}

function readDisplay(phrase: readonly Token[], defects: Set<AddressDefect>): string {
  const parts: string[] = []
  for (const { kind, text, spaced } of phrase) {
    if (kind === 'comment') defects.add('comment')
    else if (kind === '@') defects.add('address-in-display')
    else if (kind === '>' || kind === 'stray') defects.add('unexpected')
    // A bracket is no quote to everybody: what stands in it must be plain.
    else if (kind === 'literal' && /["\\<>@(),;:[]/.test(text)) defects.add('unexpected')
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
): Pick<Mailbox, 'local' | 'domain'> {
  const colon = tokens[0]?.kind === '@' ? tokens.findIndex(({ kind }) => kind === ':') : -1
  if (colon >= 0) defects.add('route')
  const spec = tokens.slice(colon + 1)
  if (source.slice(spec[0]?.start ?? 0, spec.at(-1)?.stop ?? 0).includes('=?')) defects.add('encoded-word')

  const at = spec.findLastIndex(({ kind }) => kind === '@')
  const cut = at < 0 ? spec.length : at
  spec.forEach(({ kind, spaced }, index) => {
    if (spaced && index > 0) defects.add('space-in-address')
    if (kind === 'comment') defects.add('comment')
    else if (kind === 'quoted') defects.add(index < cut ? 'quoted-local' : 'unexpected')
    else if (kind === 'literal') defects.add(index > cut ? 'domain-literal' : 'unexpected')
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
