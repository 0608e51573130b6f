/** The first of several processes: holds the ports, starts the workers, and starts another when one ends. */
import type { Socket } from 'node:net'
import type { Metric } from '../../model/metric.ts'
import { merged } from '../../observe/observer.ts'
import type { RelayOptions } from '../config/options.ts'
import { oldSpaceOf } from '../heap.ts'
import type { Management } from '../management/supervisor.ts'
import { listenerText, type Start } from '../report.ts'
import { sourcesOf } from '../sources.ts'
import { type StatusServer, serveStatus, single, statusUrl } from '../status-server.ts'
import { SharedPort } from './shared-port.ts'
import { WorkerProcess } from './worker-process.ts'

/** A worker that ends early is not replaced at once: the pause doubles until one has lived for `steady`. */
const PAUSE_MS = { first: 100, max: 30_000, steady: 60_000 }
/** While no worker lives the pause is at most this. */
const MAX_PAUSE_ALONE_MS = 500

export interface PrimaryEffects {
  /** The command line, which each worker gets. */
  readonly args: readonly string[]
  readonly log: (lines: string) => void
  readonly tell: (lines: string) => void
  /** What runs beside mail. */
  readonly management: Management
  /** Gives up privileges, once the ports are bound. */
  readonly dropPrivileges: () => void
}

/** A worker that is to be started after a pause. */
interface Pending {
  readonly start: () => void
  readonly timer: NodeJS.Timeout
}

export class Primary {
  readonly #options: RelayOptions
  readonly #effects: PrimaryEffects
  readonly #ports: readonly SharedPort[]
  readonly #workers = new Set<WorkerProcess>()
  readonly #pending = new Map<string, Pending>()
  #status: StatusServer | undefined
  #first: Start | undefined
  #isStopping = false
  #restarts = 0
  #questions = 0
  #turn = 0

  private constructor(options: RelayOptions, effects: PrimaryEffects) {
    this.#options = options
    this.#effects = effects
    this.#ports = options.listeners.map((_, index) => new SharedPort(socket => this.#handOver(index, socket)))
  }

  /** @throws an error of the system when a port is taken, and when the first worker does not start */
  static async start(options: RelayOptions, effects: PrimaryEffects): Promise<Primary> {
    const primary = new Primary(options, effects)
    try {
      await primary.#open()
    } catch (error) {
      await primary.close()
      throw error
    }
    return primary
  }

