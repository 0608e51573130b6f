/**
 * What a next hop makes of a recipient, and what the client is replied: the class of the hop's reply, not its words.
 */
import type { Reply } from '../../../model/decision.ts'
import type { Status } from '../../../model/finding.ts'
import type { HopReply } from './reply-reader.ts'

/** What became of one recipient at a next hop. */
export interface HopAnswer {
  /** The reply for the client. Below 400: the hop has the message. */
  readonly code: number
  readonly status: `${2 | 4 | 5}.${number}.${number}`
  readonly text: string
  /** What the hop replied, if it did: printable and bounded, for the record and for reports. */
  readonly said?: { readonly code: number; readonly text: string }
  /** The hop objects to us, not to the sender or the recipient. */
  readonly isAboutUs?: boolean
}

export const isDelivered = ({ code }: Pick<HopAnswer, 'code'>): boolean => code < 400
export const isRefused = ({ code }: Pick<HopAnswer, 'code'>): boolean => code >= 500

export const delivered: HopAnswer = { code: 250, status: '2.6.0', text: 'Delivered' }
export const unreachable: HopAnswer = { code: 451, status: '4.4.1', text: 'The next server cannot be reached' }
export const unwilling: HopAnswer = { code: 451, status: '4.4.1', text: 'The next server takes no mail now' }
export const broken: HopAnswer = { code: 451, status: '4.4.2', text: 'The connection to the next server broke' }
export const busy: HopAnswer = { code: 451, status: '4.3.2', text: 'Too many deliveries at once, try again later' }
export const incomplete: HopAnswer = { code: 451, status: '4.3.0', text: 'The message is not available any more' }
/** X.7.5 (RFC 3463 §3.8): cryptography failed, or was not offered. */
export const untrusted: HopAnswer = {
  ...{ code: 451, status: '4.7.5' },
  text: 'The next server offers no TLS that can be trusted',
}
/** X.3.5, a system that is not configured correctly (RFC 3463 §3.4): no sender can mend that. */
const aboutUs: HopAnswer = {
  ...{ code: 451, status: '4.3.5', isAboutUs: true },
  text: 'The next server does not take mail from here now',
}
export const notSmtp: HopAnswer = { code: 451, status: '4.5.0', text: 'The next server did not reply by the rules' }

/**
 * Replies that say how we speak or who we are: a command that is unknown, out of order or with a parameter too many,
 * TLS or AUTH wanted (RFC 4954 §6, RFC 3207 §4).
 */
const ABOUT_US: ReadonlySet<number> = new Set([500, 502, 503, 504, 521, 530, 534, 535, 538, 555])
const MAX_TEXT_LENGTH = 400

/**
 * The code and the enhanced status of a reply. Its words may name machines and mechanisms: they are for the record
 * only.
 */
export function answerOf(reply: HopReply): HopAnswer {
  const { code } = reply
  const said = { code, text: printed(reply) }
  if (code === 250 || code === 251 || code === 252) return { ...delivered, said }
  if (code < 400) return { ...notSmtp, said }
  if (ABOUT_US.has(code)) return { ...aboutUs, said }
  const [digit] = String(code)
  const [, status] = /^([45]\.\d{1,3}\.\d{1,3})(?: |$)/.exec(reply.lines.at(-1) ?? '') ?? []
  const enhanced = (status?.startsWith(`${digit}.`) ? status : `${digit}.0.0`) as HopAnswer['status']
  // 421 would make our own server close the connection of a client that did nothing wrong.
  return { code: code === 421 ? 451 : code, status: enhanced, text: 'Refused by the next server', said }
}

const printed = ({ lines }: HopReply): string =>
  lines
    .join(' ')
    .slice(0, MAX_TEXT_LENGTH)
    .replace(/[^ -~]/g, '?')

/** `250 2.0.0 Ok: queued as 4dKx9T0Zq7z3`, `250 OK id=1vPq2a-0000`, `250 2.0.0 <id> Saved`: what joins the logs. */
export function queueIdOf({ said }: HopAnswer): string | undefined {
  if (said === undefined || said.code !== 250) return undefined
  const [, id] = /(?:queued as |\bid=)([\w.+/-]{4,64})/i.exec(said.text) ?? []
  return id ?? /^(?:2\.\d\.\d )?<[^>]*> ([\w+/-]{4,64}) Saved/i.exec(said.text)?.[1]
}

export const toReply = ({ code, status, text }: HopAnswer): Reply => ({ code, status: status as Status, text })
