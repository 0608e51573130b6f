/** Decodes one single part: its size, digest, detected type, and the text that is kept. */
import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { detectType, HEAD_LENGTH } from '../filetypes/detect.ts'
import { decodeCharset, detectWideEncoding, isAsciiIncompatible } from './decode/charsets.ts'
import type { Encoding } from './decode/encoding.ts'
import { decodeSlices } from './decode/transfer.ts'

export interface DecodeOptions {
  readonly encoding: Encoding
  /** As declared, in lower case. */
  readonly contentType: string
  readonly charset: string | undefined
  /** Bytes of text that may be kept. */
  readonly maxText: number
  /** Keep all bytes, whatever the type. */
  readonly keepBytes: boolean
}

export interface DecodedPart {
  readonly size: number
  readonly sha256: string
  readonly detected?: string
  readonly text?: string
  /** The charset in which the text was decoded. */
  readonly charset?: string
  /** Another charset that some readers use, because the bytes look like it or because it is the declared one. */
  readonly otherCharset?: string
  /** All bytes, for declared text or where `keepBytes` is set. */
  readonly bytes?: Buffer
  /** Bytes of text that were kept. */
  readonly keptText: number
  readonly textCut: boolean
  readonly unknownCharset: boolean
  /** Decoders disagree about these bytes. */
  readonly malformed: boolean
  /** It was not decoded to its end. */
  readonly cut: boolean
}

/** Linear in `raw`. Holds declared text, and only the beginning of everything else. */
export function decodePart(
  raw: Buffer,
  { encoding, contentType, charset, maxText: room, keepBytes }: DecodeOptions,
): DecodedPart {
  const declared = contentType.startsWith('text/')
  const hash = createHash('sha256')
  const slices: Buffer[] = []
  let held = 0
  let size = 0
  const slicing = decodeSlices(raw, encoding)
  let step = slicing.next()
  for (; !step.done; step = slicing.next()) {
    const slice = step.value
    hash.update(slice)
    size += slice.length
    if (!declared && !keepBytes && held >= Math.max(HEAD_LENGTH, room)) continue
    slices.push(slice)
    held += slice.length
  }
  const { odd, cut } = step.value
  const bytes = slices.length === 1 && slices[0] ? slices[0] : Buffer.concat(slices)
  const detected = detectType(bytes.subarray(0, HEAD_LENGTH))
  const base = {
    size,
    sha256: hash.digest('hex'),
    ...(detected && { detected }),
    malformed: odd,
    cut,
    ...((declared || keepBytes) && { bytes }),
  }
  if (!declared && !isText(detected)) return { ...base, keptText: 0, textCut: false, unknownCharset: false }
  const kept = bytes.subarray(0, room)
  const named = charset?.trim().toLowerCase() ?? ''
  const isNamed = named !== '' && !PLACEHOLDER_CHARSET.test(named)
  const [used, otherCharset] = charsetsOf(kept, isNamed ? named : '', kept.length < size)
  const text = decodeCharset(kept, used)
  return {
    ...base,
    text: text ?? kept.toString('latin1'),
    charset: used,
    ...(otherCharset !== undefined && { otherCharset }),
    keptText: kept.length,
    textCut: kept.length < size,
    unknownCharset: text === undefined,
  }
}

/** What programs write for an unknown charset (RFC 1428 §2, and templates without a value). */
const PLACEHOLDER_CHARSET = /^(?:(?:x-)?unknown(?:-8bit)?|default(?:_charset)?|none|binary)$/

const isText = (detected: string | undefined): boolean =>
  detected !== undefined &&
  (detected.startsWith('text/') ||
    ['application/hta', 'image/svg+xml', 'application/xml'].includes(detected) ||
    detected === 'application/xhtml+xml')

/** The charset to decode text in, and another that some readers use where the bytes contradict the declared one. */
function charsetsOf(bytes: Buffer, named: string, cut: boolean): readonly [used: string, other?: string] {
  const label = named || guessCharset(bytes, cut)
  const wide = detectWideEncoding(bytes)
  if (!isAsciiIncompatible(label)) return wide === undefined || named === '' ? [label] : [wide, label]
  if (wide === label) return [label]
  // RFC 2781 §4.3: without a byte order mark the bytes themselves show their order.
  if (wide !== undefined) return /[lb]e\W*$/.test(label) ? [label, wide] : [wide]
  const sample = bytes.toString('latin1', 0, 256)
  // A short sample proves nothing.
  const isPlain = sample.length >= 64 && 10 * sample.replace(/[\t\r\n -~]+/g, '').length < sample.length
  return isPlain ? [label, guessCharset(bytes, cut)] : [label]
}

/**
 * Guesses an undeclared charset from a byte order mark, from HTML's own declaration, or from valid UTF-8, whose last
 * character may be cut.
 */
function guessCharset(bytes: Buffer, cut: boolean): string {
  const wide = detectWideEncoding(bytes)
  if (wide) return wide
  const named = /<meta[^>]{1,200}charset[ \t]*=[ \t]*["']?([\w.:-]{1,40})/i.exec(bytes.toString('latin1', 0, 2048))?.[1]
  if (named && decodeCharset(Buffer.alloc(0), named.toLowerCase()) !== undefined) return named.toLowerCase()
  // The last character may be incomplete.
  const whole = (cut ? [0, 1, 2, 3] : [0]).some(less => isUtf8(bytes.subarray(0, Math.max(bytes.length - less, 0))))
  return whole ? 'utf-8' : 'windows-1252'
}
