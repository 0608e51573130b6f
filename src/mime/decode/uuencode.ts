/** Finds and decodes uuencoded files in text (POSIX uuencode). Many mail programs show them as attachments. */
import { type EmbeddedFile, lineStop } from './embedded.ts'
import type { TransferDecoder } from './encoding.ts'

/** Finds `begin 644 name` where the length of the next line matches its first character. */
export function* findUuencoded(text: Buffer, max: number): Generator<EmbeddedFile> {
  let count = 0
  let tries = 0
  for (let at = text.indexOf(BEGIN); at >= 0 && count < max; ) {
    if (++tries > MAX_TRIES) {
      // No text has so many beginnings: the rest counts as one file.
      yield { kind: 'uuencode', name: '', start: at, stop: text.length, encoding: 'uuencode' }
      return
    }
    const file = at === 0 || text[at - 1] === LF ? readFile(text, at) : undefined
    if (file) {
      count++
      yield file
    }
    at = text.indexOf(BEGIN, file ? file.stop : at + BEGIN.length)
  }
}

const BEGIN = 'begin'
/** Places that are checked for the beginning of a file. */
const MAX_TRIES = 20_000
const LF = 10
const beginLine = /^begin(-base64)? [0-7]{3,4} ([^\r\n]{1,255})/

function readFile(text: Buffer, start: number): EmbeddedFile | undefined {
  const found = beginLine.exec(text.toString('latin1', start, start + 300))
  if (!found) return undefined
  const [line, base64, name = ''] = found
  const body = lineStop(text, start + line.length)
  const utf8 = Buffer.from(name, 'latin1').toString('utf8').trimEnd()
  if (base64) {
    const end = text.indexOf('\n====', body)
    return { kind: 'uuencode', name: utf8, start: body, stop: end < 0 ? text.length : end, encoding: 'base64' }
  }
  if (!looksEncoded(text.toString('latin1', body, Math.min(lineStop(text, body), body + 100)))) return undefined
  const end = text.indexOf('\nend', body)
  return { kind: 'uuencode', name: utf8, start, stop: end < 0 ? text.length : end + 1, encoding: 'uuencode' }
}

function looksEncoded(line: string): boolean {
  const sent = line.trimEnd()
  if (!/^[ -`]{2,90}$/.test(sent)) return false
  const bytes = (sent.charCodeAt(0) - 32) & 63
  const length = Math.ceil(bytes / 3) * 4 + 1
  // Some encoders add a check character, and relays remove blanks at the end of a line.
  return bytes > 0 && sent.length <= length + 2 && sent.length > length / 2
}

/** Uuencoded lines are shorter, since the first character counts to 63. */
const MAX_LENGTH = 100

export function uuDecoder(): TransferDecoder {
  let held = ''
  let lines = 0
  const decode = (text: string): Buffer => {
    const out = Buffer.allocUnsafe(text.length)
    let size = 0
    let at = 0
    for (let lf = text.indexOf('\n'); lf >= 0; lf = text.indexOf('\n', at)) {
      if (lines++ > 0) size = decodeLine(text, at, lf, out, size)
      at = lf + 1
    }
    held = text.slice(at, at + MAX_LENGTH)
    return out.subarray(0, size)
  }
  return {
    push: chunk => decode(held + chunk.toString('latin1')),
    end: () => decode(`${held}\n`),
    ambiguous: () => false,
  }
}

function decodeLine(text: string, start: number, lf: number, out: Buffer, size: number): number {
  const six = (index: number): number => (index < lf ? (text.charCodeAt(index) - 32) & 63 : 0)
  if (text.charCodeAt(start) < 32) return size
  const stop = size + six(start)
  let to = size
  for (let from = start + 1; to < stop; from += 4) {
    const group = (six(from) << 18) | (six(from + 1) << 12) | (six(from + 2) << 6) | six(from + 3)
    for (const shift of [16, 8, 0]) if (to < stop && to < out.length) out[to++] = (group >> shift) & 255
    if (to >= out.length) break
  }
  return to
}
