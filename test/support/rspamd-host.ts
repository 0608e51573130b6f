/** The Rspamd port over its own gateway, and clients that say what a test asks for. */
import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { type RspamdOptions, rspamd } from '../../src/adapters/rspamd/index.ts'
import { type Filter, postern } from '../../src/index.ts'
import { zone } from '../../src/testing/zone.ts'
import type { TrainingExample } from '../../src/types.ts'

export const message =
  'From: alice@example.org\r\nTo: bob@example.net\r\nSubject: Hello\r\nMessage-ID: <1@example.org>\r\n\r\nHello\r\n'

export interface RspamdHost {
  readonly port: number
  readonly server: ReturnType<typeof rspamd>
  /** What was trained. */
  readonly examples: readonly Pick<TrainingExample, 'label' | 'by'>[]
  /** How many messages were judged. */
  readonly judged: () => number
  /** Sends bytes, and receives what is said until the server closes. */
  readonly say: (bytes: string | Buffer, how?: { readonly end?: boolean; readonly from?: string }) => Promise<string>
  /** `POST /path`, with fields and a body. */
  readonly post: (path: string, body?: string | Buffer, fields?: string) => Promise<string>
  readonly client: (from?: string) => Socket
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

export interface RspamdHostOptions extends RspamdOptions {
  readonly filters?: readonly Filter[]
  /** A Unix socket to listen at. @default a port of the loopback */
  readonly path?: string
}

export async function rspamdHost({ filters = [], path, ...options }: RspamdHostOptions = {}): Promise<RspamdHost> {
  const examples: Pick<TrainingExample, 'label' | 'by'>[] = []
  let judged = 0
  const watcher: Filter = {
    name: 'watcher',
    message: () => {
      judged += 1
    },
    onFeedback: ({ label, by }) => void examples.push({ label, by }),
  }
  const gateway = postern({ name: 'mx.example.net', dns: zone({}), filters: [watcher, ...filters] })
  const server = rspamd(gateway, options)
  if (path === undefined) server.listen(0, '127.0.0.1')
  else server.listen(path)
  await once(server, 'listening')
  const port = path === undefined ? (server.address() as AddressInfo).port : 0
  const sockets: Socket[] = []
  const client = (from?: string) => {
    const socket = connect(
      path === undefined ? { port, host: '127.0.0.1', ...(from && { localAddress: from }) } : { path },
    )
    socket.on('error', () => undefined)
    sockets.push(socket)
    return socket
  }
  const say: RspamdHost['say'] = async (bytes, { end = false, from } = {}) => {
    const socket = client(from)
    if (end) socket.end(bytes)
    else socket.write(bytes)
    return await responseOf(socket)
  }
  return {
    port,
    server,
    examples,
    judged: () => judged,
    say,
    post: (path, body = '', fields = 'Host: 127.0.0.1\r\n') => {
      const head = `POST ${path} HTTP/1.1\r\n${fields}Content-Length: ${body.length}\r\n\r\n`
      return say(Buffer.concat([Buffer.from(head), Buffer.from(body)]))
    },
    client,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await gateway.close()
    },
  }
}

/** What comes until the server closes, byte for character. */
export async function responseOf(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  await new Promise(resolve => socket.on('data', chunk => chunks.push(chunk)).once('close', resolve))
  return Buffer.concat(chunks).toString('latin1')
}
