/** The content of S/MIME (RFC 8551, RFC 5652) that is signed or compressed and not encrypted, in DER or BER. */
import { constants, inflateSync } from 'node:zlib'

/** The kind of envelope: `signed-data` and `compressed-data` are opened, the others are encrypted. */
type CmsKind = 'signed-data' | 'compressed-data' | 'enveloped-data' | 'other'

export interface Cms {
  readonly kind: CmsKind
  /** The structure is invalid: `content` is everything that follows the type. */
  readonly broken: boolean
  /** Of signed data that includes its content, and of compressed data, inflated. */
  readonly content?: Buffer
  /** Compressed data that is longer than it may be, or damaged: there is no content. */
  readonly isCut?: boolean
}

/** What compressed data may hold, in bytes: inflating so much takes some 20 ms. */
export const MAX_INFLATED = 8_388_608

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex')

/** Object identifiers of RFC 5652, RFC 3274 and RFC 5083. */
const KINDS: readonly (readonly [oid: Buffer, kind: CmsKind])[] = [
  [hex('2a 86 48 86 f7 0d 01 07 02'), 'signed-data'],
  [hex('2a 86 48 86 f7 0d 01 07 03'), 'enveloped-data'],
  [hex('2a 86 48 86 f7 0d 01 09 10 01 17'), 'enveloped-data'],
  [hex('2a 86 48 86 f7 0d 01 09 10 01 09'), 'compressed-data'],
]

/** The depth of nested values that are searched for a content. */
const MAX_DEPTH = 32
const [OID, OCTET_STRING, SEQUENCE, CONTEXT] = [0x06, 0x04, 0x30, 0xa0]
/** A constructed OCTET STRING: one in pieces. */
const CONSTRUCTED_OCTET_STRING = 0x24

/**
 * Linear in the bytes, inflated ones included. Undefined where they are no CMS; a length that goes beyond the end stops
 * there.
 */
export function readCms(bytes: Buffer, maxInflated = MAX_INFLATED): Cms | undefined {
  const outer = valueAt(bytes, 0, bytes.length)
  if (outer?.tag !== SEQUENCE) return undefined
  const type = valueAt(bytes, outer.start, outer.stop)
  if (type?.tag !== OID) return undefined
  const oid = bytes.subarray(type.start, type.stop)
  const kind = KINDS.find(([known]) => known.equals(oid))?.[1] ?? 'other'
  if (kind !== 'signed-data' && kind !== 'compressed-data') return { kind, broken: false }
  const found = encapsulated(bytes, { start: type.stop, stop: outer.stop }, kind === 'signed-data' ? 1 : 2)
  if (kind === 'compressed-data') {
    const content = found instanceof Buffer ? inflated(found, maxInflated) : undefined
    return { kind, broken: false, ...(content === undefined ? { isCut: true } : { content }) }
  }
  if (found === 'broken') return { kind, broken: true, content: bytes.subarray(type.stop) }
  return { kind, broken: false, ...(found && { content: found }) }
}

interface Range {
  readonly start: number
  readonly stop: number
}

interface Value extends Range {
  readonly tag: number
  /** Of indefinite length (X.690 §8.1.3.6): `stop` is the end of the enclosing value. */
  readonly open: boolean
}

/** Undefined beyond the end, at an end-of-contents mark, and for tags that CMS does not use. */
function valueAt(bytes: Buffer, start: number, stop: number): Value | undefined {
  const tag = bytes[start] ?? 0
  if (start + 2 > stop || tag === 0 || (tag & 0x1f) === 0x1f) return undefined
  const first = bytes[start + 1] ?? 0
  const head = start + 2
  if (first === 0x80) return { tag, start: head, stop, open: true }
  if (first < 0x80) return { tag, start: head, stop: Math.min(head + first, stop), open: false }
  const size = first & 0x7f
  if (size > 8 || head + size > stop) return undefined
  let length = 0
  for (let at = head; at < head + size; at++) length = length * 256 + (bytes[at] ?? 0)
  return { tag, start: head + size, stop: Math.min(head + size + length, stop), open: false }
}

/** The offset of the next value. */
function after(bytes: Buffer, value: Value, depth = 0): number | undefined {
  if (!value.open) return value.stop
  if (depth === MAX_DEPTH) return undefined
  let at: number | undefined = value.start
  while (at !== undefined) {
    const inner = valueAt(bytes, at, value.stop)
    if (!inner) return bytes[at] === 0 && bytes[at + 1] === 0 ? at + 2 : value.stop
    at = after(bytes, inner, depth + 1)
  }
  return undefined
}

/** Zlib is the only algorithm (RFC 3274 §2). Undefined where there is more than `max`, or the data is damaged. */
function inflated(packed: Buffer, max: number): Buffer | undefined {
  try {
    // Without its end, what is there counts: a reader may show it.
    return inflateSync(packed, { maxOutputLength: max, finishFlush: constants.Z_SYNC_FLUSH })
  } catch {
    return undefined
  }
}

/**
 * SignedData ::= SEQUENCE { version, digestAlgorithms SET, encapContentInfo SEQUENCE { type, [0] content }, … }
 * CompressedData ::= SEQUENCE { version, compressionAlgorithm SEQUENCE, encapContentInfo SEQUENCE { … } }
 *
 * @param nth which of the inner sequences holds the content
 */
function encapsulated(bytes: Buffer, { start, stop }: Range, nth: 1 | 2): Buffer | 'broken' | undefined {
  const explicit = valueAt(bytes, start, stop)
  const signed = explicit?.tag === CONTEXT ? valueAt(bytes, explicit.start, explicit.stop) : undefined
  if (signed?.tag !== SEQUENCE) return 'broken'
  let at: number | undefined = signed.start
  let inner: Value | undefined
  let sequences = 0
  for (let count = 0; count < 4 && at !== undefined; count++) {
    inner = valueAt(bytes, at, signed.stop)
    if (inner?.tag === SEQUENCE) sequences++
    if (!inner || sequences === nth) break
    at = after(bytes, inner)
  }
  if (inner?.tag !== SEQUENCE) return 'broken'
  const type = valueAt(bytes, inner.start, inner.stop)
  if (type?.tag !== OID) return 'broken'
  const wrapped = valueAt(bytes, type.stop, inner.stop)
  // No content: the signature of another part, or certificates.
  if (!wrapped) return undefined
  const content = wrapped.tag === CONTEXT ? valueAt(bytes, wrapped.start, wrapped.stop) : undefined
  if (!content) return 'broken'
  const pieces: Buffer[] = []
  collect(bytes, content, pieces)
  return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces)
}

/** Collects an OCTET STRING, primitive or constructed, and returns its end. PKCS #7 has other values as they are. */
function collect(bytes: Buffer, value: Value, pieces: Buffer[], depth = 0): number | undefined {
  if (value.tag !== CONSTRUCTED_OCTET_STRING) {
    const stop = value.tag === OCTET_STRING || !value.open ? value.stop : (after(bytes, value) ?? value.stop)
    pieces.push(bytes.subarray(value.start, stop))
    return stop
  }
  if (depth === MAX_DEPTH) return undefined
  let at: number | undefined = value.start
  while (at !== undefined && at < value.stop) {
    const inner = valueAt(bytes, at, value.stop)
    if (!inner) return bytes[at] === 0 && bytes[at + 1] === 0 ? at + 2 : value.stop
    at = collect(bytes, inner, pieces, depth + 1)
  }
  return at
}
