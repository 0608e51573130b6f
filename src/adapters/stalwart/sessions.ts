/**
 * The sessions that calls belong to. No call reports that a client has left, so a session ends when no call has come
 * for long.
 */
import type { Gateway } from '../../engine/gateway.ts'
import type { Decision, Outcome } from '../../model/decision.ts'
import { RunningTime } from '../../model/running-time.ts'
import type { HookCall } from './call.ts'
import { catchUp } from './catch-up.ts'
import type { HookSession } from './hook-session.ts'

export interface HookSessionLimits {
  /** Sessions at once; beyond, the least recently used one ends. */
  readonly sessions: number
  /** Milliseconds without a call after which a session ends. */
  readonly idle: number
}

/** The open sessions of one handler. */
export class HookSessions {
  readonly #gateway: () => Gateway
  readonly #maxSessions: number
  readonly #idle: number
  /** By connection, the least recently used one first. */
  readonly #open = new Map<string, HookSession>()
  #isSweeping = false
  /** A process that was stopped has not read meanwhile what the mail server has sent. */
  #runningTime: RunningTime | undefined

  constructor(gateway: () => Gateway, { sessions, idle }: HookSessionLimits) {
    this.#gateway = gateway
    this.#maxSessions = sessions
    this.#idle = idle
  }

  get size(): number {
    return this.#open.size
  }

  /** Judges one call. @returns undefined where the call brings nothing new */
  async judge(call: HookCall): Promise<Decision | Outcome | undefined> {
    // A server that calls for whole messages alone will not need the session again.
    const isSingle = call.stage === 'data' && !this.#open.has(call.connection)
    const session = this.#sessionOf(call)
    const judged = session.queue.then(() => catchUp(session, call))
    session.queue = judged.catch(() => undefined)
    try {
      return await judged
    } finally {
      if (isSingle) this.#end(call.connection, session)
    }
  }

  #sessionOf(call: HookCall): HookSession {
    const { connection: key, stage } = call
    const known = this.#open.get(key)
    if (known === undefined) return this.#begin(call)
    if (stage === 'connect') {
      // The port belongs to another connection by now.
      this.#end(key, known)
      return this.#begin(call)
    }
    known.lastUsed = this.#time.now()
    this.#open.delete(key)
    this.#open.set(key, known)
    return known
  }

  #begin({ connection: key, ip }: HookCall): HookSession {
    const gateway = this.#gateway()
    const session: HookSession = {
      session: gateway.open({ ip, repliesItself: true }),
      gateway,
      recipients: new Map(),
      queue: Promise.resolve(),
      lastUsed: this.#time.now(),
    }
    this.#open.set(key, session)
    for (const [oldest, other] of this.#open) {
      if (this.#open.size <= this.#maxSessions) break
      this.#end(oldest, other)
    }
    if (!this.#isSweeping) this.#sweep()
    return session
  }

  #end(key: string, session: HookSession): void {
    if (this.#open.get(key) === session) this.#open.delete(key)
    // A call that is under way is answered first.
    session.queue.finally(() => session.session.close())
  }

  #sweep(): void {
    const before = this.#time.now() - this.#idle
    for (const [key, session] of this.#open) {
      if (session.lastUsed > before) break
      this.#end(key, session)
    }
    this.#isSweeping = this.#open.size > 0
    if (this.#isSweeping) this.#gateway().services.clock.after(this.#sweepMs, () => this.#sweep())
  }

  get #time(): RunningTime {
    this.#runningTime ??= new RunningTime(this.#gateway().services.clock, this.#sweepMs)
    return this.#runningTime
  }

  get #sweepMs(): number {
    return Math.max(this.#idle / 4, 20)
  }
}
