/** Proxies in front of smtp-server: who may speak for another client, and for whom it speaks. */
import type { Socket } from 'node:net'
import type { Clock } from '../../model/services.ts'
import { headerOf, membership, type ProxiedClient, type ProxyOptions } from '../../smtp/proxies.ts'
import type { SMTPServer } from './types.ts'

export interface Proxies {
  /** Whether a header is to come from this socket's peer. */
  readonly speaks: (socket: Socket) => boolean
  /** Whether this address may say XCLIENT: then it is nobody's own. */
  readonly believes: (ip: string | undefined) => boolean
  /** Waits for the header, and takes it off the socket; undefined when there is none that can be read. */
  readonly read: (socket: Socket) => Promise<ProxiedClient | undefined>
}

/** @throws PosternError when a network cannot be read */
export function listenToProxies(
  server: SMTPServer,
  { header = [], xclient = [] }: ProxyOptions,
  clock: () => Clock,
): Proxies {
  const speakers = membership(header, 'proxies.header')
  const believed = membership(xclient, 'proxies.xclient')
  const clients = new WeakMap<Socket, ProxiedClient>()
  // smtp-server asks here for whom a socket speaks; its own reader knows version 1 and single addresses only.
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
          believed(connection._originalRemoteAddress) &&
          connection._isSupported(command))
      return add(connection)
    }
  }
  return {
    believes: ip => xclient.length > 0 && ip !== undefined && believed(ip),
    speaks: ({ remoteAddress }) => remoteAddress !== undefined && speakers(remoteAddress),
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
