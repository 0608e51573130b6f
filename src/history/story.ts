/**
 * The story of a session in plain lines: who connected, what was found, what the client received, where the mail
 * went.
 */
import type { ActionEvent } from '../model/action-event.ts'
import type {
  DeliveryEvent,
  FeedbackEvent,
  FindingEntry,
  GatewayEvent,
  RecipientEvent,
  SentReply,
  SessionEvent,
  TransactionEvent,
} from '../model/events.ts'
import { escapeInvisible } from '../model/printable.ts'

/** What `story` takes. */
export interface StoryOptions {
  /** Filters that used less than this many milliseconds are left out. @default 1 */
  readonly cost?: number
}

/**
 * Tells a session from its events, one line each; whatever the client sent is escaped.
 *
 * @example
 * for (const line of story(await history.get(ref))) console.log(line)
 */
export function story(events: readonly GatewayEvent[], { cost = 1 }: StoryOptions = {}): readonly string[] {
  const session = events.find(event => event.type === 'session')
  const numbers = new Set(events.flatMap(event => transactionOf(event) ?? []))
  const lines = [
    ...(session ? aboutClient(session) : aboutStart(events)),
    ...[...numbers].sort((a, b) => a - b).flatMap(number => aboutTransaction(number, events)),
    ...(session ? aboutCost(session, cost) : []),
    ...events.flatMap(aboutPeople),
  ]
  return lines.map(escapeInvisible)
}

function transactionOf(event: GatewayEvent): number | undefined {
  if (event.type === 'transaction' || event.type === 'recipient') return event.transaction
  return event.type === 'delivery' ? (event.transaction ?? 1) : undefined
}

function aboutClient(session: SessionEvent): readonly string[] {
  const { ref, started, ms, node, ip, client, helo, tls, verdict, score, findings, reply } = session
  const kind = client === 'unknown' ? '' : ` (${client})`
  const greeting = helo === undefined ? ', sent no greeting' : `, greeted as ${helo}`
  const secured = tls === undefined ? ', without TLS' : `, ${tls.protocol}`
  return [
    `${ref}  ${dateOf(started)}, ${seconds(ms)}, at ${node}`,
    `  client     ${ip ?? 'an unknown address'}${kind}${greeting}${secured}`,
    ...findings.map(aboutFinding),
    ...(verdict === 'accept' ? [] : [`             ${verdict} with ${score} points${replied(reply)}`]),
  ]
}

const aboutStart = ([first]: readonly GatewayEvent[]): readonly string[] =>
  first === undefined ? [] : [`${first.ref}  ${dateOf(first.time)}, at ${first.node}; the session has not ended`]

function aboutTransaction(number: number, events: readonly GatewayEvent[]): readonly string[] {
  const own = events.filter(event => transactionOf(event) === number)
  const transaction = own.find(event => event.type === 'transaction')
  const recipients = own.filter(event => event.type === 'recipient')
  const deliveries = own.filter(event => event.type === 'delivery')
  const unknown = deliveries.filter(({ recipient }) => recipients.every(other => other.recipient !== recipient))
  return [
    ...(transaction ? aboutMessage(transaction) : []),
    ...recipients.flatMap(event =>
      aboutRecipient(
        event,
        deliveries.filter(({ recipient }) => recipient === event.recipient),
      ),
    ),
    ...unknown.map(event => `${aboutDelivery(event)} for ${event.recipient}`),
  ]
}

function aboutMessage(transaction: TransactionEvent): readonly string[] {
  const { reversePath, from, user, messageId, subject, size, queueId, findings, accepted, refused } = transaction
  const { spf, dkim = [], dmarc, arc } = transaction
  const results = [
    ...(spf ? [`SPF ${spf.result} (${spf.domain})`] : []),
    ...dkim.map(({ result, domain }) => `DKIM ${result} (${domain})`),
    ...(dmarc ? [`DMARC ${dmarc.result} (${dmarc.domain}, ${dmarc.policy})`] : []),
    ...(arc ? [`ARC ${arc.result}`] : []),
  ]
  return [
    `  message    MAIL FROM <${reversePath}>${user === undefined ? '' : `, user ${user}`}`,
    ...(from === undefined ? [] : [`             author ${from}`]),
    ...(subject === undefined ? [] : [`             subject ${subject}`]),
    ...(messageId === undefined ? [] : [`             ${messageId}`]),
    ...(size === undefined ? ['             no message was received'] : [`             ${size} bytes`]),
    ...(queueId === undefined ? [] : [`             queue id ${queueId}`]),
    ...(results.length === 0 ? [] : [`             ${results.join(', ')}`]),
    `             ${accepted} ${accepted === 1 ? 'recipient' : 'recipients'} accepted, ${refused} refused`,
    ...findings.map(aboutFinding),
  ]
}

