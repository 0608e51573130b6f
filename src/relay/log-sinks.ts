/** Where the record goes beside standard output: a file, a stream of Redis, a history, and the operator's own sinks. */
import { extname } from 'node:path'
import type { PrivacyOptions } from '../engine/options.ts'
import type { History } from '../history/index.ts'
import { type ClosableSink, type FileSink, logFile, redisStream } from '../log/index.ts'
import type { EventReceiver } from '../model/events.ts'
import type { Notify } from '../model/services.ts'
import type { LogPrivacyConfig } from './config/kept-types.ts'
import type { LogConfig } from './config/types.ts'
import { openHistory } from './histories.ts'
import { connectRedis } from './stores.ts'

export interface LogSinks {
  readonly targets: readonly EventReceiver[]
  /** Absent where the configuration names none; it is among the targets. */
  readonly history?: History
  /** Opens the file anew, for programs that rename files themselves. */
  readonly reopen: () => void
  /** Writes what waits. */
  readonly close: () => Promise<void>
}

/** A worker, the management process, a command, or the only process. */
export type ProcessName = number | 'management' | 'command' | undefined

/** @param process each has its own file: `events.2.jsonl` is that of the second worker */
export async function openLogSinks(
  { file, redis, history, privacy, sinks = [] }: LogConfig,
  process: ProcessName,
  notify: Notify,
): Promise<LogSinks> {
  const logged: FileSink | undefined = file && logFile({ ...file, path: ownPath(file.path, process), notify })
  const closable: ClosableSink[] = logged ? [logged] : []
  let disconnect = (): void => undefined
  if (redis) {
    const { key, maxLength, ...server } = redis
    const connected = await connectRedis(server)
    disconnect = connected.disconnect
    const options = { ...(key !== undefined && { key }), ...(maxLength !== undefined && { maxLength }), notify }
    closable.push(redisStream({ client: connected.client, ...options }))
  }
  const targets: EventReceiver[] = [...closable, ...sinks]
  let kept: History | undefined
  if (history) {
    const opened = await openHistory(history, { ...(privacy && { privacy }), notify })
    kept = opened
    targets.push(event => opened.append([event]))
  }
  return {
    targets,
    ...(kept && { history: kept }),
    reopen: () => logged?.reopen(),
    close: async () => {
      await Promise.all([...closable.map(sink => sink.close()), kept?.close()])
      disconnect()
    },
  }
}

/** What the stream leaves out at once. */
export const streamPrivacy = ({ shortenAfter: _later, ...privacy }: LogPrivacyConfig): PrivacyOptions => privacy

function ownPath(path: string, process: ProcessName): string {
  if (process === undefined) return path
  const extension = extname(path)
  return `${path.slice(0, path.length - extension.length)}.${process}${extension}`
}
