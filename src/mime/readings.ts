/** The ways in which readers may take the type and the encoding of one part, the commonest first. */
import { boundariesOf } from './boundaries.ts'
import type { HeaderField, HeaderFields } from './header.ts'
import { type Parameters, parametersOf, parseParameters } from './parameters.ts'
import type { AmbiguityKind, Encoding } from './part.ts'
import { encodingOf } from './transfer.ts'

/** One way to take a Content-Type. */
export interface TypeReading {
  /** In lower case. */
  readonly contentType: string
  readonly boundaries: readonly string[]
  readonly parameters: Parameters
}

/** One way to take a part; `why` says why not all take it so. */
export interface Reading {
  readonly type: TypeReading
  readonly encoding: Encoding
  readonly why?: { readonly kind: AmbiguityKind; readonly reason: string }
}

export interface Readings {
  readonly all: readonly [Reading, ...Reading[]]
  /** The encoding that is named, as named. */
  readonly encoding: string
  /** It is none that anybody knows. */
  readonly unknownEncoding: boolean
}

type Why = NonNullable<Reading['why']>
type Choice<T> = readonly [value: T, why?: Why]

/** Readings of one part. */
const MOST = 6

/** @param fallback the type of a part that names none (RFC 2045 §5.2; RFC 2046 §5.1.5 in a digest). */
export function readingsOf(header: HeaderFields, fallback: string): Readings {
  const types = typesOf(header, fallback)
  const { choices: encodings, name, unknown } = encodingsOf(header)
  const [main, ...rest] = types.flatMap(([type, typeWhy]) =>
    encodings.map(([encoding, encodingWhy]): Reading => {
      const why = typeWhy ?? encodingWhy
      return { type, encoding, ...(why && { why }) }
    }),
  )
  const first = main ?? { type: typeNamed(fallback), encoding: 'identity' }
  return { all: [first, ...rest.slice(0, MOST - 1)], encoding: name, unknownEncoding: unknown }
}

const readType = (value: string, parameters: Parameters): TypeReading => ({
  contentType: parameters.value,
  boundaries: parameters.value.includes('multipart') ? boundariesOf(value, parameters) : [],
  parameters,
})

const typeNamed = (name: string): TypeReading => readType(name, parseParameters(name))

const GRAMMAR = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/
const LENIENT = /([\w!#$&^.+-]{1,60})[ \t]*\/[ \t]*([\w!#$&^.+-]{1,100})/

function typesOf(header: HeaderFields, fallback: string): readonly Choice<TypeReading>[] {
  const fields = distinct(header.all('content-type'))
  if (fields.length === 0) return [[typeNamed(fallback)]]
  const choices = fields.flatMap((field, index): readonly Choice<TypeReading>[] => {
    const { value } = field
    const why = index === 0 ? undefined : repeated('Content-Type', value)
    const read = readType(value, parametersOf(field))
    if (GRAMMAR.test(read.contentType)) return [why ? [read, why] : [read]]
    const [, major = '', minor = ''] = LENIENT.exec(value.slice(0, 300)) ?? []
    const contentType = major === '' ? 'text/plain' : `${major}/${minor}`.toLowerCase()
    const meant = { ...read, contentType }
    if (contentType === 'text/plain') return [why ? [meant, why] : [meant]]
    // RFC 2045 §5.2: what cannot be read is plain text; most programs read on.
    const odd = { kind: 'odd-type', reason: `the Content-Type is not written as it must be: ${cut(value)}` } as const
    return [why ? [meant, why] : [meant], [{ ...read, contentType: 'text/plain' }, odd]]
  })
  const spaced = header.all('content-type').find(isSpaced)
  return spaced ? [...choices, [typeNamed(fallback), odd(spaced)]] : choices
}

interface Encodings {
  readonly choices: readonly Choice<Encoding>[]
  readonly name: string
  readonly unknown: boolean
}

function encodingsOf(header: HeaderFields): Encodings {
  const fields = distinct(header.all('content-transfer-encoding'))
  let unknown = false
  const choices = fields.flatMap(({ value }, index): readonly Choice<Encoding>[] => {
    const why = index === 0 ? undefined : repeated('Content-Transfer-Encoding', value)
    const name = value.toLowerCase()
    const exact = encodingOf(name)
    if (exact) return [why ? [exact, why] : [exact]]
    const meant = meantBy(name)
    unknown ||= meant.length === 0
    const reason = `the transfer encoding is not written as it must be: ${cut(value)}`
    const odd = { kind: 'odd-encoding', reason } as const
    // RFC 2045 §6.4: what is not known is octets as they stand. But what looks like base64 may be read as such.
    const ways: readonly Encoding[] = meant.length === 0 ? ['identity', 'base64'] : [...meant, 'identity']
    return ways.map((way, at) => (at === 0 ? (why ? [way, why] : [way]) : [way, odd]))
  })
  const spaced = header.all('content-transfer-encoding').find(isSpaced)
  const all: readonly Choice<Encoding>[] = [
    ...(choices.length > 0 ? choices : ([['identity']] as const)),
    ...(spaced ? [['identity', odd(spaced)] as const] : []),
  ]
  const seen = new Set<Encoding>()
  const name = fields[0] ? parametersOf(fields[0]).value : ''
  return { choices: all.filter(([encoding]) => !seen.has(encoding) && seen.add(encoding)), name, unknown }
}

/** What is named in it, in the order of the names. */
function meantBy(name: string): readonly Encoding[] {
  const words = name.slice(0, 200).match(/base-?64|quoted-?printable|[78]-?bit|binary|uu(?:encode|e)|yenc/g) ?? []
  return words.map(word => {
    if (word.startsWith('base')) return 'base64'
    // What is uuencoded or yEnc is found by the lines that begin it.
    return word.startsWith('quoted') ? 'quoted-printable' : 'identity'
  })
}

/** Fields that say the same in the same words count once. */
function distinct(fields: readonly HeaderField[]): readonly HeaderField[] {
  const seen = new Set<string>()
  return fields.slice(0, MOST).filter(({ value }) => {
    const key = value.toLowerCase().replace(/\s+/g, '')
    return !seen.has(key) && seen.add(key)
  })
}

/** White space before the colon: some take the field for none (RFC 5322 §3.6.8). */
export const isSpaced = ({ name, raw }: HeaderField): boolean => raw[name.length] !== COLON

const COLON = 58

const odd = ({ name }: HeaderField): Why => ({
  kind: 'odd-header',
  reason: `there is white space before the colon of ${name}, so that some do not see the field`,
})

const repeated = (name: string, value: string): Why => ({
  kind: 'repeated-field',
  reason: `${name} stands more than once and says different things, one of them: ${cut(value)}`,
})

/** What was sent, short enough for a sentence. */
export const cut = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text)
