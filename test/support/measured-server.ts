/** A guarded server in a separate process, so that what it has spent is its own. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Held, Variant } from './measured-server-process.ts'

export interface MeasuredServer extends AsyncDisposable {
  readonly port: number
  /** What the process holds once its clients and the garbage are gone. */
  readonly memory: () => Promise<Held>
}

export async function measuredServer(variant: Variant = 'guard'): Promise<MeasuredServer> {
  const server = new URL('./measured-server-process.ts', import.meta.url)
  const child = fork(server, { execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'] })
  const answer = async <T>(message: object | string): Promise<T> => {
    child.send(message)
    const [said] = (await once(child, 'message')) as [T]
    return said
  }
  const { port } = await answer<{ readonly port: number }>(variant)
  return {
    port,
    memory: async () => {
      // A client may be gone before the server has read to the end of what it sent.
      for (let spent = await answer<Held>('memory'); ; spent = await answer('memory')) {
        if (spent.sockets === 0) return spent
        await sleep(20)
      }
    },
    [Symbol.asyncDispose]: async () => {
      const gone = once(child, 'exit')
      child.disconnect()
      await gone
    },
  }
}
