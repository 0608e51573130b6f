/** A recording: one session with every answer it got from other services, as one readable JSON file. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Client } from '../engine/client.ts'
import type { MailDetails } from '../engine/session.ts'
import type { Decision, Outcome } from '../model/decision.ts'
import type { Answer } from '../model/resolver.ts'
import type { Tls } from '../model/stage.ts'

/** The bytes of a message: lines without their CRLF where it is text, else base64. */
export type RecordedMessage = { readonly lines: readonly string[] } | { readonly base64: readonly string[] }

/** An outcome in JSON, without the content: the message and `trace` make it again. */
export type RecordedOutcome = Omit<Outcome, 'each' | 'content' | 'groups'> & {
  readonly each: readonly (readonly [forwardPath: string, decision: Decision])[]
}

/** One call of the host. */
export type Verb =
  | { readonly verb: 'connect' }
  | { readonly verb: 'pregreet' }
  | { readonly verb: 'reset' }
  | { readonly verb: 'close' }
  | { readonly verb: 'helo'; readonly name?: string; readonly tls?: Tls }
  | { readonly verb: 'mail'; readonly reversePath: string; readonly details?: MailDetails }
  | { readonly verb: 'rcpt'; readonly forwardPath: string }
  | { readonly verb: 'removeRecipient'; readonly forwardPath: string }
  | {
      readonly verb: 'data'
      readonly message: RecordedMessage
      /** `left`: the client disconnected. `unread`: the decision came first, or the message exceeds the limit. */
      readonly end: 'whole' | 'left' | 'unread'
      /** The error of a stream that broke off. */
      readonly error?: string
    }

/** When something happened in a session. */
export interface Timed {
  /** Milliseconds from the start of the session. */
  readonly at: number
  /** Milliseconds until the answer; absent when none came. */
  readonly ms?: number
}

/** One call of the host, and its decision. */
export type Step = Timed & Verb & { readonly decision?: Decision | RecordedOutcome }

/** One question to DNS. */
export interface RecordedAnswer extends Timed {
  /** `example.org TXT` */
  readonly question: string
  /** The answer; absent when none came. */
  readonly answer?: Answer<unknown>
  /** The answer was cached. */
  readonly known?: true
}

/** One call of another service. */
export interface RecordedCall extends Timed {
  /** The name that the filter gives the call. */
  readonly key: string
  /** The answer; absent when none came. */
  readonly answer?: unknown
  /** The message of the error, where the call failed. */
  readonly error?: string
}

/** One recorded session. */
export interface Recording {
  /** The version of this format. */
  readonly postern: 1
  /** When the session began, in UTC (ISO 8601). */
  readonly started: string
  /** The client. */
  readonly peer: Client
  /** The calls of the host, in order. */
  readonly steps: readonly Step[]
  /** The questions to DNS, in order. */
  readonly dns: readonly RecordedAnswer[]
  /** The calls of other services, in order. */
  readonly calls: readonly RecordedCall[]
}

/** Reads a file that {@link saveTo} wrote. @throws Error when the file is no recording. */
export async function load(file: string): Promise<Recording> {
  const recording: unknown = JSON.parse(await readFile(file, 'utf8'))
  if (isRecording(recording)) return recording
  throw new Error(`${file} is not a recording of this version of postern`)
}

const isRecording = (value: unknown): value is Recording => {
  const { postern, peer, steps, dns, calls } = (value ?? {}) as Partial<Recording>
  return postern === 1 && ['string', 'undefined'].includes(typeof peer?.ip) && [steps, dns, calls].every(Array.isArray)
}

/**
 * Returns a sink for `record`: it writes one file for each session, named by its reference, with mode 0600.
 *
 * @example
 * record(gateway, saveTo('/var/spool/recordings'))
 */
export const saveTo =
  (folder: string) =>
  (recording: Recording): Promise<void> =>
    writeFile(join(folder, `${recording.peer.ref}.json`), `${JSON.stringify(recording, undefined, 2)}\n`, {
      mode: 0o600,
      flag: 'wx',
    })

/** As lines, if those give back the same bytes and are readable; else as base64. */
export function writeMessage(bytes: Buffer): RecordedMessage {
  const text = bytes.toString()
  const isText = !/[\0-\x08\v\f\x0e-\x1f\x7f]|(?<!\r)\n|\r(?!\n)/.test(text) && Buffer.from(text).equals(bytes)
  if (isText) return { lines: text.split('\r\n') }
  return { base64: bytes.toString('base64').match(/.{1,76}/g) ?? [] }
}

export const readMessage = (message: RecordedMessage): Buffer =>
  'lines' in message ? Buffer.from(message.lines.join('\r\n')) : Buffer.from(message.base64.join(''), 'base64')

/** The part of a decision that is recorded and compared. */
export function writeDecision(decision: Decision | Outcome): Decision | RecordedOutcome {
  if (!('each' in decision)) return decision
  const { each, content: _content, groups: _groups, ...rest } = decision
  return { ...rest, each: [...each] }
}
