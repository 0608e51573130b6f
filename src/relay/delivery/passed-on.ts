/** What the client hears of a reply of the next server: its class, unless the reply is about us. */
import type { Answer } from './answer.ts'
import type { HopReply } from './replies.ts'

/**
 * Replies that say how we speak or who we are: a command unknown, out of order or with a parameter too many, TLS or
 * AUTH wanted (RFC 4954 §6, RFC 3207 §4). No sender can mend that.
 */
const ABOUT_US: ReadonlySet<number> = new Set([500, 502, 503, 504, 521, 530, 534, 535, 538, 555])

/**
 * The next server objects to us and not to the sender: X.3.5, a system that is not configured rightly (RFC 3463 §3.4).
 */
export const misfit: Answer = { code: 451, text: '4.3.5 The next server does not take mail from here now' }

/** Its code and enhanced status. Its text is for us: it may name machines and mechanisms. */
export function passedOn({ code, lines }: HopReply): Answer {
  const [digit] = String(code)
  if (digit !== '4' && digit !== '5') return { code: 451, text: '4.5.0 The next server did not answer by the rules' }
  if (ABOUT_US.has(code)) return misfit
  const [, status] = /^([45]\.\d{1,3}\.\d{1,3})(?: |$)/.exec(lines.at(-1) ?? '') ?? []
  const enhanced = status?.startsWith(digit) ? status : `${digit}.0.0`
  // 421 would make our own server hang up on a client that did no wrong.
  return { code: code === 421 ? 451 : code, text: `${enhanced} Refused by the next server` }
}
