/** One listener of the relay: our own SMTP server in front of the gateway and the delivery. */
import { once } from 'node:events'
import type { Server } from 'node:net'
import type { Gateway } from '../engine/gateway.ts'
import type { Notify } from '../model/services.ts'
import { type SessionLimits, type SmtpServer, smtpServer } from '../smtp/index.ts'
import type { ListenerOptions, RelayOptions } from './config/options.ts'
import type { Delivery } from './delivery/types.ts'
import { selfSigned } from './tls/self-signed.ts'
import { type Pem, WatchedCertificate } from './tls/watch.ts'

/** What changes when the configuration is read again. */
export interface Current {
  readonly gateway: Gateway
  readonly delivery: Delivery
}

export interface ListenerParts {
  readonly options: RelayOptions
  readonly listener: ListenerOptions
  readonly current: () => Current
  readonly notify: Notify
}

/** How long clients have to end their transactions when the relay stops. */
const CLOSE_TIMEOUT = '10s'

export class Listener {
  readonly #front: SmtpServer
  readonly #certificate: WatchedCertificate | undefined

  /** @throws PosternError for wrong options */
  constructor(parts: ListenerParts) {
    const { listener, options, current, notify } = parts
    const { name, workers, limits } = options
    this.#certificate = listener.tls && new WatchedCertificate(listener.tls, notify)
    const selfMade: Pem | undefined = listener.tls ? undefined : selfSigned(name)
    this.#front = smtpServer({
      gateway: () => current().gateway,
      name,
      lmtp: listener.protocol === 'lmtp',
      tls: () => this.#certificate?.current ?? selfMade ?? {},
      implicitTls: listener.implicitTls,
      limits: { sessions: shareOf(workers, limits.sessions) },
      ...(limits.wire && { wire: limits.wire }),
      ...(limits.size !== undefined && { size: limits.size }),
      closeTimeout: CLOSE_TIMEOUT,
      proxies: listener.proxies,
      // Holds in shadow mode too: the relay is open to no sender.
      recipient: (forwardPath, { reversePath, utf8 }) =>
        current().delivery.checkRecipient({ forwardPath, reversePath, utf8 }),
      deliver: message => {
        const { delivery } = current()
        return listener.protocol === 'lmtp' ? delivery.deliverEach(message) : delivery.deliver(message)
      },
    })
    this.#front.server.on('error', () => undefined)
  }

  /** Hand it sockets with `emit('connection', socket)`, or let it listen. */
  get server(): Server {
    return this.#front.server
  }

  /** Undefined on a Unix socket, and where the first process listens. */
  get port(): number | undefined {
    const address = this.server.address()
    return typeof address === 'object' ? address?.port : undefined
  }

  /** @throws an error of the system if the address is taken */
  async listen(at: Parameters<Server['listen']>[0]): Promise<void> {
    this.server.listen(at)
    await once(this.server, 'listening')
  }

  /** Reads the certificate again, if it has changed. */
  async reload(): Promise<void> {
    await this.#certificate?.check()
  }

  /** Takes no new client, lets transactions end, then ends the other sessions with 421. */
  async close(): Promise<void> {
    this.#certificate?.stop()
    await this.#front.close()
  }
}

/** Limits that each process counts alone are divided, and raised by half: clients are not distributed evenly. */
function shareOf(workers: number, limits: SessionLimits = {}): SessionLimits {
  const { perAddress = 50, perNetwork = 100, perSite = 200, all = 2_000 } = limits
  const share = (whole: number) => (workers === 1 ? whole : Math.ceil((whole * 1.5) / workers))
  return { perAddress: share(perAddress), perNetwork: share(perNetwork), perSite: share(perSite), all: share(all) }
}
