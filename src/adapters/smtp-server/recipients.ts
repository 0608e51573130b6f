/** The recipients of a message: their paths, who gets it, and one reply for each in LMTP. */
import { domainToASCII } from 'node:url'
import type { Outcome } from '../../model/decision.ts'
import { refusal } from './replies.ts'
import type { TrackedConnection } from './tracked.ts'
import type { SMTPServerAddress } from './types.ts'

/** RFC 2033 §4.2: LMTP has a reply for each recipient, its own refusal or the host's reply. */
export function eachReply(
  recipients: readonly SMTPServerAddress[],
  tracked: TrackedConnection,
  { each }: Outcome,
  error?: Error | null,
  message?: string | (string | Error)[],
): (string | Error)[] {
  // The host has seen only the recipients that get the message, and answers for those.
  let index = 0
  return recipients.map(address => {
    const decision = each.get(pathOf(address, tracked))
    if (decision && decision.reply.code >= 400) return refusal(tracked, decision.reply)
    const { status = '', text = '' } = decision?.reply ?? {}
    if (decision?.verdict === 'discard') return `${status} ${text}`
    const said = Array.isArray(message) ? message[index] : message
    index += 1
    return error ?? said ?? `${status} ${text}`.trim()
  })
}

/** Whether the host is to deliver to a recipient. Without its own decision, the decision for the message holds. */
export function isDelivered(
  address: SMTPServerAddress,
  tracked: TrackedConnection,
  { each, verdict }: Outcome,
): boolean {
  const own = each.get(pathOf(address, tracked))?.verdict ?? verdict
  return own === 'accept' || own === 'quarantine'
}

/** The path as the client wrote it: smtp-server turns an A-label into a U-label, which would need SMTPUTF8. */
export function pathOf({ address }: SMTPServerAddress, { wire }: TrackedConnection): string {
  const at = address.lastIndexOf('@')
  if (at === -1 || !wire.isAscii) return address
  const domain = address.slice(at + 1)
  return /^[\x20-\x7e]*$/.test(domain) ? address : `${address.slice(0, at)}@${domainToASCII(domain)}`
}
