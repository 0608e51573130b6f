/**
 * The relay in a separate process that tells what it holds: sockets, files, timers, memory, and errors that were not
 * caught.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { TimeoutOptions } from '../../src/relay/delivery/types.ts'
import { EventLog, type LoggedSession } from '../support/event-log.ts'
import type { Holdings } from './holdings.ts'
import { PROBE_FOLDER, socketIn } from './probe.ts'
import type { FromRelay, ToRelay } from './relay-child.ts'

export interface WatchedRelay extends AsyncDisposable {
  readonly port: number
  /** What it holds now, once the garbage is gone. */
  readonly holdings: () => Promise<Holdings>
  /** What its management process holds. Rejects where there is none, or where no `probe` was asked for. */
  readonly ofManagement: () => Promise<Holdings>
  /** Sets its wall clock so many milliseconds ahead of the machine's, or behind. */
  readonly setClock: (ahead: number) => Promise<void>
  /** The latest sessions that have ended. */
  readonly sessions: () => readonly LoggedSession[]
  /** What it told an operator. */
  readonly notices: () => readonly string[]
  readonly isAlive: () => boolean
}

export interface Watch {
  /** @default short, so that tests are */
  readonly timeouts?: TimeoutOptions
  readonly environment?: Readonly<Record<string, string>>
  /** A folder for the socket of the management process. @default its holdings cannot be read */
  readonly probe?: string
}

const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

const MAX_SESSIONS = 1_000
const BRIEF: TimeoutOptions = {
  ...{ connect: 1_000, command: 1_500, data: 1_500, block: 1_500, final: 1_500 },
}

/** Starts it on a free port of the loopback, where clients count as strangers. It enforces its decisions. */
export async function watchedRelay(
  args: readonly string[],
  { timeouts = BRIEF, environment = {}, probe }: Watch = {},
): Promise<WatchedRelay> {
  const child = fork(
    fileOf('relay-child.ts'),
    [JSON.stringify(timeouts), '--listen', '127.0.0.1:0', '--enforce', '--trusted-network', 'none', ...args],
    {
      // The management process is started with the same arguments of Node.
      execArgv: [
        '--expose-gc',
        '--disable-warning=ExperimentalWarning',
        ...(probe ? ['--import', fileOf('probe.ts')] : []),
      ],
      env: { ...process.env, ...environment, ...(probe && { [PROBE_FOLDER]: probe }) },
      stdio: ['inherit', 'inherit', 'pipe', 'ipc'],
    },
  )
  const log = new EventLog()
  const { sessions } = log
  const notices: string[] = []
  // The management process writes there.
  child.stderr?.on('data', bytes => notices.push(String(bytes)))
  const ended = once(child, 'exit')
  child.on('message', (said: FromRelay) => {
    if (said.what === 'event') log.write(JSON.parse(said.line))
    if (sessions.length > MAX_SESSIONS) sessions.shift()
    log.events.length = 0
    if (said.what === 'notice') notices.push(said.text)
  })
  const onData = <W extends FromRelay['what']>(what: W): Promise<Extract<FromRelay, { readonly what: W }>> =>
    new Promise((resolve, reject) => {
      const gone = () => reject(new Error(`the relay has ended: ${notices.join('')}`))
      const listen = (said: FromRelay) => {
        if (said.what !== what) return
        child.off('message', listen)
        child.off('exit', gone)
        resolve(said as Extract<FromRelay, { readonly what: W }>)
      }
      child.on('message', listen)
      child.once('exit', gone)
    })
  const tell = (message: ToRelay) => child.send(message)
  const { port } = await onData('started')
  return {
    port,
    holdings: async () => {
      const answer = onData('holdings')
      tell({ what: 'holdings' })
      return (await answer).holdings
    },
    ofManagement: async () => {
      if (probe === undefined) throw new Error('watchedRelay needs { probe }, the folder of the socket')
      return JSON.parse(await textOf(connect(socketIn(probe)))) as Holdings
    },
    setClock: async ahead => {
      const answer = onData('clock')
      tell({ what: 'clock', ahead })
      await answer
    },
    sessions: () => sessions,
    notices: () => notices,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
