/** From an outcome to the replies: hands an accepted message to the host, and says what became of it. */

import type { Outcome, Reply } from '../model/decision.ts'
import { errorText } from '../model/errors.ts'
import { type DeliveryReport, resultOf } from '../model/events.ts'
import { formatReply } from '../policy/reply.ts'
import type { Client } from './client.ts'
import type { Front } from './front.ts'
import type { MailParameters, RcptParameters } from './parameters.ts'
import { replyOf, withReference } from './replies.ts'
import type { DeliveryResult, IncomingMessage, Recipient } from './types.ts'

/** A transaction between MAIL and the end of its message. */
export interface OpenTransaction {
  readonly reversePath: string
  readonly parameters: MailParameters
  /** One for each RCPT that was accepted; an address may be there more than once. */
  readonly recipients: { readonly forwardPath: string; readonly parameters: RcptParameters }[]
  /** In running time. */
  readonly since: number
}

/** A failure that comes at once says nothing of how fast the next hop is; a late failure does. */
const SLOW_FAILURE_MS = 1_000

/**
 * @param replied becomes the message's own `replied`
 * @returns the lines to reply: one, or with LMTP one for each accepted RCPT in their order (RFC 2033 §4.2)
 */
export async function deliver(
  front: Front,
  client: Client,
  transaction: OpenTransaction,
  outcome: Outcome,
  replied: Promise<boolean>,
): Promise<readonly string[]> {
  const decisionFor = (path: string): Reply => outcome.each.get(path)?.reply ?? outcome.reply
  const message = outcome.reply.code < 400 ? messageFor(client, transaction, outcome, replied) : undefined
  if (message === undefined) {
    if (!front.lmtp) return [formatReply(outcome.reply)]
    return transaction.recipients.map(({ forwardPath }) => formatReply(decisionFor(forwardPath)))
  }
  const delivered = new Set(message.recipients.map(({ forwardPath }) => forwardPath))
  const { ref } = client.session
  const result = await handOver(front, message)
  const replyFor = (path: string): Reply => {
    if (!delivered.has(path)) return decisionFor(path)
    return (isReply(result) ? result : result?.get(path)) ?? decisionFor(path)
  }
  if (front.lmtp) return transaction.recipients.map(({ forwardPath }) => sentLine(replyFor(forwardPath), ref))
  return [sentLine(combine([...delivered].map(replyFor)) ?? outcome.reply, ref)]
}

/** Tells the record what the client was sent: the lines of `deliver`, or nothing where it has left. */
export function recordReplies(
  { lmtp }: Front,
  { session }: Client,
  { recipients }: OpenTransaction,
  lines: readonly string[],
  isConnected: boolean,
): void {
  const [first = ''] = lines
  session.replied(isConnected ? replyOf(first) : undefined)
  if (!lmtp || !isConnected) return
  for (const [index, { forwardPath }] of recipients.entries())
    session.replied(replyOf(lines[index] ?? first), forwardPath)
}

/** What a host gives may come from another server: one line of printable ASCII, whatever stands in it. */
const sentLine = (reply: Reply, ref: string): string => withReference(formatReply(reply).replace(/[^ -~]/g, '?'), ref)

/** Undefined when no recipient is to get the message. */
function messageFor(
  client: Client,
  transaction: OpenTransaction,
  outcome: Outcome,
  replied: Promise<boolean>,
): IncomingMessage | undefined {
  const { groups = [] } = outcome
  const content = groups[0]?.content ?? outcome.content
  const recipients = new Map<string, Recipient>()
  for (const { forwardPath, parameters } of transaction.recipients) {
    const verdict = outcome.each.get(forwardPath)?.verdict ?? outcome.verdict
    if (verdict === 'accept' || verdict === 'quarantine')
      recipients.set(forwardPath, { ...parameters, forwardPath, quarantine: verdict === 'quarantine' })
  }
  if (content === undefined || recipients.size === 0) return undefined
  const { session, ip, helo, extended, tls, user } = client
  const number = session.transactions
  return {
    ref: session.ref,
    transaction: number,
    delivered: (forwardPath, report) => session.delivered(forwardPath, report, number),
    ip,
    helo,
    extended,
    ...(tls && { tls }),
    ...(user !== undefined && { user }),
    reversePath: transaction.reversePath,
    parameters: transaction.parameters,
    recipients: [...recipients.values()],
    groups,
    content,
    outcome,
    replied,
  }
}

async function handOver(front: Front, message: IncomingMessage): Promise<DeliveryResult> {
  const { clock, load, notify } = front.gateway().services
  const since = clock.monotonic()
  let isReported = false
  const delivered: IncomingMessage['delivered'] = (forwardPath, report) => {
    isReported = true
    message.delivered(forwardPath, report)
  }
  try {
    const result = await front.deliver({ ...message, delivered })
    const ms = clock.monotonic() - since
    load.recordLatency('next-hop', ms)
    if (!isReported) reportFrom(message, result, ms)
    return result
  } catch (error) {
    const ms = clock.monotonic() - since
    if (ms >= SLOW_FAILURE_MS) load.recordLatency('next-hop', ms)
    const reason = `the delivery of ${message.ref} failed: ${errorText(error)}`
    notify({ code: 'smtp/delivery', reason, level: 'warning' })
    const report: DeliveryReport = { result: 'deferred', text: errorText(error), ms }
    for (const { forwardPath } of isReported ? [] : message.recipients) message.delivered(forwardPath, report)
    return { code: 451, status: '4.3.0', text: `Temporary local error, try again later ref=${message.ref}` }
  }
}

/** Without a report of the host, its reply says what became of each recipient. */
function reportFrom(message: IncomingMessage, result: DeliveryResult, ms: number): void {
  for (const { forwardPath } of message.recipients) {
    const reply = isReply(result) ? result : result?.get(forwardPath)
    if (reply === undefined) message.delivered(forwardPath, { result: 'delivered', ms })
    else {
      const { code, status, text } = reply
      message.delivered(forwardPath, { result: resultOf(code), code, status, text, ms })
    }
  }
}

const isReply = (result: DeliveryResult): result is Reply =>
  typeof result === 'object' && result !== null && 'code' in result

/** What the host says of a recipient that the gateway has accepted: its refusal, or undefined. */
export async function hostRefusal(
  { gateway, recipient }: Front,
  client: Client,
  { reversePath, parameters: { utf8 } }: Pick<OpenTransaction, 'reversePath' | 'parameters'>,
  forwardPath: string,
): Promise<Reply | undefined> {
  const { session, ip, helo, user } = client
  try {
    const context = { ref: session.ref, ip, helo, reversePath, utf8, ...(user !== undefined && { user }) }
    const reply = await recipient?.(forwardPath, context)
    return reply === undefined || reply.code < 400 ? undefined : reply
  } catch (error) {
    const reason = `the question about a recipient of ${session.ref} failed: ${errorText(error)}`
    gateway().services.notify({ code: 'smtp/recipient', reason, level: 'warning' })
    return { code: 451, status: '4.3.0', text: 'Temporary local error, try again later' }
  }
}

/** SMTP has one reply: accepted when anybody got the message, else a temporary refusal before a permanent one. */
function combine(replies: readonly Reply[]): Reply | undefined {
  return replies.find(({ code }) => code < 400) ?? replies.find(({ code }) => code < 500) ?? replies[0]
}
