/** Undoes content transfer encodings (RFC 2045 §6) while the bytes go by, with Node's own decoder where there is one. */
import { hexOctet } from './words.ts'

export interface TransferDecoder {
  push(chunk: Buffer): Buffer
  end(): Buffer
}

const nothing = Buffer.alloc(0)
const EQUALS = 61

/** A decoder for the encoding of that name, or undefined when nobody can know what the bytes mean. */
export function transferDecoder(encoding: string): TransferDecoder | undefined {
  if (encoding === 'base64') return base64()
  if (encoding === 'quoted-printable') return quotedPrintable()
  return ['', '7bit', '8bit', 'binary'].includes(encoding) ? identity : undefined
}

const identity: TransferDecoder = { push: chunk => chunk, end: () => nothing }

function base64(): TransferDecoder {
  let held = ''
  return {
    push: chunk => {
      const text = held + chunk.toString('latin1').replace(/[^A-Za-z0-9+/]+/g, '')
      const whole = text.length - (text.length % 4)
      held = text.slice(whole)
      return Buffer.from(text.slice(0, whole), 'base64')
    },
    end: () => Buffer.from(held, 'base64'),
  }
}

/** Holds back the line that is not complete, but no more of it than could change the meaning. */
function quotedPrintable(): TransferDecoder {
  let held: Buffer = nothing
  const decode = (source: Buffer, last: boolean): Buffer => {
    const out = Buffer.allocUnsafe(source.length)
    const stop = last ? source.length : Math.max(source.length - LONGEST, 0)
    let at = 0
    let from = 0
    while (from < source.length) {
      const octet = source[from] ?? 0
      if (octet !== EQUALS) {
        out[at++] = octet
        from++
        continue
      }
      if (from >= stop) break
      const decoded = hexOctet(source, from + 1)
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
  }
}

/** `=` with white space up to the end of the line: as much as RFC 2045 §6.7 lets a line hold. */
const LONGEST = 80

/** Where the next line begins when there is only white space up to the line end, or 0. */
function softBreak(source: Buffer, start: number): number {
  let at = start
  while (at < start + LONGEST && (source[at] === 32 || source[at] === 9)) at++
  if (source[at] === 13 && source[at + 1] === 10) return at + 2
  return source[at] === 10 || (at >= source.length && at > start) ? at + 1 : 0
}
