/** Counts of an hour, added up before they are written. */
import type { RecipientEvent } from '../model/events.ts'
import { mailboxOf } from '../net/path.ts'

/** How many recipients of an hour share a name. */
export interface Total {
  readonly hour: number
  readonly kind: 'verdict' | 'rule' | 'domain'
  readonly name: string
  count: number
}

const HOUR_MS = 3_600_000
/** Names of one batch: more are counted together, so that a flood of names stays small. */
const MAX_NAMES = 2_000

export const hourOf = (time: number): number => Math.floor(time / HOUR_MS) * HOUR_MS

export class Totals {
  readonly #totals = new Map<string, Total>()

  add({ time, verdict, stage, recipient, findings }: RecipientEvent): void {
    const hour = hourOf(time)
    this.#count(hour, 'verdict', verdict)
    // Anybody can name a recipient: domains of those that were refused at RCPT are not counted.
    if (stage === 'message') this.#count(hour, 'domain', mailboxOf(recipient).domain)
    for (const rule of new Set(findings.map(finding => finding.rule))) this.#count(hour, 'rule', rule)
  }

  /** In one order for all writers, so that two of them never wait for each other. */
  sorted(): readonly Total[] {
    return [...this.#totals].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, total]) => total)
  }

  #count(hour: number, kind: Total['kind'], name: string): void {
    const key = `${hour} ${kind} ${name}`
    const found = this.#totals.get(key)
    if (found !== undefined) found.count += 1
    else if (this.#totals.size < MAX_NAMES) this.#totals.set(key, { hour, kind, name, count: 1 })
    else {
      const rest = this.#totals.get(`${hour} ${kind} `)
      if (rest === undefined) this.#totals.set(`${hour} ${kind} `, { hour, kind, name: 'others', count: 1 })
      else rest.count += 1
    }
  }
}
