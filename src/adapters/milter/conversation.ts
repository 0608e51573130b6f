/** One connection of a mail server: its events drive sessions, one for each client that it tells of. */

import type { Gateway } from '../../engine/gateway.ts'
import type { Session } from '../../engine/session.ts'
import type { Decision } from '../../model/decision.ts'
import { ProtocolError } from '../shared/socket-server.ts'
import { type Macros, readClient, readField, readMacros, readName, readPath } from './events.ts'
import { type Incoming, incoming } from './message.ts'
import { type Agreement, negotiate, Protocol } from './negotiate.ts'
import type { Packet } from './packets.ts'
import { accept, changes, discard, proceed, progress, refusal, skip, temporary } from './replies.ts'

export interface Conversation {
  /**
   * Hears one packet, and says what it must. Settles when the next one may be heard; false when the conversation is over.
   *
   * @throws ProtocolError when the mail server does not keep to the protocol
   */
  hear(packet: Packet): Promise<boolean>
  /** The mail server has gone. */
  close(): void
}

/** Mail servers wait minutes for an answer at the end of a message; this keeps them waiting. */
const PROGRESS = 20_000

export function conversation(current: () => Gateway, say: (octets: Buffer) => void): Conversation {
  let agreement: Agreement | undefined
  let gateway: Gateway | undefined
  let session: Session | undefined
  let message: Incoming | undefined
  let macros = new Map<string, Macros>()
  /** Nothing to judge: mail from the machine itself. */
  let local = false
  let greeted = false

  const endMessage = () => {
    message?.abort()
    message = undefined
    session?.reset()
  }
  const endSession = () => {
    endMessage()
    session?.close()
    session = undefined
    local = false
    greeted = false
    macros = new Map()
  }
  const macro = (name: string): string | undefined => {
    for (const some of [...macros.values()].toReversed()) if (some.has(name)) return some.get(name)
    return undefined
  }
  const answer = ({ reply }: Decision) => say(reply.code >= 400 ? refusal(reply) : proceed)
  const terms = (): Agreement => {
    if (agreement === undefined) throw new ProtocolError('the first packet was no offer')
    return agreement
  }

  const finish = async () => {
    const whole = message
    message = undefined
    if (whole === undefined) return say(temporary)
    const stop = (gateway as Gateway).services.clock.after(PROGRESS, () => say(progress))
    const outcome = await whole.end().finally(stop)
    if (outcome.reply.code >= 400) say(refusal(outcome.reply))
    else if (outcome.verdict === 'discard') say(discard)
    else for (const change of changes(outcome, terms())) say(change)
    session?.reset()
  }

  /** What answers a command, once the offer was taken and a client is known. */
  const events: Readonly<Record<string, (data: Buffer) => Promise<void> | void>> = {
    C: async data => {
      endSession()
      const { isLocal, ip } = readClient(data)
      if (isLocal) {
        local = true
        return say(accept)
      }
      gateway = current()
      session = gateway.open({ ip })
      answer(await session.connect())
    },
    H: async data => {
      greeted = true
      const protocol = macro('tls_version')
      const cipher = macro('cipher')
      const tls = protocol ? { protocol, ...(cipher && { cipher }) } : undefined
      const decision = await session?.helo(readName(data), tls)
      if (decision) answer(decision)
    },
    M: async data => {
      endMessage()
      const { path, utf8 } = readPath(data)
      // Postfix lets clients skip HELO unless `smtpd_helo_required` is set.
      if (!greeted) await session?.helo(undefined)
      greeted = true
      const user = macro('auth_authen')
      const decision = await session?.mail(path, { utf8, ...(user && { user }) })
      if (decision) answer(decision)
    },
    R: async data => {
      const decision = await session?.rcpt(readPath(data).path)
      if (decision) answer(decision)
    },
    T: () => say(proceed),
    L: async data => {
      if (session) message ??= incoming(session)
      await message?.write(readField(data, (terms().protocol & Protocol.leadingSpace) !== 0))
      if ((terms().protocol & Protocol.noHeaderReply) === 0) say(proceed)
    },
    N: async () => {
      if (session) message ??= incoming(session)
      await message?.write(Buffer.from('\r\n'))
      if ((terms().protocol & Protocol.noEndOfHeaderReply) === 0) say(proceed)
    },
    B: async data => {
      await message?.write(data)
      if ((terms().protocol & Protocol.noBodyReply) !== 0) return
      const decided = message?.decided
      if (decided === undefined || decided.reply.code < 400) return say(decided ? skip : proceed)
      say(refusal(decided.reply))
      endMessage()
    },
    E: async data => {
      if (data.length > 0) await message?.write(data)
      await finish()
    },
    U: () => say(proceed),
  }

  return {
    hear: async ({ command, data }) => {
      switch (command) {
        case 'O':
          agreement = negotiate(data)
          say(agreement.reply)
          return true
        case 'D': {
          const { of, macros: some } = readMacros(data)
          // Macros of a transaction do not outlive it: the null sender of a bounce has no user.
          if (of === 'M') for (const later of ['M', 'R', 'T', 'L', 'N', 'B', 'E']) macros.delete(later)
          macros.delete(of)
          if (Object.hasOwn(events, of)) macros.set(of, some)
          return true
        }
        case 'A':
          endMessage()
          return true
        case 'K':
          endSession()
          return true
        case 'Q':
          endSession()
          return false
      }
      const event = events[command]
      if (event === undefined)
        throw new ProtocolError(`a command ${JSON.stringify(command)} that the protocol does not have`)
      terms()
      if (session === undefined && command !== 'C') {
        if (!local) throw new ProtocolError(`${command} came before a connection was told of`)
        if (answered.has(command)) say(accept)
        return true
      }
      await event(data)
      return true
    },
    close: endSession,
  }
}

/** Commands that a mail server waits for an answer to, whatever was agreed. */
const answered: ReadonlySet<string> = new Set(['H', 'M', 'R', 'T', 'E'])
