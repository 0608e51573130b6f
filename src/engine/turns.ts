/** Runs the verbs of a session one after another, in the order of their calls. */
import type { MaybePromise } from '../model/maybe-promise.ts'

export class Turns {
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  /**
   * Runs `verb` after the verbs before it. The first begins at once, so that a `close` right after it finds it begun.
   */
  take<T>(verb: () => MaybePromise<T>): Promise<T> {
    const result = this.#waiting === 0 ? verb() : this.#last.then(verb)
    if (!(result instanceof Promise)) return Promise.resolve(result)
    this.#waiting += 1
    this.#last = result.then(this.#end, this.#end)
    return result
  }

  readonly #end = (): void => {
    this.#waiting -= 1
  }
}
