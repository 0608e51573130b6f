/** Joins what is asked of a store at the same time into one list, so that all filters of a wave cost one round trip. */
import type { Clock } from '../model/services.ts'
import type { Answers, Operation, Store } from '../model/store.ts'

/** What nobody waits for leaves at this time at the latest. */
const LATER_MS = 500
/** A list is done in one piece: others must not wait for it long. */
const MAX_OPERATIONS = 200

/**
 * A view of a store that is reached over a network or in another thread. The lists that are handed in before the event loop
 * turns, of all filters and sessions, are one list, in their order. A memory in this process answers at once and stays as
 * it is.
 */
export const batched = (store: Store, clock: Pick<Clock, 'after'>): Store =>
  'state' in store ? new BatchedStore(store, clock) : store

/** Does a list of which nobody needs the answers soon: with the next list, where the store knows how to. */
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

  /** Of the insured store behind it, for metrics. */
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
