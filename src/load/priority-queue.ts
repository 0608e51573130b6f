/** Session slots by priority class: a share is reserved for known clients, and each class has a short queue. */
import type { Clock } from '../model/services.ts'

/** How well a client is known. */
export type PriorityClass = 'known' | 'unknown' | 'bad'

export interface PriorityQueueOptions {
  /** How many sessions may be open at once, now. */
  readonly limit: () => number
  /** The share of slots that only known clients may take. */
  readonly reserve: number
  /** How many clients of one class may wait. */
  readonly maxQueue: number
  /** Milliseconds that a client may wait. */
  readonly maxWait: number
}

export interface PriorityQueue {
  /**
   * Takes a slot, or waits for one. True: it is taken, until `leave`. Bad clients never wait.
   * A promise only where there is something to wait for.
   */
  enter(priority: PriorityClass, clock: Clock, signal: AbortSignal): boolean | Promise<boolean>
  leave(priority: PriorityClass, clock: Clock): void
  inside(priority?: PriorityClass): number
  queued(priority: PriorityClass): number
}

interface QueueEntry {
  readonly since: number
  /** @param isIn whether a slot was taken */
  readonly settle: (isIn: boolean) => void
}

/** Bad clients are let in only while this share of all slots is free. */
const FREE_SHARE_FOR_BAD = 0.5
/** A queue that has not been empty for this time is no burst but an overload. */
const STANDING_MS = 1_000
/** Under overload the longest wait is this share of `maxWait`, so that a client that gets a slot has not given up. */
const OVERLOAD_WAIT_SHARE = 0.2

/**
 * Under overload a class is served newest first, and waits are short (Maurer, "Fail at Scale", ACM Queue 2015: adaptive
 * LIFO with CoDel's standing queue). The client that has waited longest has most likely given up.
 */
export function priorityQueue({ limit, reserve, maxQueue, maxWait }: PriorityQueueOptions): PriorityQueue {
  const inside: Record<PriorityClass, number> = { known: 0, unknown: 0, bad: 0 }
  const queues: Readonly<Record<PriorityClass, QueueEntry[]>> = { known: [], unknown: [], bad: [] }
  /** Since when a queue has not been empty. */
  const standing: Partial<Record<PriorityClass, number>> = {}

  const all = () => inside.known + inside.unknown + inside.bad
  const hasRoom = (priority: PriorityClass): boolean => {
    const max = Math.max(1, limit())
    if (all() >= max) return false
    if (priority === 'known') return true
    if (inside.unknown + inside.bad >= max * (1 - reserve)) return false
    return priority === 'unknown' || all() < max * FREE_SHARE_FOR_BAD
  }
  const isOver = (priority: PriorityClass, now: number): boolean => now - (standing[priority] ?? now) >= STANDING_MS
  const drop = (priority: PriorityClass, entry: QueueEntry): void => {
    const queue = queues[priority]
    const index = queue.indexOf(entry)
    if (index !== -1) queue.splice(index, 1)
    if (queue.length === 0) delete standing[priority]
  }
  /** Turns away clients that have waited too long for an overload. */
  const expire = (priority: PriorityClass, now: number): void => {
    if (!isOver(priority, now)) return
    while (queues[priority][0] !== undefined && now - queues[priority][0].since >= maxWait * OVERLOAD_WAIT_SHARE)
      queues[priority][0].settle(false)
  }
  const serve = (clock: Clock): void => {
    const now = clock.monotonic()
    for (const priority of ['known', 'unknown'] as const) {
      while (queues[priority].length > 0 && hasRoom(priority)) {
        const next = isOver(priority, now) ? queues[priority].at(-1) : queues[priority][0]
        next?.settle(true)
      }
      expire(priority, now)
    }
  }

  return {
    enter: (priority, clock, signal) => {
      const now = clock.monotonic()
      // The limit may have grown since the last session ended.
      serve(clock)
      const queue = queues[priority]
      if (queue.length === 0 && hasRoom(priority)) {
        inside[priority] += 1
        return true
      }
      if (priority === 'bad' || maxQueue === 0 || maxWait === 0) return false
      if (queue.length >= maxQueue) {
        if (!isOver(priority, now)) return false
        queue[0]?.settle(false)
      }
      const { promise, resolve } = Promise.withResolvers<boolean>()
      const settle = (isIn: boolean): void => {
        cancel()
        signal.removeEventListener('abort', giveUp)
        drop(priority, entry)
        if (isIn) inside[priority] += 1
        resolve(isIn)
      }
      const giveUp = (): void => settle(false)
      const entry: QueueEntry = { since: now, settle }
      const cancel = clock.after(isOver(priority, now) ? maxWait * OVERLOAD_WAIT_SHARE : maxWait, giveUp)
      queue.push(entry)
      standing[priority] ??= now
      signal.addEventListener('abort', giveUp)
      return promise
    },
    leave: (priority, clock) => {
      inside[priority] -= 1
      serve(clock)
    },
    inside: priority => (priority === undefined ? all() : inside[priority]),
    queued: priority => queues[priority].length,
  }
}
