/** A lenient SMTP or LMTP server that keeps every octet it hears, ends a message at any look-alike, and fails on demand. */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

/** What it does in place of its usual reply. */
export type Turn = string | 'silent' | 'close'

/** The step is the verb, `connect`, or `end` for the end of the data; `count` is how often it came in this session. */
export type Conduct = (step: string, count: number) => Turn | undefined

export interface Sink extends AsyncDisposable {
  readonly port: number
  /** Each message as it was on the wire, without the dots that were added. */
  readonly messages: readonly string[]
  /** Everything that was heard, in latin1. */
  readonly heard: () => string
  /** How many connections are open now. */
  readonly open: () => number
  readonly stop: () => Promise<void>
}

const usual: Readonly<Record<string, string>> = {
  connect: '220 sink',
  EHLO: '250-sink\r\n250-8BITMIME\r\n250 SIZE 30000000',
  LHLO: '250-sink\r\n250 8BITMIME',
  DATA: '354 go on',
  QUIT: '221 bye',
}

export async function sink(conduct: Conduct = () => undefined): Promise<Sink> {
  const sockets = new Set<Socket>()
  const messages: string[] = []
  let heard = ''
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    const counts = new Map<string, number>()
    let [rest, data, lmtp, recipients] = ['', false, false, 0]
    const turn = (step: string): boolean => {
      const count = (counts.get(step) ?? 0) + 1
      counts.set(step, count)
      const said = conduct(step, count) ?? usual[step] ?? '250 fine'
      if (said === 'close') socket.destroy()
      else if (said !== 'silent') socket.write(`${said}\r\n`)
      if (step === 'RCPT' && said.startsWith('2')) recipients += 1
      return said.startsWith('3')
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
    socket.on('data', bytes => {
      heard += bytes.toString('latin1')
      rest += bytes.toString('latin1')
      while (data ? message() : command());
    })
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
    heard: () => heard,
    open: () => sockets.size,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
