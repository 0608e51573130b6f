/** Parses a whole SPF record before any of it is evaluated (RFC 7208 §4.6, §12). */
import { readAddress } from '../../net/address.ts'
import { type MacroString, readDomainSpec, readMacroString } from './macro.ts'

/** The result of a match: `+` pass, `-` fail, `~` softfail, `?` neutral. */
export type Qualifier = '+' | '-' | '~' | '?'

export type Mechanism =
  | { readonly kind: 'all' }
  | { readonly kind: 'include'; readonly name: MacroString }
  | { readonly kind: 'exists'; readonly name: MacroString }
  | { readonly kind: 'ptr'; readonly name?: MacroString }
  /** `v4` and `v6` are prefix lengths. */
  | { readonly kind: 'a' | 'mx'; readonly name?: MacroString; readonly v4: number; readonly v6: number }
  | { readonly kind: 'ip4' | 'ip6'; readonly words: Uint32Array; readonly prefix: number }

export interface Directive {
  readonly qualifier: Qualifier
  readonly mechanism: Mechanism
  /** The mechanism as it is written, without its qualifier. */
  readonly text: string
}

export interface SpfRecord {
  readonly directives: readonly Directive[]
  readonly redirect?: MacroString
}

/** What is wrong with a record; ends a sentence. */
export interface Problem {
  readonly problem: string
}

const MAX_SHOWN_LENGTH = 60

/** Whether a text is an SPF record (§4.5). */
export const isSpf = (text: string): boolean => /^v=spf1(?: |$)/i.test(text)

// A record in use has some hundred characters, and the same ones come again and again.
const MAX_REMEMBERED_LENGTH = 1_000
const MAX_REMEMBERED = 500
const remembered = new Map<string, SpfRecord | Problem>()

/**
 * Records in use are parsed once: the same object is returned again.
 *
 * @param text of which {@link isSpf} is true
 */
export function readRecord(text: string): SpfRecord | Problem {
  const known = remembered.get(text)
  if (known !== undefined) return known
  const record = parseRecord(text)
  if (text.length > MAX_REMEMBERED_LENGTH) return record
  if (remembered.size >= MAX_REMEMBERED) remembered.clear()
  remembered.set(text, record)
  return record
}

function parseRecord(text: string): SpfRecord | Problem {
  if (/[^ -~]/.test(text)) return { problem: 'it holds characters other than printable ASCII' }
  const directives: Directive[] = []
  const modifiers = new Map<string, MacroString>()
  for (const term of text.split(' ').slice(1)) {
    if (term === '') continue
    const [, modifier, value = ''] = /^([a-z][a-z\d\-_.]*)=(.*)$/i.exec(term) ?? []
    const name = modifier?.toLowerCase()
    if (name === undefined) {
      const directive = readDirective(term)
      if (directive === undefined) return { problem: `it has the malformed term ${term.slice(0, MAX_SHOWN_LENGTH)}` }
      directives.push(directive)
    } else if (name === 'redirect' || name === 'exp') {
      const spec = readDomainSpec(value)
      if (spec === undefined) return { problem: `its ${name}= is not a domain` }
      if (modifiers.has(name)) return { problem: `it has more than one ${name}=` }
      modifiers.set(name, spec)
    } else if (readMacroString(value, { explaining: true }) === undefined) {
      return { problem: `its ${name.slice(0, MAX_SHOWN_LENGTH)}= has a malformed macro` }
    }
  }
  const redirect = modifiers.get('redirect')
  // §6.1: redirect= is ignored in a record with `all` anywhere.
  const hasAll = directives.some(({ mechanism }) => mechanism.kind === 'all')
  return redirect === undefined || hasAll ? { directives } : { directives, redirect }
}

function readDirective(term: string): Directive | undefined {
  const [sign = ''] = term
  const qualifier = sign === '+' || sign === '-' || sign === '~' || sign === '?' ? sign : undefined
  const text = qualifier === undefined ? term : term.slice(1)
  const [name = ''] = /^[a-z\d]+/i.exec(text) ?? []
  const mechanism = readMechanism(name.toLowerCase(), text.slice(name.length))
  return mechanism && { qualifier: qualifier ?? '+', mechanism, text }
}

function readMechanism(kind: string, rest: string): Mechanism | undefined {
  switch (kind) {
    case 'all':
      return rest === '' ? { kind } : undefined
    case 'include':
    case 'exists': {
      const name = nameAfterColon(rest)
      return name && { kind, name }
    }
    case 'ptr': {
      if (rest === '') return { kind }
      const name = nameAfterColon(rest)
      return name && { kind, name }
    }
    case 'a':
    case 'mx':
      return readHosts(kind, rest)
    case 'ip4':
    case 'ip6':
      return readNetwork(kind, rest)
    default:
      return undefined
  }
}

const nameAfterColon = (rest: string): MacroString | undefined =>
  rest.startsWith(':') ? readDomainSpec(rest.slice(1)) : undefined

/**
 * `:domain-spec`, `/prefix` and `//prefix` are each optional. The prefixes are read first, because a name may contain a
 * slash.
 */
function readHosts(kind: 'a' | 'mx', rest: string): Mechanism | undefined {
  const v6Match = /\/\/(\d{1,3})$/.exec(rest)
  const before = v6Match === null ? rest : rest.slice(0, v6Match.index)
  const v4Match = /\/(\d{1,2})$/.exec(before)
  const text = v4Match === null ? before : before.slice(0, v4Match.index)
  const v4 = v4Match === null ? 32 : prefixOf(v4Match[1], 32)
  const v6 = v6Match === null ? 128 : prefixOf(v6Match[1], 128)
  const name = text === '' ? undefined : nameAfterColon(text)
  if (v4 === undefined || v6 === undefined || (text !== '' && name === undefined)) return undefined
  return { kind, v4, v6, ...(name && { name }) }
}

function readNetwork(kind: 'ip4' | 'ip6', rest: string): Mechanism | undefined {
  const [address = '', length, ...more] = rest.slice(1).split('/', 3)
  const bits = kind === 'ip4' ? 32 : 128
  const prefix = length === undefined ? bits : prefixOf(length, bits)
  const words = wordsOf(kind, address)
  if (!rest.startsWith(':') || prefix === undefined || words === undefined || more.length > 0) return undefined
  return { kind, words, prefix }
}

function wordsOf(kind: 'ip4' | 'ip6', address: string): Uint32Array | undefined {
  const words = new Uint32Array(4)
  if (address.includes(':') !== (kind === 'ip6') || address.includes('%')) return undefined
  const width = readAddress(address, words)
  if (width === 0) return undefined
  // §5: an ip6 network is IPv6, even if it is written as ::ffff:192.0.2.0.
  return kind === 'ip6' && width === 1 ? Uint32Array.of(0, 0, 0xffff, words[0] ?? 0) : words
}

/** Without leading zeros (§12). */
function prefixOf(text: string | undefined, max: number): number | undefined {
  return text !== undefined && /^(?:0|[1-9]\d{0,2})$/.test(text) && Number(text) <= max ? Number(text) : undefined
}
