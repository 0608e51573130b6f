/** Judges one message with its envelope in one call: all commands of a session, one after another. */
import type { Readable } from 'node:stream'
import type { SessionOverrides } from '../../engine/client.ts'
import type { Gateway } from '../../engine/gateway.ts'
import type { Decision, Outcome } from '../../model/decision.ts'
import type { Tls } from '../../model/stage.ts'

/** A message and what its mail server knows of it. What is absent is unknown. */
export interface ScanRequest {
  readonly ip?: string
  readonly helo?: string
  readonly tls?: Tls
  readonly reversePath?: string
  readonly forwardPaths: readonly string[]
  readonly user?: string
  /** The reference of the session, when the host has one. */
  readonly ref?: string
  readonly content: Readable
  readonly overrides?: SessionOverrides
}

export interface ScanResult {
  readonly ref: string
  readonly decision: Decision
  /** Absent when the decision came before the message was read. */
  readonly outcome?: Outcome
  readonly ms: number
}

/** The recipient of a message without one. */
const DEFAULT_RECIPIENT = 'postmaster'

/**
 * Judges a message. A recipient that is refused alone is dropped; when all are refused, that is the decision. The
 * content of the outcome can be read while `use` runs.
 *
 * @throws PosternError when `ip` is no address
 */
export async function scan(
  gateway: Gateway,
  message: ScanRequest,
  use?: (judged: ScanResult) => Promise<void>,
): Promise<ScanResult> {
  const { ip, helo, reversePath = '', forwardPaths, user, tls, ref, content, overrides } = message
  const { clock } = gateway.services
  const since = clock.monotonic()
  const session = gateway.open({
    ip,
    repliesItself: true,
    ...(ref && { ref }),
    ...(overrides && { overrides }),
  })
  const done = (decision: Decision, outcome?: Outcome): ScanResult => ({
    ref: session.ref,
    decision,
    ...(outcome && { outcome }),
    ms: clock.monotonic() - since,
  })
  try {
    for (const verb of [
      () => session.connect(),
      () => session.helo(helo, tls),
      () => session.mail(reversePath, user ? { user } : {}),
    ]) {
      const decision = await verb()
      if (decision.reply.code >= 400) return done(decision)
    }
    if (ref) session.setQueueId(ref)
    let refused: Decision | undefined
    let accepted = 0
    for (const path of forwardPaths.length > 0 ? forwardPaths : [DEFAULT_RECIPIENT]) {
      // A host that names no recipient has checked them before.
      const decision = await session.rcpt(path)
      if (decision.reply.code < 400) accepted += 1
      else refused ??= decision
    }
    if (accepted === 0 && refused) return done(refused)
    const outcome = await session.data(content)
    const judged = done(outcome, outcome)
    await use?.(judged)
    return judged
  } finally {
    session.close()
    content.destroy()
  }
}