  /** How it has started, for a person. */
  get started(): Start {
    const { metrics, workers, enforce, listeners, name } = this.#options
    return {
      ...(this.#first ?? { listens: [], delivers: [], clamd: '', dns: '', enforce }),
      // A worker does not know the port on which this process listens for it.
      listens: listeners.map((listener, index) => listenerText(listener, name, this.#ports[index]?.port)),
      workers,
      ...(this.#status && metrics && { metrics: statusUrl(metrics, this.#status.port) }),
    }
  }

  /** The configuration is right: each worker reads it again. */
  reload(): void {
    for (const worker of this.#workers) worker.reload()
  }

  async close(): Promise<void> {
    this.#isStopping = true
    for (const { timer } of this.#pending.values()) clearTimeout(timer)
    for (const port of this.#ports) port.close()
    await Promise.all([...this.#workers].map(worker => worker.stop()))
    await this.#status?.close()
  }

  async #open(): Promise<void> {
    const { user, metrics, workers } = this.#options
    const sources = sourcesOf(this.#options)
    for (const [index, port] of this.#ports.entries()) await port.listen(sources[index], user !== undefined)
    const beside = () => this.#effects.management.health()
    const status = { metrics: this.#allMetrics, whyNotReady: this.#whyNotReady, beside }
    if (metrics) this.#status = await serveStatus(metrics, status)
    this.#effects.dropPrivileges()
    const first = this.#fork('1')
    this.#first = await first.started
    this.#watch(first, PAUSE_MS.first)
    const others = Array.from({ length: workers - 1 }, (_, index) => this.#begin(`${index + 2}`, PAUSE_MS.first))
    await Promise.allSettled(others)
  }

  readonly #whyNotReady = (): string | undefined => {
    if (this.#isStopping) return 'shutting down'
    return [...this.#workers].some(({ isReady }) => isReady) ? undefined : 'no worker runs'
  }

  #handOver(listener: number, socket: Socket): boolean {
    const ready = [...this.#workers].filter(({ isReady }) => isReady)
    this.#turn += 1
    return ready[this.#turn % ready.length]?.handOver(listener, socket) ?? false
  }

  /** @param name of its place among the workers: a worker that replaces another has its name */
  #fork(name: string): WorkerProcess {
    const { args, log, tell } = this.#effects
    const worker = new WorkerProcess({
      ...{ name, args, log, tell },
      oldSpace: oldSpaceOf(this.#options.workers),
      noticed: notice => this.#effects.management.notice(notice),
      sources: this.#ports.map(({ source }) => source),
      returned: (listener, socket) => this.#ports[listener]?.accept(socket),
    })
    this.#workers.add(worker)
    worker.exited.then(() => this.#workers.delete(worker))
    worker.started.then(
      () => {
        for (const port of this.#ports) port.workerStarted()
      },
      () => undefined,
    )
    return worker
  }

  /** Starts another when it ends. */
  #watch(worker: WorkerProcess, pause: number): void {
    worker.exited.then(reason => {
      if (this.#isStopping) return
      const isSteady = performance.now() - worker.since >= PAUSE_MS.steady
      const wanted = isSteady ? PAUSE_MS.first : pause
      const actual = this.#workers.size === 0 ? Math.min(wanted, MAX_PAUSE_ALONE_MS) : wanted
      this.#restarts += 1
      this.#effects.tell(`warning: worker ${worker.name} ended (${reason}); another starts in ${actual} ms\n`)
      this.#beginLater(worker.name, actual, Math.min(2 * wanted, PAUSE_MS.max))
      if (this.#workers.size === 0) this.#hurry()
    })
  }

  /** Where no process can be made now, it is tried again. Never rejects. */
  async #begin(name: string, nextPause: number): Promise<void> {
    try {
      const worker = this.#fork(name)
      this.#watch(worker, nextPause)
      await worker.started.catch(() => undefined)
    } catch (error) {
      this.#effects.tell(`warning: worker ${name} cannot be started now: ${String(error)}\n`)
      this.#beginLater(name, Math.max(nextPause, MAX_PAUSE_ALONE_MS), Math.min(2 * nextPause, PAUSE_MS.max))
    }
  }

  #beginLater(name: string, pause: number, nextPause: number): void {
    const start = (): void => {
      this.#pending.delete(name)
      void this.#begin(name, nextPause)
    }
    this.#pending.set(name, { start, timer: setTimeout(start, pause) })
  }

  /** The last worker has ended: those that wait for long begin soon. */
  #hurry(): void {
    for (const [name, { start, timer }] of this.#pending) {
      clearTimeout(timer)
      this.#pending.set(name, { start, timer: setTimeout(start, MAX_PAUSE_ALONE_MS) })
    }
  }

  readonly #allMetrics = async (): Promise<readonly Metric[]> => {
    const [own, beside] = await Promise.all([this.metrics(), this.#effects.management.metrics()])
    return merged([...own, ...beside])
  }

  /** What the workers have counted. */
  async metrics(): Promise<readonly Metric[]> {
    this.#questions += 1
    const answers = await Promise.all([...this.#workers].map(worker => worker.metrics(this.#questions)))
    const answering = answers.filter(({ length }) => length > 0).length
    return merged([
      single('postern_workers', 'gauge', 'Workers that answer.', answering),
      single('postern_worker_restarts_total', 'counter', 'Workers that ended and were replaced.', this.#restarts),
      ...answers.flat(),
    ])
  }
}
