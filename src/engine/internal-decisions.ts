/** Decisions that the engine makes itself, in either mode: a limit, a broken stream, a verb out of sequence. */
import type { Decision } from '../model/decision.ts'
import { defer, type Finding, reject, roundScore } from '../model/finding.ts'
import type { Stage } from '../model/stage.ts'
import { refusal } from '../policy/reply.ts'

/** The decision that one finding makes. `findings`: what was found before it. */
export function internalDecision(
  stage: Stage,
  ref: string,
  finding: Finding,
  findings: readonly Finding[] = [],
): Decision {
  const { verdict = 'defer', status = '4.3.0', replyText, close } = finding
  const all = [...findings, finding]
  const score = roundScore(all.reduce((sum, { points = 0 }) => sum + points, 0))
  return { stage, verdict, score, findings: all, reply: refusal(status, stage, ref, { replyText, close }) }
}

/** A verb that may not come now (RFC 5321 §4.1.4). It decides nothing about what follows. */
export function badSequence(stage: Stage, ref: string, reason: string): Decision {
  const decision = internalDecision(stage, ref, reject('5.5.1', reason, { rule: 'session/sequence' }))
  const { close: _, ...reply } = decision.reply
  return { ...decision, reply: { ...reply, code: 503 } }
}

/** The session or the transaction ended while it was being judged. */
export const sessionEnded = (stage: Stage, ref: string): Decision =>
  internalDecision(stage, ref, defer('4.4.2', 'the session ended before it was judged', { rule: 'session/ended' }))

/** RFC 5321 §4.5.3.1.3 asks for 256 bytes of a path; no mail server takes a longer line than this. */
const MAX_LENGTH = 2048

const LENGTH_LIMITS = {
  helo: ['5.5.4', 'greeting'],
  mail: ['5.1.7', 'reverse-path'],
  rcpt: ['5.1.3', 'forward-path'],
} as const

/** Refuses a greeting or a path that is too long to be examined. No filter sees it, on no port. */
export function tooLong(stage: 'helo' | 'mail' | 'rcpt', ref: string, text = ''): Decision | undefined {
  if (text.length <= MAX_LENGTH) return undefined
  const [status, what] = LENGTH_LIMITS[stage]
  const reason = `the ${what} has ${text.length} characters, more than ${MAX_LENGTH}`
  return internalDecision(stage, ref, reject(status, reason, { rule: 'session/length' }))
}

const MAX_RECIPIENTS = 10_000

/** Refuses one recipient more. Hosts have limits far below this one: it is there for those that have none. */
export function tooMany(count: number, ref: string): Decision | undefined {
  if (count < MAX_RECIPIENTS) return undefined
  const reason = `the transaction has ${count} recipients already`
  return internalDecision('rcpt', ref, defer('4.5.3', reason, { rule: 'session/recipients' }))
}
