/** SMTP clients that name the address they play, and fail when a reply is not what honest mail gets. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { recipient, type Sender } from './world.ts'

/** The last lines of replies, in turn. '' when the server has closed the connection. */
class Replies {
  readonly #ready: string[] = []
  #waiting: ((reply: string) => void) | undefined
  #rest = ''

  constructor(socket: Socket) {
    socket.setEncoding('latin1')
    socket.on('error', () => undefined)
    socket.on('close', () => this.#add(''))
    socket.on('data', (text: string) => {
      const lines = `${this.#rest}${text}`.split('\r\n')
      this.#rest = lines.pop() ?? ''
      for (const line of lines) if (line[3] === ' ') this.#add(line)
    })
  }

  #add(reply: string): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting) waiting(reply)
    else this.#ready.push(reply)
  }

  async expect(code: string): Promise<void> {
    const reply = this.#ready.shift() ?? (await new Promise<string>(resolve => (this.#waiting = resolve)))
    if (!reply.startsWith(code)) throw new Error(`the reply was to be ${code}, and it was: ${reply || 'hung up'}`)
  }
}

/** Milliseconds that a client waits. */
export interface Waited {
  readonly greeting: number
  /** From the end of the message to the reply. */
  readonly message: number
  readonly total: number
}

/** One connection with one message. @param message with the end of its data */
export async function sendMessage(port: number, sender: Sender, message: Buffer): Promise<Waited> {
  const since = performance.now()
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  try {
    const replies = new Replies(socket)
    await greeting(socket, replies, sender)
    const greeted = performance.now()
    const lines = [
      ['250', `EHLO ${sender.helo}`],
      ['250', `MAIL FROM:<alice@${sender.domain}>`],
      ['250', `RCPT TO:<${recipient}>`],
      ['354', 'DATA'],
    ] as const
    for (const [code, line] of lines) {
      socket.write(`${line}\r\n`)
      await replies.expect(code)
    }
    const began = performance.now()
    socket.write(message)
    await replies.expect('250')
    const now = performance.now()
    socket.end('QUIT\r\n')
    await once(socket, 'close')
    return { greeting: greeted - since, message: now - began, total: now - since }
  } finally {
    socket.destroy()
  }
}

async function greeting(socket: Socket, replies: Replies, { ip }: Sender): Promise<void> {
  socket.write(`PROXY TCP4 ${ip} 192.0.2.25 40000 25\r\n`)
  await replies.expect('220')
}

/** A session up to the reply to EHLO. */
export async function greeted(socket: Socket, sender: Sender): Promise<void> {
  const replies = new Replies(socket)
  await greeting(socket, replies, sender)
  socket.write(`EHLO ${sender.helo}\r\n`)
  await replies.expect('250')
}

/** One connection that is refused in place of a greeting. @param address its own address on the loopback */
export async function beRefused(port: number, address: string): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: address, noDelay: true })
  const replies = new Replies(socket)
  await replies.expect('554')
  socket.end()
  if (!socket.closed) await once(socket, 'close')
}

/** `count` runs of `work`, `together` at a time. */
export async function atOnce(
  count: number,
  together: number,
  work: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) {
      next += 1
      await work(next - 1)
    }
  }
  await Promise.all(Array.from({ length: Math.min(count, together) }, worker))
}
