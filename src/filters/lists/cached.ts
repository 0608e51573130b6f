/** The lists of a store, cached until their revision changes: a message costs no round trip while there is no entry. */
import type { Clock } from '../../model/services.ts'
import type { Connection } from '../../model/stage.ts'
import { CompiledList } from './compiled.ts'
import { documentKey, type Scope } from './entry.ts'
import { REVISION_KEY, type Revision, readRevision } from './revision.ts'

/** Scopes that are kept; the oldest goes first. */
const MAX_CACHED = 10_000

const EMPTY = new CompiledList(undefined)

type Outside = Pick<Connection, 'store' | 'clock' | 'notify'>

export class CachedLists {
  readonly #every: number
  readonly #lists = new Map<string, CompiledList>()
  #revision: Revision | undefined
  #refreshing: Promise<void> | undefined
  #refreshed = Number.NEGATIVE_INFINITY
  #isMissing = false
  #isAsked = false

  /** @param every after how many milliseconds the revision is asked for again */
  constructor(every: number) {
    this.#every = every
  }

  /** Whether any scope of these kinds may have entries. */
  has(...kinds: readonly Scope['kind'][]): boolean {
    return kinds.some(kind => this.#revision?.kinds.has(kind))
  }

  /** Whether any scope may have entries. */
  get hasAny(): boolean {
    return this.#revision !== undefined
  }

  /**
   * Asks for the revision where that is due. Only the first time needs to be awaited: later the old lists still
   * count.
   */
  refresh({ store, clock, notify }: Outside): Promise<void> | undefined {
    const now = clock.monotonic()
    if (now - this.#refreshed < this.#every) return this.#isAsked ? undefined : this.#refreshing
    this.#refreshed = now
    this.#refreshing = (async () => {
      try {
        const [entry] = await store.run([{ op: 'get', key: REVISION_KEY }])
        this.#take(entry?.value, notify)
      } catch {
        this.#take(undefined, notify)
      }
      this.#isAsked = true
    })()
    return this.#isAsked ? undefined : this.#refreshing
  }

  /** The list of a scope, if it is in memory and was confirmed within the time after which it is asked for again. */
  current(scope: Scope, clock: Pick<Clock, 'monotonic'>): CompiledList | undefined {
    const isDue = clock.monotonic() - this.#refreshed >= this.#every
    return !this.#isAsked || isDue ? undefined : this.#lists.get(documentKey(scope))
  }

  /** The lists of these scopes, in their order. At most one round trip, for those that are not cached. */
  async load(scopes: readonly Scope[], { store, notify }: Outside): Promise<readonly CompiledList[]> {
    const wanted = scopes.filter(({ kind }) => this.has(kind))
    const missing = [...new Set(wanted.map(documentKey))].filter(key => !this.#lists.has(key))
    if (missing.length > 0) {
      const keys = [REVISION_KEY, ...missing]
      const [revision, ...documents] = await store.run(keys.map(key => ({ op: 'get', key }) as const))
      this.#take(revision?.value, notify)
      // A store that has lost the revision has lost the lists as well: most likely it is the fallback. Nothing is kept.
      if (revision !== undefined)
        for (const [index, key] of missing.entries()) this.#keep(key, new CompiledList(documents[index]?.value), notify)
    }
    return scopes.map(scope => this.#lists.get(documentKey(scope)) ?? EMPTY)
  }

  #take(text: string | undefined, notify: Outside['notify']): void {
    if (text === undefined && this.#revision !== undefined) {
      if (!this.#isMissing)
        notify({
          code: 'lists/missing',
          reason:
            'the store does not have the allow and deny lists at present; entries that were read before still count',
          level: 'warning',
        })
      this.#isMissing = true
      return
    }
    if (this.#isMissing) notify({ code: 'lists/found', reason: 'the store has the lists again', level: 'info' })
    this.#isMissing = false
    if (text === this.#revision?.text) return
    this.#revision = readRevision(text)
    this.#lists.clear()
  }

  #keep(key: string, list: CompiledList, notify: Outside['notify']): void {
    const [oldest] = this.#lists.keys()
    if (this.#lists.size >= MAX_CACHED && oldest !== undefined) this.#lists.delete(oldest)
    this.#lists.set(key, list)
    if (list.bad > 0)
      notify({
        code: 'lists/unreadable',
        reason: `${list.bad} entries of ${key} in the store cannot be read, and do not count`,
        level: 'warning',
      })
  }
}
