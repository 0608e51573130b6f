/** Serves a console over HTTP. The only file that knows Hono's server for Node. */
import { once } from 'node:events'
import { createServer as createPlain, type ServerOptions } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Console } from './options.ts'

/** What {@link serveConsole} takes. */
export interface ServeConsoleOptions {
  /** @default '127.0.0.1' */
  readonly host?: string
  /** 0 takes a free one. @default 8080 */
  readonly port?: number
}

/** A console that listens. */
export interface ServedConsole {
  /** The port on which it listens. */
  readonly port: number
  /** Ends connections; the console itself stays open. */
  readonly close: () => Promise<void>
}

/** Slow clients: a header has 5 seconds, a whole request 15. */
const LIMITS: ServerOptions = {
  headersTimeout: 5_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 15_000,
  maxHeaderSize: 16_384,
}

const MAX_CONNECTIONS = 1_000

/**
 * Listens, by default on the loopback: put a reverse proxy with TLS in front of it to reach it from elsewhere.
 *
 * @throws an error of the system where the port is taken; what the records throw where they cannot be asked
 * @example
 * const served = await serveConsole(createConsole({ ... }), { port: 8080 })
 */
export async function serveConsole(
  console: Console,
  { host = '127.0.0.1', port = 8080 }: ServeConsoleOptions = {},
): Promise<ServedConsole> {
  const { getRequestListener } = await import('@hono/node-server')
  const listener = getRequestListener(
    (request, env) => console.fetch(request, 'incoming' in env ? env.incoming.socket.remoteAddress : undefined),
    { overrideGlobalObjects: false },
  )
  const server = createPlain(LIMITS, listener)
  server.maxConnections = MAX_CONNECTIONS
  server.listen(port, host)
  await once(server, 'listening')
  // A connection that cannot be accepted, for want of descriptors, is lost; the others go on.
  server.on('error', () => undefined)
  const bound = (server.address() as AddressInfo).port
  const shown = host === '0.0.0.0' || host === '::' || host === '::1' ? 'localhost' : host
  const close = async (): Promise<void> => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  try {
    await console.start(`http://${shown}:${bound}`)
  } catch (error) {
    await close()
    throw error
  }
  return { port: bound, close }
}
