/** The packets of the milter protocol: a length of four bytes, a command of one, and its data. */
import { ProtocolError } from '../shared/socket-server.ts'

/** One packet. */
export interface Packet {
  /** One ASCII letter. */
  readonly command: string
  readonly data: Buffer
}

/** Every packet of libmilter is smaller: a body chunk has at most 65,535 bytes. */
const MAX_SIZE = 1_048_576

/** Splits bytes into packets. */
export interface PacketReader {
  /**
   * Adds bytes. Memory holds only bytes that have arrived, whatever length a packet announces.
   *
   * @returns the packets that are complete
   *
   * @throws ProtocolError for a length that no packet has
   */
  push(chunk: Buffer): readonly Packet[]
  /** Bytes of an incomplete packet. */
  readonly waiting: number
  /** How many packets were complete. */
  readonly complete: number
}

export function packetReader(largest = MAX_SIZE): PacketReader {
  let waiting: Buffer[] = []
  let length = 0
  /** Bytes of the next packet, its length included; 0 while the length itself is incomplete. */
  let wanted = 0
  let complete = 0
  return {
    get waiting() {
      return length
    },
    get complete() {
      return complete
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
          throw new ProtocolError(`a packet of ${size} bytes: between 1 and ${largest} were expected`)
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
      complete += packets.length
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

/**
 * Strings that each end with a NUL, one at a time: a packet may hold a million. Bytes after the last NUL are ignored.
 */
export function* texts(data: Buffer): Generator<Buffer, void> {
  let from = 0
  for (let end = data.indexOf(0); end >= 0; end = data.indexOf(0, from)) {
    yield data.subarray(from, end)
    from = end + 1
  }
}
