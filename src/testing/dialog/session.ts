/** A gateway behind the smallest server of RFC 5321: what a host does with a session, without a socket. */
import { Readable } from 'node:stream'
import type { Gateway } from '../../engine/gateway.ts'
import type { Outcome, Reply } from '../../model/decision.ts'
import { formatReply } from '../../policy/reply.ts'
import { zone } from '../zone.ts'
import { authenticate, type Turn } from './auth.ts'
import type { Script } from './script.ts'
import type { Wire } from './wire.ts'

/** Where in the dialogue the client is. */
interface Progress {
  readonly greeted: boolean
  readonly inTransaction: boolean
  /** Recipients that were accepted. */
  readonly recipients: number
  readonly secure: boolean
  readonly user?: string
}

interface Answered extends Progress {
  readonly reply: string
  readonly close?: boolean
  readonly outcome?: Outcome
}

export async function overSession(gateway: Gateway, { ip, ref, tls, users, zone: names }: Script): Promise<Wire> {
  const session = gateway.open({ ip, ...(ref && { ref }) }, names && { dns: zone(names) })
  const replies: string[] = []
  const outcomes: Outcome[] = []
  let progress: Progress = { greeted: false, inTransaction: false, recipients: 0, secure: tls }
  let continued: Turn['next']
  let collecting: Buffer[] | undefined
  let hungUp = false

  const answer = ({ reply, close, outcome, ...rest }: Answered) => {
    replies.push(reply)
    progress = rest
    if (outcome) outcomes.push(outcome)
    if (!close) return
    hungUp = true
    session.close()
  }
  const said = (reply: Reply, next: Progress, before: Progress = progress): Answered => ({
    ...(reply.code < 400 ? next : before),
    reply: formatReply(reply),
    ...(reply.close && { close: true }),
  })

  /** What is left when a transaction has ended. */
  const idle = (): Progress => ({ ...progress, inTransaction: false, recipients: 0 })
  const greet = async (name: string) => {
    const { reply } = await session.helo(name, progress.secure ? TLS : undefined)
    return said(reply, { ...idle(), greeted: true })
  }
  const exchange = ({ reply, next, user }: Turn): Answered => {
    continued = next
    return { ...progress, ...(user !== undefined && { user }), reply }
  }
  const verbs: Readonly<Record<string, (rest: string) => Answered | Promise<Answered>>> = {
    HELO: greet,
    EHLO: greet,
    LHLO: greet,
    MAIL: async rest => {
      const [path, parameters] = pathIn(rest, 'FROM')
      if (path === undefined) return { ...progress, reply: '501 5.5.4 Syntax error in parameters' }
      if (!progress.greeted || progress.inTransaction)
        return { ...progress, reply: '503 5.5.1 Bad sequence of commands' }
      const { reply } = await session.mail(path, {
        utf8: /(?:^| )SMTPUTF8(?: |$)/i.test(parameters),
        ...(progress.user !== undefined && { user: progress.user }),
      })
      return said(reply, { ...progress, inTransaction: true, recipients: 0 })
    },
    RCPT: async rest => {
      const [path] = pathIn(rest, 'TO')
      if (path === undefined) return { ...progress, reply: '501 5.5.4 Syntax error in parameters' }
      if (!progress.inTransaction) return { ...progress, reply: '503 5.5.1 Bad sequence of commands' }
      const { reply } = await session.rcpt(path)
      return said(reply, { ...progress, recipients: progress.recipients + 1 })
    },
    DATA: () => {
      if (progress.recipients === 0) return { ...progress, reply: '503 5.5.1 Bad sequence of commands' }
      collecting = []
      return { ...progress, reply: '354 Go ahead' }
    },
    RSET: () => {
      session.reset()
      return { ...idle(), reply: '250 2.0.0 Reset' }
    },
    STARTTLS: rest => {
      if (rest !== '') return { ...progress, reply: '501 5.5.4 Syntax error in parameters' }
      if (progress.secure) return { ...progress, reply: '503 5.5.1 TLS is under way already' }
      // RFC 3207 §4.2: all that was said before is forgotten.
      session.reset()
      return {
        greeted: false,
        inTransaction: false,
        recipients: 0,
        secure: true,
        reply: '220 2.0.0 Ready to start TLS',
      }
    },
    AUTH: rest => {
      if (users.size === 0) return { ...progress, reply: '502 5.5.1 Authentication is not offered' }
      if (!progress.secure) return { ...progress, reply: '538 5.7.11 Start TLS first' }
      if (!progress.greeted || progress.inTransaction || progress.user !== undefined)
        return { ...progress, reply: '503 5.5.1 Bad sequence of commands' }
      return exchange(authenticate(users, rest))
    },
    NOOP: () => ({ ...progress, reply: '250 2.0.0 Nothing done' }),
    VRFY: () => ({ ...progress, reply: '252 2.1.5 Send some mail and see' }),
    QUIT: () => ({ ...progress, reply: '221 2.0.0 Bye', close: true }),
  }
  const deliver = async (content: Buffer): Promise<Answered> => {
    const outcome = await session.data(Readable.from([content]))
    return { ...said(outcome.reply, idle(), idle()), outcome }
  }
  const collect = async (bytes: Buffer, lines: Buffer[]) => {
    if (!bytes.equals(DOT)) {
      // RFC 5321 §4.5.2: the dot that the client put before a dot is taken away.
      lines.push(bytes[0] === DOT[0] ? bytes.subarray(1) : bytes, CRLF)
      return
    }
    collecting = undefined
    answer(await deliver(Buffer.concat(lines)))
  }

  const { reply } = await session.connect()
  answer(said(reply, progress))
  return {
    outcomes,
    send: async bytes => {
      if (hungUp) return
      if (collecting) return await collect(bytes, collecting)
      if (continued) return answer(exchange(continued(bytes.toString())))
      const [, verb = '', rest = ''] = /^([a-z]+)(?: (.*))?$/is.exec(bytes.toString()) ?? []
      const obey = verbs[verb.toUpperCase()]
      answer(obey ? await obey(rest.trim()) : { ...progress, reply: '500 5.5.2 Command unknown' })
    },
    receive: async () => {
      const reply = replies.shift()
      if (reply === undefined && !hungUp) return ['(no reply)']
      return reply === undefined ? undefined : [reply]
    },
    left: () => replies.map(reply => [reply]),
    end: async () => session.close(),
  }
}

const TLS = { protocol: 'TLSv1.3' } as const
const CRLF = Buffer.from('\r\n')
const DOT = Buffer.from('.')

/** `FROM:<path> PARAMETERS`; no path when it is none. */
function pathIn(text: string, word: 'FROM' | 'TO'): readonly [path: string | undefined, parameters: string] {
  const [, said, path, parameters = ''] = /^([a-z]+): ?<([^<>]*)>(?: (.*))?$/i.exec(text) ?? []
  return said?.toUpperCase() === word ? [path, parameters] : [undefined, '']
}
