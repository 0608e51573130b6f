/** A real PostgreSQL from Debian, with a cluster in a separate folder, on a port of the loopback. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, readdir, readFile } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import postgres from 'postgres'
import { type Daemon, daemon } from './daemon.ts'
import { freePort, scratch } from './scratch.ts'
import { need } from './services.ts'

const run = promisify(execFile)
const host = '127.0.0.1'
const PASSWORD = 'a secret of the test'

/** Starts empty, each time. */
export interface RealPostgres extends Daemon {
  /** A URL of its database, with a password. */
  readonly url: string
  readonly port: number
  /** Seconds of CPU that the server and its processes have used. */
  readonly cpu: () => Promise<number>
  /** Runs statements by a separate connection. */
  readonly query: (text: string) => Promise<readonly Record<string, unknown>[]>
}

/** Starts a server and waits until it answers. Allow `INSTALL_TIMEOUT` where it may have to be installed. */
export async function startPostgres(config: readonly string[] = []): Promise<RealPostgres> {
  const bin = await programs()
  const folder = await scratch('postgres-')
  const port = await freePort(host)
  const data = join(folder.path, 'data')
  const user = await unprivileged()
  if (user !== undefined) await chown(folder.path, user.uid, user.gid)
  await chmod(folder.path, 0o700)
  await run(join(bin, 'initdb'), ['-D', data, '-U', 'postern', '-A', 'trust', '-E', 'UTF8', '--no-sync'], { ...user })
  const settings = { listen_addresses: host, port, unix_socket_directories: folder.path, fsync: 'off' }
  const options = [...Object.entries(settings).map(([name, value]) => `${name}=${value}`), ...config]
  const url = `postgres://postern:${encodeURIComponent(PASSWORD)}@${host}:${port}/postgres`

  const query = async (text: string) => {
    const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => undefined })
    try {
      return await sql.unsafe<Record<string, unknown>[]>(text)
    } finally {
      await sql.end({ timeout: 1 })
    }
  }
  const running = await daemon({
    program: join(bin, 'postgres'),
    args: ['-D', data, ...options.flatMap(option => ['-c', option])],
    folder,
    // An immediate shutdown: after SIGKILL the processes of open connections would go on for a while.
    fatal: 'SIGQUIT',
    ...(user && { user }),
    ready: async () =>
      await query('SELECT 1').then(
        () => true,
        () => false,
      ),
  })
  const cpu = async () => await cpuOf(Number((await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')[0]))
  return { url, port, query, cpu, ...running }
}

/** A network between a client and a server of the loopback, which can be cut off without closing a connection. */
export interface Proxy extends AsyncDisposable {
  readonly port: number
  /** Passes nothing on, from now on. */
  readonly cut: () => void
  /** Passes new connections on again; those that were cut off stay so. */
  readonly join: () => void
}

export async function startProxy(to: number): Promise<Proxy> {
  let isCut = false
  const sockets = new Set<Socket>()
  const listener = createServer(client => {
    sockets.add(client)
    client.on('error', () => undefined)
    if (isCut) return
    const upstream = connect(to, host)
    sockets.add(upstream)
    upstream.on('error', () => client.destroy())
    upstream.on('close', () => client.destroy())
    client.on('close', () => upstream.destroy())
    client.pipe(upstream)
    upstream.pipe(client)
  })
  listener.listen(0, host)
  await once(listener, 'listening')
  const address = listener.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cut: () => {
      isCut = true
      for (const socket of sockets) socket.unpipe().pause()
    },
    join: () => {
      isCut = false
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      listener.close()
      await once(listener, 'close')
    },
  }
}

/** Seconds of CPU of a process and of its children, also of those that have ended (proc(5): utime to cstime). */
async function cpuOf(pid: number): Promise<number> {
  const TICKS = 100
  const statOf = async (id: string) =>
    (await readFile(`/proc/${id}/stat`, 'utf8').catch(() => '')).replace(/^.*\) /s, '').split(' ')
  let ticks = 0
  for (const id of (await readdir('/proc')).filter(name => /^\d+$/.test(name))) {
    const [, parent, ...fields] = await statOf(id)
    if (Number(id) !== pid && Number(parent) !== pid) continue
    const own = Number(fields[9]) + Number(fields[10])
    ticks += own + (Number(id) === pid ? Number(fields[11]) + Number(fields[12]) : 0)
  }
  return ticks / TICKS
}

/** The folder of initdb and postgres: Debian keeps them away from PATH, by version. */
async function programs(): Promise<string> {
  await need('pg_ctlcluster', ['postgresql'])
  const root = '/usr/lib/postgresql'
  const newest = (await readdir(root))
    .map(Number)
    .filter(Number.isFinite)
    .sort((a, b) => b - a)[0]
  if (newest === undefined) throw new Error(`there is no version of PostgreSQL in ${root}: install postgresql`)
  return join(root, String(newest), 'bin')
}

/** PostgreSQL does not run as root. */
async function unprivileged(): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const of = async (flag: string) => Number((await run('id', [flag, 'nobody'])).stdout)
  return { uid: await of('-u'), gid: await of('-g') }
}
