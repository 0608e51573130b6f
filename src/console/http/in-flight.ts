/** Requests that are answered at this moment: bounded for each client and in all. */

/** Requests at once of one client, and of all. */
const [MAX_EACH, MAX_ALL] = [24, 400]

/** Counts requests from their beginning to their answer. */
export class InFlight {
  readonly #each = new Map<string, number>()
  readonly #maxEach: number
  readonly #maxAll: number
  #all = 0

  constructor(maxEach = MAX_EACH, maxAll = MAX_ALL) {
    this.#maxEach = maxEach
    this.#maxAll = maxAll
  }

  /** @returns a function that ends the request; undefined where there are too many */
  enter(key: string): (() => void) | undefined {
    const own = this.#each.get(key) ?? 0
    if (own >= this.#maxEach || this.#all >= this.#maxAll) return undefined
    this.#each.set(key, own + 1)
    this.#all += 1
    let isOpen = true
    return () => {
      if (!isOpen) return
      isOpen = false
      this.#all -= 1
      const left = (this.#each.get(key) ?? 1) - 1
      if (left > 0) this.#each.set(key, left)
      else this.#each.delete(key)
    }
  }
}
