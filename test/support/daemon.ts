/** A program that serves and that a test starts, signals, kills and starts again, in its own folder. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Scratch } from './scratch.ts'

export interface Daemon extends AsyncDisposable {
  /** Sends it a signal; SIGSTOP and SIGCONT make it deaf for a while. */
  readonly signal: (signal: NodeJS.Signals) => void
  /** Ends it at once, and waits for that. */
  readonly kill: () => Promise<void>
  /** Starts it again where it was, after `kill`. */
  readonly start: () => Promise<void>
  /** Ends it and removes what it had. */
  readonly stop: () => Promise<void>
}

export interface DaemonOptions {
  readonly program: string
  readonly args: readonly string[]
  /** As whom it runs. @default as the test */
  readonly user?: { readonly uid: number; readonly gid: number }
  /** The signal that ends it at once, without any order. @default 'SIGKILL' */
  readonly fatal?: NodeJS.Signals
  /** Removed at the end. */
  readonly folder: Scratch
  /** Whether it answers. */
  readonly ready: () => Promise<boolean>
  /** What must be done before each start. @default nothing */
  readonly prepare?: () => Promise<void>
}

/** Starts it in the foreground and waits until it answers. @throws Error with its last words when it does not */
export async function daemon({
  program,
  args,
  folder,
  ready,
  prepare,
  user,
  fatal = 'SIGKILL',
}: DaemonOptions): Promise<Daemon> {
  let child: ChildProcess | undefined
  const kill = async () => {
    const running = child
    child = undefined
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    running.kill(fatal)
    await once(running, 'exit')
  }
  const start = async () => {
    await prepare?.()
    const started = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...user })
    let said = ''
    const onOutput = (bytes: Buffer) => {
      said = (said + bytes).slice(-2_000)
    }
    started.stdout.on('data', onOutput)
    started.stderr.on('data', onOutput)
    child = started
    for (let tries = 0; !(await ready()); tries += 1) {
      if (started.exitCode !== null || tries > 1_000) throw new Error(`${program} does not start: ${said}`)
      await sleep(20)
    }
  }
  const stop = async () => {
    await kill()
    await folder.remove()
  }
  try {
    await start()
  } catch (error) {
    await stop()
    throw error
  }
  const signal = (name: NodeJS.Signals) => {
    child?.kill(name)
  }
  return { signal, kill, start, stop, [Symbol.asyncDispose]: stop }
}
