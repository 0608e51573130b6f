/** One listener of the relay: our own SMTP server, what it refuses at RCPT, and what it replies to a message. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { domainToASCII } from 'node:url'
import type { Gateway } from '../index.ts'
import type { Reply } from '../model/decision.ts'
import type { Status } from '../model/finding.ts'
import { type IncomingMessage, type SessionLimits, smtpServer } from '../smtp/index.ts'
import type { RelayOptions } from './config/options.ts'
import { type Answer, worst } from './delivery/answer.ts'
import type { Deliver } from './delivery/deliver.ts'
import { rememberRefusals } from './delivery/refusals.ts'
import type { Arrival } from './delivery/trace.ts'
import { selfSigned } from './tls/self-signed.ts'
import { watchPem } from './tls/watch.ts'

export interface Listener {
  readonly port: number
  /** Takes no new client, lets transactions end, then ends the other sessions with 421. */
  readonly close: () => Promise<void>
}

export interface ListenerParts {
  readonly gateway: Gateway
  readonly deliver: Deliver
  readonly name: string
}

/** @throws PosternError for wrong options; an error of the system if the port is taken */
export async function openListener(
  options: RelayOptions,
  { gateway, deliver, name }: ListenerParts,
): Promise<Listener> {
  const { listen, domains, workers, tls: files, proxies: header, xclient } = options
  const refusals = rememberRefusals()
  let pem: { readonly cert: string; readonly key: string } = files ?? selfSigned(name)
  const front = smtpServer({
    gateway,
    name,
    tls: () => pem,
    limits: { sessions: shareOf(workers) },
    closeTimeout: CLOSE_TIMEOUT,
    proxies: { header, xclient },
    recipient: (forwardPath, { reversePath }) => {
      const refused = isOurs(forwardPath, domains) ? refusals.of(reversePath, forwardPath) : foreign
      return refused && replyOf(refused)
    },
    deliver: async message => {
      const answer = await deliverGroups(deliver, message, arrivalOf(message, name))
      refusals.remember(message.reversePath, answer)
      if (answer.ended) message.replied.then(answer.ended)
      return replyOf(answer, message.ref)
    },
  })
  front.server.on('error', () => undefined)
  // Each worker has its own queue, and the system distributes clients among them.
  front.server.listen({ ...listen, ...(workers > 1 && { reusePort: SHARES_PORTS }) })
  await once(front.server, 'listening')
  const use = (renewed: typeof pem) => {
    pem = renewed
  }
  const unwatch = files && watchPem(files, use, gateway.services.notify)
  const close = async () => {
    unwatch?.()
    await front.close()
  }
  return { port: (front.server.address() as AddressInfo).port, close }
}

/** How long clients have to end their transactions when the relay stops. */
const CLOSE_TIMEOUT = '10s'

/** Elsewhere the first process accepts the clients and node:cluster distributes them. */
const SHARES_PORTS = process.platform === 'linux' || process.platform === 'freebsd'

/** Limits that each process counts alone are divided, and raised by half: clients are not distributed evenly. */
function shareOf(workers: number): SessionLimits {
  const share = (all: number) => (workers === 1 ? all : Math.ceil((all * 1.5) / workers))
  return { perAddress: share(50), perNetwork: share(100), perSite: share(200), all: share(2_000) }
}

/** Holds in shadow mode too: the relay is open to no sender. */
function isOurs(address: string, domains: readonly string[]): boolean {
  const domain = domainToASCII(address.slice(address.lastIndexOf('@') + 1)).toLowerCase()
  const isBelow = (name: string) => name.startsWith('.') && domain.endsWith(name)
  return (
    domains.length === 0 ||
    !address.includes('@') ||
    domains.map(name => name.toLowerCase()).some(name => name === domain || isBelow(name))
  )
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

const partial: Answer = { code: 451, text: '4.3.0 Not all recipients could be served, try again for the others' }
const foreign: Answer = { code: 550, text: '5.7.1 No mail for that domain is accepted here' }
const lost: Answer = { code: 451, text: '4.3.0 The message could not be delivered now' }

/** The enhanced status is the first word of an answer's text (RFC 2034 §4). */
function replyOf({ code, text }: Answer, ref?: string): Reply {
  const blank = text.indexOf(' ')
  const words = text.slice(blank + 1)
  return { code, status: text.slice(0, blank) as Status, text: ref === undefined ? words : `${words} ref=${ref}` }
}
