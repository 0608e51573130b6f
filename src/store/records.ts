/**
 * Records without objects: their numbers lie in pages outside of the heap, and each key is represented by its hash.
 * Growth copies nothing, and the garbage collector follows nothing, however many records there are.
 */

/** The numbers of a record, by their index. */
export const FIELDS = { hash: 0, expires: 1, cost: 2, segment: 3, seen: 4, previous: 5, next: 6 } as const
type Field = (typeof FIELDS)[keyof typeof FIELDS]

const WIDTH = Object.keys(FIELDS).length
const PAGE_BITS = 10
const PAGE = 2 ** PAGE_BITS

interface Page<V> {
  readonly numbers: Float64Array
  readonly values: (V | undefined)[]
}

/** Records are numbered from 1; 0 is none. */
export class Records<V> {
  readonly #pages: Page<V>[] = []
  readonly #index = new HashIndex(record => this.get(record, FIELDS.hash))
  #made = 0
  /** The first of the dropped records, which are linked by the field `next`. */
  #free = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The record with this hash; 0 if there is none. */
  find(hash: number): number {
    return this.#index.find(hash)
  }

  /** Adds a record for a hash that has none; its other numbers are 0. */
  add(hash: number, value: V): number {
    const record = this.#free || this.#made + 1
    if (record === this.#free) this.#free = this.get(record, FIELDS.next)
    else this.#made = record
    const begin = (record & (PAGE - 1)) * WIDTH
    this.#page(record).numbers.fill(0, begin, begin + WIDTH)
    this.set(record, FIELDS.hash, hash)
    this.put(record, value)
    this.#index.add(record)
    this.#size += 1
    return record
  }

  drop(record: number): void {
    this.#index.drop(record)
    this.put(record, undefined)
    this.set(record, FIELDS.next, this.#free)
    this.#free = record
    this.#size -= 1
  }

  get(record: number, field: Field): number {
    return this.#page(record).numbers[(record & (PAGE - 1)) * WIDTH + field] ?? 0
  }

  set(record: number, field: Field, value: number): void {
    this.#page(record).numbers[(record & (PAGE - 1)) * WIDTH + field] = value
  }

  value(record: number): V | undefined {
    return this.#page(record).values[record & (PAGE - 1)]
  }

  put(record: number, value: V | undefined): void {
    this.#page(record).values[record & (PAGE - 1)] = value
  }

  #page(record: number): Page<V> {
    return this.#pages[record >>> PAGE_BITS] ?? this.#newPage(record >>> PAGE_BITS)
  }

  #newPage(number: number): Page<V> {
    const page: Page<V> = { numbers: new Float64Array(PAGE * WIDTH), values: Array(PAGE).fill(undefined) }
    this.#pages[number] = page
    return page
  }
}

/** A table that grows is copied, so there are many small tables: no copy takes noticeable time. */
const TABLE_BITS = 7
const MIN_SIZE = 16
/** A fuller table makes searches long. */
const FULL = 0.7

interface Table {
  /** Records, each in the first free slot at or after its home slot. */
  slots: Int32Array
  used: number
}

/** Finds records by their hashes: open addressing with linear probing. */
class HashIndex {
  readonly #hashOf: (record: number) => number
  readonly #tables: Table[] = []

  constructor(hashOf: (record: number) => number) {
    this.#hashOf = hashOf
  }

  find(hash: number): number {
    const table = this.#tableOf(hash)
    return table.slots[this.#slotOf(hash, table)] ?? 0
  }

  add(record: number): void {
    const hash = this.#hashOf(record)
    const table = this.#tableOf(hash)
    if (table.used >= table.slots.length * FULL) this.#grow(table)
    table.slots[this.#slotOf(hash, table)] = record
    table.used += 1
  }

  drop(record: number): void {
    const hash = this.#hashOf(record)
    const table = this.#tableOf(hash)
    const { slots } = table
    const last = slots.length - 1
    let gap = this.#slotOf(hash, table)
    // Records after the gap move into it, unless their home slot lies between.
    for (let slot = (gap + 1) & last; slots[slot]; slot = (slot + 1) & last) {
      const moved = slots[slot] ?? 0
      const home = homeOf(this.#hashOf(moved), table)
      if (((slot - home) & last) < ((slot - gap) & last)) continue
      slots[gap] = moved
      gap = slot
    }
    slots[gap] = 0
    table.used -= 1
  }

  #tableOf(hash: number): Table {
    const number = (hash >>> 0) & (2 ** TABLE_BITS - 1)
    const table = this.#tables[number] ?? { slots: new Int32Array(MIN_SIZE), used: 0 }
    this.#tables[number] = table
    return table
  }

  /** The slot of a record, or the free slot where it would be. */
  #slotOf(hash: number, table: Table): number {
    const { slots } = table
    let slot = homeOf(hash, table)
    for (;;) {
      const record = slots[slot] ?? 0
      if (record === 0 || this.#hashOf(record) === hash) return slot
      slot = (slot + 1) & (slots.length - 1)
    }
  }

  #grow(table: Table): void {
    const old = table.slots
    table.slots = new Int32Array(old.length * 2)
    for (const record of old) if (record) table.slots[this.#slotOf(this.#hashOf(record), table)] = record
  }
}

const homeOf = (hash: number, { slots }: Table): number => ((hash >>> 0) >>> TABLE_BITS) & (slots.length - 1)
