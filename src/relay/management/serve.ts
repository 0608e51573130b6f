/** Runs the management process until the first process says stop, or is gone. */
import { setPriority } from 'node:os'
import { errorText } from '../../model/errors.ts'
import type { Metric } from '../../model/metric.ts'
import { systemClock } from '../../model/services.ts'
import { merged } from '../../observe/observer.ts'
import type { RelayOptions } from '../config/options.ts'
import { noticeLine } from '../report.ts'
import { single } from '../status-server.ts'
import { FirstProcess } from './first-process.ts'
import { Jobs } from './jobs.ts'
import type { FromManagement, ToManagement } from './messages.ts'
import { Configured, type ManagementOutput, Opened } from './opened.ts'

/** Mail comes first where both want the processor: see nice(1). */
const NICENESS = 10

export interface ServeParts {
  readonly options: RelayOptions
  readonly output: ManagementOutput
  /** Reads the configuration again. */
  readonly readAgain: () => Promise<RelayOptions>
}

export async function serveManagement({ options, output, readAgain }: ServeParts): Promise<void> {
  process.on('disconnect', () => process.exit(0))
  // The first process decides when to reload and when to stop: a terminal sends these signals to all processes.
  for (const signal of ['SIGHUP', 'SIGINT'] as const) process.on(signal, () => undefined)
  lowerPriority()
  const first = new FirstProcess(send, systemClock)
  const starting = ManagementServer.start(options, output, first)
  let closing: Promise<void> | undefined
  const stop = (): void => {
    closing ??= starting.then(server => server.close())
    closing.finally(() => process.exit(0)).catch(() => undefined)
  }
  process.on('SIGTERM', stop)
  process.on('message', (message: ToManagement) => {
    if (message.what === 'stop') stop()
    else if (message.what === 'metrics') first.answered(message.question, message.metrics)
    else if (message.what === 'notice') first.noticed(message.notice)
    else starting.then(server => server.take(message, readAgain)).catch(() => undefined)
  })
  const server = await starting
  send({ what: 'started', jobs: server.jobs })
}

class ManagementServer {
  readonly #opened: Opened
  readonly #output: ManagementOutput
  #configured: Configured
  #jobs: Jobs
  #last: Promise<void> = Promise.resolve()

  static async start(options: RelayOptions, output: ManagementOutput, first: FirstProcess): Promise<ManagementServer> {
    const opened = await Opened.open(options, output, first)
    const configured = await Configured.open(options, opened)
    const server = new ManagementServer(opened, configured, output)
    configured.begin()
    opened.counted = () => server.#metrics()
    await server.#jobs.start()
    first.deliver()
    return server
  }

  private constructor(opened: Opened, configured: Configured, output: ManagementOutput) {
    this.#opened = opened
    this.#output = output
    this.#configured = configured
    this.#jobs = new Jobs(configured.parts)
  }

  get jobs(): readonly string[] {
    return this.#jobs.names
  }

  take(message: Extract<ToManagement, { what: 'reload' | 'ask' }>, readAgain: ServeParts['readAgain']): void {
    if (message.what === 'ask') send({ what: 'answer', question: message.question, metrics: this.#metrics() })
    else this.#last = this.#last.then(() => this.#reload(readAgain))
  }

  async close(): Promise<void> {
    await this.#jobs.close()
    await this.#configured.close()
    await this.#opened.close()
  }

  /** One after the other. A configuration that cannot be used changes nothing. */
  async #reload(readAgain: ServeParts['readAgain']): Promise<void> {
    try {
      const next = await Configured.open(await readAgain(), this.#opened)
      const [jobs, configured] = [this.#jobs, this.#configured]
      this.#opened.first.hold()
      await jobs.close()
      this.#configured = next
      this.#jobs = new Jobs(next.parts)
      this.#opened.sinks.reopen()
      next.begin()
      await this.#jobs.start()
      this.#opened.first.deliver()
      await configured.close()
    } catch (error) {
      const reason = `the old configuration stays in the management process: ${errorText(error)}`
      this.#output.tell(noticeLine({ code: 'relay/reload', reason, level: 'warning' }))
    }
  }

  #metrics(): readonly Metric[] {
    const { rss, heapUsed } = process.memoryUsage()
    const { sinks, held } = this.#opened
    return merged(
      [
        single('postern_process_resident_memory_bytes', 'gauge', 'Memory of the process.', rss),
        single('postern_process_heap_used_bytes', 'gauge', 'Heap of the process in use.', heapUsed),
        ...this.#jobs.metrics(),
        ...(sinks.history?.metrics() ?? []),
        ...(held?.quarantine.metrics() ?? []),
      ].map(ofManagement),
    )
  }
}

/** Beside those of the workers, which have their names. */
const ofManagement = (metric: Metric): Metric =>
  ({
    ...metric,
    samples: metric.samples.map(sample => ({ ...sample, labels: { ...sample.labels, worker: 'management' } })),
  }) as Metric

function lowerPriority(): void {
  try {
    setPriority(NICENESS)
  } catch {
    // Some systems do not allow it: then the scheduler shares evenly.
  }
}

/** Has no effect when the first process has gone: then this process ends, too. */
function send(message: FromManagement): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
}
