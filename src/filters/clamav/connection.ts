/** One command and its reply over one connection to clamd, bounded in bytes and ended by a signal. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type Unknown, unknown } from './verdict.ts'

/** A Unix socket, or a host and a port. */
export type Address = { readonly path: string } | { readonly host: string; readonly port: number }

/** Says one command. The socket is destroyed, and `over` aborts, as soon as the conversation has ended. */
export type SendCommand = (socket: Socket, over: AbortSignal) => Promise<void>

/** The text before the NUL, or why there is none. */
export type ReplyListener = { readonly kind: 'reply'; readonly text: string } | Unknown

export const addressText = (address: Address): string =>
  'path' in address ? address.path : `${address.host}:${address.port}`

/** Never rejects. A reply that came before all was said is none. */
export function exchange(address: Address, signal: AbortSignal, speak: SendCommand): Promise<ReplyListener> {
  if (signal.aborted) return Promise.resolve(unknown('aborted', 'the answer no longer matters'))
  const { promise, resolve } = Promise.withResolvers<ReplyListener>()
  const over = new AbortController()
  // Nothing but the place: net.connect would take any further key for an option of the stream.
  const socket = connect('path' in address ? { path: address.path } : { host: address.host, port: address.port })
  const where = `clamd at ${addressText(address)}`
  let [connected, said, received] = [false, false, Buffer.alloc(0)]

  const settle = (heard: ReplyListener) => {
    signal.removeEventListener('abort', abort)
    socket.destroy()
    over.abort()
    resolve(heard)
  }
  const abort = () => settle(unknown('aborted', 'the answer no longer matters'))
  signal.addEventListener('abort', abort)

  const hear = (bytes: Buffer) => {
    received = Buffer.concat([received, bytes])
    const end = received.indexOf(0)
    if (end === -1) {
      if (received.length > MAX_REPLY_LENGTH) settle(unknown('garbage', `${where} answers without end`))
      return
    }
    if (end !== received.length - 1) return settle(unknown('garbage', `${where} says more than one reply`))
    const text = received.toString('latin1', 0, end)
    // "OK" about a part of the message is no answer; a complaint may well come early.
    const early = !said || socket.writableLength > 0
    if (early && text.endsWith('OK')) settle(unknown('garbage', `${where} answers before it has the whole message`))
    else settle({ kind: 'reply', text })
  }

  socket.on('data', hear)
  socket.on('end', () => settle(unknown('closed', `${where} hangs up before a whole reply`)))
  socket.on('close', () => settle(unknown('closed', `${where} hangs up before a whole reply`)))
  socket.on('error', error =>
    settle(
      connected || codeOf(error) === 'ECONNRESET'
        ? unknown('reset', `the connection to ${where} broke (${codeOf(error)}) after ${socket.bytesWritten} bytes`)
        : unknown('refused', `${where} cannot be reached (${codeOf(error)})`),
    ),
  )
  socket.once('connect', () => {
    connected = true
    speak(socket, over.signal).then(
      () => {
        said = true
      },
      (error: unknown) => settle(unknown('error', `the message could not be read (${codeOf(error)})`)),
    )
  })
  return promise
}

/** Waits until what was written has left, so that a slow clamd holds the reading back and not our memory. */
export const drained = async (socket: Socket, over: AbortSignal): Promise<void> => {
  if (socket.writableNeedDrain) await once(socket, 'drain', { signal: over })
}

// clamd's replies are a line; a virus name has at most some hundred bytes.
const MAX_REPLY_LENGTH = 4096

const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'no reason given'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
