/** Proxies in front of smtp-server: who may speak for another client, and for whom it speaks. */
import type { Socket } from 'node:net'
import { PosternError } from '../../core/errors.ts'
import { list, object } from '../../core/options.ts'
import type { Clock } from '../../core/world.ts'
import { network } from '../../net/checks.ts'
import { type Network, networkTable, readNetwork } from '../../net/networks.ts'
import { readProxyHeader } from '../../net/proxy-header.ts'
import type { SMTPServer } from './types.ts'

/** Networks whose word is taken for who a client is. What others say of it changes nothing. */
export interface ProxyOptions {
  /** Who begins with a header of the PROXY protocol, version 1 or 2, as HAProxy, nginx and load balancers send it. @default nobody */
  readonly header?: readonly string[]
  /** Who may say XCLIENT, as Postfix and nginx do. @default nobody */
  readonly xclient?: readonly string[]
}

/** @internal */
export const proxiesCheck = object<ProxyOptions>(
  { header: list(network(), 'networks'), xclient: list(network(), 'networks') },
  'proxies',
)

/** For whom a socket speaks. */
export interface Client {
  readonly ip: string
  readonly port: number
}

export interface Proxies {
  /** Whether a header is to come from this socket's peer. */
  readonly speaks: (socket: Socket) => boolean
  /** Whether this address may say XCLIENT: then it is nobody's own. */
  readonly believes: (ip: string | undefined) => boolean
  /** Waits for the header, and takes it off the socket; undefined when there is none that can be read. */
  readonly read: (socket: Socket) => Promise<Client | undefined>
}

/** A proxy sends its header with the first packet. */
const PATIENCE_MS = 10_000

/** @throws PosternError when a network cannot be read */
export function listenToProxies(
  server: SMTPServer,
  { header = [], xclient = [] }: ProxyOptions,
  clock: () => Clock,
): Proxies {
  const speakers = membership(header, 'proxies.header')
  const believed = membership(xclient, 'proxies.xclient')
  const clients = new WeakMap<Socket, Client>()
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
      if (client) clients.set(socket, client === 'itself' ? own : client)
      return client === 'itself' ? own : client
    },
  }
}

/** Whether an address is in one of these networks. @throws PosternError when one cannot be read, or is everybody */
export function membership(list: readonly string[], path: string): (ip: string) => boolean {
  const networks: Network[] = []
  const problems = list.flatMap((text, index) => {
    const network = readNetwork(text)
    if ('words' in network) networks.push(network)
    return 'words' in network ? [] : [{ path: `${path}[${index}]`, found: text, ...network }]
  })
  // Whoever believes everybody believes every spammer.
  for (const { prefix } of networks)
    if (prefix === 0)
      problems.push({ path, found: 'everybody', expected: 'networks of your own proxies', remedy: 'name those' })
  if (problems.length > 0) throw new PosternError(problems)
  const table = networkTable(networks)
  return ip => table.find(ip) >= 0
}

/** Reads octet by octet as far as the header goes; what comes behind it stays in the socket. Undefined: none that can be read. */
export function headerOf(socket: Socket, clock: Clock): Promise<Client | 'itself' | undefined> {
  return new Promise(resolve => {
    let seen = Buffer.alloc(0)
    const done = (client?: Client | 'itself') => {
      cancel()
      socket.off('readable', look).off('close', leave).off('end', leave)
      resolve(client)
    }
    const leave = () => done()
    const look = () => {
      const chunk: Buffer | null = socket.read()
      if (chunk === null) return
      seen = Buffer.concat([seen, chunk])
      const header = readProxyHeader(seen)
      switch (header.kind) {
        case 'unfinished':
          return
        case 'wrong':
          return done()
        case 'client':
        case 'itself':
          done(header.kind === 'itself' ? 'itself' : { ip: header.ip, port: header.port })
          if (seen.length > header.octets) socket.unshift(seen.subarray(header.octets))
          return
        default:
          return header satisfies never
      }
    }
    const cancel = clock.after(PATIENCE_MS, leave)
    socket.on('readable', look).on('close', leave).on('end', leave)
  })
}
