/** The ways in which readers may interpret the type and the encoding of one part, the commonest first. */

import type { HeaderField, HeaderFields } from '../model/header.ts'
import { plausibleBoundaries } from './boundaries.ts'
import type { Encoding } from './decode/encoding.ts'
import { encodingOf } from './decode/transfer.ts'
import { looseFields } from './header/loose-names.ts'
import { type Parameters, parseParameters } from './header/parameters.ts'
import { plausibleTypes } from './header/types.ts'
import { decodeWords } from './header/words.ts'
import type { AmbiguityKind } from './part.ts'
import type { PartFields } from './part-fields.ts'

/** One interpretation of a Content-Type. */
interface TypeReading {
  /** In lower case. */
  readonly contentType: string
  readonly boundaries: readonly string[]
  readonly parameters: Parameters
}

/** One interpretation of a part; `difference` is why not all readers share it. */
export interface Reading {
  readonly type: TypeReading
  readonly encoding: Encoding
  readonly difference?: {
    readonly kind: AmbiguityKind
    readonly reason: string
    /** Readers guess it only where the bytes look like it. */
    readonly guess?: 'base64' | 'parts' | false
  }
}

export interface Readings {
  readonly all: readonly [Reading, ...Reading[]]
  /** The declared encoding. */
  readonly encoding: string
  /** The declared encoding is unknown. */
  readonly unknownEncoding: boolean
  /** The fields declare uuencoded or yEnc files in the bytes, whatever the type. */
  readonly files: boolean
  /** The part has more readings than are followed. */
  readonly cut: boolean
}

type Difference = NonNullable<Reading['difference']>
type Choice<T> = readonly [value: T, difference?: Difference]

/** The number of readings of one part that are followed. */
const MAX_READINGS = 6

/** @param fallback the type of a part without a Content-Type (RFC 2045 §5.2; RFC 2046 §5.1.5 in a digest) */
export function readingsOf(fields: PartFields, fallback: string): Readings {
  const types = typesOf(fields, fallback)
  const { choices: encodings, name, unknown, files } = encodingsOf(fields)
  const [type, otherType] = types
  const [encoding, otherEncoding] = encodings
  // Nearly every part has one reading.
  if (type && encoding && otherType === undefined && otherEncoding === undefined) {
    const all = [readingOf(type[0], encoding[0], undefined)] as const
    return { all, encoding: name, unknownEncoding: unknown, files, cut: false }
  }
  const [main, ...rest] = types.flatMap(([type, ofType]) =>
    encodings.map(([encoding, ofEncoding]) => readingOf(type, encoding, ofType ?? ofEncoding)),
  )
  const first = main ?? { type: typeNamed(fallback), encoding: 'identity' }
  const cut = rest.length >= MAX_READINGS
  return { all: [first, ...rest.slice(0, MAX_READINGS - 1)], encoding: name, unknownEncoding: unknown, files, cut }
}

const readingOf = (type: TypeReading, encoding: Encoding, difference: Difference | undefined): Reading =>
  difference === undefined ? { type, encoding } : { type, encoding, difference }

const readType = (contentType: string, value: string, parameters: Parameters): TypeReading => ({
  contentType,
  boundaries: contentType.includes('multipart') ? plausibleBoundaries(value, parameters) : [],
  parameters,
})

const typeNamed = (name: string): TypeReading => readType(name, name, parseParameters(name))

function typesOf(described: PartFields, fallback: string): readonly Choice<TypeReading>[] {
  const { header } = described
  const fields = header.all('content-type')
  const loose = looseFields(header, 'content-type')
  if (fields.length === 0 && loose.length === 0) return [[typeNamed(fallback)]]
  const [only, second] = fields
  if (only !== undefined && second === undefined && loose.length === 0 && !isAnySpaced(header)) {
    const [first, ...others] = typesIn(described, only, fallback)
    return [[first], ...others]
  }
  const seen = new Set<string>()
  const choices = fields.slice(0, MAX_READINGS).flatMap((field, index): readonly Choice<TypeReading>[] => {
    const [first, ...others] = typesIn(described, field, fallback)
    if (fields.length > 1) {
      const key = sameType(first)
      if (seen.has(key)) return []
      seen.add(key)
    }
    return [index === 0 ? [first] : [first, repeatedField('Content-Type', field.value)], ...others]
  })
  const spaced = fields.find(isSpaced)
  return [
    ...(choices.length > 0 ? choices : ([[typeNamed(fallback)]] as const)),
    ...(spaced ? [[typeNamed(fallback), irregularName(spaced)] as const] : []),
    ...loose
      .slice(0, MAX_READINGS)
      .map(field => [typesIn(described, field, fallback)[0], irregularName(field)] as const),
  ]
}

/** Equal types count once. */
const sameType = ({ contentType, boundaries, parameters }: TypeReading): string =>
  JSON.stringify([contentType, boundaries, parameters.all('charset').map(lower), parameters.all('name')])

const lower = (text: string): string => text.toLowerCase()

type Types = readonly [TypeReading, ...Choice<TypeReading>[]]

