/** What a filter has to say: evidence (points) or certainty (a verdict), each with a reason. */

/** What becomes of a message, a recipient or a client. */
export type Verdict = 'accept' | 'quarantine' | 'defer' | 'reject' | 'discard'

/** An enhanced mail system status code (RFC 3463, registered by RFC 5248 and RFC 7372). */
export type Status = `${2 | 4 | 5}.${number}.${number}`

/** One thing that a filter found. Make it with {@link points}, {@link reject} and their kin. */
export interface Finding {
  /** `dnsbl`, or `dnsbl/listed` when a filter has more than one thing to say. The runner adds the filter's name. */
  readonly rule?: string
  /** For the operator; a sentence. Never sent to the client. */
  readonly reason: string
  /** Evidence: adds to the score. Negative points speak for the client. */
  readonly points?: number
  /** Certainty: reject, defer and discard end the stage. */
  readonly verdict?: Verdict
  /** What the client hears. */
  readonly status?: Status
  /** Words for the client in place of those that go with `status`: printable ASCII, cut at 120 characters. */
  readonly replyText?: string
  /** Say it now and hang up, whatever the policy's `rejectAt`. */
  readonly close?: boolean
  /** Exempts its whole connection, transaction or recipient from checks of identity and content, and from the score. */
  readonly allow?: boolean
  /** The consequences that `shadow` or an exemption took away. */
  readonly dryRun?: Pick<Finding, 'points' | 'verdict' | 'status' | 'replyText' | 'close' | 'allow'>
}

/** Nothing, one or several. Falsy says nothing, so a rule can be `condition && reject(…)`. */
// biome-ignore lint/suspicious/noConfusingVoidType: a filter that returns nothing says nothing
export type Findings = Finding | readonly Finding[] | false | null | undefined | void

/** What every finding word takes beside its reason. */
export interface FindingDetails {
  /** The part after the filter's name: `listed` becomes `dnsbl/listed`. */
  readonly rule?: string
}

/** What the words that refuse take beside their reason. */
export interface RefusalDetails extends FindingDetails {
  /** Words for the client: what it is to do, never what was found. @default those that go with the status */
  readonly replyText?: string
  /** Say it now and hang up, whatever the policy's `rejectAt`. */
  readonly close?: boolean
}

/** Evidence for the score: positive speaks against, negative speaks for the client. */
export const points = (value: number, reason: string, details?: FindingDetails): Finding => ({
  ...details,
  reason,
  points: value,
})

/**
 * Certainly wanted at this stage: its points do not count, and filters that check identity or content need not run. All
 * others still do, and the strictest outcome wins.
 */
export const accept = (reason: string, details?: FindingDetails): Finding => ({ ...details, reason, verdict: 'accept' })

/**
 * Wanted beyond this stage: its whole connection, transaction or recipient is exempt from checks of identity and content,
 * and from the score. Never from a virus, relay control, loops and limits. Say it only of who is proven.
 */
export const allow = (reason: string, details?: FindingDetails): Finding => ({
  ...accept(reason, details),
  allow: true,
})

/** Certainly suspicious: receive it, but keep it apart from the inbox. */
export const quarantine = (reason: string, details?: FindingDetails): Finding => ({
  ...details,
  reason,
  verdict: 'quarantine',
})

/** Certainly unwanted: answer as if accepted, and drop it. Loses mail in silence; prefer `reject`. */
export const discard = (reason: string, details?: FindingDetails): Finding => ({
  ...details,
  reason,
  verdict: 'discard',
})

/** Certainly unwanted: a 5xx reply. `status` is a 5.x.x code of RFC 3463. */
export const reject = (status: Extract<Status, `5.${string}`>, reason: string, details?: RefusalDetails): Finding => ({
  ...details,
  reason,
  verdict: 'reject',
  status,
})

/** Not now: a 4xx reply, and an honest client comes back. `status` is a 4.x.x code of RFC 3463. */
export const defer = (status: Extract<Status, `4.${string}`>, reason: string, details?: RefusalDetails): Finding => ({
  ...details,
  reason,
  verdict: 'defer',
  status,
})

/** Takes the consequences away and keeps what was found, under `dryRun`. */
export function asDryRun(finding: Finding): Finding {
  const { points: score, verdict, status, replyText, close, allow, ...rest } = finding
  if (score === undefined && verdict === undefined) return finding
  const dryRun = {
    ...(score !== undefined && { points: score }),
    ...(verdict !== undefined && { verdict }),
    ...(status !== undefined && { status }),
    ...(replyText !== undefined && { replyText }),
    ...(close !== undefined && { close }),
    ...(allow !== undefined && { allow }),
  }
  return { ...rest, dryRun }
}

/** Rounds a score to thousandths: sums of tenths are not exact, and are compared with what an operator has written. */
export const roundScore = (score: number): number => Math.round(score * 1000) / 1000
