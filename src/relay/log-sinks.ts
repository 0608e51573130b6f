/** Where the record goes beside standard output: a file, a stream of Redis, a history, and the operator's own sinks. */
import { extname } from 'node:path'
import type { History } from '../history/index.ts'
import { type ClosableSink, type FileSink, logFile, redisStream } from '../log/index.ts'
import type { EventReceiver } from '../model/events.ts'
import type { Notify } from '../model/services.ts'
import type { LogConfig } from './config/types.ts'
import { connectRedis } from './stores.ts'

export interface LogSinks {
  readonly targets: readonly EventReceiver[]
  /** Opens the file anew, for programs that rename files themselves. */
  readonly reopen: () => void
  /** Writes what waits. */
  readonly close: () => Promise<void>
}

/** @param worker each process has its own file: `events.2.jsonl` is that of the second worker */
export async function openLogSinks(
  { file, redis, history, sinks = [] }: LogConfig,
  worker: number | undefined,
  notify: Notify,
): Promise<LogSinks> {
  const logged: FileSink | undefined = file && logFile({ ...file, path: ownPath(file.path, worker), notify })
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
    const { sqliteHistory } = await import('../history/index.ts')
    const opened = sqliteHistory({ ...history, notify })
    kept = opened
    targets.push(event => opened.append([event]))
  }
  return {
    targets,
    reopen: () => logged?.reopen(),
    close: async () => {
      await Promise.all([...closable.map(sink => sink.close()), kept?.close()])
      disconnect()
    },
  }
}

function ownPath(path: string, worker: number | undefined): string {
  if (worker === undefined) return path
  const extension = extname(path)
  return `${path.slice(0, path.length - extension.length)}.${worker}${extension}`
}