function typesIn(described: PartFields, field: HeaderField, fallback: string): Types {
  const { value } = field
  const parameters = described.parametersOf(field)
  const [first = fallback, ...others] = plausibleTypes(value, parameters.value, fallback)
  const difference = {
    kind: 'odd-type',
    reason: `the Content-Type does not follow its grammar: ${excerpt(value)}`,
  } as const
  const choices = others.map(type => [readType(type, value, parameters), difference] as const)
  const isMultipart = [first, ...others].some(type => type.startsWith('multipart/'))
  if (isMultipart || !/boundary/i.test(value)) return [readType(first, value, parameters), ...choices]
  // Some readers divide any part with a boundary.
  const reason = `a ${excerpt(first)} has the boundary of a multipart: ${excerpt(value)}`
  const divided = { kind: 'odd-type', reason, guess: 'parts' } as const
  return [readType(first, value, parameters), ...choices, [readType('multipart/mixed', value, parameters), divided]]
}

interface Encodings {
  readonly choices: readonly Choice<Encoding>[]
  readonly name: string
  readonly unknown: boolean
  readonly files: boolean
}

function encodingsOf(described: PartFields): Encodings {
  const { header } = described
  const sent = header.all('content-transfer-encoding')
  const loose = looseFields(header, 'content-transfer-encoding')
  const regular = loose.length === 0 && !isAnySpaced(header) && regularEncoding(sent)
  if (regular) return regular
  const fields = distinct(sent)
  let unknown = false
  const read = ({ value }: HeaderField, difference: Difference | undefined): readonly Choice<Encoding>[] => {
    const name = value.toLowerCase()
    const exact = encodingOf(name)
    if (exact) return [difference ? [exact, difference] : [exact]]
    const meant = encodingsNamedIn(`${name} ${decodeWords(name)}`)
    unknown ||= meant.length === 0
    const reason = `the transfer encoding does not follow its grammar: ${excerpt(value)}`
    const guessed = { kind: 'odd-encoding', reason, guess: meant.length === 0 && 'base64' } as const
    // RFC 2045 §6.4: the bytes of an unknown encoding stay as they are. Some readers decode what looks like base64.
    const ways: readonly Encoding[] = meant.length === 0 ? ['identity', 'base64'] : [...meant, 'identity']
    return ways.map((way, at) => (at === 0 ? (difference ? [way, difference] : [way]) : [way, guessed]))
  }
  const choices = fields.flatMap((field, index) =>
    read(field, index === 0 ? undefined : repeatedField('Content-Transfer-Encoding', field.value)),
  )
  const spaced = sent.find(isSpaced)
  const all: readonly Choice<Encoding>[] = [
    ...(choices.length > 0 ? choices : ([['identity']] as const)),
    ...(spaced ? [['identity', irregularName(spaced)] as const] : []),
    ...loose.slice(0, MAX_READINGS).flatMap(field => read(field, irregularName(field))),
  ]
  const seen = new Set<Encoding>()
  const name = fields[0] ? described.parametersOf(fields[0]).value : ''
  const files = [...fields, ...loose].some(({ value }) => /uu|yenc/i.test(value))
  return { choices: all.filter(([encoding]) => !seen.has(encoding) && seen.add(encoding)), name, unknown, files }
}

/** No field, or one with a name of RFC 2045 §6.1, where none is spaced: saves 2 µs a part. */
function regularEncoding(sent: readonly HeaderField[]): Encodings | undefined {
  const [field, second] = sent
  if (field === undefined) return UNENCODED
  if (second !== undefined) return undefined
  const name = field.value.toLowerCase()
  const encoding = encodingOf(name)
  return encoding && { choices: [[encoding]], name, unknown: false, files: false }
}

const UNENCODED: Encodings = { choices: [['identity']], name: '', unknown: false, files: false }

/** The encodings that the text names, in its order. */
function encodingsNamedIn(name: string): readonly Encoding[] {
  const words = name.slice(0, 400).match(/base-?64|quoted-?printable|[78]-?bit|binary|uu(?:encode|e)|yenc/g) ?? []
  return words.map(word => {
    if (word.startsWith('base')) return 'base64'
    // Uuencoded and yEnc files are found by their begin lines.
    return word.startsWith('quoted') ? 'quoted-printable' : 'identity'
  })
}

/** Equal fields count once. */
function distinct(fields: readonly HeaderField[]): readonly HeaderField[] {
  const seen = new Set<string>()
  return fields.slice(0, MAX_READINGS).filter(({ value }) => {
    const key = value.toLowerCase().replace(/\s+/g, '')
    return !seen.has(key) && seen.add(key)
  })
}

/** White space before the colon: some readers ignore the field (RFC 5322 §3.6.8). The defects tell of it. */
const isSpaced = ({ name, raw }: HeaderField): boolean => raw[name.length] !== COLON
const isAnySpaced = ({ defects }: HeaderFields): boolean => defects.some(({ kind }) => kind === 'space-before-colon')

const COLON = 58

const irregularName = ({ name, raw }: HeaderField): Difference => ({
  kind: 'odd-header',
  reason: `the name of a field is malformed, so that some readers do not see ${excerpt(name)}: ${excerpt(raw.toString('latin1', 0, 100).trim())}`,
})

const repeatedField = (name: string, value: string): Difference => ({
  kind: 'repeated-field',
  reason: `${name} occurs more than once with different values, one of them: ${excerpt(value)}`,
})

/** Cuts what was sent to a length that fits a sentence. */
export const excerpt = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text)
