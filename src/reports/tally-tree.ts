/**
 * Counts by paths of names: in this process at first, and every ten seconds into the tallies of a store. What happens
 * in a mail process costs a look-up of a map.
 */
import { errorText } from '../model/errors.ts'
import type { Clock, Notify } from '../model/services.ts'
import { warnOnThrow } from '../model/services.ts'
import type { Store } from '../model/store.ts'
import { keyPart, Tally } from './tally.ts'

/** Where counts are kept. */
export interface TallyShape {
  /** What all keys begin with. */
  readonly key: string
  /** Names at each level of a path below its first one, which is the root. */
  readonly maxNames: readonly number[]
  /** Milliseconds after which a count is forgotten. */
  readonly ttl: number
}

export interface TallyTreeOptions {
  readonly store: Store
  readonly shape: TallyShape
  readonly clock: Clock
  readonly notify: Notify
  /** While it answers true, counts wait in this process: the store has a fallback that forgets. @default never */
  readonly isDown?: () => boolean
}

/** How long counts wait at most; a process that crashes loses so much. */
const FLUSH_MS = 10_000
/** Paths that wait; more are lost, which is reported. */
const MAX_WAITING = 20_000

interface Node {
  count: number
  readonly children: Map<string, Node>
}

export class TallyTree {
  readonly #options: TallyTreeOptions
  #root: Node = newNode()
  #waiting = 0
  #lost = 0
  #flushing: Promise<void> | undefined
  #cancel: (() => void) | undefined

  constructor(options: TallyTreeOptions) {
    this.#options = options
  }

  /** Counts one path: a root, and a name for each level. Never throws and never waits. */
  add(path: readonly string[]): void {
    let node = this.#root
    for (const [index, name] of path.entries()) {
      const found = node.children.get(name)
      if (found === undefined && this.#waiting >= MAX_WAITING) {
        this.#lost += 1
        return
      }
      if (found === undefined && index === path.length - 1) this.#waiting += 1
      const child = found ?? newNode()
      if (found === undefined) node.children.set(name, child)
      child.count += 1
      node = child
    }
    this.#cancel ??= this.#options.clock.after(
      FLUSH_MS,
      warnOnThrow('reports', () => this.#begin()),
    )
  }

  /** Settles when everything that was counted before is in the store, or has failed to get there. */
  async flush(): Promise<void> {
    await this.#flushing
    await this.#begin()
  }

  /** Writes what waits. */
  async close(): Promise<void> {
    await this.flush()
    this.#cancel?.()
  }

  #begin(): Promise<void> {
    this.#cancel?.()
    this.#cancel = undefined
    this.#flushing ??= this.#write().finally(() => {
      this.#flushing = undefined
      if (this.#waiting > 0) this.#cancel ??= this.#options.clock.after(FLUSH_MS, () => this.#begin())
    })
    return this.#flushing
  }

  async #write(): Promise<void> {
    const { notify, isDown } = this.#options
    if (isDown?.()) return
    const [root, lost] = [this.#root, this.#lost]
    this.#root = newNode()
    this.#waiting = 0
    this.#lost = 0
    if (lost > 0) {
      const reason = `${lost} messages are missing in reports: more was to be counted than is kept while the store is slow`
      notify({ code: 'reports/lost', reason, level: 'warning' })
    }
    try {
      for (const [name, node] of root.children) await this.#writeLevel([name], node)
    } catch (error) {
      // A part may be in the store already: to write it again would count it twice.
      const reason = `counts of ten seconds are missing in reports: ${errorText(error)}`
      notify({ code: 'reports/lost', reason, level: 'warning' })
    }
  }

  async #writeLevel(path: readonly string[], { children }: Node): Promise<void> {
    if (children.size === 0) return
    const { store, shape } = this.#options
    const counts = new Map([...children].map(([name, { count }]) => [name, count]))
    const refused = await tallyAt(store, shape, path).add(counts)
    for (const [name, node] of children) if (!refused.has(name)) await this.#writeLevel([...path, name], node)
  }
}

const newNode = (): Node => ({ count: 0, children: new Map() })

/** The names below a path. */
export function tallyAt(store: Store, { key, maxNames, ttl }: TallyShape, path: readonly string[]): Tally {
  const place = [key, ...path.map(keyPart)].join(':')
  return new Tally(store, { key: place, ttl, maxNames: maxNames[path.length - 1] ?? 0 })
}
