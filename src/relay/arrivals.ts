/** Counts the sessions that arrive, learns their days and weeks, and shows what is to be expected. */
import type { Filter } from '../index.ts'
import { forecast } from '../load/index.ts'
import type { Metric } from '../observe/index.ts'
import { plain } from './metrics.ts'

/** How far ahead the peak is looked for: time enough to start another machine. */
const AHEAD = '6h'

/** A filter that finds nothing. Whoever is turned away at the door is counted too; whoever is shut out is not. */
export function arrivals(): Filter {
  const season = forecast()
  let count = 0
  return {
    name: 'arrivals',
    order: 'early',
    connect: () => {
      count += 1
      season.arrived()
    },
    metrics: (): readonly Metric[] => {
      const [next, peak] = [season.expect('1m'), season.peak(AHEAD)]
      return [
        plain('postern_arrivals_total', 'counter', 'Sessions that have arrived.', count),
        plain(
          'postern_arrivals_anomaly',
          'gauge',
          'By how many deviations the last minute differs from what was expected of it; 0 in the first day.',
          season.anomaly(),
        ),
        ...(next
          ? [plain('postern_arrivals_expected', 'gauge', 'Sessions expected in the next minute.', next.expected)]
          : []),
        ...(peak
          ? [
              plain('postern_arrivals_peak', 'gauge', `Sessions in the fullest minute of ${AHEAD}.`, peak.high),
              plain('postern_arrivals_peak_seconds', 'gauge', 'Seconds until that minute.', peak.in / 1000),
            ]
          : []),
      ]
    },
  }
}
