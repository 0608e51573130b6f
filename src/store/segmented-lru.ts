/**
 * A bounded cache with expiry: no timer, and a fixed number of steps for each operation.
 *
 * When it is full, expired items go first; then items that were seen once, the nearest to its end first; last items
 * that were seen again. So a flood of keys that never return does not evict keys that do.
 */
import { keyHash } from './key-hash.ts'
import { FIELDS, Records } from './records.ts'

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
export class SegmentedLru<V> {
  readonly #max: { readonly entries: number; readonly bytes: number }
  readonly #items = new Records<V>()
  readonly #hash = keyHash()
  readonly #segments: Segment[] = []
  #bytes = 0
  #known = 0
  #knownBytes = 0

  constructor(max: { readonly entries: number; readonly bytes: number }) {
    this.#max = max
  }

  /** The number of items, including those that have expired and were not removed yet. */
  get size(): number {
    return this.#items.size
  }

  /** The sum of all costs. */
  get bytes(): number {
    return this.#bytes
  }

  /** The item of a key, unless it has expired; it counts as seen again. */
  find(key: string, now: number): number {
    const item = this.#items.find(this.#hash(key))
    if (!item) return 0
    if (this.#items.get(item, FIELDS.expires) <= now) {
      this.drop(item)
      return 0
    }
    if (this.#items.get(item, FIELDS.seen) === ONCE) this.#items.set(item, FIELDS.seen, AGAIN)
    return item
  }

  value(item: number): V | undefined {
    return this.#items.value(item)
  }

  /** When the item expires, on the clock of the caller; Infinity for never. */
  expires(item: number): number {
    return this.#items.get(item, FIELDS.expires)
  }

  /** Adds an item for a key that has none. An item that costs more than the whole bound is not kept. */
  add(key: string, value: V, cost: number, ttl: number, now: number): void {
    if (cost > this.#max.bytes) return
    this.#makeRoom(1, cost, now)
    this.#begin(this.#items.add(this.#hash(key), value), cost, ttl, now)
  }

  /** Replaces the value; cost and end stay. */
  change(item: number, value: V): void {
    this.#items.put(item, value)
  }

  /** Replaces the value, and begins its lifetime again. */
  renew(item: number, value: V, cost: number, ttl: number, now: number): void {
    this.#leave(item)
    this.#items.put(item, value)
    this.#begin(item, cost, ttl, now)
    this.#makeRoom(0, 0, now)
  }

  drop(item: number): void {
    this.#leave(item)
    this.#items.drop(item)
  }

  /** Begins the lifetime of an item, at the end of its queue. */
  #begin(item: number, cost: number, ttl: number, now: number): void {
    this.#items.set(item, FIELDS.cost, cost)
    this.#items.set(item, FIELDS.expires, now + ttl)
    this.#items.set(item, FIELDS.segment, this.#segmentFor(ttl))
    this.#join(item)
  }

  #segmentFor(ttl: number): number {
    let [best, shortest] = [-1, Number.POSITIVE_INFINITY]
    for (const [index, segment] of this.#segments.entries()) {
      const distance = segment.ttl === ttl ? 0 : Math.abs(segment.ttl - ttl)
      if (best >= 0 && distance >= shortest) continue
      best = index
      shortest = distance
    }
    if (best >= 0 && (shortest === 0 || this.#segments.length >= MAX_SEGMENTS)) return best
    this.#segments.push({ ttl, fresh: { head: 0, tail: 0 }, known: { head: 0, tail: 0 } })
    return this.#segments.length - 1
  }

  #makeRoom(entries: number, bytes: number, now: number): void {
    for (const queue of ['fresh', 'known'] as const) {
      // Two expired items go for each that comes, so that the cache empties again after a flood.
      for (let swept = 0; swept < 2; swept += 1) {
        const head = this.#nearest(queue)
        if (head && this.#items.get(head, FIELDS.expires) <= now) this.drop(head)
      }
    }
    while (this.#items.size > this.#max.entries - entries || this.#bytes > this.#max.bytes - bytes) {
      const first = this.#nearest('fresh')
      const isAgain = first !== 0 && this.#items.get(first, FIELDS.seen) === AGAIN
      if (isAgain && this.#mayBeKnown(first)) {
        this.#leave(first)
        this.#items.set(first, FIELDS.seen, KNOWN)
        this.#join(first)
        continue
      }
      const victim = isAgain ? this.#nearest('known') || first : first || this.#nearest('known')
      if (!victim) return
      this.drop(victim)
    }
  }

  /** The head of all segments that expires first. */
  #nearest(queue: 'fresh' | 'known'): number {
    let first = 0
    for (const segment of this.#segments) {
      const { head } = segment[queue]
      if (head && (!first || this.#items.get(head, FIELDS.expires) < this.#items.get(first, FIELDS.expires)))
        first = head
    }
    return first
  }

  #mayBeKnown(item: number): boolean {
    return (
      this.#known < Math.floor(this.#max.entries * SHARE_OF_KNOWN) &&
      this.#knownBytes + this.#items.get(item, FIELDS.cost) <= this.#max.bytes * SHARE_OF_KNOWN
    )
  }

  /** Appends an item to its queue. */
  #join(item: number): void {
    const queue = this.#queueOf(item)
    if (!queue) return
    this.#items.set(item, FIELDS.previous, queue.tail)
    this.#items.set(item, FIELDS.next, 0)
    if (queue.tail) this.#items.set(queue.tail, FIELDS.next, item)
    else queue.head = item
    queue.tail = item
    this.#weigh(item, 1)
  }

  /** Unlinks an item from its queue. */
  #leave(item: number): void {
    const queue = this.#queueOf(item)
    if (!queue) return
    const previous = this.#items.get(item, FIELDS.previous)
    const next = this.#items.get(item, FIELDS.next)
    if (previous) this.#items.set(previous, FIELDS.next, next)
    else queue.head = next
    if (next) this.#items.set(next, FIELDS.previous, previous)
    else queue.tail = previous
    this.#weigh(item, -1)
  }

  #queueOf(item: number): Queue | undefined {
    const isKnown = this.#items.get(item, FIELDS.seen) === KNOWN
    return this.#segments[this.#items.get(item, FIELDS.segment)]?.[isKnown ? 'known' : 'fresh']
  }

  #weigh(item: number, sign: 1 | -1): void {
    const cost = sign * this.#items.get(item, FIELDS.cost)
    this.#bytes += cost
    if (this.#items.get(item, FIELDS.seen) !== KNOWN) return
    this.#known += sign
    this.#knownBytes += cost
  }
}
