/** The count that a decision adds to the record of its sender, if any. */

import type { Counts } from '../../facts/reputation.ts'
import type { Decision } from '../../model/decision.ts'
import type { Finding } from '../../model/finding.ts'
import type { Stage } from '../../model/stage.ts'

/** When a message counts as good or as spam. */
export interface Bounds {
  /** Points up to which an accepted message counts as good. */
  readonly ham: number
  /** Points from which a refused or quarantined message counts as spam. */
  readonly spam: number
}

/**
 * Only findings of other filters count, because a record must not be charged for its own points. Dry runs do not count,
 * nor do failures within postern (overload, timeouts, a full disk).
 */
export function chargeOf({ verdict, dryRun, stage, findings }: Decision, { ham, spam }: Bounds): Counts | undefined {
  if (dryRun !== undefined) return undefined
  const others = findings.filter(isOfOtherFilter)
  const score = others.reduce((sum, { points = 0 }) => sum + points, 0)
  switch (verdict) {
    case 'accept':
      return stage === 'message' && score <= ham ? count('ham') : undefined
    case 'defer':
      return others.some(isSendersFault) ? count('deferred') : undefined
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

const isOfOtherFilter = ({ rule = '' }: Finding): boolean =>
  !/^(?:reputation|greylist|session|trust)(?:\/|$)/.test(rule)

const holdsMessage = (stage: Stage): boolean => stage === 'header' || stage === 'message'

const count = (kind: keyof Counts): Counts => ({ ham: 0, spam: 0, deferred: 0, refused: 0, [kind]: 1 })

/** Too many requests, or a policy; not a failure of DNS (4.7.24, 4.4.3), nor our load (4.3.2). */
const isSendersFault = ({ verdict, status = '4.7.1' }: Finding): boolean =>
  verdict === 'defer' && /^4\.7\.[01]$/.test(status)

/** The content: a virus, a phishing page. Mail that fails authentication may come from an honest forwarder. */
const isUnwanted = ({ verdict, status = '5.7.1' }: Finding): boolean =>
  (verdict === 'reject' || verdict === 'discard') && /^5\.7\.[01]$/.test(status)

/** Unknown recipients, malformed messages, policies; not a message that is too large or in a loop (5.3.4, 5.4.6). */
const isRefused = ({ verdict, status = '5.7.1' }: Finding): boolean =>
  verdict === 'reject' && /^5\.[1567]\./.test(status)
