/** What a language has to say in a summary. */
import type { StoppedAt } from '../counter.ts'
import type { WeekFigures } from '../figures.ts'

export interface SummaryTexts {
  readonly subject: (name: string, from: string, to: string) => string
  readonly heading: (from: string, to: string) => string
  /** Of which domains it tells. */
  readonly scope: (domains: string) => string
  readonly mail: string
  readonly recipients: string
  readonly results: Readonly<Record<'accepted' | 'quarantined' | 'deferred' | 'refused', string>>
  readonly stopped: string
  readonly stoppedAt: Readonly<Record<StoppedAt, string>>
  readonly trend: string
  /** The week that begins on this day. */
  readonly week: (from: string) => string
  readonly weekFigures: (week: WeekFigures, share: string) => string
  readonly corrected: string
  readonly released: string
  readonly trained: Readonly<Record<'ham' | 'spam', string>>
  readonly held: string
  readonly rules: string
  readonly load: string
  readonly levels: Readonly<Record<'green' | 'amber' | 'red', string>>
  readonly minutes: (count: number) => string
  readonly notices: string
  readonly none: string
  readonly footer: string
}
