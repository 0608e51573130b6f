/** The message of one transaction, passed to the session while it arrives. */
import { PassThrough } from 'node:stream'
import type { Session } from '../../engine/session.ts'
import type { Outcome } from '../../model/decision.ts'

/** A message that is arriving. */
export interface Incoming {
  /** Passes bytes on, and waits while the session does. Bytes after the decision are dropped. */
  write(bytes: Buffer): Promise<void>
  /** The outcome, if there is one before the end of the message. */
  readonly decided: Outcome | undefined
  /** The message is complete. */
  end(): Promise<Outcome>
  /** The client has left, or begins another transaction. */
  abort(): void
}

export function incoming(session: Session): Incoming {
  const stream = new PassThrough({ highWaterMark: 262_144 })
  let decided: Outcome | undefined
  const outcome = session.data(stream).then(result => {
    decided = result
    // A pending write must not wait for the stream to drain.
    stream.destroy()
    return result
  })
  stream.on('error', () => undefined)
  return {
    write: bytes => {
      if (decided || stream.destroyed || stream.write(bytes)) return Promise.resolve()
      return new Promise(resolve => {
        const go = () => {
          stream.off('drain', go).off('close', go)
          resolve()
        }
        stream.on('drain', go).on('close', go)
      })
    },
    get decided() {
      return decided
    },
    end: async () => {
      if (!stream.destroyed) stream.end()
      return await outcome
    },
    abort: () => {
      stream.destroy()
    },
  }
}
