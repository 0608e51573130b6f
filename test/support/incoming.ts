/** A message as our SMTP server hands it to a delivery. */
import { Readable } from 'node:stream'
import type { Decision, DeliveryGroup, Outcome } from '../../src/model/decision.ts'
import type { IncomingMessage, Recipient } from '../../src/smtp/index.ts'

const decision: Decision = {
  ...({ stage: 'message', verdict: 'accept', score: 0, findings: [] } as const),
  reply: { code: 250, status: '2.6.0', text: 'fine' },
}

export interface IncomingOptions {
  readonly to?: readonly (string | Partial<Recipient>)[]
  readonly from?: string
  readonly trace?: Outcome['trace']
  readonly message?: Partial<IncomingMessage>
}

export interface Incoming extends IncomingMessage {
  /** The client is there and takes the reply, or it has left. */
  readonly settle: (isReceived: boolean) => void
}

/** `text` has CRLF line ends; the trace fields are put on top of it. */
export function incoming(text: string, options: IncomingOptions = {}): Incoming {
  const { to = ['b@example.net'], from = 'a@example.org', trace = [], message = {} } = options
  const recipients = to.map(recipient => ({
    ...{ forwardPath: 'b@example.net', quarantine: false },
    ...(typeof recipient === 'string' ? { forwardPath: recipient } : recipient),
  }))
  const bytes = Buffer.from(`${trace.map(([name, value]) => `${name}: ${value}\r\n`).join('')}${text}`, 'latin1')
  const content = { size: bytes.length, open: () => Readable.from([bytes]) }
  const verdicts = Map.groupBy(recipients, ({ quarantine }): DeliveryGroup['verdict'] =>
    quarantine ? 'quarantine' : 'accept',
  )
  const groups = [...verdicts].map(([verdict, members]) => ({
    verdict,
    forwardPaths: members.map(({ forwardPath }) => forwardPath),
    trace,
    content,
  }))
  const each = new Map(recipients.map(({ forwardPath }) => [forwardPath, decision]))
  const { promise: replied, resolve: settle } = Promise.withResolvers<boolean>()
  return {
    ref: '7K2Q9F',
    transaction: 1,
    delivered: () => undefined,
    ip: '192.0.2.1',
    helo: 'client.example.org',
    extended: true,
    reversePath: from,
    parameters: { utf8: false },
    recipients,
    groups,
    content,
    outcome: { ...decision, each, trace, forged: [], content, groups },
    replied,
    ...message,
    settle,
  }
}
