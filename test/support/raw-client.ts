/** A client that says over a raw socket exactly what a test asks for, and receives everything. */
import { connect, type Socket } from 'node:net'

export interface RawClient {
  readonly socket: Socket
  /** Sends bytes as they are. */
  readonly send: (bytes: string | Buffer) => void
  /** Sends one line and waits for its reply. */
  readonly say: (line: string) => Promise<string>
  /** The next whole reply: its last line, without CRLF. */
  readonly reply: () => Promise<string>
  /** Everything that was received. */
  readonly received: () => string
  /** Settles when the server has closed. */
  readonly closed: Promise<void>
  readonly destroy: () => void
}

export interface RawClientOptions {
  /** Whether it receives what is said to it. @default true */
  readonly read?: boolean
  /** The address it comes from, within 127.0.0.0/8. @default 127.0.0.1 */
  readonly from?: string
}

export function rawClient(port: number, { read = true, from }: RawClientOptions = {}): RawClient {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: false, ...(from && { localAddress: from }) })
  const replies: string[] = []
  const waiting: ((reply: string) => void)[] = []
  let received = ''
  let taken = 0
  let gone = false
  const closed = new Promise<void>(resolve => {
    socket.once('close', () => {
      gone = true
      for (const wake of waiting.splice(0)) wake('closed')
      resolve()
    })
  })
  socket.on('error', () => undefined)
  const onData = (bytes: Buffer): void => {
    received += bytes.toString('latin1')
    for (let end = received.indexOf('\r\n', taken); end !== -1; end = received.indexOf('\r\n', taken)) {
      const line = received.slice(taken, end)
      taken = end + 2
      if (/^\d{3}-/.test(line)) continue
      const wake = waiting.shift()
      if (wake) wake(line)
      else replies.push(line)
    }
  }
  if (read) socket.on('data', onData)
  const reply = (): Promise<string> => {
    const ready = replies.shift()
    if (ready !== undefined) return Promise.resolve(ready)
    return gone ? Promise.resolve('closed') : new Promise(resolve => waiting.push(resolve))
  }
  return {
    socket,
    send: bytes => {
      socket.write(bytes, 'latin1')
    },
    say: line => {
      socket.write(`${line}\r\n`)
      return reply()
    },
    reply,
    received: () => received,
    closed,
    destroy: () => {
      socket.destroy()
    },
  }
}
