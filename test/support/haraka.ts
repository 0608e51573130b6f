/** A real Haraka from npm in a separate process: one port that listens, one next hop, and a plugin of the test's. */
import { type ChildProcess, execFile, fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { access, mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { locked } from './lock.ts'
import { freePort, scratch } from './scratch.ts'
import { INSTALL_TIMEOUT } from './services.ts'

const run = promisify(execFile)

/** What is installed, once for this machine: it needs no compiler, and is none of this project's dependencies. */
const PACKAGES = ['Haraka@3.3.4', 'haraka-plugin-rspamd@1.6.1']

export interface Haraka extends AsyncDisposable {
  readonly port: number
  readonly child: ChildProcess
  /** Tells the plugin something and waits for its answer. */
  readonly tell: (message: object) => Promise<unknown>
  readonly log: () => string
  /** Ends it by SIGKILL and waits for that. */
  readonly kill: () => Promise<void>
  /** Starts it again on the same port, after `kill`. */
  readonly start: () => Promise<void>
}

export interface HarakaSetting {
  readonly nextHop: number
  /** The text of `plugins/postern.js`. */
  readonly plugin: string
  /** Names for `config/plugins`. @default postern, then smtp_forward */
  readonly plugins?: readonly string[]
  /** Further files of `config/`. */
  readonly config?: Readonly<Record<string, string>>
  /** Further files of its folder. @default none */
  readonly files?: Readonly<Record<string, string>>
  /** Further packages of npm, each with its version. @default none */
  readonly packages?: readonly string[]
  /** One of `files`, which is loaded before Haraka. @default none */
  readonly preload?: string
}

/** Starts Haraka and waits until it listens. Allow `INSTALL_TIMEOUT`, where it may have to be installed. */
export async function startHaraka({
  nextHop,
  plugin,
  plugins,
  config = {},
  files: more = {},
  packages: furtherPackages = [],
  preload,
}: HarakaSetting): Promise<Haraka> {
  const program = join(await packages(furtherPackages), 'node_modules/Haraka/bin/haraka')
  const folder = await scratch('haraka-')
  const port = await freePort()
  const files = {
    'plugins/postern.js': plugin,
    // Haraka asks the system's DNS for the name of every client, unless a plugin knows it.
    'plugins/names.js': "exports.hook_lookup_rdns = next => next(OK, 'client.example')\n",
    'config/plugins': ['names', ...(plugins ?? ['postern', 'queue/smtp_forward'])].join('\n'),
    'config/smtp.ini': `listen=127.0.0.1:${port}\nnodes=0\n`,
    'config/smtp_forward.ini': `host=127.0.0.1\nport=${nextHop}\nenable_outbound=true\n`,
    'config/connection.ini': CONNECTION,
    'config/me': 'mx.example.net',
    'config/log.ini': 'level=info\n',
    ...more,
    ...Object.fromEntries(Object.entries(config).map(([name, text]) => [`config/${name}`, text])),
  }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder.path, name)), { recursive: true })
    await writeFile(join(folder.path, name), text)
  }
  let log = ''
  let child: ChildProcess | undefined
  const running = (): ChildProcess => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null)
      throw new Error(`Haraka does not run: ${log.slice(-3_000)}`)
    return child
  }
  const start = async () => {
    const env = { ...process.env, NODE_NO_WARNINGS: '1' }
    const execArgv = preload === undefined ? [] : ['--require', join(folder.path, preload)]
    child = fork(program, ['-c', folder.path], { execArgv, silent: true, env })
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', bytes => {
        log = (log + bytes).slice(-200_000)
      })
    const deadline = Date.now() + 30_000
    while (!(await listens(port))) {
      running()
      if (Date.now() > deadline) throw new Error(`Haraka does not listen: ${log.slice(-3_000)}`)
      await sleep(50)
    }
  }
  const kill = async () => {
    const ended = child
    child = undefined
    if (!ended || ended.exitCode !== null || ended.signalCode !== null) return
    ended.kill('SIGKILL')
    await once(ended, 'exit')
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
  return {
    port,
    get child() {
      return running()
    },
    tell: async message => {
      const told = running()
      const answer = once(told, 'message', { signal: AbortSignal.timeout(20_000) })
      told.send(message)
      const [said] = await answer
      return said
    },
    log: () => log,
    kill,
    start,
    [Symbol.asyncDispose]: stop,
  }
}

/** Its own file names all of this; the client may name the address it plays (PROXY). */
const CONNECTION = [
  '[haproxy]\nhosts[] = 127.0.0.1',
  '[headers]\nmax_lines=1000\nmax_received=100',
  '[max]\nbytes=26214400\nmime_parts=1000\nline_length=512\ndata_line_length=992',
  '[message]\nhelo=Hello\nclose=Bye',
  '[uuid]\nbanner_chars=6\ndeny_chars=0\n',
].join('\n')

/** The text of a plugin file that hands on what a module of ours exports as `plugin`. */
export const pluginOf = (module: URL): string => `Object.assign(exports, require('${module.pathname}').plugin)\n`

const listens = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

/** A name for a folder that is short, and another one for other packages. */
const nameOf = (wanted: readonly string[]): string =>
  `haraka-${createHash('sha256').update(wanted.join(' ')).digest('hex').slice(0, 16)}`

/** The folder that has the packages in `node_modules`. @throws Error that names them, where they cannot be installed */
export async function packages(further: readonly string[] = []): Promise<string> {
  const wanted = [...PACKAGES, ...further]
  const folder = join(tmpdir(), `postern-npm-${nameOf(wanted)}`)
  const done = join(folder, 'done')
  const isThere = () =>
    access(done).then(
      () => true,
      () => false,
    )
  if (await isThere()) return folder
  return await locked('postern-npm', INSTALL_TIMEOUT, async () => {
    if (await isThere()) return folder
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'package.json'), '{ "private": true }\n')
    const args = ['install', '--save-exact', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund']
    try {
      await run('npm', [...args, ...wanted], { cwd: folder, timeout: INSTALL_TIMEOUT })
    } catch (cause) {
      throw new Error(`these tests need ${wanted.join(' and ')} from npm; installing failed`, { cause })
    }
    await writeFile(done, '')
    return folder
  })
}
