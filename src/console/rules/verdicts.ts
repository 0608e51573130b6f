/** What a recipient's verdict would have been with other points: the default policy, applied to findings of history. */
import type { FindingEntry, RecipientEvent } from '../../model/events.ts'
import { roundScore, type Verdict } from '../../model/finding.ts'

/** The scores from which mail is tagged, quarantined and refused. */
export interface Thresholds {
  /** From this score on accepted mail is tagged; absent where none is. */
  readonly tag?: number
  /** From this score on mail is quarantined. */
  readonly quarantine: number
  /** From this score on mail is refused. */
  readonly reject: number
}

const SEVERITY: Readonly<Record<Verdict, number>> = { accept: 0, quarantine: 1, defer: 2, discard: 3, reject: 4 }

/** A finding as it would have counted. */
export type Changed = (finding: FindingEntry) => Counted

/** A verdict that another one would have taken the place of. */
export interface Outcome {
  readonly verdict: Verdict
  readonly score: number
}

/**
 * The verdict with changed findings. Where the verdict of the event does not follow from its findings (an exemption, a
 * next hop that refused), it stays.
 */
export function outcomeOf(event: RecipientEvent, thresholds: Thresholds, change: Changed): Outcome {
  const changed = event.findings.map(change)
  // Findings beyond the first fifty are not in the event, their points are: only the difference is applied.
  const score = roundScore(event.score + sumOf(changed) - sumOf(event.findings))
  if (verdictOf(event.score, event.findings, thresholds) !== event.verdict) return { score, verdict: event.verdict }
  return { score, verdict: verdictOf(score, changed, thresholds) }
}

type Counted = Pick<FindingEntry, 'points' | 'verdict'>

const sumOf = (findings: readonly Counted[]): number => findings.reduce((sum, { points = 0 }) => sum + points, 0)

/** As `thresholds` of postern decides: the strictest of what the score asks for and of what is certain. */
function verdictOf(score: number, findings: readonly Counted[], { quarantine, reject }: Thresholds): Verdict {
  const scored: Verdict = score >= reject ? 'reject' : score >= quarantine ? 'quarantine' : 'accept'
  return findings.reduce<Verdict>((worst, { verdict = 'accept' }) => stricter(worst, verdict), scored)
}

const stricter = (a: Verdict, b: Verdict): Verdict => (SEVERITY[b] > SEVERITY[a] ? b : a)
