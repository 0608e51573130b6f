/** Hands a message to the next server, SMTP (RFC 5321) or LMTP (RFC 2033), and tells what it said. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { type Answer, delivered, worst } from './answer.ts'
import { dotStuffed } from './dot-stuffing.ts'
import { noTls, secured } from './next-hop-tls.ts'
import type { Hop } from './places.ts'
import { type HopReply, type Replies, replies } from './replies.ts'

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
 * are taken, since only one answer can be given for all of them. Where TLS is welcome but cannot be had, it goes without.
 */
export async function handOn(hop: Hop, name: string, parcel: Parcel, patience: Patience = patient): Promise<Answer> {
  const answer = await attempt(hop, name, parcel, patience)
  if (answer !== noTls) return answer
  // Half a handshake leaves a connection on which nobody can say a word more.
  const plain = hop.tls === 'opportunistic' ? await attempt({ ...hop, tls: 'off' }, name, parcel, patience) : untrusted
  return plain === noTls ? untrusted : plain
}

type Attempt = Answer | typeof noTls

async function attempt(hop: Hop, name: string, parcel: Parcel, patience: Patience): Promise<Attempt> {
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

/** A connection, before or after it was secured. */
interface Line {
  readonly socket: Socket
  readonly hear: Replies
  readonly ask: (command: string) => Promise<HopReply>
  readonly leave: (answer: Answer) => Answer
}

function lineOf(socket: Socket, patience: Patience): Line {
  const hear = replies(socket)
  return {
    socket,
    hear,
    ask: async command => {
      socket.write(`${command}\r\n`)
      return await hear.next(patience.reply)
    },
    leave: answer => {
      socket.end('QUIT\r\n')
      return answer
    },
  }
}

async function talk(plain: Socket, hop: Hop, name: string, parcel: Parcel, patience: Patience): Promise<Attempt> {
  const greet = (line: Line) => line.ask(`${hop.protocol === 'lmtp' ? 'LHLO' : 'EHLO'} ${name}`)
  const open = lineOf(plain, patience)
  if ((await open.hear.next(patience.reply)).code !== 220) return open.leave(unwilling)
  const greeted = await greet(open)
  if (greeted.code !== 250) return open.leave(unwilling)
  const line = await upgraded(open, greeted, hop, patience)
  if (line === noTls) return noTls
  if (line === undefined) return open.leave(untrusted)
  const hello = line === open ? greeted : await greet(line)
  if (hello.code !== 250) return line.leave(unwilling)
  return await converse(line, hello, hop, parcel, patience)
}

/** The same line where there is no TLS and none is required; nothing where it is. */
async function upgraded(
  line: Line,
  hello: HopReply,
  hop: Hop,
  patience: Patience,
): Promise<Line | typeof noTls | undefined> {
  if (hop.tls === 'off') return line
  const willing = offersOf(hello).has('STARTTLS') && (await line.ask('STARTTLS')).code === 220
  if (!willing) return hop.tls === 'required' ? undefined : line
  // RFC 3207 §4.2: what came in the clear behind the 220 was put there by somebody else.
  if (!line.hear.release()) return noTls
  const socket = await secured(line.socket, hop, patience.connect)
  return socket === noTls ? noTls : lineOf(socket, patience)
}

async function converse(
  { socket, hear, ask, leave }: Line,
  hello: HopReply,
  hop: Hop,
  parcel: Parcel,
  patience: Patience,
): Promise<Answer> {
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
  for (const _ of hop.protocol === 'lmtp' ? taken : ['all']) finals.push(finished(await hear.next(patience.final)))
  return leave(worst(finals))
}

/** A path that needs RFC 6531 must not be sent to a server that does not know it. */
function parametersFor({ reversePath, forwardPaths, size }: Parcel, hello: HopReply): string | undefined {
  const offers = offersOf(hello)
  const international = [reversePath, ...forwardPaths].some(path => /[^\x20-\x7e]/.test(path))
  if (international && !offers.has('SMTPUTF8')) return undefined
  return [
    offers.has('SIZE') ? ` SIZE=${size}` : '',
    offers.has('8BITMIME') ? ' BODY=8BITMIME' : '',
    international ? ' SMTPUTF8' : '',
  ].join('')
}

const offersOf = ({ lines }: HopReply): ReadonlySet<string | undefined> =>
  new Set(lines.slice(1).map(line => line.split(' ', 1)[0]?.toUpperCase()))

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

// X.7.5 (RFC 3463 §3.8): cryptography failed, or was not there.
const untrusted: Answer = { code: 451, text: '4.7.5 The next server offers no TLS that can be trusted' }

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
