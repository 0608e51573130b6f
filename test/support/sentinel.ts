/** A real Redis with a replica, and three sentinels that put the replica in its place when it dies. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { type Daemon, daemon } from './daemon.ts'
import { type RealRedis, startRedis } from './redis.ts'
import { freePort, scratch } from './scratch.ts'
import { need } from './services.ts'

export interface Sentinels extends AsyncDisposable {
  /** The name of the primary. */
  readonly name: string
  /** HOST:PORT of each sentinel. */
  readonly hosts: readonly string[]
  readonly primary: RealRedis
  readonly replica: RealRedis
  /** Settles when the sentinels agree that the replica is the primary. */
  readonly failedOver: () => Promise<void>
}

const HOST = '127.0.0.1'
const NAME = 'postern'
const COUNT = 3
const QUORUM = 2

export async function startSentinels(): Promise<Sentinels> {
  const primary = await startRedis(['--repl-diskless-sync-delay', '0'])
  const replica = await startRedis(['--replicaof', HOST, `${primary.port}`])
  const sentinels: { readonly port: number; readonly running: Daemon }[] = []
  const stop = async () => {
    await Promise.all([...sentinels.map(({ running }) => running.stop()), primary.stop(), replica.stop()])
  }
  try {
    await until(async () => String(await replica.command('INFO', 'replication')).includes('link_status:up'))
    for (let index = 0; index < COUNT; index += 1) sentinels.push(await startSentinel(primary.port))
    const ports = sentinels.map(({ port }) => port)
    const wanted = [`num-other-sentinels,${COUNT - 1}`, 'num-slaves,1']
    await until(async () => {
      const states = await Promise.all(ports.map(async port => String(await ask(port, 'MASTER', NAME))))
      return states.every(state => wanted.every(part => state.includes(part)))
    })
    const failedOver = () =>
      until(async () => {
        const found = await Promise.all(ports.map(port => ask(port, 'GET-MASTER-ADDR-BY-NAME', NAME)))
        return found.every(address => String(address) === `${HOST},${replica.port}`)
      })
    const hosts = ports.map(port => `${HOST}:${port}`)
    return { name: NAME, hosts, primary, replica, failedOver, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startSentinel(primary: number): Promise<{ readonly port: number; readonly running: Daemon }> {
  const program = await need('redis-server', ['redis-server'])
  const folder = await scratch('sentinel-')
  const port = await freePort(HOST)
  const file = join(folder.path, 'sentinel.conf')
  const lines = [
    ...[`port ${port}`, `bind ${HOST}`, `dir ${folder.path}`, `sentinel monitor ${NAME} ${HOST} ${primary} ${QUORUM}`],
    ...[`sentinel down-after-milliseconds ${NAME} 1000`, `sentinel failover-timeout ${NAME} 5000`],
  ]
  // It writes into its configuration what it finds out.
  await writeFile(file, `${lines.join('\n')}\n`)
  const ready = async () => String(await ask(port, 'MASTERS').catch(() => '')).includes(NAME)
  return { port, running: await daemon({ program, args: [file, '--sentinel'], folder, ready }) }
}

async function ask(port: number, ...words: string[]): Promise<unknown> {
  const client = new Redis({ host: HOST, port, lazyConnect: true, retryStrategy: () => null })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await client.call('SENTINEL', ...words)
  } finally {
    client.disconnect()
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds().catch(() => false)); tries += 1) {
    if (tries > 1_200) throw new Error('the sentinels do not agree')
    await sleep(50)
  }
}
