/** Counts the sessions that arrive, records their days and weeks, and shows what is to be expected. */
import { forecast } from '../load/index.ts'
import type { Filter } from '../model/filter.ts'
import type { Metric } from '../observe/index.ts'
import { single } from './status-server.ts'

/** How far ahead the peak is looked for: enough time to start another machine. */
const HORIZON = '6h'

/** A filter that finds nothing. Clients that are refused at connect count too; those that get no session do not. */
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
      const [next, peak] = [season.expect('1m'), season.peak(HORIZON)]
      return [
        single('postern_arrivals_total', 'counter', 'Sessions that have arrived.', count),
        single(
          'postern_arrivals_anomaly',
          'gauge',
          'By how many deviations the last minute differs from what was expected of it; 0 in the first day.',
          season.anomaly(),
        ),
        ...(next
          ? [single('postern_arrivals_expected', 'gauge', 'Sessions expected in the next minute.', next.expected)]
          : []),
        ...(peak
          ? [
              single('postern_arrivals_peak', 'gauge', `Sessions in the fullest minute of ${HORIZON}.`, peak.high),
              single('postern_arrivals_peak_seconds', 'gauge', 'Seconds until that minute.', peak.in / 1000),
            ]
          : []),
      ]
    },
  }
}
