/** The jobs of the management process: starts those that the configuration asks for, and tries again what fails. */
import type { Metric } from '../../model/metric.ts'
import type { RelayOptions } from '../config/options.ts'
import { systemErrorText } from '../system-error.ts'
import type { ManagementJob, ManagementParts, RunningJob } from './types.ts'

export interface JobEntry {
  readonly name: string
  readonly isWanted: (options: RelayOptions) => boolean
  /** Loads its code when it is wanted. */
  readonly load: () => Promise<ManagementJob>
}

/** In the order in which they start. To add one, write `NAME-job.ts` and a line here, and see management-blocks.ts. */
export const JOBS: readonly JobEntry[] = [
  {
    // The other jobs show what it finds, so it runs beside each of them unless it is switched off.
    name: 'doctor',
    isWanted: ({ doctor }) => doctor !== false,
    load: async () => (await import('./doctor-job.ts')).job,
  },
  {
    name: 'console',
    isWanted: ({ console }) => console !== undefined,
    load: async () => (await import('./console-job.ts')).job,
  },
  {
    name: 'digest',
    isWanted: ({ digest }) => digest !== undefined,
    load: async () => (await import('./digest-job.ts')).job,
  },
  {
    name: 'reports',
    isWanted: ({ reports }) => reports !== undefined,
    load: async () => (await import('./reports-job.ts')).job,
  },
  {
    name: 'summary',
    isWanted: ({ summary }) => summary !== undefined,
    load: async () => (await import('./summary-job.ts')).job,
  },
  {
    name: 'alerts',
    isWanted: ({ alerts }) => alerts !== undefined,
    load: async () => (await import('./alerts-job.ts')).job,
  },
]

/** A job that could not start is tried again after this pause, and then after twice as long. */
const PAUSE_MS = { first: 5_000, max: 300_000 }

/** A job that has not started by then goes on starting beside the others. */
const START_TIMEOUT_MS = 30_000

export class Jobs {
  readonly #parts: ManagementParts
  readonly #entries: readonly JobEntry[]
  readonly #running = new Map<string, RunningJob>()
  readonly #cancels = new Set<() => void>()
  #isClosed = false

  constructor(parts: ManagementParts, all: readonly JobEntry[] = JOBS) {
    this.#parts = parts
    this.#entries = all.filter(({ isWanted }) => isWanted(parts.options))
  }

  get names(): readonly string[] {
    return this.#entries.map(({ name }) => name)
  }

  /** Never rejects: a job that cannot start, or waits for long, does not stop the others. */
  async start(): Promise<void> {
    const late = Promise.withResolvers<void>()
    const cancel = this.#parts.clock.after(START_TIMEOUT_MS, late.resolve)
    await Promise.race([Promise.all(this.#entries.map(entry => this.#start(entry, PAUSE_MS.first))), late.promise])
    cancel()
  }

  metrics(): readonly Metric[] {
    const samples = this.names.map(job => ({ labels: { job }, value: this.#running.has(job) ? 1 : 0 }))
    const up: Metric = { name: 'postern_management_job_up', type: 'gauge', help: 'Jobs that run.', samples }
    return [up, ...Array.from(this.#running.values(), job => job.metrics?.() ?? []).flat()]
  }

  /** Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const cancel of this.#cancels) cancel()
    await Promise.allSettled(Array.from(this.#running.values(), job => job.close()))
    this.#running.clear()
  }

  async #start(entry: JobEntry, pause: number): Promise<void> {
    const { clock, notify } = this.#parts
    try {
      const { start } = await entry.load()
      const running = await start(this.#parts)
      if (this.#isClosed) await running.close()
      else this.#running.set(entry.name, running)
    } catch (error) {
      if (this.#isClosed) return
      const reason = `${entry.name} cannot start: ${systemErrorText(error)}; it is tried again in ${pause / 1000} s`
      notify({ code: `${entry.name}/start`, reason, level: 'warning' })
      const cancel = clock.after(pause, () => {
        this.#cancels.delete(cancel)
        void this.#start(entry, Math.min(2 * pause, PAUSE_MS.max))
      })
      this.#cancels.add(cancel)
    }
  }
}
