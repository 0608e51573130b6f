/** One command and its reply over one connection to clamd, bounded in bytes and ended by a signal. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type Unknown, unknown } from './verdict.ts'

/** A Unix socket, or a host and a port. */
export type Address = { readonly path: string } | { readonly host: string; readonly port: number }

/** Sends one command. When the exchange ends, the socket is destroyed and `ended` aborts. */
export type SendCommand = (socket: Socket, ended: AbortSignal) => Promise<void>

/** The text before the NUL, or why there is none. */
export type Exchange = { readonly kind: 'reply'; readonly text: string } | Unknown

/** The address, for a reason. */
export const addressText = (address: Address): string =>
  'path' in address ? address.path : `${address.host}:${address.port}`

/** Sends one command and reads its reply. Never rejects. An "OK" before the whole message was sent does not count. */
export function exchange(address: Address, signal: AbortSignal, send: SendCommand): Promise<Exchange> {
  if (signal.aborted) return Promise.resolve(unknown('aborted', 'the answer is not needed any more'))
  const { promise, resolve } = Promise.withResolvers<Exchange>()
  const ended = new AbortController()
  // Only the address: net.connect takes further keys for options of the stream.
  const socket = connect('path' in address ? { path: address.path } : { host: address.host, port: address.port })
  const clamd = `clamd at ${addressText(address)}`
  let [isConnected, isSent, received] = [false, false, Buffer.alloc(0)]

  const settle = (outcome: Exchange) => {
    signal.removeEventListener('abort', abort)
    socket.destroy()
    ended.abort()
    resolve(outcome)
  }
  const abort = () => settle(unknown('aborted', 'the answer is not needed any more'))
  signal.addEventListener('abort', abort)

  const receive = (bytes: Buffer) => {
    received = Buffer.concat([received, bytes])
    const end = received.indexOf(0)
    if (end === -1) {
      if (received.length > MAX_REPLY_LENGTH) settle(unknown('garbage', `${clamd} sends a reply without end`))
      return
    }
    if (end !== received.length - 1) return settle(unknown('garbage', `${clamd} sent more than one reply`))
    const text = received.toString('latin1', 0, end)
    // An "OK" about a part of the message is no verdict; an error may come early.
    const early = !isSent || socket.writableLength > 0
    if (early && text.endsWith('OK'))
      settle(unknown('garbage', `${clamd} answers before it has received the whole message`))
    else settle({ kind: 'reply', text })
  }

  socket.on('data', receive)
  socket.on('end', () => settle(unknown('closed', `${clamd} closed the connection before a whole reply`)))
  socket.on('close', () => settle(unknown('closed', `${clamd} closed the connection before a whole reply`)))
  socket.on('error', error =>
    settle(
      isConnected || codeOf(error) === 'ECONNRESET'
        ? unknown('reset', `the connection to ${clamd} broke (${codeOf(error)}) after ${socket.bytesWritten} bytes`)
        : unknown('refused', `${clamd} cannot be reached (${codeOf(error)})`),
    ),
  )
  socket.once('connect', () => {
    isConnected = true
    send(socket, ended.signal).then(
      () => {
        isSent = true
      },
      (error: unknown) => settle(unknown('error', `the message could not be read (${codeOf(error)})`)),
    )
  })
  return promise
}

/** Waits until the socket has room, so that a slow clamd slows down reading instead of filling memory. */
export const drained = async (socket: Socket, ended: AbortSignal): Promise<void> => {
  if (socket.writableNeedDrain) await once(socket, 'drain', { signal: ended })
}

// A reply of clamd is one line; a virus name has some hundred bytes at most.
const MAX_REPLY_LENGTH = 4096

const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'no reason given'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
