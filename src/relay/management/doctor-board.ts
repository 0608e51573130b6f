/** The last report of the doctor, for all jobs that show it or act on it. */
import type { CheckResult, DoctorReport } from '../../doctor/types.ts'
import { warnOnThrow } from '../../model/services.ts'
import type { DoctorBoard } from './types.ts'

type Listener = (report: DoctorReport, before: readonly CheckResult[]) => void

export class Board implements DoctorBoard {
  readonly #check: () => Promise<DoctorReport>
  readonly #listeners = new Set<Listener>()
  #running: Promise<DoctorReport> | undefined
  last: DoctorReport | undefined

  /** @param check never rejects */
  constructor(check: () => Promise<DoctorReport>) {
    this.#check = check
  }

  run(): Promise<DoctorReport> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  onReport(listener: Listener): () => void {
    const guarded = warnOnThrow('onReport', listener)
    this.#listeners.add(guarded)
    return () => this.#listeners.delete(guarded)
  }

  async #run(): Promise<DoctorReport> {
    const report = await this.#check()
    const before = this.last?.results ?? []
    this.last = report
    for (const listener of this.#listeners) listener(report, before)
    return report
  }
}
