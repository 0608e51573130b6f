/**
 * A bounded place for what is remembered in memory: no timer, a fixed number of steps for whatever is done.
 *
 * When it is full, what has expired goes first; then what was seen only once, the nearest to its end first; last what
 * was seen again. So a flood of keys that never return does not wash away those who do.
 */
import { keyHash } from './key-hash.ts'
import { FIELDS, records } from './records.ts'

/**
 * Times of different lengths that are kept in exact order of their ends; further lengths are put with the nearest one.
 */
const MAX_SEGMENTS = 16

/** How much of the shelf those that were seen again may hold against newcomers. */
const SHARE_OF_KNOWN = 0.8

/** What is known of an item: it was made, it was asked for after that, it has moved from `fresh` to `known`. */
const [ONCE, AGAIN, KNOWN] = [0, 1, 2]

/** A queue of items, each linked to its neighbours. */
interface Queue {
  head: number
  tail: number
}

/** What lives equally long. Both queues are in order of their ends, because nobody joins but at the tail. */
interface Segment {
  readonly ttl: number
  readonly fresh: Queue
  readonly known: Queue
}

/** Items are numbers from 1; 0 is none. */
export interface SegmentedLru<V> {
  /** What stands under a key and has not expired; it counts as seen again. */
  find(key: string, now: number): number
  value(item: number): V | undefined
  /** When it is forgotten, on the clock of whoever owns the shelf; Infinity for never. */
  expires(item: number): number
  /** Puts a value where nothing stands. What costs more than all the room is not kept. */
  add(key: string, value: V, cost: number, ttl: number, now: number): void
  /** Another value in the same place, of the same cost and with the same end. */
  change(item: number, value: V): void
  /** Gives what stands there another value and a time that begins anew. */
  renew(item: number, value: V, cost: number, ttl: number, now: number): void
  drop(item: number): void
  /** How many are held, expired ones included until they are met. */
  readonly size: number
  /** Bytes held, as the owner counts them. */
  readonly bytes: number
}

export function segmentedLru<V>(most: { readonly entries: number; readonly bytes: number }): SegmentedLru<V> {
  const items = records<V>()
  const hash = keyHash()
  const lanes: Segment[] = []
  const held = { bytes: 0, known: 0, knownBytes: 0 }
  const { get, set } = items

  const queueOf = (item: number): Queue | undefined =>
    lanes[get(item, FIELDS.lane)]?.[get(item, FIELDS.seen) === KNOWN ? 'known' : 'fresh']

  const weigh = (item: number, sign: 1 | -1) => {
    const cost = sign * get(item, FIELDS.cost)
    held.bytes += cost
    if (get(item, FIELDS.seen) !== KNOWN) return
    held.known += sign
    held.knownBytes += cost
  }
  /** At the end of its queue. */
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
  /** From wherever it stands. */
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

  /** The head that is nearest to its end. */
  const nearest = (queue: 'fresh' | 'known'): number => {
    let first = 0
    for (const lane of lanes) {
      const { head } = lane[queue]
      if (head && (!first || get(head, FIELDS.expires) < get(first, FIELDS.expires))) first = head
    }
    return first
  }
  const mayBeKnown = (item: number): boolean =>
    held.known < Math.floor(most.entries * SHARE_OF_KNOWN) &&
    held.knownBytes + get(item, FIELDS.cost) <= most.bytes * SHARE_OF_KNOWN

  const makeRoom = (entries: number, bytes: number, now: number) => {
    for (const queue of ['fresh', 'known'] as const) {
      // Two for each that comes: the shelf empties again after a flood.
      for (let swept = 0; swept < 2; swept += 1) {
        const head = nearest(queue)
        if (head && get(head, FIELDS.expires) <= now) drop(head)
      }
    }
    while (items.size > most.entries - entries || held.bytes > most.bytes - bytes) {
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

  const laneFor = (ttl: number): number => {
    const distance = (lane: Segment) => (lane.ttl === ttl ? 0 : Math.abs(lane.ttl - ttl))
    let [best, least] = [-1, Number.POSITIVE_INFINITY]
    for (const [place, lane] of lanes.entries()) {
      const far = distance(lane)
      if (best >= 0 && far >= least) continue
      best = place
      least = far
    }
    if (best >= 0 && (least === 0 || lanes.length >= MAX_SEGMENTS)) return best
    lanes.push({ ttl: ttl, fresh: { head: 0, tail: 0 }, known: { head: 0, tail: 0 } })
    return lanes.length - 1
  }

  /** Begins its time, at the end of its queue. */
  const begin = (item: number, cost: number, ttl: number, now: number) => {
    set(item, FIELDS.cost, cost)
    set(item, FIELDS.expires, now + ttl)
    set(item, FIELDS.lane, laneFor(ttl))
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
      if (cost > most.bytes) return
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
      return held.bytes
    },
  }
}
