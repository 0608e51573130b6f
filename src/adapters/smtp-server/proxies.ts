/** Proxies in front of smtp-server: which may give the address of a client, and which address counts. */
import type { Socket } from 'node:net'
import type { Clock } from '../../model/services.ts'
import { headerOf, membership, type ProxiedClient, type ProxyOptions } from '../../smtp/proxies.ts'
import type { SMTPServer } from './types.ts'

/** The trusted proxies of one server. */
export interface Proxies {
  /** Whether the peer of this socket begins with a PROXY header. */
  readonly sendsHeader: (socket: Socket) => boolean
  /** Whether this address may say XCLIENT: it is a proxy, and no client itself. */
  readonly mayUseXclient: (ip: string | undefined) => boolean
  /** Waits for the header, and takes it off the socket; undefined when none can be read. */
  readonly read: (socket: Socket) => Promise<ProxiedClient | undefined>
}

/** @throws PosternError when a network cannot be read */
export function trustProxies(
  server: SMTPServer,
  { header = [], xclient = [] }: ProxyOptions,
  clock: () => Clock,
): Proxies {
  const sendHeader = membership(header, 'proxies.header')
  const sayXclient = membership(xclient, 'proxies.xclient')
  const clients = new WeakMap<Socket, ProxiedClient>()
  // smtp-server learns the address of a client here; its own reader knows version 1 and single addresses only.
  const handle = server._handleProxy.bind(server)
  server._handleProxy = (socket, callback) =>
    handle(socket, (error, options) => {
      const client = clients.get(socket)
      callback(error, options && client ? { ...options, remoteAddress: client.ip, remotePort: client.port } : options)
    })
  if (xclient.length > 0) {
    const add = server.connections.add.bind(server.connections)
    server.connections.add = connection => {
      const allowed = connection._proxyCommandAllowed.bind(connection)
      connection._proxyCommandAllowed = (command, option) =>
        allowed(command, option) ||
        (command === 'XCLIENT' &&
          !connection._xClient.has('ADDR') &&
          sayXclient(connection._originalRemoteAddress) &&
          connection._isSupported(command))
      return add(connection)
    }
  }
  return {
    mayUseXclient: ip => xclient.length > 0 && ip !== undefined && sayXclient(ip),
    sendsHeader: ({ remoteAddress }) => remoteAddress !== undefined && sendHeader(remoteAddress),
    read: async socket => {
      const { remoteAddress: ip, remotePort: port = 0 } = socket
      if (ip === undefined) return undefined
      const own = { ip, port }
      const client = await headerOf(socket, clock())
      if (client) clients.set(socket, client === 'local' ? own : client)
      return client === 'local' ? own : client
    },
  }
}
