/**
 * Sends the replies to a pipelined group as a unit (RFC 2920 §3.2): to write each alone costs more than all else of a
 * short message.
 */
import type { Connection } from './types.ts'

/** The replies of one connection. */
export interface PipelinedReplies {
  /** A command begins. Its verb decides whether its reply may wait. */
  readonly begin: (verb: string) => void
  /** Call before a reply is written. */
  readonly before: () => void
  /** Call after a reply is written. */
  readonly after: () => void
}

const waits = new Set(['MAIL', 'RCPT', 'RSET'])
/** Bytes of replies that wait at most: about one segment. */
const MAX_WAITING = 1_024

/** @param more whether the next command has arrived already */
export function pipelinedReplies(connection: Connection, more: () => boolean): PipelinedReplies {
  let corked: Connection['_socket'] | undefined
  let mayWait = false
  return {
    begin: verb => {
      mayWait = waits.has(verb)
    },
    before: () => {
      if (corked !== undefined || !mayWait || !more()) return
      corked = connection._socket
      corked.cork()
    },
    after: () => {
      if (corked === undefined || (mayWait && more() && corked.writableLength < MAX_WAITING)) return
      corked.uncork()
      corked = undefined
    },
  }
}
