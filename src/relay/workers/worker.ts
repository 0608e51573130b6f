/** One of several processes of the relay: what it tells the first one, and what it does for it. */
import type { Socket } from 'node:net'
import { errorText } from '../../model/errors.ts'
import type { RelayOptions } from '../config/options.ts'
import { BoundedSender } from '../management/bounded-sender.ts'
import { type Effects, type Relay, startRelay } from '../relay.ts'
import { noticeLine } from '../report.ts'
import type { FromWorker, ToWorker } from './messages.ts'

export interface WorkerParts {
  readonly options: RelayOptions
  readonly effects: Effects
  /** Reads the configuration again. */
  readonly readAgain: () => Promise<RelayOptions>
}

/** Runs the relay on the shared ports until the first process says stop, or is gone. */
export async function serveAsWorker({ options, effects, readAgain }: WorkerParts): Promise<void> {
  const { metrics: _ofPrimary, ...own } = options
  process.on('disconnect', () => process.exit(0))
  // The first process decides when to reload and when to stop: a terminal sends these signals to all processes.
  for (const signal of ['SIGHUP', 'SIGINT'] as const) process.on(signal, () => undefined)
  const notices = new BoundedSender()
  const noticed: Effects['noticed'] = notice => notices.send(process, { what: 'notice', notice } satisfies FromWorker)
  const starting = startRelay(own, { ...effects, noticed })
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= starting.then(relay => relay.close())
    return closing
  }
  const reload = async (relay: Relay): Promise<void> => {
    try {
      await relay.reload(await readAgain())
    } catch (error) {
      const reason = `the old configuration stays in this worker: ${errorText(error)}`
      effects.tell(noticeLine({ code: 'relay/reload', reason, level: 'warning' }))
    }
  }
  process.on('SIGTERM', () => close().finally(() => process.exit(0)))
  process.on('message', (message: ToWorker, socket?: Socket) => {
    if (message.what === 'connection') send({ what: 'received', id: message.id })
    const act = async (relay: Relay): Promise<void> => {
      switch (message.what) {
        case 'stop':
          return close().finally(() => process.exit(0))
        case 'reload':
          return await reload(relay)
        case 'metrics':
          return send({ what: 'metrics', question: message.question, metrics: relay.metrics() })
        case 'connection':
          if (socket) relay.listeners[message.listener]?.server.emit('connection', socket)
          return undefined
        default:
          return message satisfies never
      }
    }
    // Without an answer the first process goes on without this worker.
    starting.then(act).catch(() => undefined)
  })
  const { start } = await starting
  send({ what: 'started', start })
}

/** Has no effect when the first process has gone: then this process ends, too. */
function send(message: FromWorker): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
}
