/** What a decision says of whoever sent: which count goes up, if any. */

import type { Counts } from '../../facts/reputation.ts'
import type { Decision } from '../../model/decision.ts'
import type { Finding } from '../../model/finding.ts'
import type { Stage } from '../../model/stage.ts'

export interface Bounds {
  /** Points up to which an accepted message counts as good. */
  readonly ham: number
  /** Points from which a message that is refused or kept apart counts as spam. */
  readonly spam: number
}

/**
 * Judged by what others have found: a record that were charged for its own points would feed on itself. What was not
 * carried out, and what is our own trouble (overload, time-outs, a full disk), says nothing of the sender.
 */
export function chargeOf({ verdict, dryRun, stage, findings }: Decision, { ham, spam }: Bounds): Counts | undefined {
  if (dryRun !== undefined) return undefined
  const others = findings.filter(isOfOthers)
  const score = others.reduce((sum, { points = 0 }) => sum + points, 0)
  switch (verdict) {
    case 'accept':
      return stage === 'message' && score <= ham ? count('ham') : undefined
    case 'defer':
      return others.some(isBlamed) ? count('deferred') : undefined
    case 'quarantine':
    case 'discard':
    case 'reject': {
      if (holdsMessage(stage) && (score >= spam || others.some(isUnwanted))) return count('spam')
      return verdict === 'reject' && (score >= spam || others.some(isRefused)) ? count('refused') : undefined
    }
    default:
      return verdict satisfies never
  }
}

const isOfOthers = ({ rule = '' }: Finding): boolean => !/^(?:reputation|greylist|session)(?:\/|$)/.test(rule)

const holdsMessage = (stage: Stage): boolean => stage === 'header' || stage === 'message'

const count = (kind: keyof Counts): Counts => ({ ham: 0, spam: 0, deferred: 0, refused: 0, [kind]: 1 })

/** Too much at once, or a policy of ours; not DNS that could not be asked (4.7.24, 4.4.3), nor our load (4.3.2). */
const isBlamed = ({ verdict, status = '4.7.1' }: Finding): boolean => verdict === 'defer' && /^4\.7\.[01]$/.test(status)

/** The content itself: a virus, a phishing page. What fails authentication may be an honest forwarder's. */
const isUnwanted = ({ verdict, status = '5.7.1' }: Finding): boolean =>
  (verdict === 'reject' || verdict === 'discard') && /^5\.7\.[01]$/.test(status)

/** Unknown recipients, forms, policies; not a message that is too large or in a loop (5.3.4, 5.4.6). */
const isRefused = ({ verdict, status = '5.7.1' }: Finding): boolean =>
  verdict === 'reject' && /^5\.[1567]\./.test(status)
