/** The programs that are compared: Postfix and Haraka with and without us, Rspamd, and our adapters. */
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startHaraka } from '../test/support/haraka.ts'
import { startPostfix } from '../test/support/postfix.ts'
import { freePort, scratch } from '../test/support/scratch.ts'
import { need } from '../test/support/services.ts'
import type { Adapter } from './adapters-server.ts'

/** What takes messages on a port, and which processes work for it. */
export interface Host extends AsyncDisposable {
  readonly port: number
  readonly pids: readonly number[]
  /** Those of them that are postern's own. */
  readonly own?: readonly number[]
}

const TICK_MS = 10

/** Milliseconds of CPU of these processes and all that came from them, those that have ended included (proc(5)). */
export async function cpuOf(pids: readonly number[]): Promise<number> {
  const all = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  const rows = await Promise.all(
    all.map(async name => {
      const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
      // After pid and name: the parent is the 2nd; own and children's, user and system time the 12th to 15th.
      return {
        pid: Number(name),
        parent: Number(fields[1]),
        ticks: fields.slice(11, 15).reduce((sum, n) => sum + Number(n), 0),
      }
    }),
  )
  const ours = new Set(pids)
  for (let before = 0; before < ours.size; ) {
    before = ours.size
    for (const { pid, parent } of rows) if (ours.has(parent)) ours.add(pid)
  }
  return rows.reduce((sum, { pid, ticks }) => sum + (ours.has(pid) ? ticks : 0), 0) * TICK_MS
}

export async function startAdapter(adapter: Adapter, dns: string): Promise<Host> {
  const child = fork(new URL('./adapters-server.ts', import.meta.url), { execArgv: ['--no-warnings'] })
  child.send({ adapter, dns })
  const [port] = (await once(child, 'message')) as [number]
  const end = async () => {
    child.kill()
    await once(child, 'exit')
  }
  const pids = [child.pid ?? 0]
  return { port, pids, own: pids, [Symbol.asyncDispose]: end }
}

/** Without a next hop: what is accepted is discarded by Postfix itself. */
export async function postfixBefore(milter?: Host): Promise<Host> {
  const postfix = await startPostfix({
    nextHop: 9,
    settings: {
      relay_transport: 'discard:',
      smtpd_upstream_proxy_protocol: 'haproxy',
      ...(milter && { smtpd_milters: `inet:127.0.0.1:${milter.port}`, milter_default_action: 'tempfail' }),
    },
  })
  const pids = [await postfix.pid(), ...(milter?.pids ?? [])]
  const own = milter?.own
  return { port: postfix.port, pids, ...(own && { own }), [Symbol.asyncDispose]: postfix[Symbol.asyncDispose] }
}

/** Without a next hop: Haraka's own `queue/discard`. */
export async function harakaWith(dns?: string): Promise<Host> {
  const server = new URL('./adapters-server.ts', import.meta.url).pathname
  const adapter = new URL('../src/adapters/haraka/index.ts', import.meta.url).pathname
  const plugin =
    dns === undefined
      ? 'exports.hook_rcpt = next => next(OK)\n'
      : `const { haraka } = require('${adapter}')\nconst { gatewayFor } = require('${server}')\n` +
        `Object.assign(exports, haraka(gatewayFor('${dns}'), { admit: true }))\n`
  const mark = 'exports.hook_data_post = (next, { transaction }) => { transaction.notes.discard = true; next() }\n'
  const haraka = await startHaraka({
    nextHop: 9,
    plugin,
    plugins: ['postern', 'mark', 'queue/discard'],
    config: { 'log.ini': 'level=notice\n' },
    files: { 'plugins/mark.js': mark },
  })
  return { port: haraka.port, pids: [haraka.child.pid ?? 0], [Symbol.asyncDispose]: haraka[Symbol.asyncDispose] }
}

export interface Rspamd extends AsyncDisposable {
  /** Milliseconds of CPU of all its processes. */
  readonly cpu: () => Promise<number>
  readonly milter: Host
  readonly http: Host
  /** Where it is trained. */
  readonly controller: Host
}

/**
 * Debian's, with its own configuration but for where it listens, where it writes, and whom it asks of DNS.
 *
 * @param redis the port of a Redis, where its classifier keeps what it learns; without one it has no classifier
 */
export async function startRspamd(dns: string, redis?: number): Promise<Rspamd> {
  const program = await need('rspamd', ['rspamd'])
  const folder = await scratch('rspamd-')
  const [normal, proxy, controller] = [await freePort(), await freePort(), await freePort()]
  const local = join(folder.path, 'local.d')
  const files = {
    'worker-normal.inc': `bind_socket = "127.0.0.1:${normal}";`,
    'worker-controller.inc': `bind_socket = "127.0.0.1:${controller}";`,
    'worker-proxy.inc': `bind_socket = "127.0.0.1:${proxy}";\nupstream "local" { default = yes; hosts = "127.0.0.1:${normal}"; }`,
    'options.inc': `dns { nameserver = ["${dns}"]; }`,
    ...(redis !== undefined && {
      'redis.conf': `servers = "127.0.0.1:${redis}";`,
      'classifier-bayes.conf': 'backend = "redis";\nmin_learns = 50;',
      // With a Redis it would greylist what comes for the second time, and examine no more of it.
      'greylist.conf': 'enabled = false;',
      'ratelimit.conf': 'enabled = false;',
    }),
  }
  await mkdir(local)
  for (const [name, text] of Object.entries(files)) await writeFile(join(local, name), `${text}\n`)
  const places = ['DBDIR', 'RUNDIR', 'LOGDIR', 'LOCAL_CONFDIR'].map(name => `--var=${name}=${folder.path}`)
  const child = spawn(program, ['-f', '--insecure', ...places], { stdio: 'ignore' })
  const end = async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    await folder.remove()
  }
  const host = (port: number): Host => ({ port, pids: [child.pid ?? 0], [Symbol.asyncDispose]: async () => undefined })
  for (const port of [normal, proxy]) {
    const deadline = Date.now() + 240_000
    while (!(await listens(port))) {
      if (child.exitCode !== null || Date.now() > deadline) {
        const log = await readFile(join(folder.path, 'rspamd.log'), 'utf8').catch(() => '')
        await end()
        throw new Error(`rspamd does not start: ${log.slice(-2_000)}`)
      }
      await sleep(100)
    }
  }
  await calm([child.pid ?? 0])
  const cpu = () => cpuOf([child.pid ?? 0])
  return { cpu, milter: host(proxy), http: host(normal), controller: host(controller), [Symbol.asyncDispose]: end }
}

/** It compiles its expressions in the background when it starts: that is none of a message's cost. */
async function calm(pids: readonly number[]): Promise<void> {
  const deadline = Date.now() + 120_000
  for (
    let before = -1_000, now = await cpuOf(pids);
    now - before > 100 && Date.now() < deadline;
    now = await cpuOf(pids)
  ) {
    before = now
    await sleep(5_000)
  }
}

const listens = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
