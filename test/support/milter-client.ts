/** The mail server's end of the milter protocol, in the hand of a test. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { packet, packetReader } from '../../src/adapters/milter/packets.ts'

export const words = (...numbers: readonly number[]): Buffer => {
  const data = Buffer.alloc(numbers.length * 4)
  for (const [index, number] of numbers.entries()) data.writeUInt32BE(number, index * 4)
  return data
}
export const offer = (actions = 0x1ff, protocol = 0x1fffff, version = 6) =>
  packet('O', words(version, actions, protocol))
/** A client on an IPv4 address. */
export const client = (ip = '192.0.2.1') => packet('C', 'mx.example.org\0', '4', Buffer.from([0x9c, 0x40]), `${ip}\0`)
export const field = (name: string, value: string) => packet('L', `${name}\0${value}\0`)
export interface MailServer extends Disposable {
  readonly socket: Socket
  readonly say: (...packets: readonly Buffer[]) => void
  /** The next packet as text: its command and its data. */
  readonly nextReply: () => Promise<string>
  readonly closed: Promise<unknown>
}

/** Connects to a milter: a port of the loopback, or a socket. */
export function mailServer(where: number | string): MailServer {
  const socket = typeof where === 'number' ? connect(where, '127.0.0.1') : connect(where)
  const reader = packetReader()
  const received: string[] = []
  const waiting: ((text: string) => void)[] = []
  socket.on('error', () => undefined)
  socket.on('data', chunk => {
    for (const { command, data } of reader.push(chunk)) {
      const text = command + data.toString('latin1')
      const waiter = waiting.shift()
      if (waiter) waiter(text)
      else received.push(text)
    }
  })
  const closed = once(socket, 'close')
  closed.then(() => {
    for (const waiter of waiting.splice(0)) waiter('closed')
  })
  return {
    socket,
    closed,
    say: (...packets) => socket.write(Buffer.concat(packets)),
    nextReply: () => {
      const ready = received.shift()
      return ready === undefined ? new Promise(resolve => waiting.push(resolve)) : Promise.resolve(ready)
    },
    [Symbol.dispose]: () => socket.destroy(),
  }
}

/** What Postfix tells of a message: its fields one by one, folds with bare line feeds, then the body in chunks. */
export function eventsOf(message: Buffer): readonly Buffer[] | undefined {
  const text = message.toString('latin1')
  const end = text.indexOf('\r\n\r\n')
  const head = end < 0 ? text.replace(/\r\n$/, '') : text.slice(0, end)
  const fields = head.split(/\r\n(?![ \t])/).map(line => /^([!-9;-~]+[ \t]*):([\s\S]*)$/.exec(line))
  // Where a line is no field, Postfix ends the section by its own rule; a NUL ends a text, a line feed is a fold.
  if (fields.includes(null) || head.includes('\0') || /(?<!\r)\n/.test(head)) return undefined
  const body = end < 0 ? Buffer.alloc(0) : message.subarray(end + 4)
  const chunks: Buffer[] = []
  for (let at = 0; at < body.length; at += 65_535) chunks.push(packet('B', body.subarray(at, at + 65_535)))
  const told = fields.map(found => {
    const value = (found?.[2] ?? '').replace(/\r\n/g, '\n')
    return packet('L', Buffer.from(`${found?.[1]}\0${value}\0`, 'latin1'))
  })
  return [...told, packet('N'), ...chunks, packet('E')]
}
