/** Takes the dots out of a message and finds its end, in place of smtp-server's way, which lines of dots make 60 times dearer. */
import type { Connection } from './types.ts'

type Parser = Exclude<Connection['_parser'], false>

const LF = 10
const CR = 13
const DOT = 46
const LINE_WITH_DOT = Buffer.from('\r\n.')

/** Where in a line the next byte is. */
const WITHIN = 0
const AFTER_CR = 1
const AT_START = 2
const AFTER_DOT = 3
const AFTER_DOT_CR = 4

/**
 * RFC 5321 §4.5.2, with CRLF as the only line end: a dot after a bare LF stays where it is, and so does one that is
 * followed by anything but a second dot, for the look-alikes of the end of the data are not ours to hide.
 */
export function undoDotStuffing(parser: Parser): void {
  let state = AT_START
  /** Bytes of an earlier chunk that may yet belong to the end: a dot, or a dot and CR. */
  let held = 0
  const start = parser.startDataMode.bind(parser)
  parser.startDataMode = octets => {
    state = AT_START
    held = 0
    return start(octets)
  }
  parser._feedDataStream = (chunk, done) => {
    const octets = chunk.length
    let dot = -held
    let from = 0
    let written = 0
    /** Moves what is kept together: the chunk is ours alone. */
    const keep = (to: number): void => {
      if (written !== from && to > from) chunk.copyWithin(written, from, to)
      written += Math.max(to - from, 0)
    }
    const release = (): void => {
      if (dot < 0) emit(parser, Buffer.from('.\r').subarray(0, -dot))
    }
    for (let at = 0; at < octets; at += 1) {
      if (state === WITHIN) {
        // One native search for the next dot that begins a line, however many lines there are until then.
        const next = chunk.indexOf(LINE_WITH_DOT, at)
        if (next === -1) {
          state = tailOf(chunk)
          break
        }
        at = next + 2
        dot = at
        state = AFTER_DOT
        continue
      }
      const octet = chunk[at]
      if (state === AFTER_CR) {
        state = octet === LF ? AT_START : octet === CR ? AFTER_CR : WITHIN
      } else if (state === AT_START) {
        if (octet === DOT) dot = at
        state = octet === DOT ? AFTER_DOT : octet === CR ? AFTER_CR : WITHIN
      } else if (state === AFTER_DOT_CR && octet === LF) {
        keep(Math.max(dot, 0))
        parser._countDataBytes(written)
        parser._endDataMode(written > 0 && chunk.subarray(0, written), chunk.subarray(at + 1), done)
        return
      } else if (state === AFTER_DOT && octet === CR) {
        state = AFTER_DOT_CR
      } else {
        if (state === AFTER_DOT && octet === DOT) {
          keep(Math.max(dot, 0))
          from = Math.max(dot + 1, 0)
        } else release()
        state = octet === CR ? AFTER_CR : WITHIN
      }
    }
    held = state === AFTER_DOT || state === AFTER_DOT_CR ? octets - dot : 0
    keep(octets - Math.min(held, octets))
    pour(parser, chunk.subarray(0, written), done)
  }
}

/** Where the next byte is, after a chunk of which the last line began with no dot. */
function tailOf(chunk: Buffer): number {
  const last = chunk.at(-1)
  if (last === CR) return AFTER_CR
  return last === LF && chunk.at(-2) === CR ? AT_START : WITHIN
}

function emit(parser: Parser, octets: Buffer): boolean {
  parser._countDataBytes(octets.length)
  return !parser._dataStream?.writable || parser._dataStream.write(octets)
}

/** Goes on when the message has room. One that was destroyed never drains, it only closes. */
function pour(parser: Parser, octets: Buffer, done: () => void): void {
  const stream = parser._dataStream
  if (octets.length === 0 || !stream || emit(parser, octets) || stream.destroyed) {
    done()
    return
  }
  const go = (): void => {
    stream.off('drain', go)
    stream.off('close', go)
    done()
  }
  stream.on('drain', go)
  stream.on('close', go)
}
