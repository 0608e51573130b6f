/** Macros in SPF records: read once with their record, expanded for each client (RFC 7208 §7). */

/** The values that macros expand to. */
export interface MacroValues {
  /** %{l} */
  readonly local: string
  /** %{o}: the domain of the sender, whatever record is being evaluated. */
  readonly sender: string
  /** %{d}: the domain whose record is being evaluated. */
  readonly domain: string
  /** %{i}: an IPv4 address, or the 32 nibbles of an IPv6 address with dots between them. */
  readonly ip: string
  /** %{v} */
  readonly family: 'in-addr' | 'ip6'
  /** %{h} */
  readonly helo: string
  /** %{p}: a name of the client whose addresses include the client, else `unknown`. */
  readonly name: string
}

interface Expansion {
  readonly letter: string
  /** How many parts remain, from the right. */
  readonly parts: number
  readonly reversed: boolean
  readonly delimiters: RegExp | undefined
  /** The letter is in upper case: characters that are not unreserved in a URL are escaped. */
  readonly escaped: boolean
}

/** Text and macros in turn. */
export type MacroString = readonly (string | Expansion)[]

// c, r and t are allowed in explanations only, which are never looked up here.
const EXPANSION = /^([slodiphv])(\d{0,10})(r?)([.\-+,/_=]*)$/i
const EXPLAINING = /^([crt])\d{0,10}r?[.\-+,/_=]*$/i
const MAX_NAME_LENGTH = 253
const MAX_LABEL_LENGTH = 63

/**
 * @param options.explaining whether the macros of explanations are allowed too, as in an unknown modifier (§6)
 * @returns undefined when `text` is not a macro-string
 */
export function readMacroString(text: string, { explaining = false } = {}): MacroString | undefined {
  const read: (string | Expansion)[] = []
  let from = 0
  for (let at = text.indexOf('%'); at >= 0; at = text.indexOf('%', from)) {
    if (at > from) read.push(text.slice(from, at))
    const brace = text[at + 1] === '{'
    const end = brace ? text.indexOf('}', at) : at + 1
    if (end < 0) return undefined
    const body = text.slice(brace ? at + 2 : end, brace ? end : end + 1)
    const found = brace ? readExpansion(body) : readShort(body)
    if (found !== undefined) read.push(found)
    else if (!explaining || !brace || !EXPLAINING.test(body)) return undefined
    from = end + 1
  }
  if (from < text.length) read.push(text.slice(from))
  return read
}

/** A macro-string that ends in a top label or in a macro. */
export function readDomainSpec(text: string): MacroString | undefined {
  const spec = readMacroString(text)
  const last = spec?.at(-1)
  if (typeof last !== 'string') return last && spec
  const name = last.endsWith('.') ? last.slice(0, -1) : last
  const dot = name.lastIndexOf('.')
  return dot >= 0 && isTopLabel(name.slice(dot + 1)) ? spec : undefined
}

/** Whether it contains a macro with one of `letters`. */
export const uses = (spec: MacroString, letters: string): boolean =>
  spec.some(part => typeof part !== 'string' && letters.includes(part.letter))

/** Names without macros, by their parsed records, which are remembered. */
const constants = new WeakMap<MacroString, { readonly name: string | undefined }>()

/** The name of a `spec` without macros, or undefined when it has some. */
export function constantName(spec: MacroString): { readonly name: string | undefined } | undefined {
  if (spec.some(part => typeof part !== 'string')) return undefined
  const known = constants.get(spec) ?? { name: validName(spec.join('')) }
  constants.set(spec, known)
  return known
}

/** The name that `spec` expands to; undefined when that is not a valid name (RFC 7208 §4.3, §4.8). */
export const expand = (spec: MacroString, values: MacroValues): string | undefined =>
  validName(spec.map(part => (typeof part === 'string' ? part : expansion(part, values))).join(''))

function validName(text: string): string | undefined {
  let name = text.endsWith('.') ? text.slice(0, -1) : text
  // RFC 7208 §7.3: a name that is too long loses labels from the left.
  if (name.length > MAX_NAME_LENGTH) {
    const dot = name.indexOf('.', name.length - MAX_NAME_LENGTH - 1)
    name = dot < 0 ? '' : name.slice(dot + 1)
  }
  const labels = name.split('.')
  const wellFormed = labels.every(label => label !== '' && label.length <= MAX_LABEL_LENGTH && /^[ -~]+$/.test(label))
  return wellFormed && labels.length > 1 && isTopLabel(labels.at(-1) ?? '') ? name : undefined
}

// RFC 7208 §7.1: letters and digits with at least one letter, or with a hyphen that is neither first nor last.
const isTopLabel = (label: string): boolean =>
  /^[a-z\d-]+$/i.test(label) && /[a-z-]/i.test(label) && !label.startsWith('-') && !label.endsWith('-')

const whole = { parts: Number.POSITIVE_INFINITY, reversed: false, delimiters: undefined, escaped: false } as const

/** `%%`, `%_` and `%-`. */
const readShort = (letter: string): Expansion | undefined =>
  letter === '%' || letter === '_' || letter === '-' ? { ...whole, letter } : undefined

function readExpansion(body: string): Expansion | undefined {
  const [, letter = '', digits = '', reversed = '', delimiters = ''] = EXPANSION.exec(body) ?? []
  if (letter === '' || (digits !== '' && Number(digits) === 0)) return undefined
  return {
    letter: letter.toLowerCase(),
    parts: digits === '' ? Number.POSITIVE_INFINITY : Number(digits),
    reversed: reversed !== '',
    delimiters: delimiters === '' ? undefined : new RegExp(`[${delimiters.replaceAll('-', '\\-')}]`),
    escaped: letter !== letter.toLowerCase(),
  }
}

function expansion({ letter, parts, reversed, delimiters, escaped }: Expansion, values: MacroValues): string {
  const split = macroValue(letter, values).split(delimiters ?? '.')
  const ordered = reversed ? split.toReversed() : split
  const text = (parts < ordered.length ? ordered.slice(-parts) : ordered).join('.')
  return escaped ? urlEscaped(text) : text
}

function macroValue(letter: string, { local, sender, domain, ip, family, helo, name }: MacroValues): string {
  switch (letter) {
    case 's':
      return `${local}@${sender}`
    case 'l':
      return local
    case 'o':
      return sender
    case 'd':
      return domain
    case 'i':
      return ip
    case 'v':
      return family
    case 'h':
      return helo
    case '%':
      return '%'
    case '_':
      return ' '
    case '-':
      return '%20'
    default:
      return name
  }
}

// RFC 3986 §2.3. A lone surrogate would make encodeURIComponent throw.
const urlEscaped = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(/[!'()*]/g, odd => `%${odd.charCodeAt(0).toString(16).toUpperCase()}`)
