/** What a scan may end in: clean, infected or unknown, never anything else; and how clamd's reply is read. */
import type { Message } from '../../model/stage.ts'

/** Why it is not known whether a message is clean. */
export type UnknownCause =
  /** No connection could be made. */
  | 'refused'
  /** The scan's deadline passed, waiting for a turn and connecting included. */
  | 'timeout'
  /** The connection ended before a whole reply. */
  | 'closed'
  /** The connection broke. */
  | 'reset'
  /** The scanner says that it could not scan, or the message could not be read. */
  | 'error'
  /** The message is larger than the scanner takes. */
  | 'size-limit'
  /** The reply is not one of clamd's, or came before the message was sent. */
  | 'garbage'
  /** Too many scans are waiting already. */
  | 'busy'
  /** The scanner failed several times in a row and is not asked for a while. */
  | 'breaker-open'
  /** The answer no longer matters. */
  | 'aborted'

export interface Unknown {
  readonly kind: 'unknown'
  readonly cause: UnknownCause
  /** For the operator: a sentence. */
  readonly detail: string
}

/** Survives JSON, so that it can be recorded. */
export type ScanVerdict = { readonly kind: 'clean' } | { readonly kind: 'infected'; readonly name: string } | Unknown

/** What of a message a scan needs. */
export type Scannable = Pick<Message, 'size' | 'open' | 'signal' | 'clock'>

/** Never rejects, and gives back all it held however it ends. */
export type Scan = (message: Scannable) => Promise<ScanVerdict>

export const clean: ScanVerdict = { kind: 'clean' }
export const infected = (name: string): ScanVerdict => ({ kind: 'infected', name: legible(name) })
export const unknown = (cause: UnknownCause, detail: string): Unknown => ({ kind: 'unknown', cause, detail })

/** Reads clamd's reply to INSTREAM, without its NUL: clean is `stream: OK` and nothing else. */
export function readReply(reply: string): ScanVerdict {
  if (reply === 'stream: OK') return clean
  if (reply.startsWith(STREAM) && reply.endsWith(FOUND) && reply.length > STREAM.length + FOUND.length)
    return infected(reply.slice(STREAM.length, -FOUND.length))
  const said = `the scanner answers "${legible(reply)}"`
  if (reply.startsWith('INSTREAM size limit exceeded')) return unknown('size-limit', said)
  const complains = reply.endsWith(' ERROR') || reply === 'UNKNOWN COMMAND' || reply === 'COMMAND READ TIMED OUT'
  return unknown(complains ? 'error' : 'garbage', said)
}

const STREAM = 'stream: '
const FOUND = ' FOUND'
const MAX_LENGTH = 128

/** A name, a reply or an error comes from outside: no control, no escape sequence, no direction mark may reach a log. */
export const legible = (text: string): string => {
  const plain = text.slice(0, MAX_LENGTH).replace(/[^\x20-\x7e]/g, '?')
  return text.length > MAX_LENGTH ? `${plain}...` : plain
}
