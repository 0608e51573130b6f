/** The log entry of a session: one object that survives JSON, whatever the client sent. */
import { type Decision, isFinal, type Outcome } from '../model/decision.ts'
import type { Finding, Verdict } from '../model/finding.ts'
import type { Stage, Tls } from '../model/stage.ts'
import type { FilterTimings } from './wave.ts'

/** A decision, as it is logged. */
export interface DecisionEntry {
  /** The stage that was judged. */
  readonly stage: Stage
  /** The verdict that was carried out. */
  readonly verdict: Verdict
  /** In shadow mode: the verdict that was not carried out. */
  readonly dryRun?: Verdict
  /** The sum of all points. */
  readonly score: number
  /** The reply as one line. */
  readonly reply: string
  /** What was found since the entry before this one. */
  readonly findings: readonly Finding[]
  /** At `rcpt`. */
  readonly forwardPath?: string
}

/** One transaction, from MAIL to its end. */
export interface TransactionEntry {
  /** The address of MAIL FROM; '' is the null reverse-path. */
  readonly reversePath: string
  /** The user who has authenticated. */
  readonly user?: string
  /** Recipients that were not refused at RCPT, at most 100. */
  readonly forwardPaths: readonly string[]
  /** Bytes; absent when no message was received. */
  readonly size?: number
  /** The decision about the message; absent without DATA. */
  readonly outcome?: DecisionEntry
  /** Recipients for whom another verdict than that of `outcome` was made; absent when there are none. At most 100. */
  readonly each?: readonly { readonly forwardPath: string; readonly verdict: Verdict }[]
}

/** One session. Strings are as the client sent them, cut at 320 characters: escape them where they are shown. */
export interface SessionEntry {
  /** The reference that stands in its replies. */
  readonly ref: string
  /** The client's address; null where the host does not know it. */
  readonly ip: string | null
  /** Absent where the client has not sent it, or the host does not know it. */
  readonly helo?: string
  /** Absent without TLS. */
  readonly tls?: Tls
  /** Milliseconds since 1970. */
  readonly started: number
  /** How long the session lasted, in milliseconds. */
  readonly ms: number
  /**
   * Every decision that was not plain acceptance, in order, with what was found since the one before it; the last
   * 100.
   */
  readonly decisions: readonly DecisionEntry[]
  /** The last 100. */
  readonly transactions: readonly TransactionEntry[]
  /** Milliseconds by filter. */
  readonly filters: Readonly<Record<string, number>>
}

const MAX = 100
const MAX_LENGTH = 320

const cut = (text: string): string => (text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text)

/** Collects the entry of one session while it runs. */
export class SessionLog {
  readonly #ref: string
  readonly #ip: string | undefined
  readonly #started: number
  #greeting: Pick<SessionEntry, 'helo' | 'tls'> = {}
  // Decisions are kept as they were made: most entries are never read.
  readonly #decisions: LoggedDecision[] = []
  readonly #transactions: TransactionEntry[] = []

  constructor(ref: string, ip: string | undefined, started: number) {
    this.#ref = ref
    this.#ip = ip
    this.#started = started
  }

  helo(name: string | undefined, tls: Tls | undefined): void {
    this.#greeting = { ...(name !== undefined && { helo: cut(name) }), ...(tls && { tls }) }
  }

  mail(reversePath: string, user: string | undefined): void {
    if (this.#transactions.length === MAX) this.#transactions.shift()
    const entry = { reversePath: cut(reversePath), ...(user !== undefined && { user: cut(user) }), forwardPaths: [] }
    this.#transactions.push(entry)
  }

  rcpt(forwardPath: string): void {
    this.#change(({ forwardPaths }) =>
      forwardPaths.length < MAX ? { forwardPaths: [...forwardPaths, cut(forwardPath)] } : {},
    )
  }

  removeRecipient(forwardPath: string): void {
    const written = cut(forwardPath)
    this.#change(({ forwardPaths }) => ({ forwardPaths: forwardPaths.filter(path => path !== written) }))
  }

  onDecision(decision: Decision, forwardPath?: string): void {
    if (!isFinal(decision.verdict) && decision.dryRun === undefined && decision.findings.length === 0) return
    if (this.#decisions.length === MAX) this.#decisions.shift()
    this.#decisions.push([decision, forwardPath])
  }

  outcome(outcome: Outcome): void {
    this.#change(() => ({
      outcome: logged(outcome),
      ...(outcome.content && { size: outcome.content.size }),
      ...differing(outcome),
    }))
  }

  /** The entry, after so many milliseconds. */
  entry(ms: number, timings: FilterTimings): SessionEntry {
    return {
      ref: this.#ref,
      ip: this.#ip ?? null,
      ...this.#greeting,
      started: this.#started,
      ms: rounded(ms),
      decisions: withNewFindings(this.#decisions),
      transactions: this.#transactions,
      filters: Object.fromEntries([...timings].map(([name, spent]) => [name, rounded(spent)])),
    }
  }

  #change(part: (entry: TransactionEntry) => Partial<TransactionEntry>): void {
    const last = this.#transactions.length - 1
    const entry = this.#transactions[last]
    if (entry !== undefined) this.#transactions[last] = { ...entry, ...part(entry) }
  }
}

function differing({ each, verdict: usual }: Outcome): Pick<TransactionEntry, 'each'> {
  const others = [...each].filter(([, { verdict }]) => verdict !== usual).slice(0, MAX)
  return others.length === 0 ? {} : { each: others.map(([path, { verdict }]) => ({ forwardPath: cut(path), verdict })) }
}

type LoggedDecision = readonly [decision: Decision, forwardPath: string | undefined]

/**
 * Each finding once, in the first decision that has it. A decision that is left without findings or consequence is
 * left out.
 */
function withNewFindings(decisions: readonly LoggedDecision[]): readonly DecisionEntry[] {
  const known = new Set<Finding>()
  return decisions.flatMap(([decision, forwardPath]) => {
    const findings = decision.findings.filter(finding => !known.has(finding))
    for (const finding of findings) known.add(finding)
    const isWorthLogging = findings.length > 0 || isFinal(decision.verdict) || decision.dryRun !== undefined
    return isWorthLogging ? [logged({ ...decision, findings }, forwardPath)] : []
  })
}

function logged({ stage, verdict, dryRun, score, reply, findings }: Decision, forwardPath?: string): DecisionEntry {
  return {
    stage,
    verdict,
    ...(dryRun && { dryRun }),
    score,
    reply: `${reply.code} ${reply.status} ${reply.text}`,
    findings,
    ...(forwardPath !== undefined && { forwardPath: cut(forwardPath) }),
  }
}

const rounded = (ms: number): number => Math.round(ms * 1000) / 1000
