/** The server of `measured-server.ts`: says where it listens, and what it holds when it is asked. It has no filters. */
import { once } from 'node:events'
import type { Server } from 'node:net'
import type { Readable } from 'node:stream'
import { SMTPServer } from 'smtp-server'
import { guard } from '../../src/adapters/smtp-server/index.ts'
import { postern } from '../../src/index.ts'
import { smtpServer } from '../../src/smtp/index.ts'
import { zone } from '../../src/testing/zone.ts'

/** Behind smtp-server, or our own server. */
export type Variant = 'guard' | 'postern/smtp'

/** Bytes. */
export interface Held {
  /** What JavaScript holds, and what the process has. */
  readonly held: number
  readonly resident: number
  /** Clients whose socket is still open. */
  readonly sockets: number
}

const unlimited = {
  limits: { sessions: { perAddress: 1e6, perNetwork: 1e6, all: 1e6 } },
  wire: { command: '1h' },
} as const

function serverOf(variant: Variant): Server {
  // All clients come from the loopback and stand for strangers, of whom everything is checked.
  const gateway = postern({ name: 'mx.example.org', filters: [], dns: zone({}), trustedNetworks: [] })
  if (variant === 'postern/smtp') {
    const deliver = ({ content }: { readonly content: { readonly open: () => Readable } }) => drained(content.open())
    return smtpServer({ gateway, name: 'mx.example.org', ...unlimited, deliver }).server
  }
  const onData = (stream: Readable, _session: object, done: () => void) => void drained(stream).then(done)
  const disabledCommands = ['AUTH', 'STARTTLS']
  return new SMTPServer(
    guard(gateway, { name: 'mx.example.org', logger: false, disabledCommands, ...unlimited, onData }),
  ).server
}

async function drained(content: Readable): Promise<void> {
  content.resume()
  await once(content, 'end')
}

async function held(): Promise<Held> {
  // What buffers stand on is given back a turn after they are collected.
  for (let times = 0; times < 3; times += 1) {
    globalThis.gc?.()
    await new Promise(setImmediate)
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  const sockets = process.getActiveResourcesInfo().filter(name => name === 'TCPSocketWrap').length
  return { held: heapUsed + external, resident: rss, sockets }
}

process.once('message', (variant: Variant) => {
  const server = serverOf(variant)
  server.listen(0, '127.0.0.1', 4_096, () => process.send?.(server.address()))
  process.on('message', async () => process.send?.(await held()))
})
process.on('disconnect', () => process.exit())
