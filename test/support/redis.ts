/** A real redis-server from Debian, alone or as a cluster of three, on ports of the loopback and its own folder. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { type Daemon, daemon } from './daemon.ts'
import { freePort, scratch } from './scratch.ts'
import { need } from './services.ts'

/** Starts empty, each time. */
export interface RealRedis extends Daemon {
  readonly host: string
  readonly port: number
  /** Asks it by its own connection. */
  readonly command: (...words: string[]) => Promise<unknown>
}

const host = '127.0.0.1'

/** Starts redis-server and waits for its PONG. Allow `INSTALL_TIMEOUT` where it may have to be installed. */
export async function startRedis(config: readonly string[] = []): Promise<RealRedis> {
  const program = await need('redis-server', ['redis-server'])
  const folder = await scratch('redis-')
  const port = await freePort(host)
  const place = ['--port', `${port}`, '--bind', host, '--dir', folder.path, '--save', '', '--appendonly', 'no']

  const command = async (...[name = 'PING', ...words]: string[]): Promise<unknown> => {
    const client = new Redis({ host, port, lazyConnect: true, retryStrategy: () => null })
    client.on('error', () => undefined)
    try {
      await client.connect()
      return await client.call(name, ...words)
    } finally {
      client.disconnect()
    }
  }
  const running = await daemon({
    program,
    args: [...place, ...config],
    folder,
    ready: async () => (await command('PING').catch(() => '')) === 'PONG',
  })
  return { host, port, command, ...running }
}

export interface RedisCluster extends AsyncDisposable {
  /** Three that share the slots, and the replica of the first if one was asked for. */
  readonly nodes: readonly RealRedis[]
  readonly stop: () => Promise<void>
}

const SLOTS = 16_384
const MASTERS = 3

/** Three nodes that share the slots and have met; a fourth takes the first one's place when it dies. */
export async function startCluster({ replica = false }: { readonly replica?: boolean } = {}): Promise<RedisCluster> {
  const nodes: RealRedis[] = []
  const stop = async () => {
    await Promise.all(nodes.map(node => node.stop()))
  }
  try {
    const config = ['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf', '--cluster-node-timeout', '1000']
    const buses: number[] = []
    for (let index = 0; index < (replica ? MASTERS + 1 : MASTERS); index += 1) {
      const bus = await freePort(host)
      buses.push(bus)
      nodes.push(await startRedis([...config, '--cluster-port', `${bus}`, '--cluster-replica-validity-factor', '0']))
    }
    const [first] = nodes
    for (const [index, node] of nodes.entries()) {
      const [from, to] = [Math.floor((index * SLOTS) / MASTERS), Math.floor(((index + 1) * SLOTS) / MASTERS) - 1]
      if (index < MASTERS) await node.command('CLUSTER', 'ADDSLOTSRANGE', `${from}`, `${to}`)
      await node.command('CLUSTER', 'SET-CONFIG-EPOCH', `${index + 1}`)
      if (node !== first) await node.command('CLUSTER', 'MEET', host, `${first?.port}`, `${buses[0]}`)
    }
    await until(nodes, async node => {
      const info = String(await node.command('CLUSTER', 'INFO'))
      return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodes.length}`)
    })
    const last = nodes[MASTERS]
    if (last) {
      await last.command('CLUSTER', 'REPLICATE', String(await first?.command('CLUSTER', 'MYID')))
      await until([last], async node => String(await node.command('INFO', 'replication')).includes('link_status:up'))
      await until(nodes, async node => String(await node.command('CLUSTER', 'NODES')).includes('slave'))
    }
  } catch (error) {
    await stop()
    throw error
  }
  return { nodes, stop, [Symbol.asyncDispose]: stop }
}

async function until(nodes: readonly RealRedis[], holds: (node: RealRedis) => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await Promise.all(nodes.map(holds))).every(Boolean); tries += 1) {
    if (tries > 400) throw new Error('the cluster does not come together')
    await sleep(50)
  }
}
