/**
 * One server under comparison, in a separate process: says where it listens, and what it has spent when it is asked.
 * It accepts and discards. Clients name the address that they play (PROXY protocol).
 */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { createServer, type Server } from 'node:net'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { authenticate } from 'mailauth'
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server'
import { rspamd } from '../../src/adapters/rspamd/index.ts'
import { guard, protect } from '../../src/adapters/smtp-server/index.ts'
import { resolver } from '../../src/dns/index.ts'
import {
  access,
  classify,
  contentFilters,
  greylist,
  knownSender,
  loadControl,
  recommended,
  reputation,
} from '../../src/filters/index.ts'
import { type Filter, type Gateway, postern } from '../../src/index.ts'
import { smtpServer } from '../../src/smtp/index.ts'
import { mailauthResolver } from './mailauth-resolver.ts'

/** What each server does before it accepts. The README's first example is `first example`. */
export const sets = ['no filter', 'recommended', 'first example', 'all stateful filters'] as const
export type FilterSet = (typeof sets)[number]

export type Variant =
  | 'net.Server, 554'
  | 'smtp-server'
  | 'smtp-server + mailauth'
  | `guard: ${FilterSet}`
  | `postern/smtp: ${FilterSet}`
  | 'postern/rspamd: content rules'
  | 'postern/rspamd: content rules and classifier'

export interface Setting {
  readonly variant: Variant
  /** Where DNS is asked. */
  readonly dns: string
}

/** Clients of this network are on the operator's list, in every set that has filters. */
export const DENIED = '127.100.0.0/16'

/** What it answers to `spent`: milliseconds of CPU and bytes, both since the process began. */
export interface Spent {
  readonly cpu: number
  /** What JavaScript holds, and what the process has. */
  readonly held: number
  readonly resident: number
}

const domains = ['example.org']

function filtersOf(set: FilterSet): readonly Filter[] {
  const denied = access({ deny: { networks: [DENIED] } })
  switch (set) {
    case 'no filter':
      return []
    case 'recommended':
      return [denied, ...recommended({ domains })]
    case 'first example':
      return loadControl({ filters: [denied, ...recommended({ domains, content: true })] })
    case 'all stateful filters': {
      const stateful = [reputation(), knownSender(), greylist(), classify()]
      return loadControl({ filters: [denied, ...recommended({ domains, content: true }), ...stateful] })
    }
  }
}

function gatewayOf(set: FilterSet, dns: string): Gateway {
  const log = createWriteStream('/dev/null')
  return postern({
    name: 'mx.example.org',
    filters: filtersOf(set),
    dns: resolver({ servers: [dns] }),
    // The classifier says that it forgets, which is what it is to do here.
    notify: () => undefined,
    ...(set !== 'no filter' && { events: event => log.write(`${JSON.stringify(event)}\n`) }),
  })
}

/** All clients come from one address: the host's own limits of sessions would turn them away. */
const limits = { sessions: { perAddress: 1e6, perNetwork: 1e6, all: 1e6 } } as const
const proxies = ['127.0.0.1']

const host = {
  name: 'mx.example.org',
  logger: false,
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  size: 25 * 1024 ** 2,
  useProxy: proxies,
  onData: discard,
} satisfies SMTPServerOptions

function discard(stream: Readable, _session: object, done: () => void): void {
  stream.on('end', () => done())
  stream.resume()
}

/** SPF, DKIM, DMARC and ARC by mailauth, which takes the whole message. */
function authenticating(dns: string): SMTPServerOptions {
  const resolve = mailauthResolver(dns)
  const onData = (stream: Readable, session: SMTPServerSession, done: (error?: Error) => void): void => {
    const { mailFrom } = session.envelope
    const client = { ip: session.remoteAddress, helo: session.hostNameAppearsAs, mta: 'mx.example.org' }
    const sender = mailFrom === false ? '' : mailFrom.address
    buffer(stream)
      .then(message => authenticate(message, { ...client, sender, resolver: resolve }))
      .then(
        () => done(),
        error => done(error as Error),
      )
  }
  return { ...host, onData }
}

function serverOf({ variant, dns }: Setting): Server {
  if (variant === 'net.Server, 554')
    return createServer(socket => {
      socket.on('error', () => undefined)
      socket.end('554 5.7.1 Refused by policy\r\n')
    })
  if (variant === 'smtp-server') return new SMTPServer(host).server
  if (variant === 'smtp-server + mailauth') return new SMTPServer(authenticating(dns)).server
  if (variant.startsWith('postern/rspamd')) {
    const classifier = variant.endsWith('classifier') ? [classify({ minExamples: 50, falsePositives: '2%' })] : []
    const filters = [contentFilters({ domains }), recommended({ domains, rateLimit: false }), classifier]
    const notify = (): void => undefined
    return rspamd(postern({ name: 'mx.example.org', filters, dns: resolver({ servers: [dns] }), notify }))
  }
  const [adapter, set] = variant.split(': ') as ['guard' | 'postern/smtp', FilterSet]
  const gateway = gatewayOf(set, dns)
  if (adapter === 'guard') return protect(new SMTPServer(guard(gateway, { ...host, limits })), gateway).server
  return smtpServer({
    gateway,
    name: 'mx.example.org',
    limits,
    proxies: { header: proxies },
    deliver: async ({ content }) => {
      const message = content.open()
      message.resume()
      await once(message, 'end')
    },
  }).server
}

async function spent(collect: boolean): Promise<Spent> {
  const { user, system } = process.cpuUsage()
  // What buffers stand on is given back a turn after they are collected.
  for (let times = 0; collect && times < 3; times += 1) {
    globalThis.gc?.()
    await new Promise(setImmediate)
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  return { cpu: (user + system) / 1000, held: heapUsed + external, resident: rss }
}

if (import.meta.main) {
  process.once('message', (setting: Setting) => {
    const server = serverOf(setting)
    server.listen(0, '127.0.0.1', 4_096, () => process.send?.(server.address()))
    process.on('message', async (collect: boolean) => process.send?.(await spent(collect)))
  })
  process.on('disconnect', () => process.exit())
}
