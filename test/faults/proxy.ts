/**
 * Stands between the relay and a real service, and spoils the way: slow, hanging, refusing, rubbish, cut in the middle.
 */
import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { randomBytes } from '../support/random.ts'

/** What becomes of what is said. `hang` takes everything and answers nothing; `cut` hangs up behind the first bytes. */
export type Way = 'open' | 'slow' | 'hang' | 'refuse' | 'rubbish' | 'cut'

export const faults = ['slow', 'hang', 'refuse', 'rubbish', 'cut'] as const satisfies readonly Way[]

export interface SpoiledWay extends AsyncDisposable {
  readonly host: '127.0.0.1'
  readonly port: number
  /** From now on; who is connected meets it too. */
  readonly become: (way: Way) => Promise<void>
}

const host = '127.0.0.1'
/** Milliseconds by which each piece comes later, unless a test says otherwise. */
const SLOW = 200
/** Bytes of an answer before it is cut. */
const CUT = 3

/** Before a service on TCP. */
export async function tcpProxy(target: number, slow = SLOW): Promise<SpoiledWay> {
  const sockets = new Set<Socket>()
  let way: Way = 'open'
  const held = (socket: Socket): Socket => {
    sockets.add(socket)
    return socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
  }
  const serve = (client: Socket): void => {
    held(client)
    const service = held(connect(target, host))
    const end = () => {
      client.destroy()
      service.destroy()
    }
    client.on('close', end)
    // What it said last is still on its way.
    service.on('close', () => (way === 'slow' ? setTimeout(end, 2 * slow) : end()))
    client.on('data', bytes => {
      if (way === 'rubbish') client.write(randomBytes(64))
      else if (way !== 'hang') service.write(bytes)
    })
    service.on('data', bytes => {
      if (way === 'open') client.write(bytes)
      else if (way === 'slow') setTimeout(() => client.writable && client.write(bytes), slow)
      else if (way === 'rubbish') client.write(randomBytes(64))
      else if (way === 'cut') client.end(bytes.subarray(0, CUT), () => client.destroy())
    })
  }
  let server = await listening(serve, 0)
  const { port } = server.address() as AddressInfo
  return {
    host,
    port,
    become: async next => {
      const was = way
      way = next
      if (next === 'refuse') {
        for (const socket of sockets) socket.destroy()
        await closed(server)
      } else if (was === 'refuse') server = await listening(serve, port)
      // What hung or was fed rubbish cannot be mended: a service that is back is a new one.
      else if (next === 'open') for (const socket of sockets) socket.destroy()
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await closed(server)
    },
  }
}

async function listening(serve: (client: Socket) => void, port: number): Promise<Server> {
  const server = createServer(serve).listen(port, host)
  await once(server, 'listening')
  return server
}

const closed = (server: Server): Promise<void> => new Promise(done => server.close(() => done()))

/** Before a service on UDP, such as DNS. What is refused is refused by the system: no socket listens. */
export async function udpProxy(target: number): Promise<SpoiledWay> {
  const askers = new Set<UdpSocket>()
  let way: Way = 'open'
  const serve = (bytes: Buffer, peer: { readonly port: number; readonly address: string }): void => {
    if (way === 'hang') return
    const asker = createSocket('udp4')
    askers.add(asker)
    const end = () => {
      clearTimeout(timer)
      if (askers.delete(asker)) asker.close()
    }
    const timer = setTimeout(end, 2_000)
    asker.on('error', end)
    asker.on('message', answer => {
      end()
      const id = answer.subarray(0, 2)
      const said =
        way === 'rubbish' ? Buffer.concat([id, randomBytes(60)]) : way === 'cut' ? answer.subarray(0, 13) : answer
      setTimeout(() => socket?.send(said, peer.port, peer.address, () => undefined), way === 'slow' ? SLOW : 0)
    })
    asker.send(bytes, target, host)
  }
  let socket: UdpSocket | undefined = await bound(serve, 0)
  const { port } = socket.address()
  const close = async () => {
    const closing = socket
    socket = undefined
    if (closing) await new Promise<void>(done => closing.close(() => done()))
  }
  return {
    host,
    port,
    become: async next => {
      way = next
      if (next === 'refuse') await close()
      else socket ??= await bound(serve, port)
    },
    [Symbol.asyncDispose]: async () => {
      for (const asker of askers) asker.close()
      askers.clear()
      await close()
    },
  }
}

async function bound(
  serve: (bytes: Buffer, peer: { readonly port: number; readonly address: string }) => void,
  port: number,
): Promise<UdpSocket> {
  const socket = createSocket('udp4')
  socket.on('error', () => undefined)
  socket.on('message', serve)
  socket.bind(port, host)
  await once(socket, 'listening')
  return socket
}
