/** What is written down of a session: one object that survives JSON, whatever the client sent. */
import { type Decision, isFinal, type Outcome } from '../model/decision.ts'
import type { Finding, Verdict } from '../model/finding.ts'
import type { Stage, Tls } from '../model/stage.ts'
import type { FilterTimings } from './run.ts'

/** A decision, as it is logged. */
export interface DecisionEntry {
  readonly stage: Stage
  readonly verdict: Verdict
  readonly dryRun?: Verdict
  readonly score: number
  readonly reply: string
  readonly findings: readonly Finding[]
  readonly forwardPath?: string
}

/** One transaction, from MAIL to its end. */
export interface TransactionEntry {
  readonly reversePath: string
  readonly user?: string
  readonly forwardPaths: readonly string[]
  /** Bytes; absent when no message was received. */
  readonly size?: number
  readonly outcome?: DecisionEntry
  /** Recipients for whom another verdict than that of `outcome` was made; absent when there are none. At most 100. */
  readonly each?: readonly { readonly forwardPath: string; readonly verdict: Verdict }[]
}

/** One session. Strings are as the client sent them, cut at 320 characters: escape them where they are shown. */
export interface SessionEntry {
  readonly ref: string
  /** The client's address; null where the host does not know it. */
  readonly ip: string | null
  /** Absent where it was not said, or is not known. */
  readonly helo?: string
  readonly tls?: Tls
  /** Milliseconds since 1970. */
  readonly started: number
  readonly ms: number
  /** Every decision that was not plain acceptance, in order, with what was found since the one before it; the last 100. */
  readonly decisions: readonly DecisionEntry[]
  /** The last 100. */
  readonly transactions: readonly TransactionEntry[]
  /** Milliseconds by filter. */
  readonly filters: Readonly<Record<string, number>>
}

export interface SessionLog {
  helo(name: string | undefined, tls: Tls | undefined): void
  mail(reversePath: string, user: string | undefined): void
  rcpt(forwardPath: string): void
  removeRecipient(forwardPath: string): void
  onDecision(decision: Decision, forwardPath?: string): void
  outcome(outcome: Outcome): void
  entry(ms: number, spent: FilterTimings): SessionEntry
}

const MAX = 100
const MAX_LENGTH = 320

const cut = (text: string): string => (text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text)

export function sessionLog(ref: string, ip: string | undefined, started: number): SessionLog {
  let greeting: Pick<SessionEntry, 'helo' | 'tls'> = {}
  // Kept as they were made: what is never asked for costs no text.
  const decisions: LoggedDecision[] = []
  const transactions: TransactionEntry[] = []
  const last = () => transactions.length - 1
  const change = (part: (entry: TransactionEntry) => Partial<TransactionEntry>) => {
    const entry = transactions[last()]
    if (entry !== undefined) transactions[last()] = { ...entry, ...part(entry) }
  }
  return {
    helo: (name, tls) => {
      greeting = { ...(name !== undefined && { helo: cut(name) }), ...(tls && { tls }) }
    },
    mail: (reversePath, user) => {
      if (transactions.length === MAX) transactions.shift()
      transactions.push({
        reversePath: cut(reversePath),
        ...(user !== undefined && { user: cut(user) }),
        forwardPaths: [],
      })
    },
    rcpt: forwardPath => {
      change(({ forwardPaths }) =>
        forwardPaths.length < MAX ? { forwardPaths: [...forwardPaths, cut(forwardPath)] } : {},
      )
    },
    removeRecipient: forwardPath => {
      const written = cut(forwardPath)
      change(({ forwardPaths }) => ({ forwardPaths: forwardPaths.filter(path => path !== written) }))
    },
    onDecision: (decision, forwardPath) => {
      if (!isFinal(decision.verdict) && decision.dryRun === undefined && decision.findings.length === 0) return
      if (decisions.length === MAX) decisions.shift()
      decisions.push([decision, forwardPath])
    },
    outcome: outcome =>
      change(() => ({
        outcome: logged(outcome),
        ...(outcome.content && { size: outcome.content.size }),
        ...differing(outcome),
      })),
    entry: (ms, spent) => ({
      ref,
      ip: ip ?? null,
      ...greeting,
      started,
      ms: rounded(ms),
      decisions: withNewFindings(decisions),
      transactions,
      filters: Object.fromEntries([...spent].map(([name, spent]) => [name, rounded(spent)])),
    }),
  }
}

function differing({ each, verdict: usual }: Outcome): Pick<TransactionEntry, 'each'> {
  const others = [...each].filter(([, { verdict }]) => verdict !== usual).slice(0, MAX)
  return others.length === 0 ? {} : { each: others.map(([path, { verdict }]) => ({ forwardPath: cut(path), verdict })) }
}

type LoggedDecision = readonly [decision: Decision, forwardPath: string | undefined]

/** Each finding once, where it was first heard of; what is left without news or consequence is left out. */
function withNewFindings(decisions: readonly LoggedDecision[]): readonly DecisionEntry[] {
  const told = new Set<Finding>()
  return decisions.flatMap(([decision, forwardPath]) => {
    const findings = decision.findings.filter(finding => !told.has(finding))
    for (const finding of findings) told.add(finding)
    const isNews = findings.length > 0 || isFinal(decision.verdict) || decision.dryRun !== undefined
    return isNews ? [logged({ ...decision, findings }, forwardPath)] : []
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
