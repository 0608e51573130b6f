/** Counts the command lines that have arrived and are not executed yet: smtp-server does not expose them. */

import { undoDotStuffing } from './dot-unstuffing.ts'
import type { Connection } from './types.ts'

type Parser = Exclude<Connection['_parser'], false>

/** The command lines of one connection. */
export interface Lines {
  /** Watches a parser; STARTTLS creates a new one. */
  readonly follow: (parser: Parser) => void
  /** One line was executed. */
  readonly taken: () => void
  /** Bytes have arrived beyond the line that was executed last. */
  readonly pipelined: () => boolean
  /** A whole line has arrived beyond it. */
  readonly more: () => boolean
  /** A line ended in a bare LF, or held a NUL. */
  readonly malformed: () => boolean
}

const LF = 10
const CR = 13

interface Progress {
  /** Whole lines that are not executed yet. */
  waiting: number
  /** Bytes after the last line end. */
  partial: number
  /** The last byte. */
  last: number
  bad: boolean
  /** Bytes written to the parser. */
  received: number
  /** Bytes that the parser has begun to process. */
  begun: number
  /** The parser is inside a chunk. */
  open: boolean
}

const fresh = (): Progress => ({ waiting: 0, partial: 0, last: LF, bad: false, received: 0, begun: 0, open: false })

/**
 * Looks only at bytes that arrive as commands, not at those of messages.
 *
 * @param onLength is called with the bytes of the longest line of a chunk
 */
export function countLines(onLength: (bytes: number) => void): Lines {
  let now = fresh()
  return {
    follow: parser => {
      // What the earlier parser still holds is not counted here: it came before the TLS handshake.
      const progress = fresh()
      now = progress
      watch(parser, progress, onLength)
    },
    taken: () => {
      now.waiting -= 1
    },
    pipelined: () => now.waiting > 0 || now.partial > 0 || now.received > now.begun,
    more: () => now.waiting > 0,
    malformed: () => now.bad,
  }
}

function watch(parser: Parser, progress: Progress, onLength: (bytes: number) => void): void {
  undoDotStuffing(parser)
  const write = parser.write.bind(parser) as (chunk: Buffer) => boolean
  const process = parser._write.bind(parser)
  parser.write = (chunk: Buffer) => {
    progress.received += chunk.length
    return write(chunk)
  }
  parser._write = (chunk: Buffer, encoding, next) => {
    // Inside a chunk the parser calls itself with the rest: in data mode after DATA, else after the message.
    const rest = progress.open
    if (!rest) {
      progress.open = true
      progress.begun += chunk.length
    } else if (!parser._dataMode) {
      Object.assign(progress, { waiting: 0, partial: 0, last: LF })
    }
    if (!parser._dataMode) onLength(look(chunk, progress))
    const done: typeof next = error => {
      progress.open = false
      next(error)
    }
    process(chunk, encoding, rest ? next : done)
  }
}

/** Counts lines. @returns the length of the longest, complete or not */
function look(chunk: Buffer, progress: Progress): number {
  if (chunk.includes(0)) progress.bad = true
  let from = 0
  let longest = 0
  for (let at = chunk.indexOf(LF); at !== -1; at = chunk.indexOf(LF, from)) {
    if ((at === 0 ? progress.last : chunk[at - 1]) !== CR) progress.bad = true
    progress.waiting += 1
    longest = Math.max(longest, progress.partial + at - from)
    progress.partial = 0
    from = at + 1
  }
  progress.partial += chunk.length - from
  progress.last = chunk.at(-1) ?? progress.last
  return Math.max(longest, progress.partial)
}
