/** One message on a line that has been greeted: its envelope, its content, and what the next server said to it. */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { type Answer, delivered, worst } from './answer.ts'
import { dotStuffed } from './dot-stuffing.ts'
import type { Hop } from './places.ts'
import type { HopReply, Replies } from './replies.ts'

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

/** A connection, before or after it was secured. */
export interface Line {
  readonly socket: Socket
  readonly hear: Replies
  readonly ask: (command: string) => Promise<HopReply>
  readonly leave: (answer: Answer) => Answer
}

/** What it says to MAIL, RCPT and DATA is passed on. */
export async function converse(
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

/** Its code and enhanced status. Its text is for us: it may name machines and mechanisms. */
function passedOn({ code, lines }: HopReply): Answer {
  const [digit] = String(code)
  if (digit !== '4' && digit !== '5') return { code: 451, text: '4.5.0 The next server did not answer by the rules' }
  const [, status] = /^([45]\.\d{1,3}\.\d{1,3})(?: |$)/.exec(lines.at(-1) ?? '') ?? []
  const enhanced = status?.startsWith(digit) ? status : `${digit}.0.0`
  // 421 would make our own server hang up on a client that did no wrong.
  return { code: code === 421 ? 451 : code, text: `${enhanced} Refused by the next server` }
}
