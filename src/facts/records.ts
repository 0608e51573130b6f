/**
 * What the store holds about a client or a sender, read once: filters and the facts of trust ask for the same records.
 */
import { type Fact, fact } from '../model/fact.ts'
import type { Connection, Transaction } from '../model/stage.ts'
import type { Entry, Operation, Store } from '../model/store.ts'
import { decayingAdds, defaultMemory, type Identity, type Memory } from './reputation.ts'

/** Records and marks, in the order in which they were asked for. */
export interface RecordsRead {
  /** Two rows of sums for each identity: of the long and of the recent record. */
  readonly sums: readonly (readonly number[])[]
  /** Whether each mark is set. */
  readonly marks: readonly boolean[]
  /** The value of each mark that is set. */
  readonly values: readonly (string | undefined)[]
}

/** Remembers what it has read. What is missing costs one list; what could not be read is asked for again. */
export class StoredRecords {
  readonly #store: Store
  readonly #memory: Memory
  readonly #answers = new Map<string, Promise<readonly unknown[]>>()

  constructor(store: Store, memory: Memory) {
    this.#store = store
    this.#memory = memory
  }

  async read(identities: readonly Identity[], marks: readonly string[] = []): Promise<RecordsRead> {
    const asked: readonly Query[] = [
      ...identities.map(identity => ({ key: identity, operations: decayingAdds(identity, this.#memory) })),
      ...marks.map(key => ({ key, operations: [{ op: 'get', key }] as const })),
    ]
    this.#ask(asked.filter(({ key }) => !this.#answers.has(key)))
    const answers = await Promise.all(asked.map(({ key }) => this.#answers.get(key) ?? []))
    const entries = answers.slice(identities.length).map(([entry]) => entry as Entry | undefined)
    return {
      sums: answers.slice(0, identities.length).flat() as readonly (readonly number[])[],
      marks: entries.map(entry => entry !== undefined),
      values: entries.map(entry => entry?.value),
    }
  }

  #ask(queries: readonly Query[]): void {
    if (queries.length === 0) return
    const list = (async (): Promise<readonly unknown[]> =>
      await this.#store.run(queries.flatMap(({ operations }) => operations)))()
    let from = 0
    for (const { key, operations } of queries) {
      const start = from
      from += operations.length
      const answer = list.then(answers => answers.slice(start, start + operations.length))
      this.#answers.set(key, answer)
      answer.catch(() => this.#answers.delete(key))
    }
  }
}

interface Query {
  readonly key: string
  readonly operations: readonly Operation[]
}

/** The records of one session's client, and those of one transaction's senders. */
export interface RecordFacts {
  readonly ofClient: Fact<Connection, StoredRecords>
  readonly ofSenders: Fact<Transaction, StoredRecords>
}

const factsByMemory = new Map<string, RecordFacts>()

/** The facts for these half-lives. Filters with the same half-lives share what was read. */
export function recordsBy(memory: Memory = defaultMemory): RecordFacts {
  const name = `${memory.halfLife}-${memory.recent}`
  const made = factsByMemory.get(name) ?? {
    ofClient: fact(`client-records-${name}`, 'connect', ({ store }: Connection) => new StoredRecords(store, memory)),
    ofSenders: fact(`sender-records-${name}`, 'mail', ({ store }: Transaction) => new StoredRecords(store, memory)),
  }
  factsByMemory.set(name, made)
  return made
}
