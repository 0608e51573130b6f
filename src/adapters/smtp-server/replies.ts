/** Replies as smtp-server takes them: an error whose `responseCode` is the code of the reply. */
import type { Reply } from '../../model/decision.ts'
import type { TrackedConnection } from './tracked.ts'
import type { Callback } from './types.ts'

/** Calls back with what `decide` settles to. An error in the host's own code defers, and never breaks the dialogue. */
export function answer(callback: Callback, decide: () => Promise<Error | null | undefined>): void {
  decide().then(
    error => callback(error),
    () => callback(failure(451, fault)),
  )
}

/** The host's own handler as a promise. */
export const hostAnswer = (call: (done: Callback) => void): Promise<Error | null | undefined> =>
  new Promise(resolve => call(resolve))

export const fault = '4.3.0 Temporary local error, try again later'

/** No session slot is left for this client (RFC 5321 §3.8). */
export const tooManySessions: Reply = {
  code: 421,
  status: '4.7.0',
  text: 'Too many sessions, try again later',
  close: true,
}

/** Descriptors are short, and the client does nothing useful. */
export const evicted = '4.3.2 Too busy to wait for this client, try again later'

/** A client without a known address is refused, and never taken for this machine. */
export const unknownClient: Reply = { code: 421, status: '4.3.0', text: 'Client address unknown', close: true }

export const failure = (responseCode: number, text: string): Error => Object.assign(new Error(text), { responseCode })

export function refusal({ wire, session }: TrackedConnection, { code, status, text, close }: Reply): Error {
  if (close) wire.closeAfterReply()
  return failure(code, withReference(`${status} ${text}`, session?.ref))
}

// RFC 5321 §4.5.3.1.5: a reply has at most 512 bytes, its code and CRLF included.
const MAX_TEXT_LENGTH = 506

/** Refusals name the session that the log describes. */
export function withReference(text: string, ref: string | undefined): string {
  if (ref === undefined || / ref=\w/.test(text)) return text
  const marked = `${text} ref=${ref}`
  return marked.length > MAX_TEXT_LENGTH ? text : marked
}
