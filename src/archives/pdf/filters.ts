/** The filters of streams that Node does not have (ISO 32000-2 §7.4), each within a number of bytes. */

import { setImmediate } from 'node:timers/promises'

/** Bytes that are computed before others run. */
const SLICE = 1_048_576

/** Digits in pairs, up to `>`. */
export function asciiHex(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1')
  const end = text.indexOf('>')
  const digits = text.slice(0, end < 0 ? undefined : end).replace(/[^0-9a-f]/gi, '')
  return Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex')
}

/** Five characters for four bytes, up to `~>`; `z` for four zeros. */
export function ascii85(bytes: Buffer): Buffer {
  const plain = Buffer.alloc(Math.ceil(bytes.length * 0.8) + 8 + 4 * countOf(bytes, 0x7a))
  let length = 0
  let [group, digits] = [0, 0]
  for (const code of bytes) {
    if (code === 0x7e) break
    if (code === 0x7a && digits === 0) length += 4
    if (code < 0x21 || code > 0x75) continue
    group = group * 85 + (code - 0x21)
    digits += 1
    if (digits < 5) continue
    plain.writeUInt32BE(group % 2 ** 32, length)
    length += 4
    ;[group, digits] = [0, 0]
  }
  if (digits < 2) return plain.subarray(0, length)
  for (let missing = digits; missing < 5; missing += 1) group = group * 85 + 84
  plain.writeUInt32BE(group % 2 ** 32, length)
  return plain.subarray(0, length + digits - 1)
}

function countOf(bytes: Buffer, code: number): number {
  let count = 0
  for (let at = bytes.indexOf(code); at >= 0; at = bytes.indexOf(code, at + 1)) count += 1
  return count
}

export function runLength(bytes: Buffer, maxBytes: number): Buffer {
  const pieces: Buffer[] = []
  let total = 0
  for (let at = 0; at < bytes.length && total < maxBytes; ) {
    const length = bytes[at] ?? 128
    if (length === 128) break
    const piece =
      length < 128
        ? bytes.subarray(at + 1, at + 2 + length)
        : Buffer.alloc(257 - length, bytes.subarray(at + 1, at + 2))
    pieces.push(piece)
    total += piece.length
    at += length < 128 ? length + 2 : 2
  }
  return Buffer.concat(pieces).subarray(0, maxBytes)
}

/** LZW with codes of 9 to 12 bits (§7.4.4). Each code is an earlier one and a byte. */
export function lzw(bytes: Buffer, maxBytes: number, early = 1): Buffer {
  const [prefix, last, lengths] = [new Uint16Array(4097), new Uint8Array(4097), new Uint16Array(4097)]
  for (let code = 0; code < 256; code += 1) {
    last[code] = code
    lengths[code] = 1
  }
  const plain = Buffer.alloc(Math.min(maxBytes, bytes.length * 64 + 256))
  let [length, next, width, previous] = [0, 258, 9, -1]
  let [bits, buffered] = [0, 0]
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xffffff
    buffered += 8
    if (buffered < width) continue
    buffered -= width
    const code = (bits >> buffered) & ((1 << width) - 1)
    if (code === 257) break
    if (code === 256) {
      ;[next, width, previous] = [258, 9, -1]
      continue
    }
    if (code > next || (code === next && previous < 0)) break
    const source = code < next ? code : previous
    const size = (lengths[source] ?? 0) + (code < next ? 0 : 1)
    if (length + size > plain.length) break
    let at = length + (lengths[source] ?? 0) - 1
    let walked = source
    for (; at > length; at -= 1) {
      plain[at] = last[walked] ?? 0
      walked = prefix[walked] ?? 0
    }
    plain[length] = last[walked] ?? 0
    const first = plain[length] ?? 0
    if (code === next) plain[length + size - 1] = first
    if (previous >= 0 && next < 4096) {
      prefix[next] = previous
      last[next] = first
      lengths[next] = (lengths[previous] ?? 0) + 1
      next += 1
    }
    length += size
    previous = code
    if (next + early >= 1 << width && width < 12) width += 1
  }
  return plain.subarray(0, length)
}

export interface PredictorOptions {
  readonly predictor: number
  readonly colors: number
  readonly bits: number
  readonly columns: number
}

/** Undoes PNG's filters of lines, and the differences of TIFF for bytes (§7.4.4.4). */
export async function unpredict(bytes: Buffer, options: PredictorOptions): Promise<Buffer> {
  const { predictor, colors, bits, columns } = options
  const pixel = Math.max(1, (colors * bits) >> 3)
  const row = Math.ceil((colors * bits * columns) / 8)
  if (predictor < 2 || row < 1 || row > bytes.length + 1) return bytes
  if (predictor === 2) return bits === 8 ? undoDifferences(bytes, row, pixel) : bytes
  const rows = Math.ceil(bytes.length / (row + 1))
  const plain = Buffer.alloc(rows * row)
  for (let line = 0, done = 0; line < rows; line += 1) {
    done += row
    if (done > SLICE) {
      await setImmediate()
      done = 0
    }
    const from = line * (row + 1)
    const kind = bytes[from] ?? 0
    const to = line * row
    const length = Math.min(row, bytes.length - from - 1)
    for (let at = 0; at < length; at += 1) {
      const left = at >= pixel ? (plain[to + at - pixel] ?? 0) : 0
      const up = line > 0 ? (plain[to + at - row] ?? 0) : 0
      const corner = line > 0 && at >= pixel ? (plain[to + at - row - pixel] ?? 0) : 0
      const guess =
        kind === 0 ? 0 : kind === 1 ? left : kind === 2 ? up : kind === 3 ? (left + up) >> 1 : paeth(left, up, corner)
      plain[to + at] = ((bytes[from + 1 + at] ?? 0) + guess) & 255
    }
  }
  return plain
}

function undoDifferences(bytes: Buffer, row: number, pixel: number): Buffer {
  const plain = Buffer.from(bytes)
  for (let at = 0; at < plain.length; at += 1)
    if (at % row >= pixel) plain[at] = ((plain[at] ?? 0) + (plain[at - pixel] ?? 0)) & 255
  return plain
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner
  const [toLeft, toUp, toCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner
}
