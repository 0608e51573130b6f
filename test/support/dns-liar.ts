/** A DNS server that says whatever a test makes it say, over UDP and TCP on one port. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { decodeQuery, type Query } from './dns-codec.ts'

/** A question as it came. */
export interface ReceivedQuery extends Query {
  readonly how: 'udp' | 'tcp'
  readonly packet: Buffer
  /** There was an additional record in it (RFC 6891). */
  readonly edns: boolean
}

export interface Liar {
  /** To be handed to `resolver({ servers: [address] })`. */
  readonly address: string
  readonly received: readonly ReceivedQuery[]
  close(): Promise<void>
}

/** @param say what is sent back, packet by packet; `close` ends a connection */
export async function dnsLiar(say: (query: ReceivedQuery) => readonly (Buffer | 'close')[]): Promise<Liar> {
  const received: ReceivedQuery[] = []
  const sockets = new Set<Socket>()
  const answersTo = (packet: Buffer, how: ReceivedQuery['how']): readonly (Buffer | 'close')[] => {
    const query = { ...decodeQuery(packet), how, packet, edns: packet.readUInt16BE(10) > 0 }
    received.push(query)
    return say(query)
  }
  const udp = createSocket('udp4')
  udp.on('message', (packet, { port, address }) => {
    for (const answer of answersTo(packet, 'udp')) if (answer !== 'close') udp.send(answer, port, address)
  })
  const tcp = createServer(socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
    socket.once('data', data => {
      for (const answer of answersTo(data.subarray(2), 'tcp')) {
        if (answer === 'close') socket.destroy()
        else socket.write(Buffer.concat([Buffer.of(answer.length >> 8, answer.length & 255), answer]))
      }
    })
  })
  tcp.listen(0, '127.0.0.1')
  await once(tcp, 'listening')
  const { port } = tcp.address() as AddressInfo
  udp.bind(port, '127.0.0.1')
  await once(udp, 'listening')
  return {
    address: `127.0.0.1:${port}`,
    received,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await Promise.all([new Promise<void>(done => udp.close(() => done())), new Promise(done => tcp.close(done))])
    },
  }
}
