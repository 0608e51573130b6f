/** Writes and reads allow and deny lists in the store, for programs, commands and consoles. */
import { having } from '../../model/checks.ts'
import { PosternError } from '../../model/errors.ts'
import { nodeCrypto } from '../../model/lazy.ts'
import { checked, required, schemaOf } from '../../model/options.ts'
import { type Clock, systemClock } from '../../model/services.ts'
import type { Store } from '../../model/store.ts'
import {
  documentKey,
  isCurrent,
  type ListEntry,
  type NewListEntry,
  type ReadEntry,
  readDocument,
  readEntry,
  readScope,
  type Scope,
} from './entry.ts'
import { nextRevision, update } from './revision.ts'

/** What `senderLists` works with. */
export interface SenderListsOptions {
  /** The store that all gateways share. */
  readonly store: Store
  /** @default the system's clock */
  readonly clock?: Clock
}

const schema = schemaOf<SenderListsOptions>('senderLists', {
  store: required(having<Store>('a store, as memoryStore() makes it', 'run')),
  clock: having<Clock>('a clock', 'now', 'monotonic', 'after'),
})

/** How many entries the list of one scope may have. Longer lists belong into files, see `access`. */
const MAX_ENTRIES = 1_000
/** Scopes are found again by an index in parts, so that no value of the store grows without bound. */
const INDEX_PARTS = 64
const MAX_SCOPES_IN_PART = 4_096

/** Allow and deny lists with scopes, which the filter `lists` reads. */
export class SenderLists {
  readonly #store: Store
  readonly #clock: Clock
  /** The last change: one waits for another, so that only processes compete. */
  #last: Promise<unknown> = Promise.resolve()

  /** @internal */
  constructor({ store, clock = systemClock }: SenderListsOptions) {
    this.#store = store
    this.#clock = clock
  }

  /**
   * Writes an entry; one with the same effect, sender and scope is replaced and keeps its id. All gateways that share
   * the store heed it within seconds.
   *
   * @throws PosternError when the entry is wrong or the list of its scope is full
   */
  async add(entry: NewListEntry): Promise<ListEntry> {
    const read = readEntry(entry)
    if (!('entry' in read)) throw new PosternError(read)
    return await this.#inTurn(() => this.#add(read))
  }

  async #add(read: ReadEntry): Promise<ListEntry> {
    const { scope } = read
    let added: ListEntry | undefined
    if (scope.kind !== 'global') await this.#index(scope)
    await update(this.#store, documentKey(scope), value => {
      const current = this.#currentIn(value)
      const same = current.find(({ effect, sender }) => effect === read.entry.effect && sender === read.entry.sender)
      const rest = current.filter(other => other !== same)
      if (rest.length >= MAX_ENTRIES) throw new PosternError([full(scope)])
      added = { ...read.entry, id: same?.id ?? newId(), created: this.#clock.now() }
      return JSON.stringify([...rest, added])
    })
    await nextRevision(this.#store, scope)
    return added as ListEntry
  }

  /**
   * Removes an entry. Without a scope all lists are searched for it.
   *
   * @returns whether there was such an entry
   */
  async remove(id: string, scope?: string): Promise<boolean> {
    return await this.#inTurn(() => this.#remove(id, scope))
  }

  async #remove(id: string, scope?: string): Promise<boolean> {
    const where = scope === undefined ? await this.#scopeOf(id) : this.#readScope(scope)
    if (where === undefined) return false
    let isFound = false
    await update(this.#store, documentKey(where), value => {
      const current = this.#currentIn(value)
      isFound = current.some(entry => entry.id === id)
      return isFound ? JSON.stringify(current.filter(entry => entry.id !== id)) : undefined
    })
    if (isFound) await nextRevision(this.#store, where)
    return isFound
  }

  /** Returns the entries of one scope, or of all scopes, that have not expired, the oldest first. */
  async entries(scope?: string): Promise<readonly ListEntry[]> {
    const scopes = scope === undefined ? await this.#scopes() : [this.#readScope(scope)]
    const found: ListEntry[] = []
    for (let from = 0; from < scopes.length; from += READ_AT_ONCE) {
      const keys = scopes.slice(from, from + READ_AT_ONCE).map(documentKey)
      const values = await this.#store.run(keys.map(key => ({ op: 'get', key }) as const))
      for (const value of values) found.push(...this.#currentIn(value?.value))
    }
    return found.sort((a, b) => a.created - b.created)
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#last.then(change, change)
    this.#last = done.catch(() => undefined)
    return done
  }

  #currentIn(value: string | undefined): readonly ListEntry[] {
    return readDocument(value).entries.filter(entry => isCurrent(entry, this.#clock.now()))
  }

  #readScope(text: string): Scope {
    const scope = readScope(text === 'global' ? undefined : text)
    if ('expected' in scope) throw new PosternError([{ path: 'scope', found: text, ...scope }])
    return scope
  }

  async #scopeOf(id: string): Promise<Scope | undefined> {
    const entry = (await this.entries()).find(other => other.id === id)
    return entry && this.#readScope(entry.scope ?? 'global')
  }

  async #scopes(): Promise<readonly Scope[]> {
    const keys = Array.from({ length: INDEX_PARTS }, (_, part) => indexKey(part))
    const parts = await this.#store.run(keys.map(key => ({ op: 'get', key }) as const))
    const names = parts.flatMap(part => namesIn(part?.value))
    return ['global', ...names].map(name => this.#readScope(name))
  }

  async #index({ name }: Scope): Promise<void> {
    await update(this.#store, indexKey(partOf(name)), value => {
      const names = namesIn(value)
      if (names.includes(name)) return undefined
      if (names.length >= MAX_SCOPES_IN_PART) throw new PosternError([tooManyScopes(name)])
      return [...names, name].join('\n')
    })
  }
}

/** How many lists are read in one round trip. */
const READ_AT_ONCE = 100

/**
 * Allow and deny lists in a store: for all recipients, a domain or a recipient, with expiry, author and note. The
 * filter `lists` applies them.
 *
 * @example
 * const entries = senderLists({ store })
 * await entries.add({ effect: 'allow', sender: 'dmarc:example.org', scope: 'bob@example.net', author: 'bob' })
 */
export const senderLists = (options: SenderListsOptions): SenderLists => new SenderLists(checked(schema, options))

/** A command line would take a `-` in front for an option. */
const newId = (): string => nodeCrypto().randomBytes(6).toString('base64url').replace(/^-/, '0')

const indexKey = (part: number): string => `lists:index:${part}`
const partOf = (name: string): number =>
  Number.parseInt(nodeCrypto().hash('sha256', name, 'hex').slice(0, 4), 16) % INDEX_PARTS
const namesIn = (value: string | undefined): readonly string[] => value?.split('\n').filter(name => name !== '') ?? []

const full = ({ kind, name }: Scope) => ({
  path: 'entry',
  found: `${MAX_ENTRIES} entries ${kind === 'global' ? 'for all recipients' : `for ${name}`}`,
  expected: `fewer than ${MAX_ENTRIES}`,
  remedy: 'remove entries that are not needed, or keep long lists in a file, see access()',
})

const tooManyScopes = (name: string) => ({
  path: 'entry.scope',
  found: name,
  expected: 'fewer than a quarter of a million scopes in all',
  remedy: 'write entries for domains rather than for each recipient',
})
