/** The sessions that calls belong to. Nobody tells when a client leaves, so a session ends when it was not heard of for long. */

import type { Gateway } from '../../engine/gateway.ts'
import type { Session } from '../../engine/session.ts'
import type { Decision, Outcome } from '../../model/decision.ts'
import type { HookCall } from './call.ts'
import { catchUp } from './catch-up.ts'

/** What a session has heard. Calls tell everything anew, and a server may be told to call at some stages only. */
export interface HookSession {
  readonly session: Session
  readonly gateway: Gateway
  connected?: Decision
  helo?: string
  /** The reverse-path and the user of the transaction. */
  transaction?: string
  /** What became of the recipients. */
  heard: Map<string, Decision>
  /** Calls of one session are taken one after another. */
  turn: Promise<unknown>
  used: number
}

export interface HookSessions {
  judge(call: HookCall): Promise<Decision | Outcome | undefined>
  readonly size: number
}

export interface HookSessionLimits {
  readonly sessions: number
  /** Milliseconds. */
  readonly idle: number
}

export function hookSessions(current: () => Gateway, { sessions, idle }: HookSessionLimits): HookSessions {
  // The one that was not heard of for longest comes first.
  const open = new Map<string, HookSession>()
  let sweeping = false

  const end = (key: string, visit: HookSession) => {
    if (open.get(key) === visit) open.delete(key)
    // A call that is under way is answered first.
    visit.turn.finally(() => visit.session.close())
  }
  const sweep = () => {
    const { clock } = current().services
    const before = clock.monotonic() - idle
    for (const [key, visit] of open) {
      if (visit.used > before) break
      end(key, visit)
    }
    sweeping = open.size > 0
    if (sweeping) clock.after(Math.max(idle / 4, 20), sweep)
  }
  const visitOf = (call: HookCall): HookSession => {
    const { connection: key, stage, ip } = call
    const known = open.get(key)
    // Another connection has the same port by now.
    if (known && stage === 'connect') end(key, known)
    const now = current().services.clock.monotonic()
    if (known && stage !== 'connect') {
      known.used = now
      open.delete(key)
      open.set(key, known)
      return known
    }
    const gateway = current()
    const visit = { session: gateway.open({ ip }), gateway, heard: new Map(), turn: Promise.resolve(), used: now }
    open.set(key, visit)
    for (const [oldest, other] of open) {
      if (open.size <= sessions) break
      end(oldest, other)
    }
    if (!sweeping) sweep()
    return visit
  }

  return {
    judge: async call => {
      // Where only whole messages are told of, no later call will ever need the session.
      const isAlone = call.stage === 'data' && !open.has(call.connection)
      const visit = visitOf(call)
      const judged = visit.turn.then(() => catchUp(visit, call))
      visit.turn = judged.catch(() => undefined)
      try {
        return await judged
      } finally {
        if (isAlone) end(call.connection, visit)
      }
    },
    get size() {
      return open.size
    },
  }
}
