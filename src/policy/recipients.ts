/** Many recipients, one reply: SMTP can say only one thing after DATA (RFC 5321 §4.2.5). */
import type { Decision } from '../model/decision.ts'
import type { Verdict } from '../model/finding.ts'

// The first verdict of this order that any recipient has: who wants the message gets it, and nobody bounces.
const order: readonly Verdict[] = ['accept', 'quarantine', 'discard', 'defer', 'reject']

/**
 * Rejects only if all reject, defers only if none accepts and one defers; otherwise the message is received, and the
 * host drops it or keeps it apart for those who refuse.
 *
 * @returns the decision of a recipient that stands for all; undefined without any
 */
export function combineRecipients(decisions: Iterable<Decision>): Decision | undefined {
  let standing: Decision | undefined
  for (const decision of decisions) {
    if (standing === undefined || order.indexOf(decision.verdict) < order.indexOf(standing.verdict)) standing = decision
  }
  return standing
}
