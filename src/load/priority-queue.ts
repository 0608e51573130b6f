/** Session slots by priority class: a share is reserved for known clients, and each class has a short queue. */
import type { Clock } from '../model/services.ts'

/** How well a client is known. */
export type PriorityClass = 'known' | 'unknown' | 'bad'

export interface PriorityQueueOptions {
  /** How many sessions may be open at once, now. */
  readonly limit: () => number
  /** The share of slots that only known clients may take, now. */
  readonly reserve: () => number
  /** How many clients of one class may wait. */
  readonly maxQueue: number
  /** Milliseconds that a client may wait. */
  readonly maxWait: number
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
export class PriorityQueue {
  readonly #options: PriorityQueueOptions
  readonly #inside: Record<PriorityClass, number> = { known: 0, unknown: 0, bad: 0 }
  readonly #queues: Readonly<Record<PriorityClass, QueueEntry[]>> = { known: [], unknown: [], bad: [] }
  /** Since when a queue has not been empty. */
  readonly #standing: Partial<Record<PriorityClass, number>> = {}

  constructor(options: PriorityQueueOptions) {
    this.#options = options
  }

  /** The sessions that have a slot, of all classes or of one. */
  inside(priority?: PriorityClass): number {
    if (priority !== undefined) return this.#inside[priority]
    return this.#inside.known + this.#inside.unknown + this.#inside.bad
  }

  /** The clients of a class that wait. */
  queued(priority: PriorityClass): number {
    return this.#queues[priority].length
  }

  /**
   * Takes a slot, or waits for one. True: it is taken, until `leave`. Bad clients never wait.
   * A promise only where there is something to wait for.
   */
  enter(priority: PriorityClass, clock: Clock, signal: AbortSignal): boolean | Promise<boolean> {
    const { maxQueue, maxWait } = this.#options
    const now = clock.monotonic()
    // The limit may have grown since the last session ended.
    this.#serve(clock)
    const queue = this.#queues[priority]
    if (queue.length === 0 && this.#hasRoom(priority)) {
      this.#inside[priority] += 1
      return true
    }
    if (priority === 'bad' || maxQueue === 0 || maxWait === 0) return false
    if (queue.length >= maxQueue) {
      if (!this.#isOver(priority, now)) return false
      queue[0]?.settle(false)
    }
    return this.#wait(priority, clock, signal)
  }

  leave(priority: PriorityClass, clock: Clock): void {
    this.#inside[priority] -= 1
    this.#serve(clock)
  }

  #wait(priority: PriorityClass, clock: Clock, signal: AbortSignal): Promise<boolean> {
    const { maxWait } = this.#options
    const now = clock.monotonic()
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const settle = (isIn: boolean): void => {
      cancel()
      signal.removeEventListener('abort', giveUp)
      this.#drop(priority, entry)
      if (isIn) this.#inside[priority] += 1
      resolve(isIn)
    }
    const giveUp = (): void => settle(false)
    const entry: QueueEntry = { since: now, settle }
    const cancel = clock.after(this.#isOver(priority, now) ? maxWait * OVERLOAD_WAIT_SHARE : maxWait, giveUp)
    this.#queues[priority].push(entry)
    this.#standing[priority] ??= now
    signal.addEventListener('abort', giveUp)
    return promise
  }

  #serve(clock: Clock): void {
    const now = clock.monotonic()
    for (const priority of SERVED) {
      const queue = this.#queues[priority]
      while (queue.length > 0 && this.#hasRoom(priority)) {
        const next = this.#isOver(priority, now) ? queue.at(-1) : queue[0]
        next?.settle(true)
      }
      this.#expire(priority, now)
    }
  }

  #hasRoom(priority: PriorityClass): boolean {
    const { limit, reserve } = this.#options
    const max = Math.max(1, limit())
    const all = this.inside()
    if (all >= max) return false
    if (priority === 'known') return true
    if (this.#inside.unknown + this.#inside.bad >= max * (1 - reserve())) return false
    return priority === 'unknown' || all < max * FREE_SHARE_FOR_BAD
  }

  #isOver(priority: PriorityClass, now: number): boolean {
    return now - (this.#standing[priority] ?? now) >= STANDING_MS
  }

  /** Turns away clients that have waited too long for an overload. */
  #expire(priority: PriorityClass, now: number): void {
    if (!this.#isOver(priority, now)) return
    const queue = this.#queues[priority]
    const longest = this.#options.maxWait * OVERLOAD_WAIT_SHARE
    while (queue[0] !== undefined && now - queue[0].since >= longest) queue[0].settle(false)
  }

  #drop(priority: PriorityClass, entry: QueueEntry): void {
    const queue = this.#queues[priority]
    const index = queue.indexOf(entry)
    if (index !== -1) queue.splice(index, 1)
    if (queue.length === 0) delete this.#standing[priority]
  }
}

/** The classes whose clients may wait, the first to be served first. */
const SERVED = ['known', 'unknown'] as const
