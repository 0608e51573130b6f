/**
 * How several processes come to share one port: the processor time of a connection that is refused at once, and who was
 * dealt how many. `node bench/workers.ts [connections]`
 */
import { fork } from 'node:child_process'
import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { freePort } from '../test/support/scratch.ts'

const ways = {
  'each has its own queue (reusePort)': '1',
  'the first process deals (the default of node:cluster)': '0',
} as const

const WORKERS = 2
const AT_ONCE = 20

interface Spent {
  readonly connections: number
  /** Milliseconds of processor time. */
  readonly cpu: number
}

const cpu = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

const { ROLE = 'first', PORT = '0', REUSE_PORT = '0' } = process.env
if (ROLE === 'client') await connectAll(Number(process.argv[2]))
else if (ROLE === 'worker') serve()
else
  for (const [name, reusePort] of Object.entries(ways)) await measure(name, reusePort, Number(process.argv[2] ?? 5_000))

async function measure(name: string, reusePort: string, count: number) {
  const env = { PORT: String(await freePort()), REUSE_PORT: reusePort }
  const workers = Array.from({ length: WORKERS }, () => cluster.fork({ ...env, ROLE: 'worker' }))
  await Promise.all(workers.map(worker => once(worker, 'message')))
  await Promise.all(workers.map(ask))
  const before = cpu()
  const client = fork(new URL(import.meta.url), [String(count)], { env: { ...process.env, ...env, ROLE: 'client' } })
  await once(client, 'exit')
  const dealing = cpu() - before
  const spent = await Promise.all(workers.map(ask))
  const micro = (ms: number) => `${((1_000 * ms) / count).toFixed(0)} µs`
  const parts = spent.map(({ connections }) => `${Math.round((100 * connections) / count)} %`).join(' and ')
  const all = spent.reduce((sum, one) => sum + one.cpu, dealing)
  console.log(`${name}: ${micro(all)} a connection, ${micro(dealing)} of it in the first process; dealt ${parts}`)
  for (const worker of workers) worker.process.kill()
  await Promise.all(workers.map(worker => once(worker, 'exit')))
}

/** What a worker has spent since it was last asked. */
async function ask(worker: Worker): Promise<Spent> {
  const answer = once(worker, 'message')
  worker.send('spent')
  const [spent] = (await answer) as [Spent]
  return spent
}

function serve(): void {
  let [connections, before] = [0, cpu()]
  const server = createServer(socket => {
    connections += 1
    socket.on('error', () => undefined)
    socket.end('554 5.7.1 no\r\n')
  })
  const listening = () => process.send?.('ready')
  server.listen({ port: Number(PORT), host: '127.0.0.1', reusePort: REUSE_PORT === '1' }, listening)
  process.on('message', () => {
    process.send?.({ connections, cpu: cpu() - before } satisfies Spent)
    connections = 0
    before = cpu()
  })
}

async function connectAll(count: number): Promise<void> {
  let begun = 0
  const sendInTurn = async () => {
    while (begun < count) {
      begun += 1
      const socket = connect(Number(PORT), '127.0.0.1')
      socket.on('error', () => undefined)
      socket.resume()
      await once(socket, 'close')
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, sendInTurn))
  process.disconnect()
}
