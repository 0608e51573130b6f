/** Who may come in, and who waits: a share of the places is kept for the known, and a short queue for each lane. */
import type { Clock } from '../model/services.ts'

export type PriorityClass = 'known' | 'unknown' | 'bad'

export interface PriorityQueueOptions {
  /** How many may be inside at once, now. */
  readonly limit: () => number
  /** The share of places that only the known may have. */
  readonly reserve: number
  /** How many of one lane may wait. */
  readonly maxQueue: number
  /** Milliseconds that one may wait. */
  readonly maxWait: number
}

export interface PriorityQueue {
  /**
   * Takes a place, or waits for one. True: it is taken, until `leave`. The bad never wait.
   * A promise only where there is something to wait for.
   */
  enter(lane: PriorityClass, clock: Clock, signal: AbortSignal): boolean | Promise<boolean>
  leave(lane: PriorityClass, clock: Clock): void
  inside(lane?: PriorityClass): number
  queued(lane: PriorityClass): number
}

interface QueueEntry {
  readonly since: number
  /** @param isIn whether a place was taken for it */
  readonly settle: (isIn: boolean) => void
}

/** The bad come in only while so much of all places is free that nobody else will miss theirs. */
const ROOM_FOR_BAD = 0.5
/** A queue that has not been empty for so long is no burst but an overload. */
const STANDING = 1_000
/** Under overload nobody waits longer than this part of the time: whoever gets a place then can still use it. */
const SHORTENED = 0.2

/**
 * Under overload a lane is served newest first, and for a short time only (Maurer, "Fail at Scale", ACM Queue 2015:
 * adaptive LIFO with CoDel's standing queue). Whoever has waited longest has most likely given up.
 */
export function priorityQueue({ limit, reserve, maxQueue, maxWait }: PriorityQueueOptions): PriorityQueue {
  const inside: Record<PriorityClass, number> = { known: 0, unknown: 0, bad: 0 }
  const queues: Readonly<Record<PriorityClass, QueueEntry[]>> = { known: [], unknown: [], bad: [] }
  /** Since when a queue has not been empty. */
  const standing: Partial<Record<PriorityClass, number>> = {}

  const all = () => inside.known + inside.unknown + inside.bad
  const hasRoom = (lane: PriorityClass): boolean => {
    const most = Math.max(1, limit())
    if (all() >= most) return false
    if (lane === 'known') return true
    if (inside.unknown + inside.bad >= most * (1 - reserve)) return false
    return lane === 'unknown' || all() < most * ROOM_FOR_BAD
  }
  const isOver = (lane: PriorityClass, now: number): boolean => now - (standing[lane] ?? now) >= STANDING
  const drop = (lane: PriorityClass, one: QueueEntry): void => {
    const queue = queues[lane]
    const place = queue.indexOf(one)
    if (place !== -1) queue.splice(place, 1)
    if (queue.length === 0) delete standing[lane]
  }
  /** Sends away who has waited too long for what is going on now. */
  const expire = (lane: PriorityClass, now: number): void => {
    if (!isOver(lane, now)) return
    while (queues[lane][0] !== undefined && now - queues[lane][0].since >= maxWait * SHORTENED)
      queues[lane][0].settle(false)
  }
  const serve = (clock: Clock): void => {
    const now = clock.monotonic()
    for (const lane of ['known', 'unknown'] as const) {
      while (queues[lane].length > 0 && hasRoom(lane)) {
        const next = isOver(lane, now) ? queues[lane].at(-1) : queues[lane][0]
        next?.settle(true)
      }
      expire(lane, now)
    }
  }

  return {
    enter: (lane, clock, signal) => {
      const now = clock.monotonic()
      // The limit may have grown since somebody left.
      serve(clock)
      const queue = queues[lane]
      if (queue.length === 0 && hasRoom(lane)) {
        inside[lane] += 1
        return true
      }
      if (lane === 'bad' || maxQueue === 0 || maxWait === 0) return false
      if (queue.length >= maxQueue) {
        if (!isOver(lane, now)) return false
        queue[0]?.settle(false)
      }
      const { promise, resolve } = Promise.withResolvers<boolean>()
      const settle = (isIn: boolean): void => {
        cancel()
        signal.removeEventListener('abort', giveUp)
        drop(lane, one)
        if (isIn) inside[lane] += 1
        resolve(isIn)
      }
      const giveUp = (): void => settle(false)
      const one: QueueEntry = { since: now, settle }
      const cancel = clock.after(isOver(lane, now) ? maxWait * SHORTENED : maxWait, giveUp)
      queue.push(one)
      standing[lane] ??= now
      signal.addEventListener('abort', giveUp)
      return promise
    },
    leave: (lane, clock) => {
      inside[lane] -= 1
      serve(clock)
    },
    inside: lane => (lane === undefined ? all() : inside[lane]),
    queued: lane => queues[lane].length,
  }
}
