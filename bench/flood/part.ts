/** One process of the flood benchmark: is asked, and answers. */
import { type ChildProcess, fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpus } from 'node:os'

export interface Part {
  /** One question at a time. @throws Error when the process has ended */
  readonly ask: <T>(message: object) => Promise<T>
  /** What it says by itself when it begins. */
  readonly nextMessage: <T>() => Promise<T>
  readonly stop: () => Promise<void>
}

/**
 * @param core where it runs, if the system can say so: the gateway shares its core with no client
 */
export function part(file: string, core: number): Part {
  const options = { execArgv: ['--disable-warning=ExperimentalWarning'] }
  const child: ChildProcess = fork(new URL(file, import.meta.url), options)
  if (cpus().length > 1) spawnSync('taskset', ['-a', '-p', '-c', `${core}`, `${child.pid}`], { stdio: 'ignore' })
  const gone = once(child, 'exit')
  const ended = gone.then(([code]) => {
    throw new Error(`${file} has ended with ${code}`)
  })
  ended.catch(() => undefined)
  const nextMessage = async <T>(): Promise<T> => {
    const [said] = (await Promise.race([once(child, 'message'), ended])) as [T]
    return said
  }
  return {
    nextMessage,
    ask: message => {
      const answer = nextMessage()
      child.send(message)
      return answer as Promise<never>
    },
    stop: async () => {
      if (child.connected) child.disconnect()
      const late = setTimeout(() => child.kill('SIGKILL'), 5_000)
      await gone
      clearTimeout(late)
    },
  }
}
