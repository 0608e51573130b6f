/** Undoes content transfer encodings (RFC 2045 §6) chunk by chunk, with Node's decoder where there is one. */
import { Base64Decoder } from './base64.ts'
import { readCms } from './cms.ts'
import type { Encoding, TransferDecoder } from './encoding.ts'
import { hexByte } from './hex.ts'
import { lineEnds } from './line-ends.ts'
import { uuDecoder } from './uuencode.ts'
import { yencDecoder } from './yenc.ts'

const nothing = Buffer.alloc(0)
const EQUALS = 61

/** The encoding for a name of RFC 2045 §6.1; undefined for any other name. */
export function encodingOf(name: string): Encoding | undefined {
  if (name === 'base64' || name === 'quoted-printable') return name
  return ['', '7bit', '8bit', 'binary'].includes(name) ? 'identity' : undefined
}

export function transferDecoder(encoding: Encoding): TransferDecoder {
  switch (encoding) {
    case 'identity':
      return identity
    case 'base64':
      return new Base64Decoder(true)
    case 'base64-first':
      return new Base64Decoder(false)
    case 'quoted-printable':
      return quotedPrintable()
    case 'line-ends':
      return lineEndDecoder()
    case 'uuencode':
      return uuDecoder()
    case 'yenc':
      return yencDecoder()
    case 'cms':
      return buffered(bytes => readCms(bytes)?.content ?? nothing)
    default:
      encoding satisfies never
      return identity
  }
}

/** The number of bytes that are decoded at once: slices and what they hold fit into the cache of a processor. */
export const SLICE = 65_536

/** Everything at once, without a copy where nothing is encoded. */
export function decodeAll(bytes: Buffer, encoding: Encoding): Buffer {
  if (encoding === 'identity') return bytes
  const decoder = transferDecoder(encoding)
  const slices: Buffer[] = []
  for (let at = 0; at < bytes.length; at += SLICE) slices.push(decoder.push(bytes.subarray(at, at + SLICE)))
  return Buffer.concat([...slices, decoder.end()])
}

const identity: TransferDecoder = { push: chunk => chunk, end: () => nothing, ambiguous: () => false }

function lineEndDecoder(): TransferDecoder {
  const lines = lineEnds()
  return { push: chunk => lines.push(chunk), end: () => lines.end(), ambiguous: () => false }
}

/** Decodes what can be undone only when all of it is there. */
function buffered(undo: (bytes: Buffer) => Buffer): TransferDecoder {
  const held: Buffer[] = []
  return {
    push: chunk => {
      held.push(chunk)
      return nothing
    },
    end: () => undo(Buffer.concat(held)),
    ambiguous: () => false,
  }
}

/** Keeps an incomplete line for the next chunk, but no more of it than can change the result. */
function quotedPrintable(): TransferDecoder {
  let held: Buffer = nothing
  const decode = (source: Buffer, last: boolean): Buffer => {
    const out = Buffer.allocUnsafe(source.length)
    const stop = last ? source.length : Math.max(source.length - MAX_LENGTH, 0)
    let at = 0
    let from = 0
    while (from < source.length) {
      const byte = source[from] ?? 0
      if (byte !== EQUALS) {
        out[at++] = byte
        from++
        continue
      }
      if (from >= stop) break
      const decoded = hexByte(source, from + 1)
      const soft = decoded < 0 ? softBreak(source, from + 1) : 0
      if (decoded >= 0) out[at++] = decoded
      else if (soft === 0) out[at++] = EQUALS
      from = soft || from + (decoded < 0 ? 1 : 3)
    }
    held = source.subarray(from)
    return out.subarray(0, at)
  }
  return {
    push: chunk => decode(held.length > 0 ? Buffer.concat([held, chunk]) : chunk, false),
    end: () => decode(held, true),
    ambiguous: () => false,
  }
}

/** White space between `=` and the end of the line: RFC 2045 §6.7 allows lines of 76 characters. */
const MAX_LENGTH = 80

/** Where the next line begins when there is only white space up to the line end, or 0. */
function softBreak(source: Buffer, start: number): number {
  let at = start
  while (at < start + MAX_LENGTH && (source[at] === 32 || source[at] === 9)) at++
  if (source[at] === 13 && source[at + 1] === 10) return at + 2
  return source[at] === 10 || (at >= source.length && at > start) ? at + 1 : 0
}