function aboutRecipient(event: RecipientEvent, deliveries: readonly DeliveryEvent[]): readonly string[] {
  const { recipient, verdict, dryRun, score, tagged, reply, findings } = event
  const instead = dryRun === undefined ? '' : `, in shadow mode; it would be ${dryRun}`
  return [
    `  recipient  ${recipient}: ${verdict} with ${score} points${tagged ? ', tagged' : ''}${instead}${replied(reply)}`,
    ...findings.map(aboutFinding),
    ...deliveries.map(aboutDelivery),
  ]
}

function aboutFinding({ rule, reason, points, verdict, dryRun }: FindingEntry): string {
  const weight = verdict ?? signed(points) ?? (dryRun ? `(${dryRun.verdict ?? signed(dryRun.points)})` : '')
  return `             ${weight.padStart(10)}  ${rule}: ${reason}`
}

const signed = (points: number | undefined): string | undefined =>
  points === undefined ? undefined : `${points < 0 ? '' : '+'}${points}`

function aboutDelivery({ result, nextHop, code, status, text, queueId, ms, tries }: DeliveryEvent): string {
  const words = [code, status, text].filter(part => part !== undefined).join(' ')
  return [
    `             ${result}${nextHop === undefined ? '' : ` to ${nextHop}`}`,
    ...(words === '' ? [] : [`: ${words}`]),
    ...(queueId === undefined || text?.includes(queueId) ? [] : [`, queued as ${queueId}`]),
    ...(ms === undefined ? [] : [`, after ${Math.round(ms)} ms`]),
    ...(tries === undefined || tries < 2 ? [] : [`, ${tries} tries`]),
  ].join('')
}

const replied = (reply: SentReply | undefined): string =>
  reply === undefined
    ? '; the client left before it had a reply'
    : `; the client got ${[reply.code, reply.status, reply.text].filter(part => part !== undefined).join(' ')}`

function aboutCost({ filters }: SessionEvent, least: number): readonly string[] {
  const used = Object.entries(filters).filter(([, { cpu, wait }]) => cpu + wait >= least)
  const costliest = used.toSorted(([, a], [, b]) => b.cpu + b.wait - a.cpu - a.wait)
  return costliest.length === 0 ? [] : [`  cost       ${costliest.map(aboutFilter).join(', ')}`]
}

const aboutFilter = ([name, { cpu, wait }]: readonly [
  string,
  { readonly cpu: number; readonly wait: number },
]): string => `${name} ${tenths(cpu)} ms${wait >= 0.1 ? ` + ${tenths(wait)} ms waiting` : ''}`

/** What people did or said afterwards. */
function aboutPeople(event: GatewayEvent): readonly string[] {
  if (event.type === 'action') return [aboutAction(event)]
  return event.type === 'feedback' ? [aboutFeedback(event)] : []
}

function aboutAction({ time, by, role, action, target, recipient, why, result, reason }: ActionEvent): string {
  const whom = recipient === undefined ? '' : ` for ${recipient}`
  const outcome = reason === undefined ? result : `${result}: ${reason}`
  return `  action     ${dateOf(time)}, ${by} (${role}): ${action} ${target}${whom}, ${outcome}${why === undefined ? '' : ` (${why})`}`
}

const aboutFeedback = ({ time, by, label, undo }: FeedbackEvent): string =>
  `  feedback   ${dateOf(time)}, ${by}: ${undo ? `no longer ${label}` : label}`

const tenths = (ms: number): string => ms.toFixed(1)
const seconds = (ms: number): string => (ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`)
const dateOf = (time: number): string => new Date(time).toISOString().replace('T', ' ').replace('Z', ' UTC')
