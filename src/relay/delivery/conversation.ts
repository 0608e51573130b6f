/** One message on a line that has been greeted: its envelope, its content, and what the next server said to it. */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { Hop } from '../config/addresses.ts'
import { type Answer, delivered, worst } from './answer.ts'
import { dotStuffed } from './dot-stuffing.ts'
import { passedOn } from './passed-on.ts'
import type { HopReply, Replies } from './replies.ts'

export interface Parcel {
  readonly reversePath: string
  readonly forwardPaths: readonly string[]
  readonly size: number
  /** The client asked for SMTPUTF8 (RFC 6531): header or addresses may hold UTF-8. @default false */
  readonly utf8?: boolean
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

/** A connection, before or after it was secured. */
export interface Line {
  readonly socket: Socket
  readonly hear: Replies
  readonly ask: (command: string) => Promise<HopReply>
  readonly leave: (answer: Answer) => Answer
}

/** What it says to MAIL, RCPT and DATA is passed on. Whom it takes gets the message, whatever it says of the others. */
export async function converse(
  { socket, hear, ask, leave }: Line,
  hello: HopReply,
  hop: Hop,
  parcel: Parcel,
  patience: Patience,
): Promise<Answer> {
  const parameters = await parametersFor(parcel, hello)
  if (typeof parameters !== 'string') return leave(parameters)

  const mail = await ask(`MAIL FROM:<${parcel.reversePath}>${parameters}`)
  if (mail.code !== 250) return leave(passedOn(mail))
  const taken: string[] = []
  const refused = new Map<string, Answer>()
  for (const path of parcel.forwardPaths) {
    const reply = await ask(`RCPT TO:<${path}>`)
    if (reply.code === 250 || reply.code === 251) taken.push(path)
    else refused.set(path, passedOn(reply))
  }
  if (taken.length === 0) return leave(worst([...refused.values()]))

  const go = await ask('DATA')
  if (go.code !== 354) return leave(passedOn(go))
  // Hanging up within the data leaves nothing behind there.
  if (!(await send(socket, parcel, patience))) return { code: 554, text: '5.6.1 The message holds a NUL' }
  const finals = hop.protocol === 'lmtp' ? taken.map(path => [path]) : [taken]
  const delivered: string[] = []
  const heard: Answer[] = []
  for (const paths of finals) {
    let answer: Answer
    try {
      answer = finished(await hear.next(patience.final))
    } catch {
      // Who was answered has it all the same.
      heard.push({ code: 451, text: '4.4.2 The connection to the next server broke' })
      break
    }
    heard.push(answer)
    if (answer.code === 250) delivered.push(...paths)
    else for (const path of paths) refused.set(path, answer)
  }
  return leave(summary(heard, delivered, refused))
}

/**
 * One answer for all. Where some have the message and others never will, the sender comes again: by then the ones are
 * not sent it twice, and the others are refused by name, so that the sender hears of them alone.
 */
function summary(heard: readonly Answer[], taken: readonly string[], refused: ReadonlyMap<string, Answer>): Answer {
  const all = worst([...heard, ...refused.values()])
  if (taken.length === 0 || refused.size === 0 || all.code < 500) return { ...all, taken, refused }
  return { code: 451, text: '4.3.0 Not all recipients could be served, try again for the others', taken, refused }
}

/** A path or a header that needs RFC 6531 must not be sent to a server that does not know it (§3.5 there). */
async function parametersFor(parcel: Parcel, hello: HopReply): Promise<string | Answer> {
  const { reversePath, forwardPaths, size, utf8 = false } = parcel
  const offers = offersOf(hello)
  const international = [reversePath, ...forwardPaths].some(path => NOT_ASCII.test(path))
  if (!offers.has('SMTPUTF8')) {
    if (international) return { code: 553, text: '5.6.7 The next server takes no such addresses' }
    if (utf8 && (await hasUtf8Header(parcel)))
      return { code: 554, text: '5.6.9 The next server takes no header in UTF-8' }
  }
  return [
    offers.has('SIZE') ? ` SIZE=${size}` : '',
    offers.has('8BITMIME') ? ' BODY=8BITMIME' : '',
    offers.has('SMTPUTF8') && (international || utf8) ? ' SMTPUTF8' : '',
  ].join('')
}

const NOT_ASCII = /[^\x20-\x7e]/

async function hasUtf8Header({ open }: Parcel): Promise<boolean> {
  let before = ''
  for await (const bytes of open() as AsyncIterable<Buffer>) {
    const text = before + bytes.toString('latin1')
    const end = text.indexOf('\r\n\r\n')
    if (/[\x80-\xff]/.test(end === -1 ? text : text.slice(0, end))) return true
    if (end !== -1) return false
    before = text.slice(-3)
  }
  return false
}

/** What it offers, beside its name. */
export const offersOf = ({ lines }: HopReply): ReadonlySet<string | undefined> =>
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

const finished = (reply: HopReply): Answer => (reply.code === 250 ? delivered : passedOn(reply))
