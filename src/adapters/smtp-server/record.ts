/**
 * Tells the record what smtp-server sends in reply to a message, and what the host's `onData` has said of each
 * delivery.
 */
import type { Session } from '../../engine/session.ts'
import type { HostReply } from '../../engine/transaction-record.ts'
import { type DeliveryReport, resultOf } from '../../model/events.ts'
import { withReference } from './replies.ts'

/** What `onData` calls back with: an error or a text for all recipients, or in LMTP one for each. */
export interface DataAnswer {
  readonly error?: Error | null | undefined
  readonly message?: string | (string | Error)[] | undefined
}

/** The reply codes that smtp-server chooses where an error names none. */
const DATA_CODE = 450
export const RCPT_CODE = 550

function codeOf(error: Error, byDefault: number): number {
  const { responseCode } = error as Error & { readonly responseCode?: unknown }
  return typeof responseCode === 'number' && responseCode !== 0 ? responseCode : byDefault
}

/** The reply that smtp-server sends for an error of the host. */
export const hostReply = (error: Error, ref: string, byDefault: number): HostReply => ({
  code: codeOf(error, byDefault),
  text: withReference(error.message, ref),
})

/** The answer with the reference in each text, as every reply has it. */
export function marked({ error, message }: DataAnswer, ref: string): DataAnswer {
  if (typeof message === 'string') return { error, message: withReference(message, ref) }
  if (!Array.isArray(message)) return { error, message }
  return { error, message: message.map(said => (typeof said === 'string' ? withReference(said, ref) : said)) }
}

/** @param paths the recipients of the envelope @param isConnected whether the client is there to get the reply */
export function recordReplies(
  session: Session,
  { error, message = '' }: DataAnswer,
  paths: readonly string[],
  isConnected: boolean,
): void {
  const reply = (said: string | Error): HostReply =>
    said instanceof Error ? hostReply(said, session.ref, DATA_CODE) : { code: 250, text: said }
  if (!isConnected) session.replied(undefined)
  else if (error || !Array.isArray(message)) session.replied(reply(error || String(message)))
  else for (const [index, path] of paths.entries()) session.replied(reply(message[index] ?? ''), path)
}

/** The host's answer as reports. @param paths the recipients that the host has seen @param ms how long it took */
export function reportDeliveries(
  delivered: (forwardPath: string, report: DeliveryReport) => void,
  { error, message }: DataAnswer,
  paths: readonly string[],
  ms: number,
): void {
  for (const [index, path] of paths.entries()) {
    const said = error || (Array.isArray(message) ? message[index] : message)
    if (said instanceof Error) {
      const code = codeOf(said, DATA_CODE)
      delivered(path, { result: resultOf(code), code, text: said.message, ms })
    } else delivered(path, { result: 'delivered', ...(said !== undefined && { text: said }), ms })
  }
}
