/** How verdicts of the last days would have been with other points: replayed from the findings of the history. */
import type { HistoryEntry } from '../../history/types.ts'
import type { FindingEntry } from '../../model/events.ts'
import type { Label } from '../../model/feedback.ts'
import type { Verdict } from '../../model/finding.ts'
import { entriesOfRule, type JudgedRecipient, type RuleHistory, type RuleWindow, readSession } from './sample.ts'
import { outcomeOf, type Thresholds } from './verdicts.ts'

/** Recipients that go from one verdict to another. */
interface VerdictChange {
  readonly from: Verdict
  readonly to: Verdict
  readonly count: number
}

/** Recipients that were looked at, and those whose verdict changes. */
interface VerdictChanges {
  readonly examined: number
  readonly changed: readonly VerdictChange[]
}

/** A recipient whose verdict changes. */
interface PreviewExample extends HistoryEntry {
  readonly to: Verdict
  readonly newScore: number
  /** What people say that the message was. */
  readonly label?: Label
}

/** What other points would have done. */
export interface PointsPreview {
  readonly since: number
  readonly all: VerdictChanges
  /** Recipients of messages that people called wanted. */
  readonly calledHam: VerdictChanges
  /** Recipients of messages that people called spam. */
  readonly calledSpam: VerdictChanges
  readonly examples: readonly PreviewExample[]
  /** There are more hits than were looked at: the newest ones were. */
  readonly isPartial: boolean
}

/** What a preview is asked for. */
export interface PreviewQuery extends RuleWindow {
  /** New points by rule; null gives back those that the rule gave. */
  readonly points: Readonly<Record<string, number | null>>
}

/** Recipients that are looked at for each rule, and in all. */
const MAX_OF_RULE = 500
const MAX_RECIPIENTS = 2_000
const MAX_EXAMPLES = 20

/** Replays the findings of every recipient for whom one of the rules found something. */
export async function previewPoints(
  { history, thresholds }: { readonly history: RuleHistory; readonly thresholds: (recipient: string) => Thresholds },
  query: PreviewQuery,
): Promise<PointsPreview> {
  const { points, since, domains } = query
  const entries = new Map<string, HistoryEntry>()
  let isPartial = false
  for (const rule of Object.keys(points)) {
    const max = Math.min(MAX_OF_RULE, MAX_RECIPIENTS - entries.size)
    if (max <= 0) isPartial = true
    const found = max <= 0 ? undefined : await entriesOfRule(history, query, rule, max)
    for (const entry of found?.entries ?? []) entries.set(keyOf(entry), entry)
    isPartial ||= found?.isPartial === true
  }
  const tally = new PreviewTally()
  const change = (finding: FindingEntry) => withPoints(finding, points)
  for (const ref of new Set(Array.from(entries.values(), entry => entry.ref))) {
    const { recipients } = await readSession(history, ref, domains)
    for (const recipient of recipients) {
      const { event } = recipient
      const entry = entries.get(keyOf(event))
      if (entry === undefined) continue
      const { verdict, score } = outcomeOf(event, thresholds(event.recipient), change)
      tally.add(recipient, entry, verdict, score)
    }
  }
  return { since, isPartial, ...tally.read() }
}

/** A finding with edited points: only points are edited, what is certain stays. */
function withPoints(finding: FindingEntry, points: PreviewQuery['points']): FindingEntry {
  const edited = Object.hasOwn(points, finding.rule) ? points[finding.rule] : undefined
  return finding.points === undefined || edited === undefined || edited === null
    ? finding
    : { ...finding, points: edited }
}

const keyOf = ({ ref, transaction, recipient }: Pick<HistoryEntry, 'ref' | 'transaction' | 'recipient'>): string =>
  `${ref} ${transaction} ${recipient}`

class ChangeTally {
  readonly #changes = new Map<string, { readonly from: Verdict; readonly to: Verdict; count: number }>()
  #examined = 0

  add(from: Verdict, to: Verdict): void {
    this.#examined += 1
    if (from === to) return
    const change = this.#changes.get(`${from} ${to}`) ?? { from, to, count: 0 }
    change.count += 1
    this.#changes.set(`${from} ${to}`, change)
  }

  read(): VerdictChanges {
    return { examined: this.#examined, changed: [...this.#changes.values()].toSorted((a, b) => b.count - a.count) }
  }
}

class PreviewTally {
  readonly #all = new ChangeTally()
  readonly #ham = new ChangeTally()
  readonly #spam = new ChangeTally()
  readonly #examples: PreviewExample[] = []

  add({ event, label }: JudgedRecipient, entry: HistoryEntry, to: Verdict, newScore: number): void {
    this.#all.add(event.verdict, to)
    if (label === 'ham') this.#ham.add(event.verdict, to)
    if (label === 'spam') this.#spam.add(event.verdict, to)
    if (event.verdict !== to && this.#examples.length < MAX_EXAMPLES)
      this.#examples.push({ ...entry, to, newScore, ...(label && { label }) })
  }

  read(): Pick<PointsPreview, 'all' | 'calledHam' | 'calledSpam' | 'examples'> {
    return {
      all: this.#all.read(),
      calledHam: this.#ham.read(),
      calledSpam: this.#spam.read(),
      examples: this.#examples,
    }
  }
}
