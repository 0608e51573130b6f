/** Rules of the operator: a metric above or below a number. A counter is compared by its growth in a minute. */
import { type Duration, toMilliseconds } from '../model/units.ts'
import type { Found, Rule, Severity } from './types.ts'

/** A rule of the operator. */
export interface CustomRule {
  /** Small letters, digits and hyphens. */
  readonly name: string
  /** A metric of `/metrics`. A gauge is compared as it is, a counter by its growth in a minute. */
  readonly metric: string
  /** Only samples with these labels. @default all */
  readonly labels?: Readonly<Record<string, string>>
  /** The alert begins above this value; give this or `below`. */
  readonly above?: number
  /** The alert begins below this value. */
  readonly below?: number
  /** How long it must last. @default '5m' */
  readonly for?: Duration
  /** @default 'warning' */
  readonly severity?: Severity
  /** What the mail says is to be done. */
  readonly remedy?: string
}

const WITHIN_MINUTES = 5

export function customRule(options: CustomRule): Rule {
  const { name, metric, labels = {}, above, below, severity = 'warning', for: given = '5m' } = options
  const { remedy = 'This rule is yours: see `alerts.custom`.' } = options
  const isMeant = (found: Readonly<Record<string, string>>): boolean =>
    Object.entries(labels).every(([label, value]) => found[label] === value)
  return {
    name,
    severity,
    for: toMilliseconds(given),
    check: seen => {
      const type = seen.typeOf(metric)
      if (type === undefined || type === 'histogram') return undefined
      const samples = seen.samples(metric).filter(({ labels: found = {} }) => isMeant(found))
      if (samples.length === 0 || (type === 'counter' && !seen.hasRunFor(WITHIN_MINUTES * 60_000))) return undefined
      // Values of several processes are added up: connections, bytes, queues.
      const value =
        type === 'counter'
          ? seen.growth(metric, WITHIN_MINUTES * 60_000, isMeant) / WITHIN_MINUTES
          : samples.reduce((sum, sample) => sum + sample.value, 0)
      const isFound = (above !== undefined && value > above) || (below !== undefined && value < below)
      return isFound ? [found(options, value, type, remedy)] : []
    },
  }
}

function found({ name, metric, above, below }: CustomRule, value: number, type: string, remedy: string): Found {
  const unit = type === 'counter' ? ' a minute' : ''
  const limit = above === undefined ? `below ${below}` : `above ${above}`
  const shown = Number(value.toPrecision(4))
  return { what: `${name}: ${metric} is ${shown}${unit}, ${limit}.`, affected: 'What this rule watches.', remedy }
}
