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

export interface Records<V> {
  /** The record with this hash; 0 if there is none. */
  find(hash: number): number
  /** Adds a record for a hash that has none; its other numbers are 0. */
  add(hash: number, value: V): number
  drop(record: number): void
  get(record: number, field: Field): number
  set(record: number, field: Field, value: number): void
  value(record: number): V | undefined
  put(record: number, value: V): void
  readonly size: number
}

export function records<V>(): Records<V> {
  const pages: Page<V>[] = []
  // Records are numbered from 1. Dropped records are linked by the field `next`.
  let made = 0
  let free = 0
  let size = 0

  const page = (record: number): Page<V> => {
    const number = record >>> PAGE_BITS
    const existing = pages[number]
    if (existing) return existing
    const created: Page<V> = { numbers: new Float64Array(PAGE * WIDTH), values: Array(PAGE).fill(undefined) }
    pages[number] = created
    return created
  }
  const get = (record: number, field: Field): number => page(record).numbers[(record & (PAGE - 1)) * WIDTH + field] ?? 0
  const set = (record: number, field: Field, value: number): void => {
    page(record).numbers[(record & (PAGE - 1)) * WIDTH + field] = value
  }
  const put = (record: number, value: V | undefined): void => {
    page(record).values[record & (PAGE - 1)] = value
  }
  const index = hashIndex(record => get(record, FIELDS.hash))

  return {
    find: index.find,
    add: (hash, value) => {
      const record = free || made + 1
      if (record === free) free = get(record, FIELDS.next)
      else made = record
      const begin = (record & (PAGE - 1)) * WIDTH
      page(record).numbers.fill(0, begin, begin + WIDTH)
      set(record, FIELDS.hash, hash)
      put(record, value)
      index.add(record)
      size += 1
      return record
    },
    drop: record => {
      index.drop(record)
      put(record, undefined)
      set(record, FIELDS.next, free)
      free = record
      size -= 1
    },
    get,
    set,
    value: record => page(record).values[record & (PAGE - 1)],
    put,
    get size() {
      return size
    },
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
function hashIndex(hashOf: (record: number) => number) {
  const tables: Table[] = []
  const tableOf = (hash: number): Table => {
    const number = (hash >>> 0) & (2 ** TABLE_BITS - 1)
    const table = tables[number] ?? { slots: new Int32Array(MIN_SIZE), used: 0 }
    tables[number] = table
    return table
  }
  const homeOf = (hash: number, { slots }: Table): number => ((hash >>> 0) >>> TABLE_BITS) & (slots.length - 1)

  /** The slot of a record, or the free slot where it would be. */
  const slotOf = (hash: number, table: Table): number => {
    const { slots } = table
    let slot = homeOf(hash, table)
    for (;;) {
      const record = slots[slot] ?? 0
      if (record === 0 || hashOf(record) === hash) return slot
      slot = (slot + 1) & (slots.length - 1)
    }
  }
  const grow = (table: Table) => {
    const old = table.slots
    table.slots = new Int32Array(old.length * 2)
    for (const record of old) if (record) table.slots[slotOf(hashOf(record), table)] = record
  }

  return {
    find: (hash: number): number => {
      const table = tableOf(hash)
      return table.slots[slotOf(hash, table)] ?? 0
    },
    add: (record: number) => {
      const hash = hashOf(record)
      const table = tableOf(hash)
      if (table.used >= table.slots.length * FULL) grow(table)
      table.slots[slotOf(hash, table)] = record
      table.used += 1
    },
    drop: (record: number) => {
      const hash = hashOf(record)
      const table = tableOf(hash)
      const { slots } = table
      const last = slots.length - 1
      let gap = slotOf(hash, table)
      // Records after the gap move into it, unless their home slot lies between.
      for (let slot = (gap + 1) & last; slots[slot]; slot = (slot + 1) & last) {
        const moved = slots[slot] ?? 0
        const home = homeOf(hashOf(moved), table)
        if (((slot - home) & last) < ((slot - gap) & last)) continue
        slots[gap] = moved
        gap = slot
      }
      slots[gap] = 0
      table.used -= 1
    },
  }
}
