/** The verdict of a scan, clean, infected or unknown, and how it is read from clamd's reply. */
import type { Message } from '../../model/stage.ts'

/** Why it is unknown whether a message is clean. */
export type UnknownCause =
  /** No connection could be made. */
  | 'refused'
  /** The deadline passed, including the time in the queue and for connecting. */
  | 'timeout'
  /** The connection ended before a whole reply. */
  | 'closed'
  /** The connection broke. */
  | 'reset'
  /** The scanner reports an error, or the message could not be read. */
  | 'error'
  /** The message is larger than the scanner accepts. */
  | 'size-limit'
  /** The reply is not valid, or came before the message was sent. */
  | 'garbage'
  /** Too many scans are waiting already. */
  | 'busy'
  /** The scanner failed several times in a row and is not asked for a while. */
  | 'breaker-open'
  /** The answer is not needed any more. */
  | 'aborted'

export interface Unknown {
  readonly kind: 'unknown'
  readonly cause: UnknownCause
  /** For the operator: a sentence. */
  readonly detail: string
}

/** Survives JSON, so that it can be recorded. */
export type ScanVerdict = { readonly kind: 'clean' } | { readonly kind: 'infected'; readonly name: string } | Unknown

/** The members of a message that a scan needs. */
export type Scannable = Pick<Message, 'size' | 'open' | 'signal' | 'clock'> & Partial<Pick<Message, 'load'>>

/** Scans a message. Never rejects, and releases its resources however it ends. */
export type Scan = (message: Scannable) => Promise<ScanVerdict>

export const clean: ScanVerdict = { kind: 'clean' }
export const infected = (name: string): ScanVerdict => ({ kind: 'infected', name: legible(name) })
export const unknown = (cause: UnknownCause, detail: string): Unknown => ({ kind: 'unknown', cause, detail })

/** Reads clamd's reply to INSTREAM, without its NUL: clean is `stream: OK` and nothing else. */
export function readReply(reply: string): ScanVerdict {
  if (reply === 'stream: OK') return clean
  if (reply.startsWith(STREAM) && reply.endsWith(FOUND) && reply.length > STREAM.length + FOUND.length)
    return infected(reply.slice(STREAM.length, -FOUND.length))
  const detail = `the scanner answers "${legible(reply)}"`
  if (reply.startsWith('INSTREAM size limit exceeded')) return unknown('size-limit', detail)
  const isError = reply.endsWith(' ERROR') || reply === 'UNKNOWN COMMAND' || reply === 'COMMAND READ TIMED OUT'
  return unknown(isError ? 'error' : 'garbage', detail)
}

const STREAM = 'stream: '
const FOUND = ' FOUND'
const MAX_LENGTH = 128

/** Cleans text from outside: no control character, escape sequence or direction mark may reach a log. */
export const legible = (text: string): string => {
  const plain = text.slice(0, MAX_LENGTH).replace(/[^\x20-\x7e]/g, '?')
  return text.length > MAX_LENGTH ? `${plain}...` : plain
}
