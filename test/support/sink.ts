/**
 * A lenient SMTP or LMTP server that keeps every byte it receives, ends a message at any look-alike, and fails on
 * demand.
 */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'

/** What it does in place of its usual reply. */
export type Turn = string | 'silent' | 'close'

/** The step is the verb, `connect`, or `end` for the end of the data; `count` is how often it came in this session. */
export type Conduct = (step: string, count: number) => Turn | undefined

export interface Sink extends AsyncDisposable {
  readonly port: number
  /** Each message as it was on the wire, without the dots that were added. */
  readonly messages: readonly string[]
  /** Everything that was received, in latin1. */
  readonly received: () => string
  /** How often STARTTLS led to TLS. */
  readonly secured: () => number
  /** How many connections are open now. */
  readonly open: () => number
  /** What arrived, by reads of the socket. */
  readonly packets: () => readonly string[]
  /** From now on it acts like this. */
  readonly change: (conduct: Conduct) => void
  /** Closes every connection. */
  readonly drop: () => void
  readonly stop: () => Promise<void>
}

const usual: Readonly<Record<string, string>> = {
  connect: '220 sink',
  EHLO: '250-sink\r\n250-8BITMIME\r\n250 SIZE 30000000',
  LHLO: '250-sink\r\n250 8BITMIME',
  DATA: '354 go on',
  STARTTLS: '220 go on',
  QUIT: '221 bye',
}

export interface SinkOptions {
  /** PEM. With it STARTTLS is offered. @default none */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** STARTTLS is offered, and what comes then is taken for commands. @default false */
  readonly pretends?: boolean
  /** Milliseconds that it takes to answer the end of the data. @default 0 */
  readonly late?: number
  /** Milliseconds that it takes to answer a step. @default at once */
  readonly delays?: Readonly<Record<string, number>>
}

export async function sink(
  conduct: Conduct = () => undefined,
  { tls, pretends = false, late = 0, delays = { end: late } }: SinkOptions = {},
): Promise<Sink> {
  const sockets = new Set<Socket>()
  let current = conduct
  const messages: string[] = []
  const packets: string[] = []
  let [received, secured] = ['', 0]
  const server = createServer({ noDelay: true }, connection => {
    let socket: Socket = connection
    sockets.add(connection)
    connection.on('close', () => sockets.delete(connection))
    connection.on('error', () => undefined)
    const counts = new Map<string, number>()
    let [rest, data, lmtp, recipients] = ['', false, false, 0]
    const turn = (step: string): boolean => {
      const count = (counts.get(step) ?? 0) + 1
      counts.set(step, count)
      const offers = (tls && socket === connection) || pretends ? '250-STARTTLS\r\n' : ''
      const mine = step === 'EHLO' || step === 'LHLO' ? usual[step]?.replace('\r\n', `\r\n${offers}`) : usual[step]
      const said = current(step, count) ?? mine ?? '250 fine'
      if (said === 'close') socket.destroy()
      else if (said !== 'silent' && delays[step]) setTimeout(() => socket.write(`${said}\r\n`), delays[step])
      else if (said !== 'silent') socket.write(`${said}\r\n`)
      if (step === 'STARTTLS' && said.startsWith('220') && tls) secure()
      if (step === 'RCPT' && said.startsWith('2')) recipients += 1
      return said.startsWith('3')
    }
    const secure = () => {
      connection.off('data', onData)
      const upgraded = new TLSSocket(connection, { isServer: true, secureContext: createSecureContext(tls) })
      upgraded.on('error', () => connection.destroy())
      upgraded.on('data', onData)
      upgraded.once('secure', () => {
        secured += 1
      })
      socket = upgraded
    }
    const command = (): boolean => {
      const end = rest.indexOf('\n')
      if (end === -1) return false
      const verb = rest.slice(0, end).trim().split(' ', 1)[0]?.toUpperCase() ?? ''
      rest = rest.slice(end + 1)
      lmtp ||= verb === 'LHLO'
      if (verb === 'MAIL') recipients = 0
      data = turn(verb)
      return true
    }
    const message = (): boolean => {
      // As the most careless server would read it: any line end will do.
      const end = /(?:\r\n|\n|\r)\.(?:\r\n|\n|\r)/.exec(rest)
      if (!end) return false
      messages.push(`${rest.slice(0, end.index)}\r\n`.replace(/\r\n\./g, '\r\n'))
      rest = rest.slice(end.index + end[0].length)
      data = false
      for (let left = lmtp ? recipients : 1; left > 0; left -= 1) turn('end')
      return true
    }
    const onData = (bytes: Buffer) => {
      received += bytes.toString('latin1')
      if (packets.length < 1_000) packets.push(bytes.toString('latin1'))
      rest += bytes.toString('latin1')
      while (data ? message() : command());
    }
    socket.on('data', onData)
    turn('connect')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const stop = async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise(done => server.close(done))
  }
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    messages,
    received: () => received,
    secured: () => secured,
    open: () => sockets.size,
    packets: () => packets,
    change: renewed => {
      current = renewed
    },
    drop: () => {
      for (const socket of sockets) socket.destroy()
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
