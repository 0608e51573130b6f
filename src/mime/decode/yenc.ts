/** Finds and decodes yEnc files (yEnc 1.3, the encoding of Usenet) in text. */
import { type EmbeddedFile, lineStop } from './embedded.ts'
import type { TransferDecoder } from './encoding.ts'

export function* findYenc(text: Buffer, max: number): Generator<EmbeddedFile> {
  let count = 0
  for (let at = text.indexOf(BEGIN); at >= 0 && count < max; ) {
    const isLine = at === 0 || text[at - 1] === LF
    const line = isLine ? text.toString('latin1', at, Math.min(lineStop(text, at), at + 400)) : ''
    const name = / name=([^\r\n]{1,255})/.exec(line)?.[1]
    let next = at + BEGIN.length
    if (name !== undefined) {
      const end = text.indexOf('\n=yend', at)
      next = end < 0 ? text.length : end + 1
      const decodedName = Buffer.from(name, 'latin1').toString('utf8').trimEnd()
      count++
      yield { kind: 'yenc', name: decodedName, start: at, stop: next, encoding: 'yenc' }
    }
    at = text.indexOf(BEGIN, next)
  }
}

const BEGIN = '=ybegin '
const [LF, CR, EQUALS, Y] = [10, 13, 61, 121]

export function yencDecoder(): TransferDecoder {
  /** What the next byte is: the first of a line, after `=`, after `=` at the start of a line, in a keyword line. */
  let state: 'start' | 'text' | 'escaped' | 'start-escaped' | 'keyword' = 'start'
  return {
    push: chunk => {
      const out = Buffer.allocUnsafe(chunk.length)
      let size = 0
      for (const byte of chunk) {
        if (byte === LF || byte === CR) {
          if (byte === LF || state !== 'keyword') state = 'start'
        } else if (state === 'keyword') continue
        else if (state === 'start-escaped' && byte === Y) state = 'keyword'
        else if (state === 'escaped' || state === 'start-escaped') {
          out[size++] = (byte - 64 - 42) & 255
          state = 'text'
        } else if (byte === EQUALS) state = state === 'start' ? 'start-escaped' : 'escaped'
        else {
          out[size++] = (byte - 42) & 255
          state = 'text'
        }
      }
      return out.subarray(0, size)
    },
    end: () => Buffer.alloc(0),
    ambiguous: () => false,
  }
}
