/** A guarded server in a process of its own, so that what it has spent is its own and nobody else's. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Spent, Variant } from '../../bench/host-server.ts'

export interface MeasuredServer extends AsyncDisposable {
  readonly port: number
  /** What the process holds once the garbage is gone. */
  readonly memory: () => Promise<Spent>
}

export async function measuredServer(variant: Variant = 'empty gateway'): Promise<MeasuredServer> {
  const server = new URL('../../bench/host-server.ts', import.meta.url)
  const child = fork(server, { execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'] })
  const answer = async <T>(message: object | string): Promise<T> => {
    child.send(message)
    const [said] = (await once(child, 'message')) as [T]
    return said
  }
  const { port } = await answer<{ readonly port: number }>({ variant, names: {} })
  return {
    port,
    memory: () => answer('memory'),
    [Symbol.asyncDispose]: async () => {
      const gone = once(child, 'exit')
      child.disconnect()
      await gone
    },
  }
}
