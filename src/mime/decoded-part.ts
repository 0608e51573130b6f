/** Decodes one single part: its size, digest, detected type, and the text that is kept. */
import { isUtf8 } from 'node:buffer'
import { createHash, hash } from 'node:crypto'
import { detectType, HEAD_LENGTH } from '../filetypes/detect.ts'
import { hasNoFormat, MAX_DIRECTORY_END } from '../filetypes/format.ts'
import { decodeCharset, detectWideEncoding, isAsciiIncompatible } from './decode/charsets.ts'
import type { Encoding, TransferDecoder } from './decode/encoding.ts'
import { SLICE, transferDecoder } from './decode/transfer.ts'

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
  /** Nothing but its name can give it a format; absent where that is not known. */
  readonly noFormat?: true
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
  const { bytes, size, sha256, detected, noFormat, odd, cut } = readContent(raw, encoding, declared || keepBytes, room)
  const base = {
    size,
    sha256,
    ...(detected && { detected }),
    ...(noFormat && { noFormat }),
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

interface Content {
  /** All bytes, or their beginning. */
  readonly bytes: Buffer
  readonly size: number
  readonly sha256: string
  readonly detected: string | undefined
  /** Nothing but its name can give it a format. Not asked of what is short. */
  readonly noFormat: boolean
  /** Decoders disagree about these bytes. */
  readonly odd: boolean
  /** Decoding was cut. */
  readonly cut: boolean
}

/** Decodes, measures and hashes every byte once. @param room bytes of a text that are held where not all are */
function readContent(raw: Buffer, encoding: Encoding, keepsAll: boolean, room: number): Content {
  if (encoding === 'identity') return contentOf(raw, false, false)
  const decoder = transferDecoder(encoding)
  if (raw.length > SLICE) return readSlices(raw, decoder, keepsAll, room)
  const bytes = joined([decoder.push(raw), decoder.end()])
  return contentOf(bytes, decoder.ambiguous(), decoder.cut?.() ?? false)
}

const contentOf = (bytes: Buffer, odd: boolean, cut: boolean): Content => ({
  bytes,
  size: bytes.length,
  sha256: hash('sha256', bytes),
  detected: detectType(bytes.subarray(0, HEAD_LENGTH)),
  noFormat: bytes.length > SLICE && hasNoFormat(bytes.subarray(0, HEAD_LENGTH), bytes.subarray(-MAX_DIRECTORY_END)),
  odd,
  cut,
})

/** What is not held is decoded into one buffer again and again, which stays in the cache of the processor. */
function readSlices(raw: Buffer, decoder: TransferDecoder, keepsAll: boolean, room: number): Content {
  const scratch = Buffer.allocUnsafeSlow(SLICE)
  const digest = createHash('sha256')
  const held: Buffer[] = []
  const last: Buffer[] = []
  let heldSize = 0
  let size = 0
  let detected: string | undefined
  for (let at = 0; at < raw.length + SLICE; at += SLICE) {
    const keeps = keepsAll || heldSize < HEAD_LENGTH || (heldSize < room && isText(detected))
    const isLast = at + LAST_SLICES * SLICE >= raw.length
    const target = keeps || isLast ? undefined : scratch
    const slice = at < raw.length ? decoder.push(raw.subarray(at, at + SLICE), target) : decoder.end()
    digest.update(slice)
    size += slice.length
    if (isLast) last.push(slice)
    if (!keeps) continue
    held.push(slice)
    const isNewHead = heldSize < HEAD_LENGTH
    heldSize += slice.length
    if (isNewHead && heldSize >= HEAD_LENGTH) detected = detectType(joined(held).subarray(0, HEAD_LENGTH))
  }
  const bytes = joined(held)
  const head = bytes.subarray(0, HEAD_LENGTH)
  if (heldSize < HEAD_LENGTH) detected = detectType(head)
  const noFormat = size > SLICE && hasNoFormat(head, joined(last).subarray(-MAX_DIRECTORY_END))
  const sha256 = digest.digest('hex')
  return { bytes, size, sha256, detected, noFormat, odd: decoder.ambiguous(), cut: decoder.cut?.() ?? false }
}

/** Slices at the end, which hold the directory of an archive if there is one. */
const LAST_SLICES = 3

/** In one buffer, without a copy of a single one. */
function joined(slices: readonly Buffer[]): Buffer {
  const full = slices.filter(({ length }) => length > 0)
  return full.length === 1 && full[0] ? full[0] : Buffer.concat(full)
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
