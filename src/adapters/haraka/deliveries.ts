/** Reports what Haraka's outbound queue made of a delivery: minutes or days after the session, even after a restart. */
import type { Gateway } from '../../engine/gateway.ts'
import type { DeliveryReport } from '../../model/events.ts'
import { addressOf, type HarakaMail, type Path } from './types.ts'

/** The note by which a queued message is joined with its session. Haraka writes it into its queue files. */
export const NOTE = 'postern'

/** What {@link NOTE} holds. */
export interface SessionNote {
  readonly ref: string
  readonly transaction: number
}

/** `hook_delivered`: the parameters are host, IP address, reply, delay, port, mode, recipients and more. */
export function delivered(gateway: Gateway, mail: HarakaMail, params: unknown): void {
  const [host, , reply, , port, , recipients] = Array.isArray(params) ? params : []
  const report: DeliveryReport = {
    result: 'delivered',
    ...(typeof host === 'string' && { nextHop: `${host}:${port ?? 25}` }),
    ...(typeof reply === 'string' && { text: reply }),
    tries: triesOf(mail),
  }
  send(gateway, mail, recipientsOf(recipients) ?? mail.todo.rcpt_to, report)
}

/** `hook_deferred`: all recipients of the queue file are tried again. */
export function deferred(gateway: Gateway, mail: HarakaMail, params: unknown): void {
  const { err } = (params ?? {}) as { readonly err?: unknown }
  send(gateway, mail, mail.todo.rcpt_to, { result: 'deferred', ...textOf(err), tries: triesOf(mail) })
}

/** `hook_bounce`: the recipients that were refused for good. */
export function bounced(gateway: Gateway, mail: HarakaMail, error: unknown): void {
  const { bounced_rcpt: refused } = (error ?? {}) as { readonly bounced_rcpt?: unknown }
  const recipients = recipientsOf(refused) ?? mail.todo.rcpt_to
  send(gateway, mail, recipients, { result: 'refused', ...textOf(error), tries: triesOf(mail) })
}

const triesOf = ({ num_failures: failures = 0 }: HarakaMail): number => failures + 1

const textOf = (error: unknown): { readonly text?: string } =>
  error instanceof Error ? { text: error.message } : typeof error === 'string' ? { text: error } : {}

const recipientsOf = (value: unknown): readonly Path[] | undefined =>
  Array.isArray(value) && value.length > 0 ? (value as readonly Path[]) : undefined

function send(gateway: Gateway, { todo }: HarakaMail, recipients: readonly Path[], report: DeliveryReport): void {
  const note = todo.notes?.[NOTE] as Partial<SessionNote> | undefined
  // A message that another plugin has made is not ours.
  if (typeof note?.ref !== 'string') return
  const { ref, transaction } = note
  for (const path of recipients) {
    const recipient = addressOf(path)
    gateway.delivered({ ...report, ref, recipient, ...(typeof transaction === 'number' && { transaction }) })
  }
}
