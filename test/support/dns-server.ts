/** A real DNS server on loopback, UDP and TCP, that answers from a zone and misbehaves where a test asks for it. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, FailureCause, Records, RecordType } from '../../src/model/resolver.ts'
import { type ZoneLiteral, zone } from '../../src/testing/zone.ts'
import { decodeQuery, encodeRecord, encodeReply, type Query, type Served } from './dns-codec.ts'

/**
 * What the server does to answers about one name, or by `*` about all others. What fails by `timeout` in the zone is
 * never answered.
 */
export interface Conduct {
  /** Milliseconds before it answers. */
  readonly delay?: number
  /** The answer is cut over UDP, as when it is too long. */
  readonly truncated?: boolean
  /** What becomes of the question over TCP, in place of an answer. */
  readonly tcp?: 'closed' | 'silent'
  /** What comes in place of an answer, behind the right id. */
  readonly garbage?: Buffer
  /** Seconds. */
  readonly ttl?: number
  /** In place of the answer's own. */
  readonly rcode?: number
}

export interface DnsServer {
  /** To be handed to `resolver({ servers: [address] })`. */
  readonly address: string
  /** Every question that arrived, as `example.org TXT`, with ` tcp` behind it where it came so. */
  readonly asked: readonly string[]
  close(): Promise<void>
}

const rcodes: Readonly<Partial<Record<FailureCause, number>>> = { malformed: 1, servfail: 2, refused: 5 }
const MAX_UDP_LENGTH = 1_232

export async function dnsServer(
  literal: ZoneLiteral,
  conduct: Readonly<Record<string, Conduct>> = {},
): Promise<DnsServer> {
  const dns = zone(literal)
  const asked: string[] = []
  const sockets = new Set<Socket>()
  const stopped = new AbortController()

  const reply = async (message: Buffer, overTcp: boolean): Promise<Buffer | undefined> => {
    const query = decodeQuery(message)
    const {
      delay = 0,
      truncated = false,
      tcp,
      garbage,
      ttl = 300,
      rcode,
    } = conduct[query.name.toLowerCase()] ?? conduct['*'] ?? {}
    asked.push(`${query.name.toLowerCase()} ${query.type}${overTcp ? ' tcp' : ''}`)
    if (delay > 0) await sleep(delay, undefined, { signal: stopped.signal, ref: false })
    if (garbage !== undefined) return Buffer.concat([message.subarray(0, 2), garbage])
    if (overTcp && tcp === 'closed') throw new Error('the connection is to be closed')
    if (overTcp && tcp === 'silent') return undefined
    if (truncated && !overTcp) return encodeReply(query, { rcode: 0, truncated: true, records: [] })
    const outcome = query.type === undefined ? { rcode: 4, records: [] } : await answerOf(query, query.type)
    if (outcome === undefined) return undefined
    const records = outcome.records.map(record => ({ ...record, ttl }))
    const whole = encodeReply(query, { rcode: rcode ?? outcome.rcode, records })
    return overTcp || whole.length <= MAX_UDP_LENGTH
      ? whole
      : encodeReply(query, { rcode: 0, truncated: true, records: [] })
  }

  /** The aliases on the way stand in the answer too, as a recursive server puts them there. */
  const answerOf = async ({ name }: Query, type: RecordType) => {
    const aliases: Served[] = []
    let owner = name
    for (let link = 0; link < 8 && type !== 'CNAME'; link += 1) {
      const alias = await dns.resolve(owner, 'CNAME')
      const target = alias.kind === 'answer' ? alias.records[0] : undefined
      if (target === undefined) break
      aliases.push({ owner, type: 'CNAME', ttl: 0, data: encodeRecord('CNAME', target) })
      owner = target
    }
    return toWire(await dns.resolve(owner, type), type, owner, aliases)
  }

  const udp = createSocket('udp4')
  const tcp = createServer(socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
    serveTcp(socket, message => reply(message, true))
  })
  udp.on('message', (message, peer) => {
    reply(message, false).then(
      answer => answer && !stopped.signal.aborted && udp.send(answer, peer.port, peer.address),
      () => undefined,
    )
  })
  const port = await listen(udp, tcp)
  return {
    address: `127.0.0.1:${port}`,
    asked,
    close: async () => {
      stopped.abort()
      for (const socket of sockets) socket.destroy()
      await Promise.all([new Promise<void>(done => udp.close(() => done())), new Promise(done => tcp.close(done))])
    },
  }
}

/** Undefined: say nothing. */
function toWire<T extends RecordType>(
  answer: Answer<Records[T]>,
  type: T,
  owner: string,
  aliases: readonly Served[],
): { readonly rcode: number; readonly records: readonly Served[] } | undefined {
  switch (answer.kind) {
    case 'answer':
      return {
        rcode: 0,
        records: [
          ...aliases,
          ...answer.records.map(record => ({ owner, type, ttl: 0, data: encodeRecord(type, record) })),
        ],
      }
    case 'nodata':
      return { rcode: 0, records: aliases }
    case 'nxdomain':
      return { rcode: 3, records: aliases }
    case 'failure': {
      const rcode = rcodes[answer.cause]
      return rcode === undefined ? undefined : { rcode, records: [] }
    }
  }
}

function serveTcp(socket: Socket, reply: (message: Buffer) => Promise<Buffer | undefined>): void {
  let waiting = Buffer.alloc(0)
  socket.on('data', chunk => {
    waiting = Buffer.concat([waiting, chunk])
    while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
      const end = 2 + waiting.readUInt16BE(0)
      const message = waiting.subarray(2, end)
      waiting = waiting.subarray(end)
      reply(message).then(
        answer => {
          if (answer === undefined || socket.destroyed) return
          const length = Buffer.alloc(2)
          length.writeUInt16BE(answer.length)
          socket.write(Buffer.concat([length, answer]))
        },
        () => socket.destroy(),
      )
    }
  })
}

/** One free port for both: the system picks one for TCP, and UDP follows if it can. */
async function listen(udp: UdpSocket, tcp: ReturnType<typeof createServer>): Promise<number> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    tcp.listen(0, '127.0.0.1')
    await once(tcp, 'listening')
    const { port } = tcp.address() as AddressInfo
    const bound = new Promise<boolean>(resolve => {
      udp.once('error', () => resolve(false))
      udp.bind(port, '127.0.0.1', () => resolve(true))
    })
    if (await bound) return port
    await new Promise(done => tcp.close(done))
  }
  throw new Error('no port is free for both UDP and TCP')
}
