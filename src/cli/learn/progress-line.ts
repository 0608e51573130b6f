/** One line that shows how far a run is: rewritten in a terminal, else written at every twentieth. */
import type { Output } from '../output.ts'

const STEP = 5
const WIDTH = 20
/** In a terminal the line changes no more often than people can read. */
const INTERVAL_MS = 200

export class ProgressLine {
  readonly #output: Output
  readonly #whole: number
  #reported = 0
  #shown = 0
  readonly #begun = performance.now()

  /** @param whole the size of all there is */
  constructor(output: Output, whole: number) {
    this.#output = output
    this.#whole = whole
  }

  update(read: number, { ham, spam }: { readonly ham: number; readonly spam: number }): void {
    const done = Math.min(Math.floor((100 * read) / Math.max(this.#whole, 1)), 100)
    const { progress, out } = this.#output
    if (progress !== undefined) {
      const now = performance.now()
      if (now - this.#shown < INTERVAL_MS) return
      this.#shown = now
      const rate = Math.round((1_000 * (ham + spam)) / Math.max(now - this.#begun, 1))
      progress(`${bar(done)} ${done} %  ${ham} ham, ${spam} spam, ${rate} a second`)
    } else if (done >= this.#reported + STEP) {
      this.#reported = done - (done % STEP)
      out(`${bar(this.#reported)} ${this.#reported} %  ${ham} ham, ${spam} spam`)
    }
  }

  /** Takes the line away. */
  end(): void {
    this.#output.progress?.('')
  }
}

const bar = (percent: number): string => {
  const full = Math.round((percent * WIDTH) / 100)
  return `[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}]`
}
