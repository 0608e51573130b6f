/** Sends the replies to a pipelined group as a unit (RFC 2920 §3.2): to write each alone is the dearest part of a message. */
import type { Connection } from './types.ts'

/** The replies of one connection. */
export interface PipelinedReplies {
  /** This command is obeyed now; whether its reply may wait hangs on its verb. */
  readonly begin: (verb: string) => void
  /** To be called before a reply is written, and after. */
  readonly before: () => void
  readonly after: () => void
}

const waits = new Set(['MAIL', 'RCPT', 'RSET'])
// Bytes that wait at most: about what one segment takes.
const MAX = 1_024

/** `more`: the next command is here already, and will be obeyed at once. */
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
      if (corked === undefined || (mayWait && more() && corked.writableLength < MAX)) return
      corked.uncork()
      corked = undefined
    },
  }
}
