/** What a client costs that was refused a moment ago, beside a plain server's refusal and one after DATA. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { guard, protect } from '../src/adapters/smtp-server/index.ts'
import { recentlyRefused } from '../src/filters/recently-refused/recently-refused.ts'
import { type Filter, postern, reject } from '../src/index.ts'
import { zone } from '../src/testing/zone.ts'
import type { Attempt } from './refused-clients.ts'

export interface Cost {
  readonly name: string
  /** Milliseconds of CPU of the server's process for one client. */
  readonly ms: number
}

interface Variant {
  readonly name: string
  readonly attempt: Attempt
  /** Listens on a free port of the loopback. */
  readonly open: () => Server
}

const always = (stage: 'connect' | 'message'): Filter => ({
  name: 'list',
  [stage]: () => reject('5.7.1', 'listed', { close: true }),
})

function smtp(filters: readonly Filter[]): Server {
  const gateway = postern({ name: 'mx.example.org', filters, dns: zone({}), trustedNetworks: [] })
  const limits = { sessions: { perAddress: 1e6, perNetwork: 1e6, perSite: 1e6, all: 1e6 } }
  const onData = (_content: unknown, _session: unknown, done: () => void) => done()
  const server = new SMTPServer(guard(gateway, { name: 'mx.example.org', logger: false, limits, onData }))
  server.on('error', () => undefined)
  protect(server, gateway)
  return server.listen(0, '127.0.0.1') as unknown as Server
}

const variants: readonly Variant[] = [
  {
    name: 'a plain server that writes a line and closes',
    attempt: 'connect',
    open: () =>
      createServer(socket => {
        socket.on('error', () => undefined)
        socket.end('554 5.7.1 Refused by policy\r\n', () => socket.destroySoon())
      }).listen(0, '127.0.0.1'),
  },
  { name: 'recently-refused', attempt: 'connect', open: () => smtp([recentlyRefused(), always('connect')]) },
  { name: 'refused at connect, each time anew', attempt: 'connect', open: () => smtp([always('connect')]) },
  { name: '14 KB refused after DATA', attempt: 'transaction', open: () => smtp([always('message')]) },
]

/** Each variant several times, in turns, so that noise meets all of them; the least counts. */
export async function refusedCosts(count = 2_000, turns = 3, without = ''): Promise<readonly Cost[]> {
  const least = new Map<string, number>()
  for (let turn = 0; turn < turns; turn += 1)
    for (const { name, attempt, open } of variants) {
      if (name === without) continue
      const server = open()
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      const some = attempt === 'connect' ? count : Math.ceil(count / 8)
      // Every one of the 500 addresses has been refused once, and the code is warm.
      await play(port, attempt === 'connect' ? Math.max(600, some / 4) : 100, attempt)
      const before = process.cpuUsage()
      await play(port, some, attempt)
      const { user, system } = process.cpuUsage(before)
      const ms = (user + system) / 1000 / some
      least.set(name, Math.min(ms, least.get(name) ?? Number.POSITIVE_INFINITY))
      server.close()
    }
  return Array.from(least, ([name, ms]) => ({ name, ms }))
}

/** The clients are a separate process: their CPU is not the server's. */
async function play(port: number, count: number, attempt: Attempt): Promise<void> {
  const child = fork(new URL('./refused-clients.ts', import.meta.url), [String(port), String(count), attempt])
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`the clients have ended with ${code}`)
}

if (import.meta.main) {
  const costs = await refusedCosts(Number(process.argv[2] ?? 2_000))
  const last = costs.at(-1)?.ms ?? 1
  for (const { name, ms } of costs)
    console.log(`${name.padEnd(48)} ${ms.toFixed(4)} ms CPU, ${((100 * ms) / last).toFixed(1)} %`)
  process.exit()
}
