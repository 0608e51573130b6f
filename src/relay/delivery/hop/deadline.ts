/** The time that is left for one delivery: each step has its own timeout, and all together have one end. */
export class Deadline {
  readonly #end: number

  constructor(ms: number) {
    this.#end = performance.now() + ms
  }

  /** The timeout of a step, cut at the end. */
  atMost(ms: number): number {
    return Math.max(1, Math.min(ms, this.#end - performance.now()))
  }

  get isOver(): boolean {
    return performance.now() >= this.#end
  }
}
