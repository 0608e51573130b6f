/**
 * A bounded cache with expiry: no timer, and a fixed number of steps for each operation.
 *
 * When it is full, expired items go first; then items that were seen once, the nearest to its end first; last items
 * that were seen again. So a flood of keys that never return does not evict keys that do.
 */
import { keyHash } from './key-hash.ts'
import { FIELDS, records } from './records.ts'

/**
 * Lifetimes of different length whose items are in exact order of their ends; a further length joins the nearest one.
 */
const MAX_SEGMENTS = 16

/** The share of the room that items which were seen again may keep against new ones. */
const SHARE_OF_KNOWN = 0.8

/** How often an item was seen: once, again after that, and again so that it has moved from `fresh` to `known`. */
const [ONCE, AGAIN, KNOWN] = [0, 1, 2]

/** A queue of items, each linked to its neighbours. */
interface Queue {
  head: number
  tail: number
}

/** Items with the same lifetime. Both queues are in order of their ends, because items join at the tail only. */
interface Segment {
  readonly ttl: number
  readonly fresh: Queue
  readonly known: Queue
}

/** Items are numbers from 1; 0 is none. */
export interface SegmentedLru<V> {
  /** The item of a key, unless it has expired; it counts as seen again. */
  find(key: string, now: number): number
  value(item: number): V | undefined
  /** When the item expires, on the clock of the caller; Infinity for never. */
  expires(item: number): number
  /** Adds an item for a key that has none. An item that costs more than the whole bound is not kept. */
  add(key: string, value: V, cost: number, ttl: number, now: number): void
  /** Replaces the value; cost and end stay. */
  change(item: number, value: V): void
  /** Replaces the value, and begins its lifetime again. */
  renew(item: number, value: V, cost: number, ttl: number, now: number): void
  drop(item: number): void
  /** The number of items, including those that have expired and were not removed yet. */
  readonly size: number
  /** The sum of all costs. */
  readonly bytes: number
}

export function segmentedLru<V>(max: { readonly entries: number; readonly bytes: number }): SegmentedLru<V> {
  const items = records<V>()
  const hash = keyHash()
  const segments: Segment[] = []
  const totals = { bytes: 0, known: 0, knownBytes: 0 }
  const { get, set } = items

  const queueOf = (item: number): Queue | undefined =>
    segments[get(item, FIELDS.segment)]?.[get(item, FIELDS.seen) === KNOWN ? 'known' : 'fresh']

  const weigh = (item: number, sign: 1 | -1) => {
    const cost = sign * get(item, FIELDS.cost)
    totals.bytes += cost
    if (get(item, FIELDS.seen) !== KNOWN) return
    totals.known += sign
    totals.knownBytes += cost
  }
  /** Appends an item to its queue. */
  const join = (item: number) => {
    const queue = queueOf(item)
    if (!queue) return
    set(item, FIELDS.previous, queue.tail)
    set(item, FIELDS.next, 0)
    if (queue.tail) set(queue.tail, FIELDS.next, item)
    else queue.head = item
    queue.tail = item
    weigh(item, 1)
  }
  /** Unlinks an item from its queue. */
  const leave = (item: number) => {
    const queue = queueOf(item)
    if (!queue) return
    const [previous, next] = [get(item, FIELDS.previous), get(item, FIELDS.next)]
    if (previous) set(previous, FIELDS.next, next)
    else queue.head = next
    if (next) set(next, FIELDS.previous, previous)
    else queue.tail = previous
    weigh(item, -1)
  }
  const drop = (item: number) => {
    leave(item)
    items.drop(item)
  }

  /** The head of all segments that expires first. */
  const nearest = (queue: 'fresh' | 'known'): number => {
    let first = 0
    for (const segment of segments) {
      const { head } = segment[queue]
      if (head && (!first || get(head, FIELDS.expires) < get(first, FIELDS.expires))) first = head
    }
    return first
  }
  const mayBeKnown = (item: number): boolean =>
    totals.known < Math.floor(max.entries * SHARE_OF_KNOWN) &&
    totals.knownBytes + get(item, FIELDS.cost) <= max.bytes * SHARE_OF_KNOWN

  const makeRoom = (entries: number, bytes: number, now: number) => {
    for (const queue of ['fresh', 'known'] as const) {
      // Two expired items go for each that comes, so that the cache empties again after a flood.
      for (let swept = 0; swept < 2; swept += 1) {
        const head = nearest(queue)
        if (head && get(head, FIELDS.expires) <= now) drop(head)
      }
    }
    while (items.size > max.entries - entries || totals.bytes > max.bytes - bytes) {
      const first = nearest('fresh')
      const isAgain = first !== 0 && get(first, FIELDS.seen) === AGAIN
      if (isAgain && mayBeKnown(first)) {
        leave(first)
        set(first, FIELDS.seen, KNOWN)
        join(first)
        continue
      }
      const victim = isAgain ? nearest('known') || first : first || nearest('known')
      if (!victim) return
      drop(victim)
    }
  }

  const segmentFor = (ttl: number): number => {
    const distance = (segment: Segment) => (segment.ttl === ttl ? 0 : Math.abs(segment.ttl - ttl))
    let [best, shortest] = [-1, Number.POSITIVE_INFINITY]
    for (const [index, segment] of segments.entries()) {
      const far = distance(segment)
      if (best >= 0 && far >= shortest) continue
      best = index
      shortest = far
    }
    if (best >= 0 && (shortest === 0 || segments.length >= MAX_SEGMENTS)) return best
    segments.push({ ttl, fresh: { head: 0, tail: 0 }, known: { head: 0, tail: 0 } })
    return segments.length - 1
  }

  /** Begins the lifetime of an item, at the end of its queue. */
  const begin = (item: number, cost: number, ttl: number, now: number) => {
    set(item, FIELDS.cost, cost)
    set(item, FIELDS.expires, now + ttl)
    set(item, FIELDS.segment, segmentFor(ttl))
    join(item)
  }

  return {
    find: (key, now) => {
      const item = items.find(hash(key))
      if (!item) return 0
      if (get(item, FIELDS.expires) <= now) {
        drop(item)
        return 0
      }
      if (get(item, FIELDS.seen) === ONCE) set(item, FIELDS.seen, AGAIN)
      return item
    },
    value: items.value,
    expires: item => get(item, FIELDS.expires),
    add: (key, value, cost, ttl, now) => {
      if (cost > max.bytes) return
      makeRoom(1, cost, now)
      begin(items.add(hash(key), value), cost, ttl, now)
    },
    change: items.put,
    renew: (item, value, cost, ttl, now) => {
      leave(item)
      items.put(item, value)
      begin(item, cost, ttl, now)
      makeRoom(0, 0, now)
    },
    drop,
    get size() {
      return items.size
    },
    get bytes() {
      return totals.bytes
    },
  }
}
