/** Decodes text by the label of its charset: those of the Encoding Standard, and others that mail programs read. */
import { decodeUtf7, isUtf7 } from './utf7.ts'

/** Decodes `bytes` in the charset with this label; undefined for an unknown label. */
export function decodeCharset(bytes: Buffer, label: string): string | undefined {
  const known = decoderFor(label)
  if (known) return known.decode(bytes)
  const name = normalizeLabel(label)
  if (isUtf7(name)) return decodeUtf7(bytes)
  if (UTF32.test(name)) return decodeUtf32(bytes, name.endsWith('le') || (!name.endsWith('be') && isLittle(bytes)))
  if (EBCDIC.test(name)) return decodeEbcdic(bytes)
  const alias = aliasOf(name) ?? (name === label ? undefined : name)
  return alias === undefined ? undefined : decoderFor(alias)?.decode(bytes)
}

const aliasOf = (name: string): string | undefined => ALIASES.find(([pattern]) => pattern.test(name))?.[1]

/** Whether the label names a known charset. */
export const isCharset = (label: string): boolean => decodeCharset(Buffer.alloc(0), label) !== undefined

/** Without quotes and blanks, in lower case. */
const normalizeLabel = (label: string): string => label.toLowerCase().replace(/^[\s"'<]+|[\s"'>;,]+$/g, '')

const UTF32 = /^(?:x-)?(?:utf[-_ ]?32|ucs[-_ ]?4|iso-10646-ucs-4)[-_ ]?(?:le|be)?$/
/** The code pages of EBCDIC by IBM's numbers (RFC 1345 lists most): Windows and its programs read them. */
const EBCDIC =
  /ebcdic|^(?:cs|x-)?(?:ibm|cp)[-_ ]?0*(?:37|27[0-9]|28[0-9]|29[07]|42[034]|500|833|838|87[01]|880|905|924|102[56]|1047|114[0-9])$/

const ALIASES: readonly (readonly [RegExp, string])[] = [
  [/^utf[-_ ]?8(?![0-9])/, 'utf-8'],
  [/^(?:utf[-_ ]?16|ucs[-_ ]?2)[-_ ]?be/, 'utf-16be'],
  [/^(?:utf[-_ ]?16|ucs[-_ ]?2)/, 'utf-16le'],
]

// At most as many entries as there are labels in the Encoding Standard.
const decoders = new Map<string, InstanceType<typeof TextDecoder>>()

function decoderFor(charset: string): InstanceType<typeof TextDecoder> | undefined {
  const known = decoders.get(charset)
  if (known) return known
  try {
    const made = new TextDecoder(charset)
    decoders.set(charset, made)
    return made
  } catch {
    return undefined
  }
}

/** Whether US-ASCII has other bytes in this charset, so that a reader with another charset sees another text. */
export const isAsciiIncompatible = (label: string): boolean => {
  const name = normalizeLabel(label)
  return (
    UTF32.test(name) || EBCDIC.test(name) || (decoderFor(aliasOf(name) ?? name)?.encoding.startsWith('utf-16') ?? false)
  )
}

export type WideEncoding = 'utf-16le' | 'utf-16be' | 'utf-32le' | 'utf-32be'

/** Bytes that are searched for the NULs of wide characters. */
const SAMPLE_LENGTH = 256

/** By a byte order mark, or by the places of NULs among the first characters: no other text has NULs. */
export function detectWideEncoding(bytes: Buffer): WideEncoding | undefined {
  // Not destructured, which would make an iterator.
  const { 0: first, 1: second, 2: third, 3: fourth } = bytes
  if (first === 0xff && second === 0xfe) return third === 0 && fourth === 0 ? 'utf-32le' : 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  if (first === 0 && second === 0 && third === 0xfe && fourth === 0xff) return 'utf-32be'
  const stop = Math.min(bytes.length & ~3, SAMPLE_LENGTH)
  if (stop < 8 || !bytes.subarray(0, stop).includes(0)) return undefined
  const nuls = [0, 0, 0, 0]
  for (let at = 0; at < stop; at++) if (bytes[at] === 0) nuls[at & 3] = (nuls[at & 3] ?? 0) + 1
  const [a, b, c, d] = nuls.map(count => (8 * count) / stop)
  // The share of NULs in each place, doubled: nearly all, or nearly none.
  const shape = [a, b, c, d].map(share => ((share ?? 0) > 1.4 ? '0' : (share ?? 0) < 0.6 ? 'x' : '?')).join('')
  return NUL_PATTERNS[shape]
}

const NUL_PATTERNS: Readonly<Record<string, WideEncoding | undefined>> = {
  x000: 'utf-32le',
  '000x': 'utf-32be',
  x0x0: 'utf-16le',
  '0x0x': 'utf-16be',
}

const isLittle = (bytes: Buffer): boolean => detectWideEncoding(bytes) !== 'utf-32be'

function decodeUtf32(bytes: Buffer, little: boolean): string {
  const out: string[] = []
  for (let start = 0; start + 4 <= bytes.length; start += 16_384) {
    const points: number[] = []
    for (let at = start; at + 4 <= Math.min(bytes.length, start + 16_384); at += 4) {
      const point = little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)
      if (at === 0 && point === 0xfeff) continue
      points.push(point > 0x10ffff || (point >= 0xd800 && point < 0xe000) ? 0xfffd : point)
    }
    out.push(String.fromCodePoint(...points))
  }
  return out.join('')
}

/** The characters that all EBCDIC code pages share. */
const decodeEbcdic = (bytes: Buffer): string => {
  const out = Buffer.allocUnsafe(bytes.length)
  for (const [at, byte] of bytes.entries()) out[at] = EBCDIC_TABLE[byte] ?? 63
  return out.toString('latin1')
}

const EBCDIC_TABLE = ((): Uint8Array => {
  const table = new Uint8Array(256).fill(63)
  const set = (from: number, text: string): void => {
    for (const [index, char] of [...text].entries()) table[from + index] = char.charCodeAt(0)
  }
  for (const [from, text] of [
    [0x05, '\t'],
    [0x0d, '\r'],
    [0x15, '\n'],
    [0x25, '\n'],
    [0x40, ' '],
    [0x4b, '.<(+'],
    [0x50, '&'],
    [0x5a, '!$*);'],
    [0x60, '-/'],
    [0x6b, ',%_>?'],
    [0x7a, ':#@\'="'],
    [0x81, 'abcdefghi'],
    [0x91, 'jklmnopqr'],
    [0xa1, '~stuvwxyz'],
    [0xc1, 'ABCDEFGHI'],
    [0xd1, 'JKLMNOPQR'],
    [0xe2, 'STUVWXYZ'],
    [0xf0, '0123456789'],
  ] as const)
    set(from, text)
  return table
})()
