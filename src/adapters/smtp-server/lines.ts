/** Counts the command lines that have arrived and not been obeyed yet, because smtp-server does not tell. */

import { undoDotStuffing } from './dot-unstuffing.ts'
import type { Connection } from './types.ts'

type Parser = Exclude<Connection['_parser'], false>

/** Where the parser of one connection stands. */
export interface Lines {
  /** Watches a parser; STARTTLS brings a new one. */
  readonly follow: (parser: Parser) => void
  /** One line was handed out. */
  readonly taken: () => void
  /** Something has arrived beyond the line that was handed out last. */
  readonly pipelined: () => boolean
  /** A whole line has arrived beyond it. */
  readonly more: () => boolean
  /** A line ended in a bare LF, or held a NUL. */
  readonly malformed: () => boolean
}

const LF = 10
const CR = 13

interface Standing {
  /** Whole lines that were not handed out. */
  waiting: number
  /** Bytes after the last line end. */
  partial: number
  /** The last byte. */
  last: number
  bad: boolean
  /** Bytes written to the parser, and those that it has begun with. */
  received: number
  begun: number
  /** It has begun with a chunk and not ended it. */
  open: boolean
}

const fresh = (): Standing => ({ waiting: 0, partial: 0, last: LF, bad: false, received: 0, begun: 0, open: false })

/** Only bytes that arrive as commands are looked at; those of messages are not. */
export function countLines(longest: (octets: number) => void): Lines {
  let now = fresh()
  return {
    follow: parser => {
      // What an earlier parser still holds is counted apart: it came before the TLS handshake.
      const standing = fresh()
      now = standing
      watch(parser, standing, longest)
    },
    taken: () => {
      now.waiting -= 1
    },
    pipelined: () => now.waiting > 0 || now.partial > 0 || now.received > now.begun,
    more: () => now.waiting > 0,
    malformed: () => now.bad,
  }
}

function watch(parser: Parser, standing: Standing, longest: (octets: number) => void): void {
  undoDotStuffing(parser)
  const write = parser.write.bind(parser) as (chunk: Buffer) => boolean
  const process = parser._write.bind(parser)
  parser.write = (chunk: Buffer) => {
    standing.received += chunk.length
    return write(chunk)
  }
  parser._write = (chunk: Buffer, encoding, next) => {
    // Inside an open chunk it calls itself with what is left of it: in data mode after DATA, else after the message.
    const rest = standing.open
    if (!rest) {
      standing.open = true
      standing.begun += chunk.length
    } else if (!parser._dataMode) {
      Object.assign(standing, { waiting: 0, partial: 0, last: LF })
    }
    if (!parser._dataMode) longest(look(chunk, standing))
    const done: typeof next = error => {
      standing.open = false
      next(error)
    }
    process(chunk, encoding, rest ? next : done)
  }
}

/** Counts, and says how long the longest line is, its end or not. */
function look(chunk: Buffer, standing: Standing): number {
  if (chunk.includes(0)) standing.bad = true
  let from = 0
  let longest = 0
  for (let at = chunk.indexOf(LF); at !== -1; at = chunk.indexOf(LF, from)) {
    if ((at === 0 ? standing.last : chunk[at - 1]) !== CR) standing.bad = true
    standing.waiting += 1
    longest = Math.max(longest, standing.partial + at - from)
    standing.partial = 0
    from = at + 1
  }
  standing.partial += chunk.length - from
  standing.last = chunk.at(-1) ?? standing.last
  return Math.max(longest, standing.partial)
}
