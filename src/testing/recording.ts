/** A recording: one session with every answer it got from outside, as one JSON file that a person can read. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Client } from '../engine/client.ts'
import type { MailDetails } from '../engine/session.ts'
import type { Decision, Outcome } from '../model/decision.ts'
import type { Answer } from '../model/resolver.ts'
import type { Tls } from '../model/stage.ts'

/** Lines without their CRLF where the message is text, else base64. */
export type RecordedMessage = { readonly lines: readonly string[] } | { readonly base64: readonly string[] }

/** An outcome in JSON: what is delivered can be made again from the message and `trace`. */
export type RecordedOutcome = Omit<Outcome, 'each' | 'content' | 'groups'> & {
  readonly each: readonly (readonly [forwardPath: string, decision: Decision])[]
}

/** What the host called, in order. */
export type Verb =
  | { readonly verb: 'connect' }
  | { readonly verb: 'early' }
  | { readonly verb: 'reset' }
  | { readonly verb: 'close' }
  | { readonly verb: 'helo'; readonly name?: string; readonly tls?: Tls }
  | { readonly verb: 'mail'; readonly reversePath: string; readonly details?: MailDetails }
  | { readonly verb: 'rcpt'; readonly forwardPath: string }
  | { readonly verb: 'withdraw'; readonly forwardPath: string }
  | {
      readonly verb: 'data'
      readonly message: RecordedMessage
      /** `left`: the client did. `unread`: the answer came first, or the message is longer than what is kept. */
      readonly end: 'whole' | 'left' | 'unread'
      /** With what words the stream broke off. */
      readonly error?: string
    }

/** Milliseconds from the start of the session. */
interface Timed {
  readonly at: number
  /** How long the answer took; absent when none came. */
  readonly ms?: number
}

export type Step = Timed & Verb & { readonly decision?: Decision | RecordedOutcome }

export interface RecordedAnswer extends Timed {
  /** `example.org TXT` */
  readonly question: string
  readonly answer?: Answer<unknown>
  /** It was remembered, and cost no question. */
  readonly known?: true
}

export interface RecordedCall extends Timed {
  readonly key: string
  readonly answer?: unknown
  /** The message of the error, where the question failed. */
  readonly error?: string
}

export interface Recording {
  /** The version of this form. */
  readonly postern: 1
  /** By the wall's clock, in UTC. */
  readonly started: string
  readonly peer: Client
  readonly steps: readonly Step[]
  readonly dns: readonly RecordedAnswer[]
  readonly calls: readonly RecordedCall[]
}

/** Reads a file that {@link saveTo} wrote. @throws Error when it is none. */
export async function load(file: string): Promise<Recording> {
  const recording: unknown = JSON.parse(await readFile(file, 'utf8'))
  if (isRecording(recording)) return recording
  throw new Error(`${file} is no recording of this version of postern`)
}

const isRecording = (value: unknown): value is Recording => {
  const { postern, peer, steps, dns, calls } = (value ?? {}) as Partial<Recording>
  return postern === 1 && ['string', 'undefined'].includes(typeof peer?.ip) && [steps, dns, calls].every(Array.isArray)
}

/**
 * A sink for `record`: one file for each session, named by its reference, readable by its owner alone.
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

/** As lines, if that gives back the same bytes and shows them to a person; else as base64. */
export function writeMessage(octets: Buffer): RecordedMessage {
  const text = octets.toString()
  const isText = !/[\0-\x08\v\f\x0e-\x1f\x7f]|(?<!\r)\n|\r(?!\n)/.test(text) && Buffer.from(text).equals(octets)
  if (isText) return { lines: text.split('\r\n') }
  return { base64: octets.toString('base64').match(/.{1,76}/g) ?? [] }
}

export const readMessage = (message: RecordedMessage): Buffer =>
  'lines' in message ? Buffer.from(message.lines.join('\r\n')) : Buffer.from(message.base64.join(''), 'base64')

/** What of a decision is written down and compared. */
export function writeDecision(decision: Decision | Outcome): Decision | RecordedOutcome {
  if (!('each' in decision)) return decision
  const { each, content: _content, groups: _groups, ...rest } = decision
  return { ...rest, each: [...each] }
}
