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
  /** When it has waited long enough. */
  readonly until: number
  /** @param isIn whether a slot was taken */
  readonly settle: (isIn: boolean) => void
}

/** Bad clients are let in only while this share of all slots is free. */
const FREE_SHARE_FOR_BAD = 0.5
/** A queue that has not been empty for this time is no burst but an overload. */
const STANDING_MS = 1_000
/** Under overload the longest wait is this share of `maxWait`, so that a client that gets a slot has not given up. */
const OVERLOAD_WAIT_SHARE = 0.2
/** One timer looks at all who wait: five times in `maxWait`, and at least four times a second. */
const SWEEPS = 5
const MAX_SWEEP_MS = 250

/**
 * Under overload a class is served newest first, and waits are short (Maurer, "Fail at Scale", ACM Queue 2015: adaptive
 * LIFO with CoDel's standing queue). The client that has waited longest has most likely given up.
 *
 * Times are those of this process: a pause of it (a stopped process, the collector) counts as two sweeps, however long
 * it was, so that no client is turned away for it.
 */
export class PriorityQueue {
  readonly #options: PriorityQueueOptions
  readonly #inside: Record<PriorityClass, number> = { known: 0, unknown: 0, bad: 0 }
  readonly #queues: Readonly<Record<PriorityClass, QueueEntry[]>> = { known: [], unknown: [], bad: [] }
  /** Since when a queue has not been empty. */
  readonly #standing: Partial<Record<PriorityClass, number>> = {}
  readonly #sweepMs: number
  #cancelSweep: (() => void) | undefined
  #sweptAt = 0
  /** Milliseconds of pauses that count for no client. */
  #paused = 0

  constructor(options: PriorityQueueOptions) {
    this.#options = options
    this.#sweepMs = Math.min(MAX_SWEEP_MS, Math.max(1, options.maxWait / SWEEPS))
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
    const now = this.#now(clock)
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
    const now = this.#now(clock)
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const settle = (isIn: boolean): void => {
      signal.removeEventListener('abort', giveUp)
      this.#drop(priority, entry)
      if (isIn) this.#inside[priority] += 1
      resolve(isIn)
    }
    const giveUp = (): void => settle(false)
    const longest = this.#isOver(priority, now) ? maxWait * OVERLOAD_WAIT_SHARE : maxWait
    const entry: QueueEntry = { since: now, until: now + longest, settle }
    this.#queues[priority].push(entry)
    this.#standing[priority] ??= now
    signal.addEventListener('abort', giveUp)
    this.#scheduleSweep(clock)
    return promise
  }

  #serve(clock: Clock): void {
    const now = this.#now(clock)
    for (const priority of SERVED) {
      this.#serveClass(priority, now)
      this.#expire(priority, now)
    }
  }

  #serveClass(priority: PriorityClass, now: number): void {
    const queue = this.#queues[priority]
    while (queue.length > 0 && this.#hasRoom(priority)) {
      const next = this.#isOver(priority, now) ? queue.at(-1) : queue[0]
      next?.settle(true)
    }
  }

  #now(clock: Clock): number {
    const now = clock.monotonic()
    if (this.#cancelSweep !== undefined && now - this.#sweptAt > 2 * this.#sweepMs) {
      this.#paused += now - this.#sweptAt - 2 * this.#sweepMs
      this.#sweptAt = now
    }
    return now - this.#paused
  }

  #scheduleSweep(clock: Clock): void {
    if (this.#cancelSweep !== undefined) return
    this.#sweptAt = clock.monotonic()
    this.#cancelSweep = clock.after(this.#sweepMs, () => this.#sweep(clock))
  }

  /** The limit may have grown though no session has ended; the others may have waited long enough. */
  #sweep(clock: Clock): void {
    const now = this.#now(clock)
    this.#cancelSweep = undefined
    for (const priority of SERVED) {
      this.#serveClass(priority, now)
      for (const entry of this.#queues[priority].filter(({ until }) => until <= now)) entry.settle(false)
    }
    if (SERVED.some(priority => this.#queues[priority].length > 0)) this.#scheduleSweep(clock)
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
    if (SERVED.some(other => this.#queues[other].length > 0)) return
    this.#cancelSweep?.()
    this.#cancelSweep = undefined
  }
}

/** The classes whose clients may wait, the first to be served first. */
const SERVED = ['known', 'unknown'] as const
