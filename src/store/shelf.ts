/**
 * A bounded place for what is remembered in memory: no timer, a fixed number of steps for whatever is done.
 *
 * When it is full, what has expired goes first; then what was seen only once, the nearest to its end first; last what
 * was seen again. So a flood of keys that never return does not wash away those who do.
 */
import { emptyQueue, join, leave, type Queue } from './queue.ts'

/**
 * Times of different lengths that are kept in exact order of their ends; further lengths are put with the nearest one.
 */
const MOST_LANES = 16

/** How much of the shelf those that were seen again may hold against newcomers. */
const SHARE_OF_KNOWN = 0.8

/** What stands on the shelf. Owners change `value` by `put` alone, and may read the rest. */
export interface Item<V> {
  readonly key: string
  value: V
  /** On the clock of whoever owns the shelf; Infinity for never. */
  expires: number
  /** It was asked for after it was made. */
  again: boolean
  /** It has moved from `fresh` to `known`. */
  known: boolean
  lane: Lane<V>
  /** Octets, as the owner counts them. */
  cost: number
  previous: Item<V> | undefined
  next: Item<V> | undefined
}

/** What lives equally long. Both queues are in order of their ends, because nobody joins but at the tail. */
interface Lane<V> {
  readonly lasts: number
  readonly fresh: Queue<Item<V>>
  readonly known: Queue<Item<V>>
}

export interface Shelf<V> {
  /** What stands under a key and has not expired; it counts as seen again. */
  find(key: string, now: number): Item<V> | undefined
  /** Puts a value where nothing stands. What costs more than all the room is not kept. */
  put(key: string, value: V, cost: number, lasts: number, now: number): void
  /** Gives what stands there another value and a time that begins anew. */
  renew(item: Item<V>, value: V, cost: number, lasts: number, now: number): void
  drop(item: Item<V>): void
  /** How many are held, expired ones included until they are met. */
  readonly size: number
  /** Octets held, as the owner counts them. */
  readonly bytes: number
}

export function shelf<V>(most: { readonly entries: number; readonly bytes: number }): Shelf<V> {
  const items = new Map<string, Item<V>>()
  const lanes: Lane<V>[] = []
  const held = { bytes: 0, known: 0, knownBytes: 0 }

  const queueOf = (item: Item<V>) => (item.known ? item.lane.known : item.lane.fresh)
  const weigh = (item: Item<V>, sign: 1 | -1) => {
    held.bytes += sign * item.cost
    if (!item.known) return
    held.known += sign
    held.knownBytes += sign * item.cost
  }
  const drop = (item: Item<V>) => {
    leave(queueOf(item), item)
    weigh(item, -1)
    items.delete(item.key)
  }

  /** The head that is nearest to its end. */
  const nearest = (queue: 'fresh' | 'known'): Item<V> | undefined => {
    let first: Item<V> | undefined
    for (const lane of lanes) {
      const head = lane[queue].head
      if (head && (!first || head.expires < first.expires)) first = head
    }
    return first
  }
  const mayBeKnown = ({ cost }: Item<V>): boolean =>
    held.known < Math.floor(most.entries * SHARE_OF_KNOWN) && held.knownBytes + cost <= most.bytes * SHARE_OF_KNOWN

  const makeRoom = (entries: number, bytes: number, now: number) => {
    for (const queue of ['fresh', 'known'] as const) {
      // Two for each that comes: the shelf empties again after a flood.
      for (let swept = 0; swept < 2; swept += 1) {
        const head = nearest(queue)
        if (head && head.expires <= now) drop(head)
      }
    }
    while (items.size > most.entries - entries || held.bytes > most.bytes - bytes) {
      const first = nearest('fresh')
      if (first?.again && mayBeKnown(first)) {
        leave(first.lane.fresh, first)
        join(first.lane.known, first)
        weigh(first, -1)
        first.known = true
        weigh(first, 1)
        continue
      }
      const victim = first?.again ? (nearest('known') ?? first) : (first ?? nearest('known'))
      if (!victim) return
      drop(victim)
    }
  }

  const laneFor = (lasts: number): Lane<V> => {
    const distance = (lane: Lane<V>) => (lane.lasts === lasts ? 0 : Math.abs(lane.lasts - lasts))
    const lane = lanes.reduce<Lane<V> | undefined>((a, b) => (a && distance(a) <= distance(b) ? a : b), undefined)
    if (lane && (lane.lasts === lasts || lanes.length >= MOST_LANES)) return lane
    const own: Lane<V> = { lasts, fresh: emptyQueue(), known: emptyQueue() }
    lanes.push(own)
    return own
  }

  return {
    find: (key, now) => {
      const item = items.get(key)
      if (item && item.expires <= now) drop(item)
      else if (item) {
        item.again = true
        return item
      }
      return undefined
    },
    put: (key, value, cost, lasts, now) => {
      if (cost > most.bytes) return
      makeRoom(1, cost, now)
      const links = { again: false, known: false, previous: undefined, next: undefined }
      const lane = laneFor(lasts)
      const item: Item<V> = { key, value, lane, cost, expires: now + lasts, ...links }
      items.set(key, item)
      weigh(item, 1)
      join(lane.fresh, item)
    },
    renew: (item, value, cost, lasts, now) => {
      leave(queueOf(item), item)
      weigh(item, -1)
      item.lane = laneFor(lasts)
      item.value = value
      item.cost = cost
      item.expires = now + lasts
      weigh(item, 1)
      join(queueOf(item), item)
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
