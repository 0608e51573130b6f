/** Events as a gateway writes them, for tests of what reads them. */
import type { ActionEvent } from '../../src/model/action-event.ts'
import type {
  DeliveryEvent,
  GatewayEvent,
  RecipientEvent,
  SessionEvent,
  TransactionEvent,
} from '../../src/model/events.ts'

/** Wednesday, 25 November 2026, 12:00 UTC. */
export const NOON = Date.UTC(2026, 10, 25, 12)

const base = { v: 1, time: NOON, ref: 'K3X9ABCD', node: 'mx1' } as const

export const transactionEvent = (fields: Partial<TransactionEvent> = {}): TransactionEvent => ({
  ...base,
  type: 'transaction',
  transaction: 1,
  reversePath: 'ann@example.com',
  started: NOON - 500,
  ms: 500,
  verdict: 'accept',
  score: 0.5,
  findings: [],
  reply: { code: 250, status: '2.0.0', text: 'Message accepted' },
  accepted: 1,
  refused: 0,
  size: 4_321,
  from: 'ann@example.com',
  messageId: '<1@example.com>',
  subject: 'Hello',
  spf: { result: 'pass', domain: 'example.com' },
  dkim: [{ result: 'pass', domain: 'example.com', selector: 's1' }],
  dmarc: { result: 'pass', domain: 'example.com', policy: 'reject' },
  ...fields,
})

export const recipientEvent = (fields: Partial<RecipientEvent> = {}): RecipientEvent => ({
  ...base,
  type: 'recipient',
  transaction: 1,
  ip: '192.0.2.1',
  reversePath: 'ann@example.com',
  recipient: 'bob@example.org',
  stage: 'message',
  verdict: 'accept',
  score: 0.5,
  findings: [{ rule: 'rdns/generic', reason: 'the client has a generic name', points: 0.5 }],
  reply: { code: 250, status: '2.0.0', text: 'Message accepted' },
  ...fields,
})

export const deliveryEvent = (fields: Partial<DeliveryEvent> = {}): DeliveryEvent => ({
  ...base,
  type: 'delivery',
  transaction: 1,
  recipient: 'bob@example.org',
  result: 'delivered',
  nextHop: 'mail.example.org:25',
  code: 250,
  status: '2.0.0',
  text: 'queued',
  queueId: '4XyZ',
  ms: 12,
  tries: 1,
  ...fields,
})

export const sessionEvent = (fields: Partial<SessionEvent> = {}): SessionEvent => ({
  ...base,
  type: 'session',
  ip: '192.0.2.1',
  client: 'unknown',
  helo: 'mx.example.com',
  tls: { protocol: 'TLSv1.3' },
  started: NOON - 800,
  ms: 900,
  verdict: 'accept',
  score: 0,
  findings: [],
  transactions: 1,
  filters: { dkim: { cpu: 1.4, wait: 12 }, spf: { cpu: 0.2, wait: 0.1 } },
  ...fields,
})

export const actionEvent = (fields: Partial<ActionEvent> = {}): ActionEvent => ({
  ...base,
  type: 'action',
  ref: null,
  action: 'release',
  by: 'operator',
  role: 'admin',
  target: 'xK3',
  result: 'done',
  ...fields,
})

/** A whole session with one message to one recipient, as it comes in the stream. */
export function sessionOf(
  ref: string,
  fields: Partial<RecipientEvent> & { readonly from?: string } = {},
): GatewayEvent[] {
  const { from, ...of } = fields
  const { time = NOON, recipient = 'bob@example.org', reversePath = 'ann@example.com' } = of
  return [
    transactionEvent({ ref, time, reversePath, messageId: `<${ref}@example.com>`, from: from ?? reversePath }),
    recipientEvent({ ref, ...of }),
    deliveryEvent({ ref, time, recipient }),
    sessionEvent({ ref, time }),
  ]
}
