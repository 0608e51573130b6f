/** What each rule has done: hits, hits on mail that people corrected, cost, and what dry runs would have done. */
import type { FilterTime, FindingEntry } from '../../model/events.ts'
import type { Verdict } from '../../model/finding.ts'
import type { Clock } from '../../model/services.ts'
import {
  type JudgedRecipient,
  type RuleHistory,
  type RuleWindow,
  readSession,
  type SampledSession,
  spreadRefs,
} from './sample.ts'
import { outcomeOf, type Thresholds } from './verdicts.ts'
import type { WorkQueue } from './work-queue.ts'

/** What a rule in dry run would have done, in the sample. */
interface DryRunReport {
  /** Recipients of the sample for whom it found something. */
  readonly hits: number
  /** Those whose verdict it would have changed, by the verdict that they would have had. */
  readonly verdicts: Readonly<Partial<Record<Verdict, number>>>
  /** Of those that it would have stopped, recipients of messages that people called wanted. */
  readonly calledHam: number
}

/** One rule. */
interface RuleReport {
  readonly rule: string
  /** Recipients for whom it found something. */
  readonly hits: number
  /** The same by day, the oldest first: one number for each day of the window; absent for some domains only. */
  readonly days?: readonly number[]
  /** Recipients of messages that people called wanted. */
  readonly calledHam: number
  /** Recipients of messages that people called spam. */
  readonly calledSpam: number
  /** The mean of its points in the sample; absent where it gives none. */
  readonly points?: number
  /** Absent where it is not in dry run. */
  readonly dryRun?: DryRunReport
}

/** The mean for one session of the sample in which the filter ran, in milliseconds. */
interface FilterCost extends FilterTime {
  readonly filter: string
  /** Sessions of the sample in which it took time. */
  readonly sessions: number
}

/** All rules. */
export interface RulesReport {
  readonly since: number
  readonly until: number
  readonly rules: readonly RuleReport[]
  readonly filters: readonly FilterCost[]
  /** What points, cost and dry runs were measured on. */
  readonly sample: { readonly sessions: number; readonly recipients: number }
  /** Messages that people have said something about. */
  readonly corrected: number
  /** Hits were counted in the sample alone: the counts of the history are not by domain. */
  readonly isSampled: boolean
}

/** What {@link RuleReports} works with. */
export interface RuleReportsOptions {
  readonly history: RuleHistory
  /** References of sessions whose messages people have corrected, at most `max`. */
  readonly corrected: (window: RuleWindow, max: number) => Promise<readonly string[]>
  /** The scores from which mail for a recipient is quarantined and refused. */
  readonly thresholds: (recipient: string) => Thresholds
  readonly clock: Clock
  /** Where reports wait for their turn. */
  readonly queue: WorkQueue
}

const DAY_MS = 86_400_000
/** Sessions that are read for a report; each is one block of the history. */
const MAX_SESSIONS = 400
const MAX_CORRECTED = 400
const MAX_RULES = 1_000
/** A report is shown again for this time: it costs the history some hundred reads. */
const FRESH_MS = 120_000
const MAX_REPORTS = 8

/** Makes reports and keeps the last few. */
export class RuleReports {
  readonly #options: RuleReportsOptions
  readonly #kept = new Map<string, { readonly at: number; readonly report: Promise<RulesReport> }>()

  constructor(options: RuleReportsOptions) {
    this.#options = options
  }

