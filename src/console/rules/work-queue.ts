/** Runs work that reads much of the history, one piece at a time, so that requests in a row cost no more than one. */

/** Too much waits already. */
export class BusyError extends Error {
  constructor() {
    super('others are waiting for such an answer already: try again in a moment')
  }
}

/** A bounded queue. */
export class WorkQueue {
  readonly #max: number
  #waiting = 0
  #last: Promise<unknown> = Promise.resolve()

  /** @param max pieces of work that run or wait */
  constructor(max: number) {
    this.#max = max
  }

  /** @throws BusyError when too much waits already */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= this.#max) throw new BusyError()
    this.#waiting += 1
    const done = this.#last.then(work).finally(() => {
      this.#waiting -= 1
    })
    this.#last = done.catch(() => undefined)
    return await done
  }
}
