/** Limits the bytes of messages that all requests of a server hold in memory, decompressed ones included. */
import { HttpError } from './request.ts'

/**
 * One for each server. A request opens a share, takes bytes before it keeps them, and closes the share after the
 * response:
 *
 * @example
 * const share = budget.open(request.signal)
 * try {
 *   for await (const chunk of chunksOf(request, limit, share)) …
 *   …
 * } finally {
 *   share.close()
 * }
 */
export interface Budget {
  /** @param signal aborts when the client has left: then a wait ends */
  open(signal: AbortSignal): Share
}

export interface Share {
  /**
   * Counts bytes. Undefined when there is room; otherwise wait for the promise, and read nothing meanwhile.
   *
   * @throws HttpError when the client leaves meanwhile
   */
  take(bytes: number): Promise<void> | undefined
  /** Releases bytes. */
  give(bytes: number): void
  /** Releases all of them. */
  close(): void
}

interface Waiting {
  readonly share: object
  readonly bytes: number
  readonly grant: () => void
}

/**
 * Requests wait when `max` bytes are held, except for one at a time, so that each can finish. At most `max` bytes and
 * the largest message are held.
 */
export function byteBudget(max: number): Budget {
  const waiting = new Set<Waiting>()
  let held = 0
  /** The one share that may exceed the budget. */
  let beyond: object | undefined

  const admits = (share: object, bytes: number): boolean => {
    if (held + bytes <= max) return true
    beyond ??= share
    return beyond === share
  }
  const wake = (): void => {
    for (const entry of waiting) {
      if (!admits(entry.share, entry.bytes)) continue
      waiting.delete(entry)
      entry.grant()
    }
  }
  return {
    open: signal => {
      let own = 0
      const count = (bytes: number): void => {
        own += bytes
        held += bytes
      }
      const share: Share = {
        take: bytes => {
          if (admits(share, bytes)) {
            count(bytes)
            return undefined
          }
          return new Promise((resolve, reject) => {
            const leave = () => {
              waiting.delete(entry)
              reject(new HttpError(499, 'the client has left'))
            }
            const grant = () => {
              signal.removeEventListener('abort', leave)
              count(bytes)
              resolve()
            }
            const entry: Waiting = { share, bytes, grant }
            if (signal.aborted) return leave()
            waiting.add(entry)
            signal.addEventListener('abort', leave, { once: true })
          })
        },
        give: bytes => {
          own -= bytes
          held -= bytes
          if (waiting.size > 0) wake()
        },
        close: () => {
          held -= own
          own = 0
          if (beyond === share) beyond = undefined
          if (waiting.size > 0) wake()
        },
      }
      return share
    },
  }
}
