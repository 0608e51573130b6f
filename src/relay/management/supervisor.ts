/** Starts the management process where the configuration asks for it, and starts another when it ends. */
import type { Metric } from '../../model/metric.ts'
import { merged } from '../../observe/observer.ts'
import { wantsManagement } from '../config/management-blocks.ts'
import type { RelayOptions } from '../config/options.ts'
import { single } from '../status-server.ts'
import { ManagementProcess } from './management-process.ts'
import type { NodeNotice } from './messages.ts'

/** The pause doubles until a process has lived for `steady`. */
const PAUSE_MS = { first: 1_000, max: 60_000, steady: 60_000 }

export interface SupervisorParts {
  readonly args: readonly string[]
  readonly log: (lines: string) => void
  readonly tell: (lines: string) => void
}

/** What the processes that carry mail know of the management process. */
export interface Management {
  /** Hands it a notice; without it nothing happens. */
  notice(notice: NodeNotice): void
  /** What it has counted; empty where the configuration does not ask for it. */
  metrics(): Promise<readonly Metric[]>
  /** A line for `/health`; undefined where the configuration does not ask for it. */
  health(): string | undefined
}

export class ManagementSupervisor implements Management {
  readonly #parts: SupervisorParts
  #ofMail: () => readonly Metric[] | Promise<readonly Metric[]> = () => []
  #process: ManagementProcess | undefined
  #timer: NodeJS.Timeout | undefined
  #state: 'off' | 'starting' | 'running' | 'pausing' = 'off'
  #restarts = 0
  #dropped = 0

  constructor(parts: SupervisorParts) {
    this.#parts = parts
  }

  /** Starts it, if the configuration asks for it. Mail does not wait for it. */
  begin(options: RelayOptions, ofMail: () => readonly Metric[] | Promise<readonly Metric[]>): void {
    this.#ofMail = ofMail
    if (wantsManagement(options)) this.#start(PAUSE_MS.first)
  }

  /** The configuration is right: the process reads it again, begins or ends. */
  async reload(options: RelayOptions): Promise<void> {
    if (!wantsManagement(options)) await this.close()
    else if (this.#state === 'off') this.#start(PAUSE_MS.first)
    else this.#process?.reload()
  }

  async close(): Promise<void> {
    this.#state = 'off'
    clearTimeout(this.#timer)
    const last = this.#process
    this.#process = undefined
    await last?.stop()
  }

  notice(notice: NodeNotice): void {
    this.#process?.notice(notice)
  }

  async metrics(): Promise<readonly Metric[]> {
    if (this.#state === 'off') return []
    const own = (await this.#process?.metrics()) ?? []
    const dropped = this.#dropped + (this.#process?.dropped ?? 0)
    return merged([
      single('postern_management_up', 'gauge', 'Whether the management process answers.', own.length > 0 ? 1 : 0),
      single(
        'postern_management_restarts_total',
        'counter',
        'How often it ended and was started anew.',
        this.#restarts,
      ),
      single('postern_management_notices_dropped_total', 'counter', 'Notices that it did not read in time.', dropped),
      ...own,
    ])
  }

  health(): string | undefined {
    if (this.#state === 'off') return undefined
    if (this.#state === 'pausing') return 'management: ended, another process starts after a pause'
    return `management: ${this.#state}`
  }

  #start(pause: number): void {
    this.#state = 'starting'
    let started: ManagementProcess
    try {
      started = new ManagementProcess({ ...this.#parts, metrics: () => this.#ofMail() })
    } catch (error) {
      this.#startLater(pause, `cannot be started now: ${String(error)}`)
      return
    }
    this.#process = started
    started.started.then(
      () => {
        if (this.#process === started) this.#state = 'running'
      },
      () => undefined,
    )
    started.exited.then(reason => {
      if (this.#process !== started) return
      this.#process = undefined
      this.#dropped += started.dropped
      this.#restarts += 1
      const isSteady = performance.now() - started.since >= PAUSE_MS.steady
      this.#startLater(isSteady ? PAUSE_MS.first : pause, `ended (${reason})`)
    })
  }

  #startLater(pause: number, what: string): void {
    this.#state = 'pausing'
    this.#parts.tell(`warning: the management process ${what}; mail goes on, and another starts in ${pause} ms\n`)
    this.#timer = setTimeout(() => this.#start(Math.min(2 * pause, PAUSE_MS.max)), pause)
  }
}
