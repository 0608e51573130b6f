/**
 * One server under measurement, in a separate process: says where it listens, and what it has spent when it is asked.
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import type { Readable } from 'node:stream'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { guard, protect } from '../src/adapters/smtp-server/index.ts'
import { recentlyRefused, recommended } from '../src/filters/index.ts'
import { type Filter, type Gateway, postern, reject } from '../src/index.ts'
import { smtpServer } from '../src/smtp/index.ts'
import { type ZoneLiteral, zone } from '../src/testing/zone.ts'

/** What stands behind the port. The first of each kind is the baseline of the others. */
export type Variant =
  | 'bare'
  | 'empty gateway'
  | 'recommended'
  | 'plain net.Server, 554'
  | 'plain net.Server, 554 and closed at once'
  | 'onConnect, 554'
  | 'guard, 554'
  | 'protect, 554'
  | 'protect, recently refused'
  | 'front'
  | 'front, recommended'
  | 'front, 554'
  | 'front, recently refused'

/** What it answers to `cpu`: milliseconds since it began. And to `memory`, when the garbage is gone: bytes. */
export interface Spent {
  readonly cpu: number
  /** What JavaScript holds, and what the process has. */
  readonly held: number
  readonly resident: number
  /** Clients whose socket is still open. */
  readonly sockets: number
}

const host: SMTPServerOptions = { name: 'mx.example.org', logger: false, disabledCommands: ['AUTH', 'STARTTLS'] }
const unlimited = {
  limits: { sessions: { perAddress: 1e6, perNetwork: 1e6, all: 1e6 } },
  wire: { command: '1h' },
} as const

/** Accepts and discards, as cheaply as the host allows. */
function onData(stream: Readable, _session: object, done: () => void): void {
  stream.on('end', () => done())
  stream.resume()
}
const bare: SMTPServerOptions = { ...host, disableReverseLookup: true, size: 25 * 1024 ** 2, onData }

const refuse: Filter = { name: 'refuse', connect: () => reject('5.7.1', 'refused by the benchmark', { close: true }) }

/** Our own server. As smtp-server does, it greets after 100 ms; it accepts and discards. */
const front = (gateway: Gateway): Server =>
  smtpServer({ gateway, name: 'mx.example.org', ...unlimited, deliver: ({ content }) => drained(content.open()) })
    .server

async function drained(content: Readable): Promise<void> {
  content.resume()
  await once(content, 'end')
}

function serverOf(variant: Variant, names: ZoneLiteral): Server {
  const dns = zone(names)
  // All clients come from the loopback and stand for strangers, of whom everything is checked.
  const gateway = (...filters: readonly Filter[]): Gateway =>
    postern({ name: 'mx.example.org', filters, dns, trustedNetworks: [] })
  const strangers = (): Gateway => gateway(recentlyRefused(), refuse)
  const guarded = (of: Gateway): SMTPServer => new SMTPServer(guard(of, { ...host, ...unlimited, onData }))
  switch (variant) {
    case 'bare':
      return new SMTPServer(bare).server
    case 'empty gateway':
      return guarded(gateway()).server
    case 'recommended':
      // Without the limits of rates: all that is sent here comes from one client.
      return guarded(gateway(...recommended({ domains: ['example.org'] }).filter(({ name }) => name !== 'rate-limit')))
        .server
    case 'plain net.Server, 554':
      return createServer(socket => {
        socket.on('error', () => undefined)
        socket.end('554 5.7.1 Refused by policy\r\n')
      })
    case 'plain net.Server, 554 and closed at once':
      return createServer(socket => {
        socket.on('error', () => undefined)
        socket.end('554 5.7.1 Refused by policy\r\n', () => socket.destroySoon())
      })
    case 'onConnect, 554':
      return new SMTPServer({
        ...bare,
        onConnect: (_session, done) => done(Object.assign(new Error('5.7.1 Refused by policy'), { responseCode: 554 })),
      }).server
    case 'guard, 554':
      return guarded(gateway(refuse)).server
    case 'protect, 554':
      return protect(new SMTPServer(bare), gateway(refuse), unlimited).server
    case 'protect, recently refused':
      // Refused a moment ago, as all but the first are here: that is what a flood is made of.
      return protect(new SMTPServer(bare), strangers(), unlimited).server
    case 'front':
      return front(gateway())
    case 'front, recommended':
      return front(gateway(...recommended({ domains: ['example.org'] }).filter(({ name }) => name !== 'rate-limit')))
    case 'front, 554':
      return front(gateway(refuse))
    case 'front, recently refused':
      return front(strangers())
    default:
      return variant satisfies never
  }
}

async function spent(what: 'cpu' | 'memory'): Promise<Spent> {
  const { user, system } = process.cpuUsage()
  // What buffers stand on is given back a turn after they are collected.
  for (let times = 0; what === 'memory' && times < 3; times += 1) {
    globalThis.gc?.()
    await new Promise(setImmediate)
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  const sockets = process.getActiveResourcesInfo().filter(name => name === 'TCPSocketWrap').length
  return { cpu: (user + system) / 1000, held: heapUsed + external, resident: rss, sockets }
}

process.once('message', ({ variant, names }: { readonly variant: Variant; readonly names: ZoneLiteral }) => {
  const server = serverOf(variant, names)
  server.listen(0, '127.0.0.1', 4_096, () => process.send?.(server.address()))
  process.on('message', async (what: 'cpu' | 'memory') => process.send?.(await spent(what)))
})
process.on('disconnect', () => process.exit())
