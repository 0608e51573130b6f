/** Services: every effect comes from outside, so that tests and replays can replace each of them. */

import type { LoadMeter } from './load.ts'
import type { Resolver } from './resolver.ts'
import type { Store } from './store.ts'

/** Tells the time and starts timers. */
export interface Clock {
  /** Milliseconds since 1970, by the wall clock. May jump. */
  now(): number
  /** Milliseconds since some moment. Never jumps: measure durations with it. */
  monotonic(): number
  /** Calls back once after `ms` milliseconds, unless the returned function is called first. Keeps no process alive. */
  after(ms: number, callback: () => void): () => void
}

/**
 * Calls something outside that is not DNS: a scanner, a directory, a store. The answer must survive JSON.
 * `key` names the call (`clamav`, `recipients:bob@example.org`), so that a replay finds the recorded answer.
 */
export type CallExternal = <T>(key: string, call: () => Promise<T>) => Promise<T>

/** What the operator should know and what belongs to no session: a list is switched off, a store is down. */
export interface Notice {
  /** The source and what happened: `dnsbl/off`, `store/down`. */
  readonly code: string
  /** A sentence. */
  readonly reason: string
  /** `warning` needs attention; `info` says that all is well again, or that something was done. */
  readonly level: 'info' | 'warning'
}

/** Takes a notice. */
export type Notify = (notice: Notice) => void

/** What filters work with. */
export interface Services {
  /** Looks names up. */
  readonly dns: Resolver
  /** Tells the time and starts timers. */
  readonly clock: Clock
  /** Calls scanners and directories. */
  readonly callExternal: CallExternal
  /** What is counted and remembered beyond a session, perhaps by several processes. */
  readonly store: Store
  /** Tells the operator what belongs to no session. */
  readonly notify: Notify
  /** How loaded this process is. */
  readonly load: LoadMeter
}

// Node's timers overflow beyond 2^31-1 ms and then fire at once.
const MAX_TIMER_MS = 2 ** 31 - 1

/** The clock of the system. */
export const systemClock: Clock = {
  now: Date.now,
  monotonic: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(runTimer, Math.min(Math.max(ms, 0), MAX_TIMER_MS), callback)
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/** Turns what a listener or timer throws into a warning: otherwise it would end the process with all its sessions. */
export const warnOnThrow =
  <T extends readonly unknown[]>(name: string, listener: (...args: T) => void) =>
  (...args: T): void => {
    try {
      listener(...args)
    } catch (error) {
      const words = error instanceof Error ? (error.stack ?? error.message) : String(error)
      process.emitWarning(`${name} failed: ${words}`, 'PosternWarning')
    }
  }

const runTimer = warnOnThrow('a timer', (callback: () => void) => callback())

/** Emits warnings as warnings of the process; drops the rest. */
export const emitWarning: Notify = ({ code, reason, level }) => {
  if (level === 'warning') process.emitWarning(`${code}: ${reason}`, 'PosternWarning')
}

export const callDirectly: CallExternal = (_key, call) => call()
