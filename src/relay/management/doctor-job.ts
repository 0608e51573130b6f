/** The doctor as a job: checks the deployment regularly, and tells what has changed. */
import type { CheckResult } from '../../doctor/types.ts'
import type { Metric } from '../../model/metric.ts'
import { toMilliseconds } from '../../model/units.ts'
import type { ManagementJob, ManagementParts } from './types.ts'

/** The first run waits until the mail processes have started. */
const FIRST_MS = 10_000

/** Checks that are shown by name, and how much of a name. */
const MAX_CHECKS = 200
const MAX_LENGTH = 100

const STATUSES = ['ok', 'warning', 'failed', 'unknown'] as const

export const job: ManagementJob = {
  start: async parts => {
    const { clock, doctor, options } = parts
    const { every: given = '15m' } = typeof options.doctor === 'object' ? options.doctor : {}
    const every = toMilliseconds(given)
    let cancel = (): void => undefined
    const later = (ms: number): void => {
      cancel = clock.after(ms, () => {
        void doctor.run()
        later(every)
      })
    }
    later(FIRST_MS)
    const end = doctor.onReport(({ results }, before) => tellChanges(results, before, parts.notify))
    return {
      metrics: () => metricsOf(doctor.last?.results ?? []),
      close: async () => {
        cancel()
        end()
      },
    }
  },
}

const isBad = ({ status }: CheckResult): boolean => status === 'failed' || status === 'warning'

/** One notice for what has gone wrong since the last run, and one for what is right again. */
function tellChanges(
  results: readonly CheckResult[],
  before: readonly CheckResult[],
  notify: ManagementParts['notify'],
): void {
  const earlier = new Map(before.map(result => [result.name, result]))
  for (const result of results) {
    const { name, status, found, remedy } = result
    const was = earlier.get(name)
    const advice = remedy === undefined ? '' : `; ${remedy}`
    if (isBad(result) && was?.status !== status)
      notify({ code: `doctor/${status}`, reason: `${name}: ${found}${advice}`, level: 'warning' })
    else if (status === 'ok' && was !== undefined && isBad(was))
      notify({ code: 'doctor/ok', reason: `${name}: ${found}`, level: 'info' })
  }
}

function metricsOf(results: readonly CheckResult[]): readonly Metric[] {
  const samples = STATUSES.map(status => ({
    labels: { status },
    value: results.filter(result => result.status === status).length,
  }))
  const each = results.slice(0, MAX_CHECKS).map(({ name, status }) => ({
    labels: { check: name.slice(0, MAX_LENGTH) },
    value: STATUSES.indexOf(status),
  }))
  return [
    { name: 'postern_doctor_checks', type: 'gauge', help: 'Checks of the doctor by what they found.', samples },
    {
      name: 'postern_doctor_check',
      type: 'gauge',
      help: 'What each check of the doctor found: 0 ok, 1 a warning, 2 a failure, 3 unknown.',
      samples: each,
    },
  ]
}
