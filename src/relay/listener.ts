/** One listener of the relay: our own SMTP server, what it refuses at RCPT, and what it replies to a message. */
import { once } from 'node:events'
import type { Server } from 'node:net'
import { domainToASCII } from 'node:url'
import type { Gateway } from '../engine/gateway.ts'
import type { Reply } from '../model/decision.ts'
import type { Status } from '../model/finding.ts'
import type { Notify } from '../model/services.ts'
import { type IncomingMessage, type SessionLimits, type SmtpServer, smtpServer } from '../smtp/index.ts'
import type { ListenerOptions, RelayOptions } from './config/options.ts'
import { type Answer, worst } from './delivery/answer.ts'
import type { Deliver } from './delivery/deliver.ts'
import type { Refusals } from './delivery/refusals.ts'
import type { Arrival } from './delivery/trace.ts'
import { selfSigned } from './tls/self-signed.ts'
import { type Pem, WatchedCertificate } from './tls/watch.ts'

/** What changes when the configuration is read again. */
export interface Current {
  readonly gateway: Gateway
  readonly deliver: Deliver
  readonly options: RelayOptions
}

export interface ListenerParts {
  readonly options: RelayOptions
  readonly listener: ListenerOptions
  readonly current: () => Current
  readonly refusals: Refusals
  readonly notify: Notify
}

/** How long clients have to end their transactions when the relay stops. */
const CLOSE_TIMEOUT = '10s'

export class Listener {
  readonly #front: SmtpServer
  readonly #certificate: WatchedCertificate | undefined

  /** @throws PosternError for wrong options */
  constructor(parts: ListenerParts) {
    const { listener, options, current, notify } = parts
    const { name, workers, limits } = options
    this.#certificate = listener.tls && new WatchedCertificate(listener.tls, notify)
    const selfMade: Pem | undefined = listener.tls ? undefined : selfSigned(name)
    this.#front = smtpServer({
      gateway: () => current().gateway,
      name,
      lmtp: listener.protocol === 'lmtp',
      tls: () => this.#certificate?.current ?? selfMade ?? {},
      implicitTls: listener.implicitTls,
      limits: { sessions: shareOf(workers, limits.sessions) },
      ...(limits.wire && { wire: limits.wire }),
      ...(limits.size !== undefined && { size: limits.size }),
      closeTimeout: CLOSE_TIMEOUT,
      proxies: listener.proxies,
      recipient: (forwardPath, { reversePath }) => whyRefused(parts, reversePath, forwardPath),
      deliver: message => deliver(parts, message),
    })
    this.#front.server.on('error', () => undefined)
  }

  /** Hand it sockets with `emit('connection', socket)`, or let it listen. */
  get server(): Server {
    return this.#front.server
  }

  /** @throws an error of the system if the address is taken */
  async listen(at: Parameters<Server['listen']>[0]): Promise<void> {
    this.server.listen(at)
    await once(this.server, 'listening')
  }

  /** Reads the certificate again, if it has changed. */
  async reload(): Promise<void> {
    await this.#certificate?.check()
  }

  /** Takes no new client, lets transactions end, then ends the other sessions with 421. */
  async close(): Promise<void> {
    this.#certificate?.stop()
    await this.#front.close()
  }
}

/** Limits that each process counts alone are divided, and raised by half: clients are not distributed evenly. */
function shareOf(workers: number, limits: SessionLimits = {}): SessionLimits {
  const { perAddress = 50, perNetwork = 100, perSite = 200, all = 2_000 } = limits
  const share = (whole: number) => (workers === 1 ? whole : Math.ceil((whole * 1.5) / workers))
  return { perAddress: share(perAddress), perNetwork: share(perNetwork), perSite: share(perSite), all: share(all) }
}

/** Holds in shadow mode too: the relay is open to no sender. */
function whyRefused({ current, refusals }: ListenerParts, reversePath: string, forwardPath: string): Reply | undefined {
  const isOurs = isIn(forwardPath, current().options.domains)
  const refused = isOurs ? refusals.of(reversePath, forwardPath) : foreign
  return refused && replyOf(refused)
}

/** Without domains every recipient is ours. */
function isIn(address: string, domains: readonly string[]): boolean {
  const domain = domainToASCII(address.slice(address.lastIndexOf('@') + 1)).toLowerCase()
  const isBelow = (name: string) => name.startsWith('.') && domain.endsWith(name)
  return (
    domains.length === 0 ||
    !address.includes('@') ||
    domains.map(name => name.toLowerCase()).some(name => name === domain || isBelow(name))
  )
}

async function deliver({ current, refusals }: ListenerParts, message: IncomingMessage): Promise<Reply> {
  const { deliver, options } = current()
  const answer = await deliverGroups(deliver, message, arrivalOf(message, options.name))
  refusals.remember(message.reversePath, answer)
  if (answer.ended) message.replied.then(answer.ended)
  return replyOf(answer, message.ref)
}

/** Each group of recipients gets its own copy: the fields on top say what was decided for this group. Never rejects. */
async function deliverGroups(
  deliver: Deliver,
  { outcome, groups }: IncomingMessage,
  arrival: Arrival,
): Promise<Answer> {
  const answers: Answer[] = []
  for (const { forwardPaths, trace, content } of groups) {
    const each = new Map([...outcome.each].filter(([path]) => forwardPaths.includes(path)))
    answers.push(await deliver({ ...outcome, each, trace, content }, arrival).catch(() => lost))
  }
  const [only] = answers
  return answers.length === 1 && only !== undefined ? only : combined(answers)
}

/**
 * One answer for several groups. Where some recipients have the message and others are refused for good, the client
 * tries again: then the first are not given it twice, and the others are refused at RCPT.
 */
function combined(answers: readonly Answer[]): Answer {
  const { code, text } = worst(answers)
  const taken = answers.flatMap(answer => answer.taken ?? [])
  const refused = new Map(answers.flatMap(answer => [...(answer.refused ?? [])]))
  const reply = code >= 500 && taken.length > 0 ? partial : { code, text }
  const ended = (isReceived: boolean) => {
    for (const answer of answers) answer.ended?.(isReceived)
  }
  return { ...reply, taken, refused, ended }
}

const arrivalOf = (message: IncomingMessage, name: string): Arrival => ({
  reversePath: message.reversePath,
  helo: message.helo,
  ip: message.ip ?? 'unknown',
  name,
  ref: message.ref,
  tls: message.tls !== undefined,
  plain: !message.extended,
  utf8: message.parameters.utf8,
  date: new Date(),
})

const partial: Answer = { code: 451, text: '4.3.0 Not all recipients could be served, try again for the others' }
const foreign: Answer = { code: 550, text: '5.7.1 No mail for that domain is accepted here' }
const lost: Answer = { code: 451, text: '4.3.0 The message could not be delivered now' }

/** The enhanced status is the first word of an answer's text (RFC 2034 §4). */
function replyOf({ code, text }: Answer, ref?: string): Reply {
  const blank = text.indexOf(' ')
  const words = text.slice(blank + 1)
  return { code, status: text.slice(0, blank) as Status, text: ref === undefined ? words : `${words} ref=${ref}` }
}
