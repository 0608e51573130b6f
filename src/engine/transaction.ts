/** A transaction from MAIL to its end: its recipients and its message. */
import type { Recipient, Transaction } from '../model/stage.ts'
import type { ReceivedMessage } from './message.ts'
import { Scope } from './scope.ts'
import type { TransactionRecord } from './transaction-record.ts'

export class OpenTransaction {
  readonly scope: Scope<Transaction>
  /** Recipients that were not refused, by their forward-path. */
  readonly recipients = new Map<string, Scope<Recipient>>()
  /** Present from DATA on. */
  message: ReceivedMessage | undefined = undefined
  /** Absent where no sink takes events. */
  readonly record: TransactionRecord | undefined

  constructor(
    greeting: Scope,
    fields: Pick<Transaction, 'reversePath' | 'utf8' | 'user'>,
    record: TransactionRecord | undefined,
  ) {
    this.record = record
    this.scope = new Scope<Transaction>('mail', greeting, fields)
  }

  /** Adds a recipient. Named twice, it is one recipient, as it was judged last. */
  add(forwardPath: string, recipient: Scope<Recipient>): void {
    this.recipients.get(forwardPath)?.end()
    this.recipients.set(forwardPath, recipient)
  }

  /** Returns whether there was such a recipient. */
  remove(forwardPath: string): boolean {
    this.recipients.get(forwardPath)?.end()
    return this.recipients.delete(forwardPath)
  }

  /** Ends the scopes of the transaction and releases its message. */
  end(): void {
    this.record?.end(this.message?.scope ?? this.scope, this.scope.findings)
    this.message?.end()
    for (const recipient of this.recipients.values()) recipient.end()
    this.scope.end()
  }
}
