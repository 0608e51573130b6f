/** A worker as the first process sees it. */
import { type ChildProcess, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Metric } from '../../model/metric.ts'
import { childEnvironment, childOptions } from '../heap.ts'
import type { NodeNotice } from '../management/messages.ts'
import type { Start } from '../report.ts'
import type { Source } from '../sources.ts'
import { type FromWorker, sourcesText, type ToWorker, WORKER_NAME, WORKER_SOURCES } from './messages.ts'
import { wholeLines } from './whole-lines.ts'

/** A worker that is too busy to answer in time is left out of the metrics. */
const METRICS_TIMEOUT_MS = 1_000
/** A worker that does not end by then is killed. */
const STOP_TIMEOUT_MS = 20_000

export interface WorkerParts {
  readonly name: string
  readonly args: readonly string[]
  readonly sources: readonly Source[]
  /** MB of its old generation. */
  readonly oldSpace: number
  readonly log: (lines: string) => void
  readonly tell: (lines: string) => void
  readonly noticed: (notice: NodeNotice) => void
  /** Takes back a socket that the worker had not received when it ended. */
  readonly returned: (listener: number, socket: Socket) => void
}

/** A socket on its way to the worker: this process keeps it open until the worker has it. */
interface SentSocket {
  readonly listener: number
  readonly socket: Socket
}

export class WorkerProcess {
  readonly name: string
  readonly since = performance.now()
  readonly #child: ChildProcess
  readonly #exited: Promise<string>
  readonly #started = Promise.withResolvers<Start>()
  readonly #sent = new Map<number, SentSocket>()
  #lastSent = 0
  isReady = false

  constructor({ name, args, sources, oldSpace, log, tell, noticed, returned }: WorkerParts) {
    this.name = name
    this.#child = fork(workerFile(), args, {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      execArgv: childOptions(oldSpace),
      env: { ...childEnvironment(process.env), [WORKER_NAME]: name, [WORKER_SOURCES]: sourcesText(sources) },
    })
    const exited = Promise.withResolvers<string>()
    this.#exited = exited.promise
    this.#child.once('exit', (code, signal) => {
      this.isReady = false
      exited.resolve(signal ?? String(code))
      for (const { listener, socket } of this.#sent.values()) returned(listener, socket)
      this.#sent.clear()
      this.#started.reject(Object.assign(new Error('no worker could be started'), { code: 'EWORKER' }))
    })
    // A process that could not be made, or to which nothing can be sent: it has ended, or will.
    this.#child.on('error', error => {
      tell(`warning: worker ${name}: ${error.message}\n`)
      if (this.#child.pid === undefined) this.#child.emit('exit', 1, null)
    })
    this.#child.on('message', (message: FromWorker) => {
      if (message.what === 'received') this.#received(message.id)
      if (message.what === 'notice') noticed(message.notice)
      if (message.what !== 'started') return
      this.isReady = true
      this.#started.resolve(message.start)
    })
    this.#started.promise.catch(() => undefined)
    // Lines of several processes may not mix: only whole ones are passed on.
    this.#child.stdout?.on('data', wholeLines(log))
  }

  /** Rejects when the worker ends first; it has written why to stderr. */
  get started(): Promise<Start> {
    return this.#started.promise
  }

  /** The signal or the status with which it ended. */
  get exited(): Promise<string> {
    return this.#exited
  }

  /** Returns false when the worker cannot take the socket. */
  handOver(listener: number, socket: Socket): boolean {
    if (!this.isReady || !this.#child.connected) return false
    this.#lastSent += 1
    const id = this.#lastSent
    this.#sent.set(id, { listener, socket })
    return this.#send({ what: 'connection', listener, id }, socket)
  }

  /** The worker has its copy of the socket: ours is closed, and the connection goes on. */
  #received(id: number): void {
    this.#sent.get(id)?.socket.destroy()
    this.#sent.delete(id)
  }

  reload(): void {
    this.#send({ what: 'reload' })
  }

  /** What it has counted, labelled with its name; empty if it does not answer in time. */
  metrics(question: number): Promise<readonly Metric[]> {
    const { promise, resolve } = Promise.withResolvers<readonly Metric[]>()
    const done = (metrics: readonly Metric[]) => {
      clearTimeout(timer)
      this.#child.off('message', take)
      resolve(metrics.map(metric => labelled(metric, this.name)))
    }
    const take = (message: FromWorker) => {
      if (message.what === 'metrics' && message.question === question) done(message.metrics)
    }
    const timer = setTimeout(() => done([]), METRICS_TIMEOUT_MS)
    this.#child.on('message', take)
    this.#send({ what: 'metrics', question })
    return promise
  }

  async stop(): Promise<void> {
    this.#send({ what: 'stop' })
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await this.#exited
    clearTimeout(timer)
  }

  #send(message: ToWorker, socket?: Socket): boolean {
    // A worker that is just ending cannot be reached.
    if (!this.#child.connected) return false
    this.#child.send(message, socket, socket && { keepOpen: true }, () => undefined)
    return true
  }
}

/** The file that a worker runs, beside this one or where the build puts it. */
function workerFile(): string {
  const here = import.meta.url
  const paths = here.endsWith('.ts') ? ['./main.ts'] : ['./main.js', './relay/workers/main.js', './workers/main.js']
  const found = paths.map(path => fileURLToPath(new URL(path, here))).find(existsSync)
  if (!found) throw new Error(`relay/workers/main.js is not where the build of postern puts it, near ${here}`)
  return found
}

const labelled = (metric: Metric, worker: string): Metric =>
  ({
    ...metric,
    samples: metric.samples.map(sample => ({ ...sample, labels: { ...sample.labels, worker } })),
  }) as Metric
