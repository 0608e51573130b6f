/** Lets a bounded number of tasks run at once; the others wait in the order in which they came. */
export class Slots {
  readonly #max: number
  readonly #queue = new Set<() => void>()
  #running = 0

  constructor(max: number) {
    this.#max = max
  }

  /** The number of tasks that wait. */
  get waiting(): number {
    return this.#queue.size
  }

  /** Resolves when the task may run; rejects when `signal` aborts before. */
  async acquire(signal: AbortSignal): Promise<void> {
    if (this.#running < this.#max) {
      this.#running++
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onAbort = (): void => reject(signal.reason)
    this.#queue.add(resolve)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      await promise
    } finally {
      this.#queue.delete(resolve)
      signal.removeEventListener('abort', onAbort)
    }
  }

  /** Hands the slot to the task that has waited longest. */
  release(): void {
    const [next] = this.#queue
    if (!next) {
      this.#running--
      return
    }
    this.#queue.delete(next)
    next()
  }
}
