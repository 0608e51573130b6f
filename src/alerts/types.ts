/** What an alert is, and what a rule says about the state of a node. */
import type { Seen } from './seen.ts'

/** `critical`: mail is delayed, lost from the record, or soon refused. `warning`: look at it today. */
export type Severity = 'warning' | 'critical'

/** What a rule has found. */
export interface Found {
  /** What of several it is about, such as a host; absent where there is only one. */
  readonly subject?: string
  /** What happens: a sentence. */
  readonly what: string
  /** Who or what is affected: a sentence. */
  readonly affected: string
  /** What to do: a sentence. */
  readonly remedy: string
}

/** A question that is asked every 15 seconds. */
export interface Rule {
  /** Small letters and hyphens: the label `name` of `postern_alert`. */
  readonly name: string
  readonly severity: Severity
  /** Milliseconds for which it must be found before the alert begins. */
  readonly for: number
  /** While it lasts senders notice that mail is late: it is said on the status page. */
  readonly delaysMail?: true
  /** Everything that it finds now, at most 20 subjects; undefined when it cannot be known. Must not wait. */
  readonly check: (seen: Seen) => readonly Found[] | undefined
}

/** An alert that has begun on one node or on several. */
export interface Alert extends Found {
  /** The name of its rule, and the subject after a slash. */
  readonly id: string
  readonly rule: string
  readonly severity: Severity
  readonly delaysMail?: true
  /** When it began, in milliseconds since 1970. */
  readonly since: number
  /** The nodes that see it. */
  readonly nodes: readonly string[]
}
