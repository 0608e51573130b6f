/** The packets of the milter protocol: a length of four bytes, a command of one, and its data. */
import { ProtocolError } from '../shared/socket-server.ts'

export interface Packet {
  /** One ASCII letter. */
  readonly command: string
  readonly data: Buffer
}

/** Every packet of libmilter is smaller: a body chunk of 65,535 bytes, or a header field of any mail server's making. */
const MAX_SIZE = 1_048_576

export interface PacketReader {
  /**
   * Takes bytes as they come and gives the packets that are whole. What is kept is what was sent, never what a length
   * promises.
   *
   * @throws ProtocolError for a length that no packet has
   */
  push(chunk: Buffer): readonly Packet[]
  /** Bytes of a packet that is not whole yet. */
  readonly waiting: number
  /** How many packets were whole. */
  readonly whole: number
}

export function packetReader(largest = MAX_SIZE): PacketReader {
  let waiting: Buffer[] = []
  let length = 0
  /** Bytes of the packet that is being waited for, its length included; 0 while the length itself is not whole. */
  let wanted = 0
  let whole = 0
  return {
    get waiting() {
      return length
    },
    get whole() {
      return whole
    },
    push: chunk => {
      waiting.push(chunk)
      length += chunk.length
      if (length < Math.max(wanted, 4)) return []
      const all = waiting.length === 1 ? chunk : Buffer.concat(waiting)
      const packets: Packet[] = []
      let at = 0
      for (wanted = 0; at + 4 <= all.length; at += wanted) {
        const size = all.readUInt32BE(at)
        if (size < 1 || size > largest)
          throw new ProtocolError(`a packet of ${size} bytes was announced; between 1 and ${largest} are possible`)
        wanted = 4 + size
        if (at + wanted > all.length) break
        packets.push({ command: String.fromCharCode(all[at + 4] ?? 0), data: all.subarray(at + 5, at + wanted) })
        if (at + wanted + 4 > all.length) {
          at += wanted
          wanted = 0
          break
        }
      }
      const rest = all.subarray(at)
      waiting = rest.length > 0 ? [rest] : []
      length = rest.length
      whole += packets.length
      return packets
    },
  }
}

/** One packet as bytes. Strings are in latin1 or UTF-8, as the mail server gave them. */
export function packet(command: string, ...parts: readonly (Buffer | string)[]): Buffer {
  const data = Buffer.concat(parts.map(part => (typeof part === 'string' ? Buffer.from(part) : part)))
  const head = Buffer.alloc(5)
  head.writeUInt32BE(data.length + 1)
  head.write(command, 4, 'latin1')
  return Buffer.concat([head, data])
}

/** Texts that each end with a NUL, one by one: a packet may hold a million. What follows the last NUL is no text. */
export function* texts(data: Buffer): Generator<Buffer, void> {
  let from = 0
  for (let end = data.indexOf(0); end >= 0; end = data.indexOf(0, from)) {
    yield data.subarray(from, end)
    from = end + 1
  }
}
