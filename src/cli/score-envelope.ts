/** Who sent a message from where: what options say, else what its receiving server wrote into it, else unknown. */
import { isSameOrganisation } from '../dns/organisation.ts'
import { readReceived } from '../facts/forwarded.ts'
import { headerOf } from '../mime/header/collect.ts'
import type { HeaderField, HeaderFields } from '../model/header.ts'
import { isPrivate } from '../net/private.ts'

/** What options say of a session. */
export interface GivenEnvelope {
  readonly client?: string
  readonly helo?: string
  readonly from?: string
  readonly rcpt: readonly string[]
  /** Names of servers whose Received fields are trusted. */
  readonly receivers: readonly string[]
}

/** A session, as far as it is known, and the message as its client sent it. */
export interface ScoredMessage {
  readonly ip?: string
  readonly helo?: string
  /** Absent where it is unknown; '' is the null reverse-path. */
  readonly reversePath?: string
  readonly forwardPaths: readonly string[]
  /** Without the fields that the receiving server has added. */
  readonly content: Buffer
  /** The server whose Received field was read. */
  readonly receivedBy?: string
}

/** The line that mbox files have before a message. */
const MBOX_LINE = /^From \S{1,300} [^\r\n]{1,100}\r?\n/
const MAX_FIELDS = 20

/** Options take precedence over fields. @param bytes with CRLF at line ends */
export function scoredMessage(bytes: Buffer, given: GivenEnvelope): ScoredMessage {
  const mbox = MBOX_LINE.exec(bytes.toString('latin1', 0, 500))?.[0].length ?? 0
  const whole = bytes.subarray(mbox)
  const header = headerOf(whole)
  const received = receivedIn(header, given.receivers)
  const end = received === undefined ? 0 : received.field.offset + received.field.raw.length
  const ip = given.client ?? received?.ip
  const helo = given.helo ?? received?.helo
  const reversePath = given.from ?? (received && returnPathAbove(header, received.field))
  return {
    ...(ip !== undefined && { ip }),
    ...(helo !== undefined && { helo }),
    ...(reversePath !== undefined && { reversePath: withoutAngles(reversePath) }),
    forwardPaths: given.rcpt.map(withoutAngles),
    content: whole.subarray(end),
    ...(received && { receivedBy: received.by }),
  }
}

/**
 * The first Received field from the top that names a client outside, if every field above it is of a trusted server
 * too. What lies below may be forged.
 */
function receivedIn(header: HeaderFields, receivers: readonly string[]) {
  for (const field of header.all('received').slice(0, MAX_FIELDS)) {
    const hop = readReceived(field.value)
    if (hop === undefined || !isReceiver(hop.by, receivers)) return undefined
    if (!isPrivate(hop.ip)) return { ...hop, field }
  }
  return undefined
}

const isReceiver = (by: string, receivers: readonly string[]): boolean =>
  receivers.some(name => name === by || (name.includes('.') && by.includes('.') && isSameOrganisation(name, by)))

/** RFC 5321 §4.4: the last server writes Return-Path on top. Below the trusted field a client has written it. */
const returnPathAbove = (header: HeaderFields, { offset }: HeaderField): string | undefined =>
  header.all('return-path').find(field => field.offset < offset)?.value

/** `<alice@example.net>` or `alice@example.net`. */
const withoutAngles = (path: string): string => /^<(.*)>$/s.exec(path.trim())?.[1] ?? path.trim()
