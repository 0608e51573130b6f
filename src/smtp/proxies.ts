/** Proxies in front of a server: whose word is taken for who a client is, and the header that they send. */
import type { Socket } from 'node:net'
import { PosternError } from '../model/errors.ts'
import { list, object } from '../model/options.ts'
import { afterRunning } from '../model/running-time.ts'
import type { Clock } from '../model/services.ts'
import { network } from '../net/checks.ts'
import { type Network, networkTable, readNetwork } from '../net/networks.ts'
import { readProxyHeader } from '../net/proxy-header.ts'

/** Networks whose word is taken for who a client is. What others say of it changes nothing. */
export interface ProxyOptions {
  /**
   * Who begins with a header of the PROXY protocol, version 1 or 2, as HAProxy, nginx and load balancers send it.
   * @default none
   */
  readonly header?: readonly string[]
  /** Who may say XCLIENT, as Postfix and nginx do. @default none */
  readonly xclient?: readonly string[]
}

/** @internal */
export const proxiesCheck = object<ProxyOptions>(
  { header: list(network(), 'networks'), xclient: list(network(), 'networks') },
  'proxies',
)

/** For whom a socket speaks. */
export interface ProxiedClient {
  readonly ip: string
  readonly port: number
}

/** A proxy sends its header with the first packet. */
const HEADER_TIMEOUT_MS = 10_000

/** Whether an address is in one of these networks. @throws PosternError when one cannot be read, or is everybody */
export function membership(list: readonly string[], path: string): (ip: string) => boolean {
  const networks: Network[] = []
  const problems = list.flatMap((text, index) => {
    const network = readNetwork(text)
    if ('words' in network) networks.push(network)
    return 'words' in network ? [] : [{ path: `${path}[${index}]`, found: text, ...network }]
  })
  // A server that accepts PROXY headers from every address accepts the address that a spammer chooses.
  for (const { prefix } of networks)
    if (prefix === 0)
      problems.push({ path, found: 'everybody', expected: 'networks of your own proxies', remedy: 'name those' })
  if (problems.length > 0) throw new PosternError(problems)
  const table = networkTable(networks)
  return ip => table.find(ip) >= 0
}

/**
 * Reads byte by byte as far as the header goes; what comes behind it stays in the socket. Undefined: none that can be
 * read.
 */
export function headerOf(socket: Socket, clock: Clock): Promise<ProxiedClient | 'local' | undefined> {
  return new Promise(resolve => {
    let seen = Buffer.alloc(0)
    const done = (client?: ProxiedClient | 'local') => {
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
        case 'incomplete':
          return
        case 'invalid':
          return done()
        case 'client':
        case 'local':
          done(header.kind === 'local' ? 'local' : { ip: header.ip, port: header.port })
          if (seen.length > header.size) socket.unshift(seen.subarray(header.size))
          return
        default:
          return header satisfies never
      }
    }
    const cancel = afterRunning(clock, HEADER_TIMEOUT_MS, leave)
    socket.on('readable', look).on('close', leave).on('end', leave)
  })
}
