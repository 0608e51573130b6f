/** Our listening SMTP server with a gateway, on a free port of the loopback, that keeps what it delivers. */
import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { text } from 'node:stream/consumers'
import { type Gateway, postern } from '../../src/engine/gateway.ts'
import type { PosternOptions } from '../../src/engine/options.ts'
import type { Filter } from '../../src/model/filter.ts'
import { type IncomingMessage, type SmtpServerOptions, smtpServer } from '../../src/smtp/index.ts'
import { zone } from '../../src/testing/zone.ts'
import { EventLog, type LoggedSession } from './event-log.ts'
import { type RawClient, rawClient } from './raw-client.ts'

export interface Delivery extends Omit<IncomingMessage, 'content'> {
  readonly message: string
  readonly forwardPaths: readonly string[]
}

export interface FrontServer {
  readonly port: number
  readonly server: Server
  readonly gateway: Gateway
  readonly delivered: readonly Delivery[]
  /** One for each session that has ended. */
  readonly entries: readonly LoggedSession[]
  readonly log: EventLog
  readonly client: (options?: { readonly read?: boolean }) => RawClient
  /** A client that was greeted and has sent EHLO. */
  readonly greeted: () => Promise<RawClient>
  readonly close: () => Promise<void>
  readonly connections: () => number
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

/** What a test wants otherwise than an empty gateway, the loopback and no delay have it. */
export interface FrontSetting {
  readonly filters?: readonly Filter[]
  readonly gateway?: Omit<PosternOptions, 'filters'>
  readonly options?: Partial<SmtpServerOptions>
}

export async function frontServer({ filters = [], gateway: own, options }: FrontSetting = {}): Promise<FrontServer> {
  const delivered: Delivery[] = []
  const log = new EventLog()
  const gateway = postern({
    filters,
    name: 'mx.example.org',
    dns: zone({}),
    events: log,
    ...own,
  })
  const smtp = smtpServer({
    gateway,
    name: 'mx.example.org',
    greetDelay: 0,
    // All clients of a test share one address.
    limits: { sessions: { perAddress: 1_000, perNetwork: 1_000 } },
    deliver: async ({ content, ...message }) => {
      const forwardPaths = message.recipients.map(({ forwardPath }) => forwardPath)
      delivered.push({ ...message, forwardPaths, message: await text(content.open()) })
    },
    ...options,
  })
  smtp.server.listen(0, '127.0.0.1')
  await once(smtp.server, 'listening')
  const { port } = smtp.server.address() as AddressInfo
  const clients: RawClient[] = []
  const client: FrontServer['client'] = how => {
    const made = rawClient(port, how)
    clients.push(made)
    return made
  }
  return {
    port,
    server: smtp.server,
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
    close: () => smtp.close(),
    connections: () => smtp.connections,
    [Symbol.asyncDispose]: async () => {
      for (const made of clients) made.destroy()
      await smtp.close()
      await gateway.close()
    },
  }
}
