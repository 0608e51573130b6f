/** The client's end of a dialogue with a server that listens. */
import { once } from 'node:events'
import { connect, isIPv6, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Script } from './script.ts'
import type { Wire } from './wire.ts'

/** A server that listens. */
export interface Listening {
  /** The address that it listens on. */
  readonly host: string
  /** Its port. */
  readonly port: number
  /** Whether to send the script's `ip` by a PROXY protocol line (version 1). @default false */
  readonly proxy?: boolean
  /** Milliseconds to wait for a reply. @default 10_000 */
  readonly timeout?: number
}

export async function overSocket(
  { host, port, proxy = false, timeout = 10_000 }: Listening,
  { ip, tls }: Script,
): Promise<Wire> {
  const plain = connect({ host, port })
  await once(plain, 'connect')
  if (proxy) plain.write(proxyLine(ip))
  // What is tested is the dialogue, not whose certificate the test server shows.
  const secured = (): Socket => connectTls({ socket: plain, rejectUnauthorized: false })
  let socket = tls ? secured() : plain
  let replies = repliesOf(socket)
  let starting = false
  return {
    send: async bytes => {
      if (!socket.writable) return
      starting = socket === plain && /^starttls$/i.test(bytes.toString())
      socket.write(Buffer.concat([bytes, CRLF]))
    },
    receive: async () => {
      const reply = await Promise.race([replies.next(), late(timeout)])
      if (!starting || !reply?.at(-1)?.startsWith('220')) return reply
      starting = false
      replies.release()
      socket = secured()
      replies = repliesOf(socket)
      return reply
    },
    left: () => replies.ready(),
    end: async () => {
      socket.destroy()
      plain.destroy()
    },
  }
}

const CRLF = Buffer.from('\r\n')

const proxyLine = (ip: string): string =>
  isIPv6(ip) ? `PROXY TCP6 ${ip} 2001:db8::25 40000 25\r\n` : `PROXY TCP4 ${ip} 192.0.2.25 40000 25\r\n`

const late = (ms: number): Promise<readonly string[]> =>
  new Promise(resolve => {
    setTimeout(resolve, ms, [`(no reply within ${ms} ms)`]).unref()
  })

/** Cuts what arrives into replies of one or several lines (RFC 5321 §4.2.1). */
function repliesOf(socket: Socket) {
  const ready: (readonly string[])[] = []
  const waiting: ((reply: readonly string[] | undefined) => void)[] = []
  let rest = ''
  let open: string[] = []
  let ended = false

  const deliver = (reply: readonly string[]) => {
    const waiter = waiting.shift()
    if (waiter) waiter(reply)
    else ready.push(reply)
  }
  const end = () => {
    ended = true
    for (const waiter of waiting.splice(0)) waiter(undefined)
  }
  socket.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('latin1')).split('\r\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      open.push(line)
      if (/^\d{3}-/.test(line)) continue
      deliver(open)
      open = []
    }
  })
  socket.on('error', end)
  socket.on('close', end)
  socket.on('end', end)
  return {
    release: () => {
      socket.removeAllListeners('data')
      socket.off('close', end).off('end', end)
    },
    ready: () => ready,
    next: (): Promise<readonly string[] | undefined> => {
      const reply = ready.shift()
      if (reply || ended) return Promise.resolve(reply)
      return new Promise(resolve => {
        waiting.push(resolve)
      })
    },
  }
}
