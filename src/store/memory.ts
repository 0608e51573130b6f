/** A store in memory, bounded however many keys an attacker sends. For one process, until it ends. */
import { having, size, whole } from '../model/checks.ts'
import { checked, schemaOf } from '../model/options.ts'
import { type Clock, systemClock } from '../model/services.ts'
import type { Answers, AnswerTo, Counter, Entry, Operation, Store } from '../model/store.ts'
import { type Size, toBytes } from '../model/units.ts'
import { SegmentedLru } from './segmented-lru.ts'
import { boundedKey, counted, countOf, decayedSums, ending, expiryOf, isLook, type Sums, summed } from './value.ts'

/** A {@link Store} that answers at once. */
export interface MemoryStore extends Store {
  /** Memory always answers, so that no fallback is needed. */
  readonly neverFails: true
  /** Performs the operations at once. */
  run<const O extends readonly Operation[]>(operations: O): Answers<O>
  /** The number of keys, including those that have expired and were not removed yet. */
  readonly size: number
  /** The bytes in use, by the same measure as the bound. */
  readonly bytes: number
}

/** What `memoryStore` takes. */
export interface MemoryStoreOptions {
  /** The maximum number of keys. @default 500_000 */
  readonly entries?: number
  /** The maximum of memory that entries take. @default '64mb' */
  readonly bytes?: Size
  /**
   * The clock. Only its monotonic time is used, so that a wall clock that jumps changes nothing.
   * @default the machine's clock
   */
  readonly clock?: Pick<Clock, 'monotonic'>
}

const schema = schemaOf<MemoryStoreOptions>('memoryStore', {
  entries: whole({ min: 1 }),
  bytes: size({ min: '1kb' }),
  clock: having('a clock', 'monotonic'),
})

/**
 * Bytes of one entry beside its value: seven numbers, a reference to the value, three index slots in an index that has
 * just grown, and a tenth for unused parts of pages. Measured by bench/store.ts.
 */
const COST_OF_ENTRY = 84

/** Counts and sums are not kept as texts, because they change with each message. */
type Value = string | number | Sums

/**
 * Makes a bounded store in memory. When it is full, entries that expired or were seen only once go first.
 *
 * @throws PosternError when an option is wrong
 * @example
 * const store = memoryStore({ bytes: '16mb' })
 * store.run([{ op: 'increment', key: '192.0.2.0/24', by: 1, ttl: 60_000 }]) // [{ count: 1, endsIn: 60000 }]
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const { entries = 500_000, bytes = '64mb', clock = systemClock } = checked(schema, options)
  const store = new LocalStore({ entries, bytes: toBytes(bytes) }, clock)
  return {
    neverFails: true,
    run: operations => store.run(operations),
    get size() {
      return store.size
    },
    get bytes() {
      return store.bytes
    },
  }
}

class LocalStore {
  readonly #held: SegmentedLru<Value>
  readonly #clock: Pick<Clock, 'monotonic'>

  constructor(max: { readonly entries: number; readonly bytes: number }, clock: Pick<Clock, 'monotonic'>) {
    this.#held = new SegmentedLru(max)
    this.#clock = clock
  }

  get size(): number {
    return this.#held.size
  }

  get bytes(): number {
    return this.#held.bytes
  }

  run<const O extends readonly Operation[]>(operations: O): Answers<O> {
    const now = this.#clock.monotonic()
    return operations.map(operation => this.#perform(operation, now)) as readonly unknown[] as Answers<O>
  }

  #perform(operation: Operation, now: number): AnswerTo<Operation> {
    const key = boundedKey(operation.key)
    switch (operation.op) {
      case 'increment':
        return this.#increment(key, counted(operation.by), operation.ttl, now)
      case 'get': {
        const item = this.#held.find(key, now)
        return item ? this.#entryAt(item, now) : undefined
      }
      case 'set': {
        const { value, ttl } = operation
        return { value, ...ending(this.#write(key, this.#held.find(key, now), value, ttl, now)) }
      }
      case 'add': {
        const { value, ttl } = operation
        const item = this.#held.find(key, now)
        if (item) return { ...this.#entryAt(item, now), added: false }
        return { value, ...ending(this.#write(key, 0, value, ttl, now)), added: true }
      }
      case 'compareAndSet': {
        const { expected, value, ttl } = operation
        const item = this.#held.find(key, now)
        if ((item ? textOf(this.#held.value(item)) : undefined) !== expected) return false
        this.#write(key, item, value, ttl, now)
        return true
      }
      case 'decayingAdd': {
        const { amounts, halfLife, ttl } = operation
        const item = this.#held.find(key, now)
        const before = item ? this.#held.value(item) : undefined
        const after = decayedSums(typeof before === 'object' ? before : undefined, amounts, halfLife, now)
        if (!isLook(amounts)) this.#write(key, item, after, ttl, now)
        return after.sums
      }
      case 'delete': {
        const item = this.#held.find(key, now)
        if (item) this.#held.drop(item)
        return item !== 0
      }
      default:
        throw operation satisfies never
    }
  }

  #increment(key: string, by: number, ttl: number, now: number): Counter {
    const item = this.#held.find(key, now)
    const count = item ? countIn(this.#held.value(item)) : undefined
    if (count !== undefined) {
      // The entry keeps its end, and its cost: a text that is a number counts as much as the longest number.
      const sum = summed(count, by)
      this.#held.change(item, sum)
      return { count: sum, ...this.#endAt(item, now) }
    }
    // Reading a count that does not exist must not create an entry.
    if (by === 0) return { count: 0, ...ending(expiryOf(ttl)) }
    return { count: by, ...ending(this.#write(key, item, by, ttl, now)) }
  }

  #write(key: string, item: number, value: Value, ttl: number, now: number): number {
    const time = expiryOf(ttl)
    if (item) this.#held.renew(item, copyOf(value), costOf(value), time, now)
    else this.#held.add(key, copyOf(value), costOf(value), time, now)
    return time
  }

  #entryAt(item: number, now: number): Entry {
    return { value: textOf(this.#held.value(item)), ...this.#endAt(item, now) }
  }

  #endAt(item: number, now: number) {
    return ending(this.#held.expires(item) - now)
  }
}

function textOf(value: Value | undefined): string {
  if (typeof value === 'object') return JSON.stringify([value.at, ...value.sums])
  return String(value)
}

const countIn = (value: Value | undefined): number | undefined => {
  if (typeof value === 'string') return countOf(value)
  return typeof value === 'number' ? value : undefined
}

/** The bytes that an entry with this value takes: a number takes next to none. */
function costOf(value: Value): number {
  if (typeof value === 'string') return COST_OF_ENTRY + 24 + (/[^\0-\xff]/.test(value) ? 2 : 1) * value.length
  return COST_OF_ENTRY + (typeof value === 'object' ? 80 + 8 * value.sums.length : 0)
}

/** Copies a string: a part of a string keeps the whole string in memory. */
function copyOf<V extends Value>(value: V): V {
  return typeof value === 'string' ? (JSON.parse(JSON.stringify(value)) as V) : value
}
