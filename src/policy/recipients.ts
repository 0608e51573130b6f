/** Many recipients, one reply: SMTP can say only one thing after DATA (RFC 5321 §4.2.5). */
import type { Decision } from '../model/decision.ts'
import type { Verdict } from '../model/finding.ts'

// The first verdict of this order that any recipient has: a recipient that accepts gets the message, without a bounce.
const order: readonly Verdict[] = ['accept', 'quarantine', 'discard', 'defer', 'reject']

/**
 * Rejects only if all reject, defers only if none accepts and one defers; otherwise the message is received, and the
 * host drops or quarantines it for those that refuse.
 *
 * @returns the decision to reply with: that of one recipient; undefined without any
 */
export function combineRecipients(decisions: Iterable<Decision>): Decision | undefined {
  let combined: Decision | undefined
  for (const decision of decisions) {
    if (combined === undefined || order.indexOf(decision.verdict) < order.indexOf(combined.verdict)) combined = decision
  }
  return combined
}
