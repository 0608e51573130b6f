/**
 * Counters in memory, bounded however many keys are sprayed at it: no timer, a fixed number of steps for each
 * operation.
 *
 * When it is full, what has expired goes first; then what was seen only once, the nearest to its end first; last what
 * was seen again. So a flood of keys that never return does not wash away the counts of those who do.
 */
import { hash } from 'node:crypto'
import { PosternError } from '../core/errors.ts'
import { type Clock, systemClock } from '../core/world.ts'
import { emptyQueue, join, leave, type Queue } from './queue.ts'
import type { Counter, Store } from './store.ts'

/** A {@link Store} that answers at once. */
export interface MemoryStore extends Store {
  increment(key: string, by: number, lasts: number): Counter
  get(key: string): Counter | undefined
  set(key: string, count: number, lasts: number): Counter
  delete(key: string): boolean
  /** How many keys are held, expired ones included until they are met. */
  readonly size: number
}

/** A key longer than this is kept as its SHA-256. */
const LONGEST_KEY = 128

/**
 * Windows of different lengths that are kept in exact order of their ends; further lengths are put with the nearest
 * one.
 */
const MOST_LANES = 16

/** How much of the store those that were seen again may hold against newcomers. */
const SHARE_OF_KNOWN = 0.8

interface Entry {
  readonly key: string
  readonly lane: Lane
  count: number
  expires: number
  /** It was asked for after it was made. */
  again: boolean
  /** It has moved from `fresh` to `known`. */
  known: boolean
  previous: Entry | undefined
  next: Entry | undefined
}

/** The entries that live equally long. Both queues are in order of their ends, because nobody joins but at the tail. */
interface Lane {
  readonly lasts: number
  readonly fresh: Queue<Entry>
  readonly known: Queue<Entry>
}

/**
 * A bounded store of counters in memory. A key costs about 250 octets: the default bound is 25 MB.
 *
 * @example
 * const store = memoryStore({ entries: 10_000 })
 * store.increment('192.0.2.0/24', 1, 60_000) // { count: 1, endsIn: 60000 }
 */
export function memoryStore({
  entries: most = 100_000,
  clock = systemClock,
}: {
  /** How many keys are held at most. @default 100_000 */
  readonly entries?: number
  /** Only its monotonic time is asked: a wall clock that jumps changes nothing. @default the machine's clock */
  readonly clock?: Pick<Clock, 'monotonic'>
} = {}): MemoryStore {
  if (!Number.isSafeInteger(most) || most < 1)
    throw new PosternError([{ path: 'entries', found: most, expected: 'a whole number from 1', remedy: 'set entries' }])
  const entries = new Map<string, Entry>()
  const lanes: Lane[] = []
  const mostKnown = Math.floor(most * SHARE_OF_KNOWN)
  let known = 0

  const drop = (entry: Entry) => {
    leave(entry.known ? entry.lane.known : entry.lane.fresh, entry)
    if (entry.known) known -= 1
    entries.delete(entry.key)
  }

  const find = (key: string, now: number): Entry | undefined => {
    const entry = entries.get(key)
    if (entry && entry.expires <= now) drop(entry)
    else return entry
  }

  /** The head that is nearest to its end. */
  const nearest = (queue: 'fresh' | 'known'): Entry | undefined => {
    let first: Entry | undefined
    for (const lane of lanes) {
      const head = lane[queue].head
      if (head && (!first || head.expires < first.expires)) first = head
    }
    return first
  }

  const makeRoom = (now: number) => {
    for (const queue of ['fresh', 'known'] as const) {
      // Two for each that comes: the store shrinks again after a flood.
      for (let swept = 0; swept < 2; swept += 1) {
        const head = nearest(queue)
        if (head && head.expires <= now) drop(head)
      }
    }
    while (entries.size >= most) {
      const first = nearest('fresh')
      if (first?.again && known < mostKnown) {
        leave(first.lane.fresh, first)
        join(first.lane.known, first)
        first.known = true
        known += 1
        continue
      }
      const victim = first?.again ? (nearest('known') ?? first) : (first ?? nearest('known'))
      if (!victim) return
      drop(victim)
    }
  }

  const laneFor = (lasts: number): Lane => {
    const distance = (lane: Lane) => (lane.lasts === lasts ? 0 : Math.abs(lane.lasts - lasts))
    const lane = lanes.reduce<Lane | undefined>((a, b) => (a && distance(a) <= distance(b) ? a : b), undefined)
    if (lane && (lane.lasts === lasts || lanes.length >= MOST_LANES)) return lane
    const own: Lane = { lasts, fresh: emptyQueue(), known: emptyQueue() }
    lanes.push(own)
    return own
  }

  const add = (key: string, count: number, lasts: number, now: number): Counter => {
    makeRoom(now)
    const time = lasts > 0 ? lasts : Number.POSITIVE_INFINITY
    const lane = laneFor(time)
    const links = { again: false, known: false, previous: undefined, next: undefined }
    const entry: Entry = { key: detached(key), lane, count, expires: now + time, ...links }
    entries.set(entry.key, entry)
    join(lane.fresh, entry)
    return { count, endsIn: time }
  }

  return {
    increment: (text, by, lasts) => {
      const now = clock.monotonic()
      const key = bounded(text)
      const entry = find(key, now)
      // Looking at a count that is not there must not cost a place.
      if (!entry && by === 0) return { count: 0, endsIn: lasts > 0 ? lasts : Number.POSITIVE_INFINITY }
      if (!entry) return add(key, by, lasts, now)
      entry.count += by
      entry.again = true
      return { count: entry.count, endsIn: entry.expires - now }
    },
    get: text => {
      const now = clock.monotonic()
      const entry = find(bounded(text), now)
      if (!entry) return undefined
      entry.again = true
      return { count: entry.count, endsIn: entry.expires - now }
    },
    set: (text, count, lasts) => {
      const now = clock.monotonic()
      const key = bounded(text)
      const entry = find(key, now)
      if (entry) drop(entry)
      return add(key, count, lasts, now)
    },
    delete: text => {
      const entry = find(bounded(text), clock.monotonic())
      if (entry) drop(entry)
      return entry !== undefined
    },
    get size() {
      return entries.size
    },
  }
}

/** NUL marks what is hashed, so that no short key can pass for a long one. */
const bounded = (key: string): string =>
  key.length > LONGEST_KEY || key.startsWith('\0') ? `\0${hash('sha256', key, 'base64url')}` : key

/** A part of a string keeps the whole of it in memory; this copies the part out, whatever its characters. */
const detached = (key: string): string => JSON.parse(JSON.stringify(key)) as string
