/** Which alerts this node sees: what is found must last before an alert begins, and be absent before it ends. */
import { bounded } from './rules.ts'
import type { Seen } from './seen.ts'
import type { Found, Rule } from './types.ts'

/** What is no longer found must be absent for so long: less would be news at every moment of relief. */
const CALM_MS = 5 * 60_000

interface Condition {
  readonly rule: Rule
  found: Found
  since: number
  lastSeen: number
  isFiring: boolean
}

/** An alert as this node sees it. */
export interface Firing {
  readonly id: string
  readonly rule: Rule
  readonly found: Found
}

export interface Outcome {
  readonly firing: readonly Firing[]
  /** Rules that cannot be judged now: their alerts stay as they are. */
  readonly unknown: ReadonlySet<string>
}

const idOf = (rule: string, { subject }: Found): string => (subject === undefined ? rule : `${rule}/${subject}`)

export class Conditions {
  readonly #rules: readonly Rule[]
  readonly #failed: (rule: string, error: unknown) => void
  readonly #conditions = new Map<string, Condition>()

  /** @param failed is called when a rule throws: it is unknown then */
  constructor(rules: readonly Rule[], failed: (rule: string, error: unknown) => void) {
    this.#rules = rules
    this.#failed = failed
  }

  /**
   * Alerts that this node saw before it began anew are still seen, until they are absent for long enough.
   *
   * @param alerts what is known of them
   */
  resume(alerts: readonly { readonly rule: string; readonly found: Found }[], now: number): void {
    for (const { rule: name, found } of alerts) {
      const rule = this.#rules.find(one => one.name === name)
      const id = idOf(name, found)
      if (rule === undefined || this.#conditions.has(id)) continue
      this.#conditions.set(id, { rule, found, since: now, lastSeen: now, isFiring: true })
    }
  }

  check(seen: Seen): Outcome {
    const unknown = new Set<string>()
    for (const rule of this.#rules) {
      const found = seen.isKnown ? this.#ask(rule, seen) : undefined
      if (found === undefined) unknown.add(rule.name)
      else for (const one of bounded(found)) this.#saw(rule, one, seen.now)
    }
    for (const [id, condition] of this.#conditions) this.#judge(id, condition, seen.now, unknown)
    const firing = Array.from(this.#conditions).flatMap(([id, { rule, found, isFiring }]) =>
      isFiring ? [{ id, rule, found }] : [],
    )
    return { firing, unknown }
  }

  #ask(rule: Rule, seen: Seen): readonly Found[] | undefined {
    try {
      return rule.check(seen)
    } catch (error) {
      this.#failed(rule.name, error)
      return undefined
    }
  }

  #saw(rule: Rule, found: Found, now: number): void {
    const id = idOf(rule.name, found)
    const known = this.#conditions.get(id)
    if (known === undefined) {
      this.#conditions.set(id, { rule, found, since: now, lastSeen: now, isFiring: false })
      return
    }
    known.found = found
    known.lastSeen = now
  }

  #judge(id: string, condition: Condition, now: number, unknown: ReadonlySet<string>): void {
    const isSeen = condition.lastSeen === now
    if (isSeen && now - condition.since >= condition.rule.for) condition.isFiring = true
    if (isSeen) return
    if (unknown.has(condition.rule.name)) {
      // Time that cannot be judged is neither calm nor trouble.
      if (condition.isFiring) condition.lastSeen = now
      else this.#conditions.delete(id)
      return
    }
    // Before it has begun, one moment without it starts the count anew.
    if (!condition.isFiring || now - condition.lastSeen >= CALM_MS) this.#conditions.delete(id)
  }
}
