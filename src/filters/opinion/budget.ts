/** How many questions a process may ask: so many in a minute, and so many at the same time. */

const MINUTE_MS = 60_000

export class QuestionBudget {
  readonly #perMinute: number
  readonly #concurrency: number
  /** When the questions of the last minute were asked, from the oldest on. */
  readonly #asked: number[] = []
  #underWay = 0

  constructor(perMinute: number, concurrency: number) {
    this.#perMinute = perMinute
    this.#concurrency = concurrency
  }

  /** @param now monotonic milliseconds. @returns a function that ends the question; undefined: do not ask */
  take(now: number): (() => void) | undefined {
    while (this.#asked[0] !== undefined && now - this.#asked[0] >= MINUTE_MS) this.#asked.shift()
    if (this.#underWay >= this.#concurrency || this.#asked.length >= this.#perMinute) return undefined
    this.#asked.push(now)
    this.#underWay += 1
    return () => {
      this.#underWay -= 1
    }
  }
}
