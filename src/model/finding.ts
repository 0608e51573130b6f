/** What a filter finds: points (evidence) or a verdict (certainty), each with a reason. */

/** What happens to a message, a recipient or a client. */
export type Verdict = 'accept' | 'quarantine' | 'defer' | 'reject' | 'discard'

/** An enhanced mail system status code (RFC 3463, registered by RFC 5248 and RFC 7372). */
export type Status = `${2 | 4 | 5}.${number}.${number}`

/**
 * One thing that a filter found. Make it with {@link points}, {@link accept}, {@link reject} and the functions beside
 * them.
 */
export interface Finding {
  /**
   * `listed`. The engine puts the filter's name in front: `dnsbl/listed`, or `dnsbl` alone where a filter has one
   * rule.
   */
  readonly rule?: string
  /** For the operator; a sentence. Never sent to the client. */
  readonly reason: string
  /** Evidence: adds to the score. Negative points lower it. */
  readonly points?: number
  /** Certainty: reject, defer and discard end the stage. */
  readonly verdict?: Verdict
  /** The status code of the reply to the client. */
  readonly status?: Status
  /** The text of the reply in place of the text that goes with `status`: printable ASCII, cut at 120 characters. */
  readonly replyText?: string
  /** Reply now and close the connection, whatever the policy's `rejectAt`. */
  readonly close?: boolean
  /** Exempts its whole connection, transaction or recipient from checks of identity and content, and from the score. */
  readonly allow?: boolean
  /** At `header` and `message`: counts only for these forward-paths. @default all recipients */
  readonly recipients?: readonly string[]
  /** The consequences that `shadow` or an exemption took away. */
  readonly dryRun?: Pick<Finding, 'points' | 'verdict' | 'status' | 'replyText' | 'close' | 'allow'>
}

/**
 * What a filter returns: nothing, one finding or several. What is falsy counts as nothing, in a list too.
 *
 * @example
 * header: ({ header }) => [
 *   header.count > 100 && points(2, 'the header has more than 100 fields'),
 *   header.all('from').length !== 1 && reject('5.6.0', 'the message has not exactly one From field'),
 * ]
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a filter without a return statement finds nothing
export type Findings = Finding | readonly (Finding | Falsy)[] | Falsy | void

/** What a condition leaves where it does not hold: `condition && reject(…)`. */
export type Falsy = false | null | undefined | '' | 0

/** What every finding takes beside its reason. */
export interface FindingDetails {
  /** The part after the filter's name: `listed` becomes `dnsbl/listed`. */
  readonly rule?: string
}

/** What {@link reject} and {@link defer} take beside their reason. */
export interface RefusalDetails extends FindingDetails {
  /**
   * The text of the reply: what the client can do, never what was found. @default the text that goes with the status
   */
  readonly replyText?: string
  /** Reply now and close the connection, whatever the policy's `rejectAt`. */
  readonly close?: boolean
}

/** Evidence for the score: positive points raise it, negative points lower it. */
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
 * Wanted beyond this stage: its whole connection, transaction or recipient is exempt from checks of identity and
 * content, and from the score. Never from a virus, relay control, loops and limits. Use it only for a proven identity.
 */
export const allow = (reason: string, details?: FindingDetails): Finding => ({
  ...accept(reason, details),
  allow: true,
})

/** Certainly suspicious: receive the message, but not into the inbox. */
export const quarantine = (reason: string, details?: FindingDetails): Finding => ({
  ...details,
  reason,
  verdict: 'quarantine',
})

/** Certainly unwanted: reply as if it were accepted, and drop it. Mail is lost without notice; prefer `reject`. */
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
