/** One session between the calls of a mail server. */
import type { Gateway } from '../../engine/gateway.ts'
import type { Session } from '../../engine/session.ts'
import type { Decision } from '../../model/decision.ts'

/** What a session knows. Each call repeats everything, and a server may call at some stages only. */
export interface HookSession {
  readonly session: Session
  readonly gateway: Gateway
  connected?: Decision
  helo?: string
  /** The reverse-path and the user of the transaction. */
  transaction?: string
  /** The decision for each recipient. */
  recipients: Map<string, Decision>
  /** The calls before: those of one session run one after another. */
  queue: Promise<unknown>
  lastUsed: number
}
