/**
 * Counts by name in a store, which can be listed again. All processes that share the store count into the same tally;
 * names beyond its bound are counted together, so that a flood of names stays small.
 */
import { nodeCrypto } from '../model/lazy.ts'
import type { Operation, Store } from '../model/store.ts'

export interface TallyOptions {
  /** What all its keys begin with. */
  readonly key: string
  /** Milliseconds after which a count is forgotten. */
  readonly ttl: number
  /** Names; about so many where several processes count at the same time. */
  readonly maxNames: number
}

interface Addition {
  readonly name: string
  readonly by: number
  readonly key: string
}

/** Operations of one list for the store: mail may wait for the list before its own. */
const BATCH = 64

export class Tally {
  readonly #store: Store
  readonly #options: TallyOptions

  constructor(store: Store, options: TallyOptions) {
    this.#store = store
    this.#options = options
  }

  /**
   * Adds to the counts. Rejects when the store does; then a part of them may have been added.
   *
   * @returns the names that are beyond the bound
   */
  async add(counts: ReadonlyMap<string, number>): Promise<ReadonlySet<string>> {
    const entries = [...counts].map(([name, by]) => ({ name, by, key: this.#countKey(name) }))
    const refused = new Set<string>()
    for (let from = 0; from < entries.length; from += BATCH)
      for (const name of await this.#addBatch(entries.slice(from, from + BATCH))) refused.add(name)
    return refused
  }

  /** All names with their counts, in the order in which they came. */
  async *entries(): AsyncGenerator<readonly [name: string, count: number]> {
    const { maxNames } = this.#options
    const names = Math.min(await this.#count('names'), maxNames)
    for (let from = 1; from <= names; from += BATCH) {
      const slots = Array.from({ length: Math.min(BATCH, names - from + 1) }, (_, index) => from + index)
      const found = await this.#run(slots.map(slot => ({ op: 'get', key: this.#nameKey(slot) }) as const))
      // A slot is empty where a process ended between two steps.
      const present = found.flatMap(entry => (isEntry(entry) ? [entry.value] : []))
      const counts = await this.#run(present.map(name => this.#increment(this.#countKey(name), 0)))
      yield* present.map((name, index) => [name, countOf(counts[index])] as const)
    }
  }

  /** How much was counted under names beyond the bound. */
  async beyond(): Promise<number> {
    return await this.#count('beyond')
  }

  async #addBatch(entries: readonly Addition[]): Promise<readonly string[]> {
    const { maxNames } = this.#options
    // By 0 nothing is created: what is beyond the bound must leave nothing behind.
    const looks = entries.map(({ key }) => this.#increment(key, 0))
    const [names, ...present] = await this.#run([this.#increment(this.#key('names'), 0), ...looks])
    let room = maxNames - countOf(names)
    const { kept = [], refused = [] } = Object.groupBy(entries, (_, index) => {
      if (countOf(present[index]) > 0) return 'kept'
      room -= 1
      return room >= 0 ? 'kept' : 'refused'
    })
    const beyond = refused.reduce((sum, { by }) => sum + by, 0)
    const counted = await this.#run([
      ...kept.map(({ key, by }) => this.#increment(key, by)),
      ...(beyond > 0 ? [this.#increment(this.#key('beyond'), beyond)] : []),
    ])
    // An increment is atomic: one process alone finds that its own amount is all there is.
    const first = kept.filter(({ by }, index) => countOf(counted[index]) === by)
    const slots = await this.#run(first.map(() => this.#increment(this.#key('names'), 1)))
    await this.#run(
      first.map(
        ({ name }, index) =>
          ({ op: 'set', key: this.#nameKey(countOf(slots[index])), value: name, ttl: this.#options.ttl }) as const,
      ),
    )
    return refused.map(({ name }) => name)
  }

  async #run(operations: readonly Operation[]): Promise<readonly unknown[]> {
    return operations.length === 0 ? [] : ((await this.#store.run(operations)) as readonly unknown[])
  }

  async #count(what: string): Promise<number> {
    const [found] = await this.#run([this.#increment(this.#key(what), 0)])
    return countOf(found)
  }

  #increment(key: string, by: number) {
    return { op: 'increment', key, by, ttl: this.#options.ttl } as const
  }

  #key(what: string): string {
    return `${this.#options.key}:${what}`
  }

  #nameKey(slot: number): string {
    return this.#key(`name:${slot}`)
  }

  #countKey(name: string): string {
    return this.#key(`count:${nodeCrypto().hash('sha256', name, 'base64url')}`)
  }
}

/** A name as a part of a key. */
export const keyPart = (name: string): string => nodeCrypto().hash('sha256', name, 'base64url').slice(0, 22)

const isEntry = (answer: unknown): answer is { readonly value: string } =>
  typeof answer === 'object' && answer !== null && 'value' in answer && typeof answer.value === 'string'

const countOf = (answer: unknown): number =>
  typeof answer === 'object' && answer !== null && 'count' in answer && typeof answer.count === 'number'
    ? answer.count
    : 0
