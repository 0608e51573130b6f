/** A real clamd from Debian on a database of our own, that knows EICAR and nothing else. Ready in about 50 ms. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { eicar } from './eicar.ts'
import { freePort, scratch } from './scratch.ts'
import { need } from './services.ts'

export interface RealClamd extends AsyncDisposable {
  readonly socket: string
  readonly host: string
  readonly port: number
  /** Sends it a signal; SIGSTOP and SIGCONT make it deaf for a while. */
  readonly signal: (signal: NodeJS.Signals) => void
  /** Ends it by SIGKILL and waits for that. */
  readonly kill: () => Promise<void>
  /** Starts it again where it was, after `kill`. */
  readonly start: () => Promise<void>
  /** Ends it and removes what it had. */
  readonly stop: () => Promise<void>
}

/** The name under which the database knows a body that has EICAR in it. */
export const EICAR_NAME = 'Test.Eicar.UNOFFICIAL'

/**
 * Starts clamd in the foreground and waits for its PONG. Allow `INSTALL_TIMEOUT` where it may have to be installed.
 *
 * @param config further lines of clamd.conf(5), or others in place of ours
 */
export async function startClamd({
  config = {},
}: {
  config?: Readonly<Record<string, string>>
} = {}): Promise<RealClamd> {
  const program = await need('clamd', ['clamav-daemon'])
  const folder = await scratch('clamd-')
  const database = join(folder.path, 'database')
  const socket = join(folder.path, 'clamd.sock')
  const [host, port] = ['127.0.0.1', await freePort()]
  await mkdir(database)
  await writeFile(join(database, 'eicar.ndb'), `Test.Eicar:0:*:${eicar.toString('hex')}\n`)
  const md5 = createHash('md5').update(eicar).digest('hex')
  await writeFile(join(database, 'eicar.hdb'), `${md5}:${eicar.length}:Test.Eicar\n`)
  const lines = {
    Foreground: 'yes',
    DatabaseDirectory: database,
    TemporaryDirectory: folder.path,
    LocalSocket: socket,
    TCPSocket: String(port),
    TCPAddr: host,
    AlertEncrypted: 'yes',
    AlertExceedsMax: 'yes',
    ...config,
  }
  const file = join(folder.path, 'clamd.conf')
  await writeFile(
    file,
    Object.entries(lines)
      .map(line => `${line.join(' ')}\n`)
      .join(''),
  )

  let child: ChildProcess | undefined
  const kill = async () => {
    const running = child
    child = undefined
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    running.kill('SIGKILL')
    await once(running, 'exit')
  }
  const start = async () => {
    // A socket that a killed clamd left behind refuses, and clamd itself would have to remove it.
    await rm(socket, { force: true })
    const started = spawn(program, ['--config-file', file], { stdio: ['ignore', 'ignore', 'pipe'] })
    let complaint = ''
    started.stderr.on('data', (bytes: Buffer) => {
      complaint = (complaint + bytes).slice(-2_000)
    })
    child = started
    for (let tries = 0; !((await pongs({ path: socket })) && (await pongs({ host, port }))); tries += 1) {
      if (started.exitCode !== null || tries > 1_000) throw new Error(`clamd does not start: ${complaint}`)
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
  return { socket, host, port, signal, kill, start, stop, [Symbol.asyncDispose]: stop }
}

const pongs = (address: { path: string } | { host: string; port: number }): Promise<boolean> =>
  new Promise(resolve => {
    const connection = connect(address, () => connection.write('zPING\0'))
    connection.setTimeout(1_000, () => connection.destroy())
    connection.on('data', bytes => resolve(bytes.toString() === 'PONG\0'))
    connection.on('error', () => resolve(false))
    connection.on('close', () => resolve(false))
  })
