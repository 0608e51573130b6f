/** The log of training examples in a store that several nodes have in common. */
import { nodeCrypto } from '../../model/lazy.ts'
import type { Store } from '../../model/store.ts'

/** Ends with the number of the last example. It is a hint: it never runs ahead of the examples, and may lag by one. */
const END = 'classify:examples'
/** Names the store's memory: another name says that the store has begun anew, and the numbers with it. */
const EPOCH = 'classify:examples:epoch'
/** Numbers that are tried for one example, while other nodes write theirs. */
const MAX_TRIES = 20

const keyOf = (number: number): string => `${END}:${number}`

/** While the store is down a fallback answers in its place, which no other node sees. */
export const isDown = (store: Store): boolean => 'state' in store && store.state === 'down'

/** Where a node has stopped to read. */
export interface LogPosition {
  /** The number up to which examples were read. */
  readonly position: number
  /** Whose numbers these are; undefined where an earlier version has written it. */
  readonly epoch?: string
}

/** Where the log ends, and whose numbers these are. */
export interface LogEnd {
  readonly end: number
  readonly epoch: string
}

/**
 * Appends with one atomic operation: an example is written under the number after the last one, unless another node
 * has just taken that number. No number is handed out before its example is there, so that no reader passes one over.
 */
export class ExampleLog {
  readonly #store: Store
  /** Milliseconds that an example is kept, for nodes that are down meanwhile. */
  readonly #ttl: number

  constructor(store: Store, ttl: number) {
    this.#store = store
    this.#ttl = ttl
  }

  /** @returns the number under which the example was written. Rejects where too many numbers were taken */
  async append(value: string): Promise<number> {
    let number = 1
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      number = Math.max(number, (await this.#end()) + 1)
      const [there] = await this.#store.run([{ op: 'add', key: keyOf(number), value, ttl: this.#ttl }])
      await this.moveEnd(number)
      // The answer to an earlier try may have been lost.
      if (there.added || there.value === value) return number
      number += 1
    }
    throw new Error(`the numbers of ${END} are taken`)
  }

  /** Where the log ends now. Names the store's memory where that has no name yet. */
  async end(): Promise<LogEnd> {
    const [epoch, end] = await this.#store.run([
      { op: 'add', key: EPOCH, value: nodeCrypto().randomUUID(), ttl: 0 },
      { op: 'get', key: END },
    ])
    return { end: numberIn(end?.value), epoch: epoch.value }
  }

  /** Reads the examples with these numbers; undefined where there is none. */
  async read(numbers: readonly number[]): Promise<readonly (string | undefined)[]> {
    const entries = await this.#store.run(numbers.map(number => ({ op: 'get', key: keyOf(number) }) as const))
    return entries.map(entry => entry?.value)
  }

  /** Moves the end to a number that has an example; any node may do it for its writer. */
  async moveEnd(number: number): Promise<void> {
    const expected = number === 1 ? undefined : String(number - 1)
    await this.#store.run([{ op: 'compareAndSet', key: END, expected, value: String(number), ttl: 0 }])
  }

  async #end(): Promise<number> {
    const [end] = await this.#store.run([{ op: 'get', key: END }])
    return numberIn(end?.value)
  }
}

function numberIn(text: string | undefined): number {
  const number = Number(text)
  return Number.isSafeInteger(number) && number > 0 ? number : 0
}
