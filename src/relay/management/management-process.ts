/** The management process as the first process sees it. */
import { type ChildProcess, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Metric } from '../../model/metric.ts'
import { boundedChildOptions, childEnvironment } from '../heap.ts'
import { wholeLines } from '../workers/whole-lines.ts'
import { BoundedSender } from './bounded-sender.ts'
import type { FromManagement, NodeNotice, ToManagement } from './messages.ts'

/** A process that is too busy to answer in time is left out of the metrics. */
const METRICS_TIMEOUT_MS = 1_000
/** It is killed when it has not answered so many questions. */
const MAX_UNANSWERED = 6
/** Its heap, in megabytes: what exceeds it ends this process and no mail. */
const MAX_HEAP_MB = 256

export interface ManagementProcessParts {
  readonly args: readonly string[]
  readonly log: (lines: string) => void
  readonly tell: (lines: string) => void
  /** What it runs. @default management/main.ts */
  readonly file?: string
  /** Milliseconds between questions whether it answers. @default 10_000 */
  readonly askInterval?: number
  /** Milliseconds that it has to end. @default 10_000 */
  readonly stopTimeout?: number
  /** The metrics of the mail processes of this node. */
  readonly metrics: () => readonly Metric[] | Promise<readonly Metric[]>
}

export class ManagementProcess {
  readonly since = performance.now()
  readonly #child: ChildProcess
  readonly #exited = Promise.withResolvers<string>()
  readonly #started = Promise.withResolvers<readonly string[]>()
  readonly #answers = new Map<number, (metrics: readonly Metric[]) => void>()
  readonly #notices = new BoundedSender()
  readonly #asking: NodeJS.Timeout
  readonly #stopTimeout: number
  #questions = 0
  #unanswered = 0

  constructor(parts: ManagementProcessParts) {
    const { args, log, tell, metrics, file = mainFile(), askInterval = 10_000, stopTimeout = 10_000 } = parts
    this.#stopTimeout = stopTimeout
    this.#child = fork(file, args, {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      // Whatever NODE_OPTIONS says.
      execArgv: boundedChildOptions(MAX_HEAP_MB),
      env: childEnvironment(process.env),
    })
    this.#asking = setInterval(() => this.#ask(), askInterval)
    this.#child.once('exit', (code, signal) => {
      clearInterval(this.#asking)
      this.#exited.resolve(signal ?? String(code))
      this.#started.reject(new Error('the management process has ended'))
    })
    // A process that could not be made, or to which nothing can be sent: it has ended, or will.
    this.#child.on('error', error => {
      tell(`warning: management process: ${error.message}\n`)
      if (this.#child.pid === undefined) this.#child.emit('exit', 1, null)
    })
    this.#child.on('message', (message: FromManagement) => {
      if (message.what === 'started') this.#started.resolve(message.jobs)
      else if (message.what === 'answer') this.#answered(message.question, message.metrics)
      else this.#report(message.question, metrics)
    })
    this.#started.promise.catch(() => undefined)
    this.#child.stdout?.on('data', wholeLines(log))
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** The names of the jobs that it runs. Rejects when it ends first; it has written why to stderr. */
  get started(): Promise<readonly string[]> {
    return this.#started.promise
  }

  /** The signal or the status with which it ended. */
  get exited(): Promise<string> {
    return this.#exited.promise
  }

  /** Notices that it did not read in time. */
  get dropped(): number {
    return this.#notices.dropped
  }

  notice(notice: NodeNotice): void {
    this.#notices.send(this.#child, { what: 'notice', notice } satisfies ToManagement)
  }

  reload(): void {
    this.#send({ what: 'reload' })
  }

  /** What it has counted; empty if it does not answer in time. */
  metrics(): Promise<readonly Metric[]> {
    const { promise, resolve } = Promise.withResolvers<readonly Metric[]>()
    const question = this.#ask(metrics => {
      clearTimeout(timer)
      resolve(metrics)
    })
    const timer = setTimeout(() => {
      this.#answers.delete(question)
      resolve([])
    }, METRICS_TIMEOUT_MS)
    return promise
  }

  async stop(): Promise<void> {
    this.#send({ what: 'stop' })
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), this.#stopTimeout)
    await this.exited
    clearTimeout(timer)
  }

  #ask(answered?: (metrics: readonly Metric[]) => void): number {
    if (this.#unanswered >= MAX_UNANSWERED) this.#child.kill('SIGKILL')
    this.#questions += 1
    // Questions of /metrics may come many times a second: only those of the timer are counted.
    if (answered) this.#answers.set(this.#questions, answered)
    else this.#unanswered += 1
    this.#send({ what: 'ask', question: this.#questions })
    return this.#questions
  }

  #answered(question: number, metrics: readonly Metric[]): void {
    this.#unanswered = 0
    this.#answers.get(question)?.(metrics)
    this.#answers.delete(question)
  }

  async #report(question: number, metrics: ManagementProcessParts['metrics']): Promise<void> {
    let counted: readonly Metric[] = []
    try {
      counted = await metrics()
    } catch {
      // The question is answered all the same.
    }
    this.#send({ what: 'metrics', question, metrics: counted })
  }

  #send(message: ToManagement): void {
    if (this.#child.connected) this.#child.send(message, undefined, undefined, () => undefined)
  }
}

/** The file that it runs, beside this one or where the build puts it. */
function mainFile(): string {
  const here = import.meta.url
  const paths = here.endsWith('.ts')
    ? ['./main.ts']
    : ['./main.js', './relay/management/main.js', './management/main.js']
  const found = paths.map(path => fileURLToPath(new URL(path, here))).find(existsSync)
  if (!found) throw new Error(`relay/management/main.js is not where the build of postern puts it, near ${here}`)
  return found
}
