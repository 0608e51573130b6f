/**
 * Joins operations that are handed to a store at the same time into one list, so that filters of a stage cost one round
 * trip.
 */
import type { Clock } from '../model/services.ts'
import type { Answers, Operation, Store } from '../model/store.ts'

/** Operations whose answers can wait are sent after this time at the latest. */
const LATER_MS = 500
/** A store performs a list as a whole, and other lists must not wait for it long. */
const MAX_OPERATIONS = 200

/**
 * Wraps a store that is reached over a network or in another thread. The lists of all filters and sessions that are
 * handed in during one turn of the event loop become one list, in their order. A store in memory is returned unchanged,
 * because it answers at once.
 */
export const batched = (store: Store, clock: Pick<Clock, 'after'>): Store =>
  'state' in store ? new BatchedStore(store, clock) : store

/** Performs a list whose answers can wait: together with the next list, where the store can do that. */
export const runLater = async <const O extends readonly Operation[]>(
  store: Store,
  operations: O,
): Promise<Answers<O>> => await (store.later?.(operations) ?? store.run(operations))

interface Waiting {
  readonly operations: readonly Operation[]
  readonly resolve: (answers: readonly unknown[]) => void
  readonly reject: (error: unknown) => void
}

class BatchedStore implements Store {
  readonly neverFails = true
  readonly #store: Store
  readonly #clock: Pick<Clock, 'after'>
  #queue: Waiting[] = []
  /** Operations in the queue. */
  #waiting = 0
  #isScheduled = false
  #cancelLater: (() => void) | undefined

  constructor(store: Store, clock: Pick<Clock, 'after'>) {
    this.#store = store
    this.#clock = clock
  }

  /** The state of the store with a fallback behind this one, for metrics. */
  get state(): unknown {
    return 'state' in this.#store ? this.#store.state : undefined
  }

  readonly run = <const O extends readonly Operation[]>(operations: O): Promise<Answers<O>> => {
    const answers = this.#wait(operations)
    this.#schedule()
    return answers
  }

  readonly later = <const O extends readonly Operation[]>(operations: O): Promise<Answers<O>> => {
    const answers = this.#wait(operations)
    if (this.#waiting >= MAX_OPERATIONS) this.#schedule()
    else if (!this.#isScheduled) this.#cancelLater ??= this.#clock.after(LATER_MS, this.#flush)
    return answers
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(this.#flush)
  }

  #wait<O extends readonly Operation[]>(operations: O): Promise<Answers<O>> {
    this.#waiting += operations.length
    return new Promise((resolve, reject) => {
      this.#queue.push({ operations, resolve: answers => resolve(answers as Answers<O>), reject })
    })
  }

  readonly #flush = (): void => {
    this.#waiting = 0
    this.#isScheduled = false
    this.#cancelLater?.()
    this.#cancelLater = undefined
    let lists: Waiting[] = []
    let count = 0
    for (const waiting of this.#queue.splice(0)) {
      if (count > 0 && count + waiting.operations.length > MAX_OPERATIONS) {
        void this.#perform(lists)
        lists = []
        count = 0
      }
      lists.push(waiting)
      count += waiting.operations.length
    }
    if (lists.length > 0) void this.#perform(lists)
  }

  async #perform(lists: readonly Waiting[]): Promise<void> {
    try {
      const all = lists.flatMap(({ operations }) => operations)
      const answers: readonly unknown[] = all.length === 0 ? [] : await this.#store.run(all)
      let from = 0
      for (const { operations, resolve } of lists) {
        resolve(answers.slice(from, from + operations.length))
        from += operations.length
      }
    } catch (error) {
      for (const { reject } of lists) reject(error)
    }
  }
}
