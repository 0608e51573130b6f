/** The message of one transaction, handed on to the session as it comes in. */
import { PassThrough } from 'node:stream'
import type { Session } from '../../engine/session.ts'
import type { Outcome } from '../../model/decision.ts'

export interface Incoming {
  /** Hands bytes on; holds back while the session does. What comes after it was decided is dropped. */
  write(octets: Buffer): Promise<void>
  /** The outcome, if it is known before the message is whole. */
  readonly decided: Outcome | undefined
  /** The message is whole. */
  end(): Promise<Outcome>
  /** The client has left, or begins anew. */
  abort(): void
}

export function incoming(session: Session): Incoming {
  const stream = new PassThrough({ highWaterMark: 262_144 })
  let decided: Outcome | undefined
  const outcome = session.data(stream).then(made => {
    decided = made
    // Whoever waits for the stream to drain waits no longer.
    stream.destroy()
    return made
  })
  stream.on('error', () => undefined)
  return {
    write: octets => {
      if (decided || stream.destroyed || stream.write(octets)) return Promise.resolve()
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
