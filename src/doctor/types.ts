/** What a check of a deployment has found. */

/** How a check has ended. `unknown`: it could not be found out, which is never `ok`. */
export type CheckStatus = 'ok' | 'warning' | 'failed' | 'unknown'

/** The result of one check. */
export interface CheckResult {
  /** The check and what it looked at, such as `certificate` or `next-hop mail.example.org:25`. */
  readonly name: string
  /** How it has ended. */
  readonly status: CheckStatus
  /** What was found: a sentence. */
  readonly found: string
  /** What should be there. */
  readonly expected: string
  /** What to do; absent where nothing is to be done. */
  readonly remedy?: string
}

/** All results of one run. */
export interface DoctorReport {
  /** When it ended, in milliseconds since 1970. */
  readonly time: number
  /** The process that ran it. */
  readonly node: string
  /** Sorted as the checks are documented. */
  readonly results: readonly CheckResult[]
}
