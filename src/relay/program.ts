/**
 * The relay as a program: reads its configuration, runs until a signal ends it, and reads it again at SIGHUP. Each kind
 * of process loads its own part: the first of several does without filters and delivery, which is half of its memory.
 */
import { errorText, PosternError } from '../model/errors.ts'
import type { Metric } from '../model/metric.ts'
import { boundedLog } from './bounded-log.ts'
import { loadOptions } from './config/load.ts'
import type { RelayOptions } from './config/options.ts'
import { limitThreadHeaps } from './heap.ts'
import type { NodeNotice } from './management/messages.ts'
import { ManagementSupervisor } from './management/supervisor.ts'
import { notifyManager } from './notify-manager.ts'
import { dropPrivileges, mustDropPrivileges } from './privileges.ts'
import { noticeLine, type Start, startLines } from './report.ts'
import { systemErrorText } from './system-error.ts'
import { readSources, WORKER_NAME, WORKER_SOURCES } from './workers/messages.ts'

/** What runs, as one process or as several. */
interface Running {
  readonly started: Start
  /** Takes over a configuration that was found to be right. */
  readonly reload: (options: RelayOptions) => void | Promise<void>
  readonly close: () => Promise<void>
}

/** Output that never stops mail. */
const output = () => {
  const tell = boundedLog(process.stderr, () => undefined).write
  return { tell, log: boundedLog(process.stdout, tell).write }
}

const readAgain = (args: readonly string[]): Promise<RelayOptions> =>
  loadOptions({ args, environment: process.env }).then(({ options }) => options)

/** Runs a relay with these options of the command line until SIGTERM or SIGINT; then the process exits. */
export async function runRelay(args: readonly string[]): Promise<void> {
  const { tell, log } = output()
  limitThreadHeaps()
  try {
    // Before the first configuration is read there is none to read again.
    process.on('SIGHUP', () => undefined)
    const running = await start({ args, log, tell })
    stopAtSignals(running)
    reloadAtSignal(args, running, tell)
    tell(startLines(running.started))
    notifyManager('READY=1')
  } catch (error) {
    tell(`${failureText(error)}\n`)
    process.exit(1)
  }
}

/** The command line, and where lines go. */
interface Given {
  readonly args: readonly string[]
  readonly log: (lines: string) => void
  readonly tell: (lines: string) => void
}

async function start({ args, log, tell }: Given): Promise<Running> {
  const options = await readAgain(args)
  const management = new ManagementSupervisor({ args, log, tell })
  const mail = await startMail(options, management, { args, log, tell })
  management.begin(options, mail.metrics)
  return {
    started: mail.started,
    reload: async next => {
      await Promise.all([mail.reload(next), management.reload(next)])
    },
    close: async () => {
      await Promise.all([mail.close(), management.close()])
    },
  }
}

/** What carries mail, and what it has counted. */
interface Mail extends Running {
  readonly metrics: () => readonly Metric[] | Promise<readonly Metric[]>
}

async function startMail(options: RelayOptions, management: ManagementSupervisor, given: Given): Promise<Mail> {
  const { args, log, tell } = given
  // Files that root made the user could not write: with a user another process does all but to hold the ports.
  if (options.workers > 1 || mustDropPrivileges(options)) {
    const { Primary } = await import('./workers/primary.ts')
    const parts = { args, log, tell, management, dropPrivileges: () => dropPrivileges(options) }
    const primary = await Primary.start(options, parts)
    return {
      started: primary.started,
      reload: () => primary.reload(),
      close: () => primary.close(),
      metrics: () => primary.metrics(),
    }
  }
  const { startRelay } = await import('./relay.ts')
  const noticed = (notice: NodeNotice) => management.notice(notice)
  const relay = await startRelay(options, { log, tell, noticed, management })
  return {
    started: relay.start,
    reload: next => relay.reload(next),
    close: () => relay.close(),
    metrics: relay.metrics,
  }
}

/** Runs one worker: the first process has started it. */
export async function runWorker(args: readonly string[]): Promise<void> {
  const { tell, log } = output()
  limitThreadHeaps()
  const { [WORKER_NAME]: name, [WORKER_SOURCES]: sources = '[]' } = process.env
  try {
    const { serveAsWorker } = await import('./workers/worker.ts')
    const effects = { tell, log, worker: Number(name), sources: readSources(sources) }
    await serveAsWorker({ options: await readAgain(args), effects, readAgain: () => readAgain(args) })
  } catch (error) {
    tell(`${failureText(error)}\n`)
    process.exit(1)
  }
}

/** Runs the management process: the first process has started it. */
export async function runManagement(args: readonly string[]): Promise<void> {
  const { tell, log } = output()
  limitThreadHeaps()
  try {
    const { serveManagement } = await import('./management/serve.ts')
    await serveManagement({ options: await readAgain(args), output: { tell, log }, readAgain: () => readAgain(args) })
  } catch (error) {
    tell(`${failureText(error)}\n`)
    process.exit(1)
  }
}

/** The second signal does not wait for clients. */
function stopAtSignals({ close }: Running): void {
  const signals = ['SIGTERM', 'SIGINT'] as const
  const stop = () => {
    for (const signal of signals) process.removeListener(signal, stop)
    notifyManager('STOPPING=1')
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  for (const signal of signals) process.on(signal, stop)
}

/** One reload after the other. A configuration that cannot be used changes nothing. */
function reloadAtSignal(args: readonly string[], { reload }: Running, tell: (lines: string) => void): void {
  let last: Promise<void> = Promise.resolve()
  const reloadNow = async (): Promise<void> => {
    notifyManager(`RELOADING=1\nMONOTONIC_USEC=${process.hrtime.bigint() / 1_000n}`)
    try {
      const { checkConfiguration } = await import('./config/check.ts')
      const { options } = await checkConfiguration({ args, environment: process.env })
      await reload(options)
    } catch (error) {
      const reason = `the old configuration stays: ${failureText(error)}`
      tell(noticeLine({ code: 'relay/reload', reason, level: 'warning' }))
    }
    notifyManager('READY=1')
  }
  process.on('SIGHUP', () => {
    last = last.then(reloadNow)
  })
}

function failureText(error: unknown): string {
  const isExpected = error instanceof PosternError || (error instanceof Error && 'code' in error)
  return isExpected
    ? systemErrorText(error)
    : error instanceof Error
      ? (error.stack ?? errorText(error))
      : errorText(error)
}
