/** The relay's port: smtp-server behind the gateway, and what clients hear of their mail. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { domainToASCII } from 'node:url'
import { SMTPServer } from 'smtp-server'
import { type GuardedSession, guard, protect, type SessionLimits } from '../adapters/smtp-server/index.ts'
import type { Gateway } from '../index.ts'
import type { RelayOptions } from './config/options.ts'
import type { Answer } from './delivery/answer.ts'
import type { Deliver } from './delivery/deliver.ts'
import { rememberRefusals } from './delivery/refusals.ts'
import type { Arrival } from './delivery/trace.ts'
import { selfSigned } from './tls/self-signed.ts'
import { watchPem } from './tls/watch.ts'

export interface Door {
  readonly port: number
  /** Takes no new client, lets transactions end, then hangs up on the rest with 421. */
  readonly close: () => Promise<void>
}

export interface DoorMeans {
  readonly gateway: Gateway
  readonly deliver: Deliver
  readonly name: string
}

// The relay's own answer may take as long as the next hop's; whoever idles meets the adapter's limits long before.
const SOCKET_TIMEOUT = 600_000
// How long clients have to end their transactions when the relay is told to stop.
const CLOSE_TIMEOUT = 10_000

/** Starts to listen. @throws PosternError for wrong options; an error of the system if the port is taken */
export async function openDoor(options: RelayOptions, { gateway, deliver, name }: DoorMeans): Promise<Door> {
  const { listen, domains, workers, tls, proxies: header, xclient } = options
  const refusals = rememberRefusals()
  /** Whose client has gone: no answer reaches it. */
  const left = new WeakSet<object>()
  const server = new SMTPServer(
    guard(gateway, {
      name,
      ...(tls ? { cert: tls.cert, key: tls.key } : selfSigned(name)),
      limits: { sessions: shareOf(workers) },
      socketTimeout: SOCKET_TIMEOUT,
      closeTimeout: CLOSE_TIMEOUT,
      onRcptTo: ({ address }, session, done) => {
        if (!isOurs(address, domains)) return done(failed(foreign))
        const refused = refusals.of(senderOf(session), address)
        done(refused ? failed(refused) : null)
      },
      onClose: session => void left.add(session),
      onData: (content, session, done) => {
        content.destroy()
        const { outcome } = session.postern
        const delivery = outcome ? deliver(outcome, arrivalOf(session, name)) : Promise.resolve(lost)
        delivery
          .catch(() => lost)
          .then(answer => {
            refusals.remember(senderOf(session), answer)
            if (answer.code === 250) done(null, `${answer.text} ref=${session.postern.ref}`)
            else done(failed(answer))
            answer.ended?.(!left.has(session))
          })
      },
    }),
  )
  server.on('error', () => undefined)
  protect(server, gateway, { proxies: { header, xclient } })
  // Each worker has a queue of its own, and the system deals: nobody's death holds up who waits for another.
  const listener = server.listen({ ...listen, ...(workers > 1 && { reusePort: SHARES_PORTS }) })
  await once(listener, 'listening')
  const unwatch = tls && watchPem(tls, pem => server.updateSecureContext(pem), gateway.services.notify)
  const close = async () => {
    unwatch?.()
    await stop(server)
  }
  return { port: (listener.address() as AddressInfo).port, close }
}

async function stop(server: SMTPServer): Promise<void> {
  // Who is between two transactions need not be waited for. Before the greeting there is no envelope.
  for (const connection of server.connections) {
    if (connection.session.envelope?.mailFrom) continue
    connection.send(421, '4.3.2 The relay is stopping, come again')
    connection.close()
  }
  await new Promise<void>(done => server.close(done))
}

/** Elsewhere the first process deals, by the ways of node:cluster. */
const SHARES_PORTS = process.platform === 'linux' || process.platform === 'freebsd'

/** What is counted in each process is held in shares, half as large again: connections are dealt out by chance. */
function shareOf(workers: number): SessionLimits {
  const share = (all: number) => (workers === 1 ? all : Math.ceil((all * 1.5) / workers))
  return { perAddress: share(50), perNetwork: share(100), perSite: share(200), all: share(2_000) }
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

const senderOf = ({ envelope }: Pick<GuardedSession, 'envelope'>): string =>
  envelope.mailFrom ? envelope.mailFrom.address : ''

const arrivalOf = (session: GuardedSession, name: string): Arrival => {
  const { envelope, hostNameAppearsAs, openingCommand, remoteAddress, secure, postern } = session
  return {
    reversePath: senderOf(session),
    helo: hostNameAppearsAs || '',
    ip: remoteAddress,
    name,
    ref: postern.ref,
    tls: secure,
    plain: openingCommand === 'HELO',
    utf8: envelope.smtpUtf8 === true,
    date: new Date(),
  }
}

const foreign: Answer = { code: 550, text: '5.7.1 No mail for that domain is taken here' }
const lost: Answer = { code: 451, text: '4.3.0 The message could not be delivered now' }

const failed = ({ code, text }: Answer): Error => Object.assign(new Error(text), { responseCode: code })