  /**
   * The report of the last `days`, at most two minutes old.
   *
   * @throws BusyError when too many reports are waited for
   */
  async of(days: number, domains?: readonly string[]): Promise<RulesReport> {
    const key = JSON.stringify([days, domains?.toSorted()])
    const now = this.#options.clock.monotonic()
    const kept = this.#kept.get(key)
    if (kept !== undefined && now - kept.at < FRESH_MS) return await kept.report
    const report = this.#options.queue.run(() => this.#make(days, domains))
    this.#kept.delete(key)
    this.#kept.set(key, { at: now, report })
    for (const old of this.#kept.keys()) if (this.#kept.size > MAX_REPORTS) this.#kept.delete(old)
    report.catch(() => this.#kept.delete(key))
    return await report
  }

  /** Makes the next report anew: points were changed. */
  forget(): void {
    this.#kept.clear()
  }

  async #make(days: number, domains?: readonly string[]): Promise<RulesReport> {
    const { history, clock } = this.#options
    const until = clock.now()
    const window: RuleWindow = { since: until - days * DAY_MS, until, ...(domains && { domains }) }
    const tally = new RuleTally(this.#options.thresholds)
    for (const ref of await spreadRefs(history, window, MAX_SESSIONS))
      tally.addSample(await readSession(history, ref, domains))
    for (const ref of new Set(await this.#options.corrected(window, MAX_CORRECTED)))
      tally.addCorrected(await readSession(history, ref, domains))
    // The counts of the history are of all domains together.
    if (domains === undefined)
      for (const { hour, name, count } of await history.aggregate({ since: window.since, until, by: 'rule' }))
        tally.addHits(name, count, Math.min(days - 1, Math.max(0, Math.floor((hour - window.since) / DAY_MS))), days)
    return { since: window.since, until, ...tally.read(), isSampled: domains !== undefined }
  }
}

interface Counts {
  hits: number
  days: number[] | undefined
  sampled: number
  calledHam: number
  calledSpam: number
  points: number
  withPoints: number
  dryRun: { hits: number; calledHam: number; readonly verdicts: Partial<Record<Verdict, number>> } | undefined
}

/** Adds up what sessions and counts of the history say about each rule. */
class RuleTally {
  readonly #thresholds: RuleReportsOptions['thresholds']
  readonly #rules = new Map<string, Counts>()
  readonly #filters = new Map<string, { cpu: number; wait: number; sessions: number }>()
  readonly #sample = { sessions: 0, recipients: 0 }
  #corrected = 0

  constructor(thresholds: RuleReportsOptions['thresholds']) {
    this.#thresholds = thresholds
  }

  addHits(rule: string, count: number, day: number, days: number): void {
    const counts = this.#of(rule)
    if (counts === undefined) return
    counts.hits += count
    counts.days ??= Array.from({ length: days }, () => 0)
    counts.days[day] = (counts.days[day] ?? 0) + count
  }

  addSample({ recipients, filters }: SampledSession): void {
    this.#sample.sessions += 1
    this.#sample.recipients += recipients.length
    for (const recipient of recipients)
      for (const finding of firstOfEachRule(recipient)) this.#addFinding(finding, recipient)
    for (const [filter, { cpu, wait }] of Object.entries(filters)) {
      const sum = this.#filters.get(filter) ?? { cpu: 0, wait: 0, sessions: 0 }
      this.#filters.set(filter, { cpu: sum.cpu + cpu, wait: sum.wait + wait, sessions: sum.sessions + 1 })
    }
  }

  addCorrected({ recipients }: SampledSession): void {
    if (recipients.some(({ label }) => label !== undefined)) this.#corrected += 1
    for (const recipient of recipients) {
      if (recipient.label === undefined) continue
      for (const { rule } of firstOfEachRule(recipient)) {
        const counts = this.#of(rule)
        if (counts === undefined) continue
        if (recipient.label === 'ham') counts.calledHam += 1
        else counts.calledSpam += 1
      }
    }
  }

  read(): Pick<RulesReport, 'rules' | 'filters' | 'sample' | 'corrected'> {
    const rules = Array.from(this.#rules, ([rule, counts]): RuleReport => {
      const { hits, days, sampled, calledHam, calledSpam, points, withPoints, dryRun } = counts
      return {
        rule,
        hits: Math.max(hits, sampled),
        calledHam,
        calledSpam,
        ...(days && { days }),
        ...(withPoints > 0 && { points: Math.round((points / withPoints) * 100) / 100 }),
        ...(dryRun && { dryRun }),
      }
    })
    const filters = Array.from(this.#filters, ([filter, { cpu, wait, sessions }]) => ({
      filter,
      cpu: cpu / sessions,
      wait: wait / sessions,
      sessions,
    }))
    return {
      rules: rules.toSorted((a, b) => b.hits - a.hits || a.rule.localeCompare(b.rule)),
      filters: filters.toSorted((a, b) => b.cpu + b.wait - a.cpu - a.wait),
      sample: { ...this.#sample },
      corrected: this.#corrected,
    }
  }

  #addFinding(finding: FindingEntry, recipient: JudgedRecipient): void {
    const counts = this.#of(finding.rule)
    if (counts === undefined) return
    counts.sampled += 1
    if (finding.points !== undefined) {
      counts.points += finding.points
      counts.withPoints += 1
    }
    if (finding.dryRun !== undefined) this.#addDryRun(counts, finding, recipient)
  }

  #addDryRun(counts: Counts, { rule }: FindingEntry, { event, label }: JudgedRecipient): void {
    counts.dryRun ??= { hits: 0, calledHam: 0, verdicts: {} }
    const { dryRun } = counts
    dryRun.hits += 1
    const { verdict } = outcomeOf(event, this.#thresholds(event.recipient), finding =>
      finding.rule === rule && finding.dryRun !== undefined ? { ...finding, ...finding.dryRun } : finding,
    )
    if (verdict === event.verdict) return
    dryRun.verdicts[verdict] = (dryRun.verdicts[verdict] ?? 0) + 1
    if (label === 'ham' && verdict !== 'accept') dryRun.calledHam += 1
  }

  #of(rule: string): Counts | undefined {
    const known = this.#rules.get(rule)
    if (known !== undefined || this.#rules.size >= MAX_RULES) return known
    const counts: Counts = {
      hits: 0,
      days: undefined,
      sampled: 0,
      calledHam: 0,
      calledSpam: 0,
      points: 0,
      withPoints: 0,
      dryRun: undefined,
    }
    this.#rules.set(rule, counts)
    return counts
  }
}

/** A rule that found several things counts once for a recipient, with all its points. */
function firstOfEachRule({ event }: JudgedRecipient): readonly FindingEntry[] {
  const byRule = new Map<string, FindingEntry>()
  for (const finding of event.findings) {
    const same = byRule.get(finding.rule)
    const points = (same?.points ?? 0) + (finding.points ?? 0)
    const hasPoints = same?.points !== undefined || finding.points !== undefined
    byRule.set(finding.rule, { ...finding, ...same, ...(hasPoints && { points }) })
  }
  return [...byRule.values()]
}
