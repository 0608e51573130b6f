/** A listening SMTPServer behind postern, on a free port of the loopback, that records what it delivers. */
import { once } from 'node:events'
import { type AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import { type GuardedSession, type GuardOptions, guard, protect } from '../../src/adapters/smtp-server/index.ts'
import { type Gateway, postern } from '../../src/engine/gateway.ts'
import type { PosternOptions } from '../../src/engine/options.ts'
import type { Filter } from '../../src/model/filter.ts'
import { zone } from '../../src/testing/zone.ts'
import { EventLog, type LoggedSession } from './event-log.ts'
import { type RawClient, rawClient } from './raw-client.ts'

export interface Delivered {
  readonly message: string
  readonly postern: GuardedSession['postern']
  readonly reversePath: string
  readonly forwardPaths: readonly string[]
}

export interface GuardedServer {
  readonly port: number
  readonly server: SMTPServer
  readonly gateway: Gateway
  readonly delivered: readonly Delivered[]
  /** One for each session that has ended. */
  readonly entries: readonly LoggedSession[]
  readonly log: EventLog
  readonly client: (options?: { readonly read?: boolean }) => RawClient
  /** A client that was greeted and has said EHLO. */
  readonly greeted: () => Promise<RawClient>
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

export interface Setting {
  readonly filters?: readonly Filter[]
  readonly by?: 'guard' | 'protect'
  /** The class of the server. @default SMTPServer */
  readonly server?: typeof SMTPServer
  readonly gateway?: Omit<PosternOptions, 'filters'>
  readonly options?: Partial<GuardOptions>
}

export async function guardedServer(setting: Setting = {}): Promise<GuardedServer> {
  const { filters = [], by = 'guard', options = {}, server: Server = SMTPServer } = setting
  const delivered: Delivered[] = []
  const log = new EventLog()
  const gateway = postern({
    filters,
    name: 'mx.example.org',
    dns: zone({}),
    // Its clients stand for strangers.
    trustedNetworks: [],
    events: log,
    ...setting.gateway,
  })
  const onData: GuardOptions['onData'] = (content, session, done) => {
    text(content).then(message => {
      const { mailFrom, rcptTo } = session.envelope
      const reversePath = mailFrom ? mailFrom.address : ''
      delivered.push({ message, postern: session.postern, reversePath, forwardPaths: rcptTo.map(to => to.address) })
      done()
    }, done)
  }
  // All clients of a test share one address.
  const limits = { sessions: { perAddress: 1_000, perNetwork: 1_000 } }
  const own: GuardOptions = { name: 'mx.example.org', logger: false, limits, onData, ...options }
  const server = new Server(guard(gateway, own))
  server.on('error', () => undefined)
  if (by === 'protect') protect(server, gateway)
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  const clients: RawClient[] = []
  const client: GuardedServer['client'] = how => {
    const made = rawClient(port, how)
    clients.push(made)
    return made
  }
  return {
    port,
    server,
    gateway,
    delivered,
    entries: log.sessions,
    log,
    client,
    greeted: async () => {
      const made = client()
      await made.reply()
      await made.say('EHLO client.example.net')
      return made
    },
    [Symbol.asyncDispose]: async () => {
      for (const made of clients) made.destroy()
      await new Promise<void>(resolve => server.close(() => resolve()))
      await gateway.close()
    },
  }
}

/** A version of smtp-server whose connections lack some members: they are missing when the connection is inspected. */
export function withoutMembers(...names: readonly string[]): typeof SMTPServer {
  return class extends SMTPServer {
    override connect(...given: Parameters<SMTPServer['connect']>): void {
      const { add } = this.connections
      // Only the connection that is made to be inspected has no file descriptor below it.
      if (!(given[0] instanceof Socket))
        this.connections.add = connection => {
          this.connections.add = add
          return add.call(this.connections, without(connection, names))
        }
      super.connect(...given)
    }
  }
}

const without = <T extends object>(value: T, names: readonly string[]): T =>
  new Proxy(value, { has: (_, name) => !names.includes(String(name)) && Reflect.has(value, name) })
