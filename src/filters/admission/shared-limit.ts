/** Keeps the limit of an overloaded process in the store, for a process that begins in the middle of a flood. */
import type { Operation, Store } from '../../model/store.ts'

const KEY = 'admission:limit'
/** A limit is forgotten by itself so long after the last process under load wrote it. */
const TTL_MS = 30_000

export class SharedLimit {
  readonly #store: Store
  #isWritten = false

  constructor(store: Store) {
    this.#store = store
  }

  /** @returns undefined when no process is overloaded */
  async read(): Promise<number | undefined> {
    const [found] = await this.#store.run([{ op: 'get', key: KEY }])
    const limit = Number(found?.value ?? Number.NaN)
    return Number.isFinite(limit) && limit > 0 ? limit : undefined
  }

  /** @param limit Infinity when admission is open: it is deleted once */
  write(limit: number): void {
    const isOpen = limit === Number.POSITIVE_INFINITY
    if (isOpen && !this.#isWritten) return
    this.#isWritten = !isOpen
    this.#run(isOpen ? { op: 'delete', key: KEY } : { op: 'set', key: KEY, value: `${Math.round(limit)}`, ttl: TTL_MS })
  }

  /** What cannot be written is written anew a second later. */
  #run(operation: Operation): void {
    const ignore = (): void => undefined
    Promise.resolve()
      .then(() => this.#store.run([operation]))
      .then(ignore, ignore)
  }
}
