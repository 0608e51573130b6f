/** How long one client may take: to its next useful command, for a transaction, and for the bytes of a message. */
import { CREDIT, handshakeTime, type Limits } from './limits.ts'
import { type ReplyLine, replies } from './replies.ts'
import type { Transfer } from './transfer.ts'

/** What a client is doing now. Times are milliseconds for which this process has run. */
export interface Activity {
  /** The message that is arriving, while bytes of it are expected. */
  readonly transfer: Transfer | undefined
  /** We do not read at the moment: the time is not the client's. */
  readonly isPaused: boolean
  readonly isUpgrading: boolean
  /** When the client has last sent something useful. */
  readonly progress: number
  /** When the transaction began. */
  readonly transactionSince: number | undefined
}

/** Which deadline has passed, as the reply that ends the connection. `elapsed` is the time since the last call. */
export function passedDeadline(
  limits: Limits,
  now: number,
  elapsed: number,
  { transfer, isPaused, isUpgrading, progress, transactionSince }: Activity,
): ReplyLine | undefined {
  if (transfer === undefined) {
    if (now - progress > (isUpgrading ? handshakeTime(limits) : limits.command)) return replies.idle
  } else if (isSlow(limits, transfer, isPaused ? 0 : elapsed)) return replies.tooSlow
  const isLate = transactionSince !== undefined && now - transactionSince > limits.transaction
  return isLate ? replies.tooLate : undefined
}

/** Bytes that arrive earn time, and time uses it up: an honest client may pause, and a burst buys no hours. */
function isSlow({ grace, rate }: Limits, transfer: Transfer, elapsed: number): boolean {
  const earned = rate === 0 ? grace : (transfer.arrived * 1000) / rate
  transfer.arrived = 0
  transfer.credit = Math.min((transfer.credit ?? grace) - elapsed + earned, grace * CREDIT)
  return transfer.credit < 0
}
