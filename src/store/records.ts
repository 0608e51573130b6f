/**
 * Entries without objects: their numbers lie in pages outside of the heap, and a hash stands for each key. So growth
 * copies nothing, and the garbage collector has nothing to follow, however many entries there are.
 */

/** Numbers of a record. */
export const FIELDS = { hash: 0, expires: 1, cost: 2, lane: 3, seen: 4, previous: 5, next: 6 } as const
type Field = (typeof FIELDS)[keyof typeof FIELDS]

const WIDTH = Object.keys(FIELDS).length
const PAGE_BITS = 10
const PAGE = 2 ** PAGE_BITS

interface Page<V> {
  readonly numbers: Float64Array
  readonly values: (V | undefined)[]
}

export interface Records<V> {
  /** The record with a hash; 0 if there is none. */
  find(hash: number): number
  /** A new record for a hash that has none; its other numbers are all 0. */
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
  // Records are numbered from 1. Those that were dropped are linked by the field `next`.
  let made = 0
  let free = 0
  let size = 0

  const page = (record: number): Page<V> => {
    const place = record >>> PAGE_BITS
    const held = pages[place]
    if (held) return held
    const begun: Page<V> = { numbers: new Float64Array(PAGE * WIDTH), values: Array(PAGE).fill(undefined) }
    pages[place] = begun
    return begun
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

/** A table that grows is copied; each of these is small enough for nobody to notice. */
const TABLE_BITS = 7
const MIN_SIZE = 16
/** How full a table may be: beyond that, ways to a record become long. */
const FULL = 0.7

interface Table {
  /** Records, each as near after its home as there was room. */
  places: Int32Array
  used: number
}

/** Finds records by their hashes: open addressing, each step to the next place. */
function hashIndex(hashOf: (record: number) => number) {
  const tables: Table[] = []
  const tableOf = (hash: number): Table => {
    const place = (hash >>> 0) & (2 ** TABLE_BITS - 1)
    const table = tables[place] ?? { places: new Int32Array(MIN_SIZE), used: 0 }
    tables[place] = table
    return table
  }
  const homeOf = (hash: number, { places }: Table): number => ((hash >>> 0) >>> TABLE_BITS) & (places.length - 1)

  /** Where a record is, or the free place where it would be. */
  const placeOf = (hash: number, table: Table): number => {
    const { places } = table
    let place = homeOf(hash, table)
    for (;;) {
      const record = places[place] ?? 0
      if (record === 0 || hashOf(record) === hash) return place
      place = (place + 1) & (places.length - 1)
    }
  }
  const grow = (table: Table) => {
    const old = table.places
    table.places = new Int32Array(old.length * 2)
    for (const record of old) if (record) table.places[placeOf(hashOf(record), table)] = record
  }

  return {
    find: (hash: number): number => {
      const table = tableOf(hash)
      return table.places[placeOf(hash, table)] ?? 0
    },
    add: (record: number) => {
      const hash = hashOf(record)
      const table = tableOf(hash)
      if (table.used >= table.places.length * FULL) grow(table)
      table.places[placeOf(hash, table)] = record
      table.used += 1
    },
    drop: (record: number) => {
      const hash = hashOf(record)
      const table = tableOf(hash)
      const { places } = table
      const last = places.length - 1
      let gap = placeOf(hash, table)
      // What stands behind the gap moves into it, unless its home lies between.
      for (let place = (gap + 1) & last; places[place]; place = (place + 1) & last) {
        const moved = places[place] ?? 0
        const home = homeOf(hashOf(moved), table)
        if (((place - home) & last) < ((place - gap) & last)) continue
        places[gap] = moved
        gap = place
      }
      places[gap] = 0
      table.used -= 1
    },
  }
}
