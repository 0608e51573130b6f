/** Undoes dot-stuffing and finds the end of a message. Lines of dots make smtp-server's own way 60 times slower. */
import type { Connection } from './types.ts'

type Parser = Exclude<Connection['_parser'], false>

const LF = 10
const CR = 13
const DOT = 46
const LINE_WITH_DOT = Buffer.from('\r\n.')

/** Position of the next byte in its line. */
const WITHIN = 0
const AFTER_CR = 1
const AT_START = 2
const AFTER_DOT = 3
const AFTER_DOT_CR = 4

/**
 * RFC 5321 §4.5.2, with CRLF as the only line end. A dot after a bare LF stays, and so does a dot that no second dot
 * follows: filters must see what looks like an end of the data (SMTP smuggling).
 */
export function undoDotStuffing(parser: Parser): void {
  const decoder = new DotDecoder(parser)
  const start = parser.startDataMode.bind(parser)
  parser.startDataMode = bytes => {
    decoder.begin()
    return start(bytes)
  }
  parser._feedDataStream = (chunk, done) => decoder.feed(chunk, done)
}

class DotDecoder {
  readonly #parser: Parser
  #state = AT_START
  /** Bytes of an earlier chunk that may belong to the end: a dot, or a dot and CR. */
  #held = 0

  constructor(parser: Parser) {
    this.#parser = parser
  }

  begin(): void {
    this.#state = AT_START
    this.#held = 0
  }

  feed(chunk: Buffer, done: () => void): void {
    const parser = this.#parser
    const bytes = chunk.length
    let state = this.#state
    let dot = -this.#held
    let from = 0
    let written = 0
    /** Moves kept bytes together in place: no other code holds the chunk. */
    const keep = (to: number): void => {
      if (written !== from && to > from) moveTo(chunk, written, from, to)
      written += Math.max(to - from, 0)
    }
    for (let at = 0; at < bytes; at += 1) {
      if (state === WITHIN) {
        // One native search for the next dot that begins a line, however many lines there are until then; none where it
        // is the next byte, as in a flood of dots.
        const isHere = chunk[at] === CR && chunk[at + 1] === LF && chunk[at + 2] === DOT
        const next = isHere ? at : chunk.indexOf(LINE_WITH_DOT, at)
        if (next === -1) {
          state = tailOf(chunk)
          break
        }
        at = next + 2
        dot = at
        state = AFTER_DOT
        continue
      }
      const byte = chunk[at]
      if (state === AFTER_CR) {
        state = byte === LF ? AT_START : byte === CR ? AFTER_CR : WITHIN
      } else if (state === AT_START) {
        if (byte === DOT) dot = at
        state = byte === DOT ? AFTER_DOT : byte === CR ? AFTER_CR : WITHIN
      } else if (state === AFTER_DOT_CR && byte === LF) {
        keep(Math.max(dot, 0))
        this.#state = state
        parser._countDataBytes(written)
        parser._endDataMode(written > 0 && chunk.subarray(0, written), chunk.subarray(at + 1), done)
        return
      } else if (state === AFTER_DOT && byte === CR) {
        state = AFTER_DOT_CR
      } else {
        if (state === AFTER_DOT && byte === DOT) {
          keep(Math.max(dot, 0))
          from = Math.max(dot + 1, 0)
        } else if (dot < 0) emit(parser, Buffer.from('.\r').subarray(0, -dot))
        state = byte === CR ? AFTER_CR : WITHIN
      }
    }
    this.#state = state
    this.#held = state === AFTER_DOT || state === AFTER_DOT_CR ? bytes - dot : 0
    keep(bytes - Math.min(this.#held, bytes))
    writeAndWait(parser, chunk.subarray(0, written), done)
  }
}

/** For a few bytes a call of `copyWithin` costs more than to move them one by one. */
function moveTo(chunk: Buffer, to: number, from: number, end: number): void {
  if (end - from > 16) chunk.copyWithin(to, from, end)
  else for (let at = from; at < end; at += 1) chunk[to + at - from] = chunk[at] ?? 0
}

/** The position after a chunk whose last line begins with no dot. */
function tailOf(chunk: Buffer): number {
  const last = chunk.at(-1)
  if (last === CR) return AFTER_CR
  return last === LF && chunk.at(-2) === CR ? AT_START : WITHIN
}

function emit(parser: Parser, bytes: Buffer): boolean {
  parser._countDataBytes(bytes.length)
  return !parser._dataStream?.writable || parser._dataStream.write(bytes)
}

/** Goes on when the stream has room. A destroyed stream never drains; it closes. */
function writeAndWait(parser: Parser, bytes: Buffer, done: () => void): void {
  const stream = parser._dataStream
  if (bytes.length === 0 || !stream || emit(parser, bytes) || stream.destroyed) {
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
