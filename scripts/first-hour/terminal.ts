/** A folder, a clean environment and what runs in it: what a newcomer has after installing Node. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'

interface Running {
  readonly command: string
  readonly child: ChildProcess
  readonly ended: Promise<unknown>
  output: string
}

const STEP_MS = 100
/** A command that goes on is done when nothing has changed for so long. */
const QUIET_MS = 2_000
const MAX_MS = 300_000

/** Runs commands as typed, one terminal for each that goes on. */
export class Terminals {
  readonly #environment: NodeJS.ProcessEnv
  readonly #programs: Running[] = []
  #folder: string

  private constructor(folder: string, environment: NodeJS.ProcessEnv) {
    this.#folder = folder
    this.#environment = environment
  }

  /** @param folder an empty one. `PATH` has Node, npm, npx and the tools of the system, and no others. */
  static async in(folder: string): Promise<Terminals> {
    const [bin, home, work] = [join(folder, 'bin'), join(folder, 'home'), join(folder, 'work')]
    for (const each of [bin, home, work]) await mkdir(each)
    for (const tool of ['node', 'npm', 'npx']) await symlink(whereIs(tool), join(bin, tool))
    // The registry that this machine uses is kept; a cache is not.
    const own = Object.entries(process.env).filter(([name]) =>
      /^(?:npm_config_(?!cache)\w+|LANG|https?_proxy)$/i.test(name),
    )
    return new Terminals(work, {
      ...Object.fromEntries(own),
      ...{ HOME: home, PATH: `${bin}:/usr/bin:/bin`, npm_config_userconfig: configOf('userconfig') },
      npm_config_globalconfig: configOf('globalconfig'),
      ...{ npm_config_cache: join(folder, 'cache'), NO_COLOR: '1' },
    })
  }

  get folder(): string {
    return this.#folder
  }

  /** All that programs have written which were started so far. */
  get output(): string {
    return this.#programs.map(({ output }) => output).join('\n')
  }

  /** Ends when the command ends, or goes on as a server does. @throws Error when it fails */
  async run(command: string): Promise<void> {
    const [, target] = /^cd (\S+)$/.exec(command) ?? []
    if (target !== undefined) {
      this.#folder = join(this.#folder, target)
      return
    }
    const options = { cwd: this.#folder, env: this.#environment, detached: true } as const
    const child = spawn('bash', ['-c', command], { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    const program: Running = { command, child, ended: once(child, 'exit'), output: '' }
    this.#programs.push(program)
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', bytes => {
        program.output += stripVTControlCharacters(String(bytes))
      })
    await this.#finish(program)
  }

  async #finish(running: Running): Promise<void> {
    const { command, child, ended } = running
    const isServer = /^(?:node \S+\.[cm]?[jt]s|npx postern serve)$/.test(command)
    for (let [waited, quiet, seen] = [0, 0, 0]; waited < MAX_MS; waited += STEP_MS) {
      await Promise.race([ended, wait(STEP_MS)])
      if (child.exitCode === 0) return
      if (child.exitCode !== null) throw new Error(`\`${command}\` failed:\n${running.output}`)
      const length = running.output.length
      quiet = length === seen ? quiet + STEP_MS : 0
      seen = length
      if (isServer && length > 0 && quiet >= QUIET_MS) return
    }
    throw new Error(`\`${command}\` did not end in ${MAX_MS / 1000} s:\n${running.output}`)
  }

  /** Ends all that still runs, by its own process group. */
  async close(): Promise<void> {
    for (const { child, ended } of this.#programs) {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) continue
      process.kill(-child.pid, 'SIGTERM')
      await Promise.race([ended, wait(10_000)])
      if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL')
    }
  }
}

const configOf = (name: string): string => spawnSync('npm', ['config', 'get', name], { encoding: 'utf8' }).stdout.trim()

function whereIs(tool: string): string {
  if (tool === 'node') return process.execPath
  const beside = join(dirname(process.execPath), tool)
  const { stdout } = spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' })
  const found = stdout.trim() || beside
  return spawnSync('readlink', ['-f', found], { encoding: 'utf8' }).stdout.trim()
}
