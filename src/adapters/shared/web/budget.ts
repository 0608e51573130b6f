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
  readonly share: Share
  readonly bytes: number
  readonly grant: () => void
}

/**
 * Requests wait when `max` bytes are held, except for one at a time, so that each can finish. At most `max` bytes and
 * the largest message are held.
 */
export function byteBudget(max: number): Budget {
  return new ByteBudget(max)
}

class ByteBudget implements Budget {
  readonly #max: number
  readonly #waiting = new Set<Waiting>()
  #held = 0
  /** The one share that may exceed the budget. */
  #beyond: Share | undefined

  constructor(max: number) {
    this.#max = max
  }

  open(signal: AbortSignal): Share {
    return new BudgetShare(this, signal)
  }

  /** Counts bytes for a share if they are admitted. @returns whether they are */
  admit(share: Share, bytes: number): boolean {
    if (this.#held + bytes > this.#max) {
      this.#beyond ??= share
      if (this.#beyond !== share) return false
    }
    this.#held += bytes
    return true
  }

  wait(entry: Waiting): void {
    this.#waiting.add(entry)
  }

  leave(entry: Waiting): void {
    this.#waiting.delete(entry)
  }

  release(bytes: number): void {
    this.#held -= bytes
    this.#wake()
  }

  close(share: Share, bytes: number): void {
    if (this.#beyond === share) this.#beyond = undefined
    this.release(bytes)
  }

  #wake(): void {
    for (const entry of this.#waiting) {
      if (!this.admit(entry.share, entry.bytes)) continue
      this.#waiting.delete(entry)
      entry.grant()
    }
  }
}

/** What one request holds. */
class BudgetShare implements Share {
  readonly #budget: ByteBudget
  readonly #signal: AbortSignal
  #held = 0

  constructor(budget: ByteBudget, signal: AbortSignal) {
    this.#budget = budget
    this.#signal = signal
  }

  take(bytes: number): Promise<void> | undefined {
    if (!this.#budget.admit(this, bytes)) return this.#wait(bytes)
    this.#held += bytes
    return undefined
  }

  give(bytes: number): void {
    this.#held -= bytes
    this.#budget.release(bytes)
  }

  close(): void {
    const held = this.#held
    this.#held = 0
    this.#budget.close(this, held)
  }

  #wait(bytes: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const leave = (): void => {
      this.#budget.leave(entry)
      reject(new HttpError(499, 'the client has left'))
    }
    const grant = (): void => {
      this.#signal.removeEventListener('abort', leave)
      this.#held += bytes
      resolve()
    }
    const entry: Waiting = { share: this, bytes, grant }
    if (this.#signal.aborted) leave()
    else {
      this.#budget.wait(entry)
      this.#signal.addEventListener('abort', leave, { once: true })
    }
    return promise
  }
}
