/** Hands a message to the next server, SMTP (RFC 5321) or LMTP (RFC 2033), and tells what it said. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Hop } from '../config/addresses.ts'
import type { Answer } from './answer.ts'
import { converse, type Line, offersOf, type Parcel, type Patience } from './conversation.ts'
import { noTls, secured } from './next-hop-tls.ts'
import { type HopReply, replies } from './replies.ts'

const patient: Patience = { connect: 10_000, reply: 60_000, final: 300_000 }

/**
 * Never rejects. Whoever cannot be reached, breaks off or greets us with a refusal defers: that is our side's trouble,
 * not the sender's. What it says to MAIL, RCPT and DATA is passed on. What is about us
 * is not: the operator hears of it. Where TLS is welcome but cannot be had, it goes without.
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
  const host = greetingName(name, plain)
  const greet = async (line: Line) => {
    const extended = await line.ask(`${hop.protocol === 'lmtp' ? 'LHLO' : 'EHLO'} ${host}`)
    // RFC 5321 §3.2: who does not know EHLO may know HELO; then it offers nothing.
    const isOld = hop.protocol === 'smtp' && extended.code >= 500
    return isOld ? { ...(await line.ask(`HELO ${host}`)), lines: [] } : extended
  }
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

/** RFC 5321 §4.1.4: a full name, or where there is none an address literal. */
function greetingName(name: string, { localAddress = '127.0.0.1' }: Socket): string {
  if (name.includes('.')) return name
  return localAddress.includes(':') ? `[IPv6:${localAddress}]` : `[${localAddress}]`
}

const unwilling: Answer = { code: 451, text: '4.4.1 The next server takes no mail now' }

// X.7.5 (RFC 3463 §3.8): cryptography failed, or was not there.
const untrusted: Answer = { code: 451, text: '4.7.5 The next server offers no TLS that can be trusted' }
