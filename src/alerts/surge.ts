/** The surge notice: load control defers mail. It says who is affected, and when the forecast expects the end. */
import { ADMITTED, FINDINGS, TURNED_AWAY } from './rules.ts'
import type { Seen } from './seen.ts'
import type { Rule } from './types.ts'

const MINUTE = 60_000
const WITHIN = 5 * MINUTE

export const surge: Rule = {
  name: 'surge',
  severity: 'critical',
  for: MINUTE,
  delaysMail: true,
  check: seen => {
    const turnedAway = seen.growthBy(TURNED_AWAY, WITHIN, ({ priority }) => priority)
    const of = (priority: string): number => turnedAway.get(priority) ?? 0
    const deferred = seen.growth(FINDINGS, WITHIN, ({ rule }) => rule?.endsWith('/deferred') === true)
    // Clients with a bad record are turned away while there is room for others: alone they are no surge.
    if (of('known') + of('unknown') + deferred === 0) return []
    const clients = [
      `${of('known')} known, ${of('unknown')} unknown and ${of('bad')} clients with a bad record were turned away`,
      ...(deferred > 0 ? [`${deferred} messages were deferred because expensive checks are left out`] : []),
    ]
    return [
      {
        what: `Load control defers mail: in five minutes ${clients.join(', and ')}.`,
        affected: `${whoIs(of('known'))} All of them try again by themselves; nothing is refused for good. ${endOf(seen)}`,
        remedy: 'Nothing, if it is short. Else add a machine (docs/guides/under-load.md), or raise `load.sessions`.',
      },
    ]
  },
}

const whoIs = (known: number): string =>
  known > 0
    ? 'Even clients with a good record wait.'
    : 'Clients with a good record are served; unknown clients wait some minutes.'

function endOf(seen: Seen): string {
  const end = seen.forecasts.surgeEnd(seen.growth(ADMITTED, WITHIN))
  switch (end.kind) {
    case 'at':
      return `The forecast expects the end in about ${durationText(end.inMs)}.`
    case 'unexpected':
      return 'The forecast did not expect so many, so it cannot say when it ends.'
    case 'not-within-a-day':
      return 'The forecast expects no end within a day.'
    case 'unknown':
      return 'When it ends is not known: the forecast has observed less than a day.'
    default:
      return end satisfies never
  }
}

const durationText = (ms: number): string => {
  const minutes = Math.round(ms / MINUTE)
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`
}
