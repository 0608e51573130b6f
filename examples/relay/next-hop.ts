/** Hands a message to the next server, SMTP (RFC 5321) or LMTP (RFC 2033), and tells what it said. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { type Answer, delivered, worst } from './answer.ts'
import { dotStuffed } from './dot-stuffing.ts'
import type { Hop } from './options.ts'
import { type HopReply, replies } from './replies.ts'

export interface Parcel {
  readonly reversePath: string
  readonly forwardPaths: readonly string[]
  readonly size: number
  /** Every line end is CRLF. */
  readonly open: () => Readable
}

/** Milliseconds. */
export interface Patience {
  readonly connect: number
  /** For a reply, and for the other side to take what is sent. */
  readonly reply: number
  /** For the reply to the end of the data. RFC 5321 §4.5.3.2.6 asks for ten minutes, which our own client has, too. */
  readonly final: number
}

export const patient: Patience = { connect: 10_000, reply: 60_000, final: 300_000 }

/**
 * Never rejects. Whoever cannot be reached, breaks off or greets us with a refusal defers: that is our side's trouble,
 * not the sender's. What it says to MAIL, RCPT and DATA is passed on. With SMTP nothing is sent unless all recipients
 * are taken, since only one answer can be given for all of them.
 */
export async function handOn(hop: Hop, name: string, parcel: Parcel, patience: Patience = patient): Promise<Answer> {
  const socket = connect({ host: hop.host, port: hop.port })
  socket.on('error', () => undefined)
  try {
    const timer = setTimeout(() => socket.destroy(new Error('no connection in time')), patience.connect)
    await once(socket, 'connect').finally(() => clearTimeout(timer))
  } catch {
    socket.destroy()
    return { code: 451, text: '4.4.1 The next server cannot be reached' }
  }
  try {
    return await talk(socket, hop, name, parcel, patience)
  } catch {
    return { code: 451, text: '4.4.2 The connection to the next server broke' }
  } finally {
    socket.destroy()
  }
}

async function talk(socket: Socket, hop: Hop, name: string, parcel: Parcel, patience: Patience): Promise<Answer> {
  const hear = replies(socket)
  const ask = async (command: string): Promise<HopReply> => {
    socket.write(`${command}\r\n`)
    return await hear(patience.reply)
  }
  const leave = (answer: Answer): Answer => {
    socket.end('QUIT\r\n')
    return answer
  }
  if ((await hear(patience.reply)).code !== 220) return leave(unwilling)
  const hello = await ask(`${hop.protocol === 'lmtp' ? 'LHLO' : 'EHLO'} ${name}`)
  if (hello.code !== 250) return leave(unwilling)
  const parameters = parametersFor(parcel, hello)
  if (parameters === undefined) return leave({ code: 553, text: '5.6.7 The next server takes no such addresses' })

  const mail = await ask(`MAIL FROM:<${parcel.reversePath}>${parameters}`)
  if (mail.code !== 250) return leave(passedOn(mail))
  const taken: string[] = []
  const refused: Answer[] = []
  for (const path of parcel.forwardPaths) {
    const reply = await ask(`RCPT TO:<${path}>`)
    if (reply.code === 250 || reply.code === 251) taken.push(path)
    else refused.push(passedOn(reply))
  }
  if (taken.length === 0 || refused.length > 0) return leave(worst(refused))

  const go = await ask('DATA')
  if (go.code !== 354) return leave(passedOn(go))
  // Hanging up within the data leaves nothing behind there.
  if (!(await send(socket, parcel, patience))) return { code: 554, text: '5.6.1 The message holds a NUL' }
  const finals: Answer[] = []
  for (const _ of hop.protocol === 'lmtp' ? taken : ['all']) finals.push(finished(await hear(patience.final)))
  return leave(worst(finals))
}

/** A path that needs RFC 6531 must not be sent to a server that does not know it. */
function parametersFor({ reversePath, forwardPaths, size }: Parcel, { lines }: HopReply): string | undefined {
  const offers = new Set(lines.map(line => line.split(' ', 1)[0]?.toUpperCase()))
  const international = [reversePath, ...forwardPaths].some(path => /[^\x20-\x7e]/.test(path))
  if (international && !offers.has('SMTPUTF8')) return undefined
  return [
    offers.has('SIZE') ? ` SIZE=${size}` : '',
    offers.has('8BITMIME') ? ' BODY=8BITMIME' : '',
    international ? ' SMTPUTF8' : '',
  ].join('')
}

async function send(socket: Socket, { open }: Parcel, { reply }: Patience): Promise<boolean> {
  const gone = new AbortController()
  const leave = () => gone.abort()
  const late = () => socket.destroy(new Error('nothing is taken'))
  socket.once('close', leave)
  socket.setTimeout(reply, late)
  const content = open()
  try {
    for await (const bytes of dotStuffed(content as AsyncIterable<Buffer>)) {
      if (socket.destroyed) throw new Error('the connection was closed')
      // RFC 5322 §2.3 knows no NUL, and some servers end a line at it: what holds one is not handed on (RFC 3030 §3).
      if (bytes.includes(0)) return false
      if (!socket.write(bytes)) await once(socket, 'drain', { signal: gone.signal })
    }
    return true
  } finally {
    content.destroy()
    socket.setTimeout(0)
    socket.off('close', leave)
  }
}

const unwilling: Answer = { code: 451, text: '4.4.1 The next server takes no mail now' }

const finished = (reply: HopReply): Answer => (reply.code === 250 ? delivered : passedOn(reply))

/** Its code and enhanced status. Its text is for us: it may name machines and mechanisms. */
function passedOn({ code, lines }: HopReply): Answer {
  const [digit] = String(code)
  if (digit !== '4' && digit !== '5') return { code: 451, text: '4.5.0 The next server did not answer by the rules' }
  const [, status] = /^([45]\.\d{1,3}\.\d{1,3})(?: |$)/.exec(lines.at(-1) ?? '') ?? []
  const enhanced = status?.startsWith(digit) ? status : `${digit}.0.0`
  // 421 would make our own server hang up on a client that did no wrong.
  return { code: code === 421 ? 451 : code, text: `${enhanced} Refused by the next server` }
}
