/** One of several processes of the relay: what it says to the first one, and what it is told by it. */
import type { Metric } from '../../observe/index.ts'
import type { RelayOptions } from '../config/options.ts'
import { type Effects, startRelay } from '../relay.ts'
import type { Start } from '../report.ts'

/** The variable that tells a worker its name. */
export const WORKER_NAME = 'POSTERN_WORKER'

/** What a worker says. */
export type FromWorker =
  | { readonly what: 'started'; readonly start: Start }
  | { readonly what: 'metrics'; readonly question: number; readonly metrics: readonly Metric[] }

/** What a worker is told. */
export type ToWorker = { readonly what: 'stop' } | { readonly what: 'metrics'; readonly question: number }

/** Runs the relay on the shared port until it is told to stop. @returns what ends it */
export async function serveAsWorker(options: RelayOptions, effects: Effects): Promise<() => Promise<void>> {
  const { metrics: _primary, ...own } = options
  const starting = startRelay(own, effects)
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= starting.then(relay => relay.close())
    return closing
  }
  process.on('message', (told: ToWorker) => {
    if (told.what === 'stop') close().finally(() => process.exit(0))
    else
      starting.then(relay => say({ what: 'metrics', question: told.question, metrics: relay.metrics() })).catch(ignore)
  })
  const { start } = await starting
  say({ what: 'started', start })
  return close
}

/** The first process waits for a second, and leaves this worker out. */
const ignore = (): void => undefined

/** To nobody, if the first process has gone: then this one goes too. */
function say(message: FromWorker): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
}
