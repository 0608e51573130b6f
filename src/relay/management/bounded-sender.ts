/** Sends what may be lost to another process. Where that does not read, a bounded queue is all that it costs. */

const MAX_QUEUE = 500

/** What of a process is used. */
export interface Sends {
  readonly connected?: boolean | undefined
  send?(message: object, handle: undefined, options: undefined, sent: () => void): boolean
}

export class BoundedSender {
  #waiting = 0
  dropped = 0

  /** Sends the message, or drops and counts it. Never throws. */
  send(to: Sends, message: object): void {
    if (this.#waiting >= MAX_QUEUE || !to.connected) {
      this.dropped += 1
      return
    }
    this.#waiting += 1
    to.send?.(message, undefined, undefined, () => {
      this.#waiting -= 1
    })
  }
}
