/** A relay: SMTP in, judged by postern, and out to one next hop or into a Maildir, all in one transaction. */

import { getServers } from 'node:dns'
import { once } from 'node:events'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { domainToASCII } from 'node:url'
import { SMTPServer } from 'smtp-server'
import { type GuardedSession, guard, protect } from '../../src/adapters/smtp-server/index.ts'
import { recommended } from '../../src/filters/recommended.ts'
import { underLoad } from '../../src/filters/under-load.ts'
import { type Gateway, loadMeter, postern, resolver, warnProcess } from '../../src/index.ts'
import type { Answer } from './answer.ts'
import { selfSigned } from './certificate.ts'
import { deliverer, type Means } from './deliver.ts'
import { findClamd } from './find-clamd.ts'
import { serveMetrics } from './metrics.ts'
import type { RelayOptions } from './options.ts'
import { jsonLine, type Start, startLines } from './report.ts'

export interface Effects extends Partial<Omit<Means, 'name'>> {
  /** Takes one line for each session. */
  readonly log: (line: string) => void
  /** Takes the five lines at the start. */
  readonly tell: (lines: string) => void
}

export interface Relay {
  readonly port: number
  /** Where `/metrics` is served, if it is. */
  readonly metricsPort?: number
  /** Takes no new client, lets transactions end, then hangs up on the rest with 421. */
  readonly close: () => Promise<void>
}

// The relay's own answer may take as long as the next hop's; whoever idles meets the adapter's limits long before.
const SOCKET_TIMEOUT = 600_000
// How long clients have to end their transactions when the relay is told to stop.
const CLOSE_TIMEOUT = 10_000

/** Starts to listen. @throws PosternError for wrong options; an error of the system if the port is taken */
export async function startRelay(options: RelayOptions, { log, tell, ...means }: Effects): Promise<Relay> {
  const name = hostname()
  const scanner = await findClamd(options.clamd)
  const deliver = await deliverer(options, { ...means, name })
  const dns = options.dns.length > 0 ? options.dns : getServers()
  const { domains } = options
  const standard = recommended({ domains, own: [name] })
  // Without a domain all mail is for us: nothing goes on to others, so nobody has to be kept from relaying.
  const filters = domains.length > 0 ? standard : standard.filter(filter => filter.name !== 'recipients')
  const load = loadMeter({ notify: warnProcess })
  const took = (ms: number) => load.took('dns', ms)
  const gateway = postern({
    // No virus comes in because we are busy, and the scanner has a queue of its own: it is only timed.
    filters: underLoad({ filters, dear: scanner.filters, skip: 'never', defer: 'never' }),
    load,
    name,
    mode: options.enforce ? 'enforce' : 'shadow',
    dns: resolver(options.dns.length > 0 ? { servers: options.dns, took } : { took }),
    log: entry => log(jsonLine(entry)),
  })
  const server = new SMTPServer(
    guard(gateway, {
      name,
      ...(options.tls ?? selfSigned(name)),
      socketTimeout: SOCKET_TIMEOUT,
      closeTimeout: CLOSE_TIMEOUT,
      onRcptTo: ({ address }, _session, done) => done(isOurs(address, domains) ? null : failed(foreign)),
      onData: (content, session, done) => {
        content.destroy()
        const { outcome } = session.postern
        const delivery = outcome ? deliver(outcome, arrivalOf(session, name)) : Promise.resolve(lost)
        delivery
          .catch(() => lost)
          .then(answer =>
            answer.code === 250 ? done(null, `${answer.text} ref=${session.postern.ref}`) : done(failed(answer)),
          )
      },
    }),
  )
  server.on('error', () => undefined)
  protect(server, gateway)
  const listener = server.listen(options.listen.port, options.listen.host)
  await once(listener, 'listening')
  const address = listener.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.listen.port
  const start: Start = {
    listens: `${options.listen.host}:${port} as ${name}`,
    delivers: options.nextHop
      ? `${options.nextHop.protocol} ${options.nextHop.host}:${options.nextHop.port}, TLS ${options.nextHop.tls}`
      : `Maildir ${resolve(options.maildir)}`,
    clamd: scanner.report,
    dns: dns.join(', '),
    enforce: options.enforce,
  }
  const metrics = options.metrics && (await serveMetrics(options.metrics, gateway))
  tell(startLines(start))
  return {
    port,
    ...(metrics && { metricsPort: metrics.port }),
    close: async () => {
      await stop(server, gateway)
      await metrics?.close()
    },
  }
}

async function stop(server: SMTPServer, gateway: Gateway): Promise<void> {
  // Who is between two transactions need not be waited for. Before the greeting there is no envelope.
  for (const connection of server.connections) {
    if (connection.session.envelope?.mailFrom) continue
    connection.send(421, '4.3.2 The relay is stopping, come again')
    connection.close()
  }
  await new Promise<void>(done => server.close(done))
  await gateway.close()
}

/** Holds in shadow mode too: nobody's spam goes through here. */
function isOurs(address: string, domains: readonly string[]): boolean {
  const domain = domainToASCII(address.slice(address.lastIndexOf('@') + 1)).toLowerCase()
  const below = (name: string) => name.startsWith('.') && domain.endsWith(name)
  return (
    domains.length === 0 ||
    !address.includes('@') ||
    domains.map(name => name.toLowerCase()).some(name => name === domain || below(name))
  )
}

const arrivalOf = (
  { envelope, hostNameAppearsAs, remoteAddress, secure, postern: { ref } }: GuardedSession,
  name: string,
) => ({
  reversePath: envelope.mailFrom ? envelope.mailFrom.address : '',
  helo: hostNameAppearsAs || '',
  ip: remoteAddress,
  name,
  ref,
  tls: secure,
  date: new Date(),
})

const foreign: Answer = { code: 550, text: '5.7.1 No mail for that domain is taken here' }
const lost: Answer = { code: 451, text: '4.3.0 The message could not be delivered now' }

const failed = ({ code, text }: Answer): Error => Object.assign(new Error(text), { responseCode: code })
