/** Events of messages whose authors have a DMARC policy that asks for reports. */
import type { GatewayEvent, RecipientEvent, TransactionEvent } from '../../src/model/events.ts'
import { recipientEvent, transactionEvent } from '../history/events.ts'

export type DmarcEntry = NonNullable<TransactionEvent['dmarc']>

export const DMARC: DmarcEntry = {
  ...{ result: 'fail', domain: 'example.com', policy: 'reject', policyDomain: 'example.com' },
  ...{ aligned: [], reports: true },
}

/** The events of one message, as a gateway writes them. */
export const messageEvents = (
  transaction: Partial<TransactionEvent> = {},
  recipient: Partial<RecipientEvent> = {},
): readonly GatewayEvent[] => [transactionEvent({ dmarc: DMARC, ...transaction }), recipientEvent(recipient)]
